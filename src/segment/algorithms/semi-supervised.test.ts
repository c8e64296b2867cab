import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { referenceKernel } from '../../kernel/reference.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { blobs } from '../null-families.test.fixture.js';
import { fitSemiSupervised, semiSupervised, type SemiSupervisedOptions } from './semi-supervised.js';

const context = createContext({ seed: 4 });
const kernel = referenceKernel();
const fit = (x: Points, over: Partial<SemiSupervisedOptions>) => fitSemiSupervised(x, semiSupervised.options.parse(over), context, kernel);
const line = (...values: number[]): Points => ({ rows: values.length, d: 1, stride: 1, data: Float64Array.from(values) });

describe('semi-supervised k-means', () => {
  it('keeps the numbers of known segments and starts from their rows', async () => {
    const { params, labels } = await fit(line(0, 1, 10, 11, 20, 21), { k: 3, seeds: [2, -1, -1, 0, 1, -1] });
    expect(Array.from(labels)).toEqual([2, 2, 0, 0, 1, 1]);
    expect(params).toEqual({ k: 3, d: 1, centroids: [10.5, 20.5, 0.5], broken: 0, held: 0 });
    expect((await fit(line(0, 1, 10, 11, 20, 21), { k: 3, seeds: [[0, 2], [3, 0], [4, 1]] })).params).toEqual(params);
  });

  // 0 1 | 10 11 with row 1 held in the right group: means 0 and (1 + 10 + 11) / 3.
  it('holds known rows where they are known to be, or lets them go', async () => {
    const held = await fit(line(0, 1, 10, 11), { k: 2, seeds: [0, 1, 1, -1] });
    expect(Array.from(held.labels)).toEqual([0, 1, 1, 1]);
    expect(held.params.centroids[1]).toBeCloseTo(22 / 3, 6);
    expect(held.params.held).toBe(1);
    const free = await fit(line(0, 1, 10, 11), { k: 2, seeds: [0, 1, 1, -1], keepSeeds: false });
    expect(Array.from(free.labels)).toEqual([0, 0, 1, 1]);
  });

  it('starts the segments nobody is known of by itself', async () => {
    const { labels } = await fit(line(0, 1, 10, 11, 20, 21), { k: 3, seeds: [[2, 0]] });
    expect(labels[2]).toBe(0);
    expect(adjustedRand(labels, [0, 0, 1, 1, 2, 2])).toBe(1);
  });

  // Squared deviations from the mean of all (11.25): mean square about 50.2. Row 1 with row 2 costs about 64 more than without.
  it('breaks a pair where that is cheaper than its penalty, and says so', async () => {
    const x = line(0, 1, 10, 11);
    const kept = await fit(x, { k: 2, mustLink: [[1, 2]], penalty: 100 });
    expect(kept.labels[1]).toBe(kept.labels[2]);
    expect(kept.params.broken).toBe(0);
    const broken = await fit(x, { k: 2, mustLink: [[1, 2]], penalty: 0.1 });
    expect(adjustedRand(broken.labels, [0, 0, 1, 1])).toBe(1);
    expect(broken.params.broken).toBe(1);
    const parted = await fit(x, { k: 2, cannotLink: [[0, 1]], penalty: 0 });
    expect(parted.params.broken).toBe(1);
  });

  it('carries links through chains of must-links', async () => {
    const { labels } = await fit(line(0, 1, 10, 11, 20, 21), { k: 3, mustLink: [[0, 2], [2, 4]], cannotLink: [[4, 1], [3, 0], [1, 3]] });
    expect([labels[2], labels[4]]).toEqual([labels[0], labels[0]]);
    expect(new Set([labels[0], labels[1], labels[3]]).size).toBe(3);
  });

  it('counts what cannot be kept: three rows, all apart, in two segments', async () => {
    const { params } = await fit(line(0, 1, 10, 11), { k: 2, cannotLink: [[0, 1], [1, 2], [0, 2]] });
    expect(params.broken).toBe(1);
  });

  it('keeps every constraint that comes from a partition, however the rows lie', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), async (seed) => {
      const rng = createRng(seed, 'constraints');
      const rows = 60;
      const truth = Array.from({ length: rows }, () => rng.int(4));
      const x: Points = { rows, d: 2, stride: 2, data: Float64Array.from({ length: 2 * rows }, () => rng.normal()) };
      const drawn = Array.from({ length: 80 }, () => [rng.int(rows), rng.int(rows)] as [number, number]).filter(([a, b]) => a !== b);
      const mustLink = drawn.filter(([a, b]) => truth[a] === truth[b]);
      const cannotLink = drawn.filter(([a, b]) => truth[a] !== truth[b]);
      const { labels, params } = await fit(x, { k: 4, mustLink, cannotLink, restarts: 4 });
      expect(params.broken).toBe(0);
      for (const [a, b] of mustLink) expect(labels[a]).toBe(labels[b]);
      for (const [a, b] of cannotLink) expect(labels[a]).not.toBe(labels[b]);
    }), { numRuns: 25, seed: 1 });
  });

  it('untangles many cannot-links that go against where rows lie', async () => {
    const rng = createRng(6, 'tangle');
    const rows = 60;
    const truth = Array.from({ length: rows }, (_, i) => i % 3);
    const cannotLink = Array.from({ length: 400 }, () => [rng.int(rows), rng.int(rows)] as [number, number]).filter(([a, b]) => truth[a] !== truth[b]).slice(0, 140);
    const { labels, params } = await fit(line(...truth.map((_, i) => (i * i) % 7)), { k: 3, cannotLink, restarts: 3 });
    expect(params.broken).toBe(0);
    for (const [a, b] of cannotLink) expect(labels[a]).not.toBe(labels[b]);
  });

  const contradictions: [string, Partial<SemiSupervisedOptions>, number, number][] = [
    ['a pair that must and cannot be together', { mustLink: [[0, 1]], cannotLink: [[1, 0]] }, 1, 0],
    ['the same through others', { mustLink: [[0, 1], [1, 2]], cannotLink: [[0, 2]] }, 0, 2],
    ['a row apart from itself', { cannotLink: [[3, 3]] }, 3, 3],
    ['linked rows with different labels', { mustLink: [[0, 1], [1, 2]], seeds: [[0, 0], [2, 1]] }, 0, 2],
    ['parted rows with the same label', { cannotLink: [[0, 2]], seeds: [[0, 1], [2, 1]] }, 0, 2],
    ['a row with two labels', { seeds: [[1, 0], [1, 1]] }, 1, 1],
  ];

  it.each(contradictions)('refuses %s, naming the rows', async (_, over, a, b) => {
    await expect(fit(line(0, 1, 2, 3), { k: 2, ...over })).rejects.toMatchObject({ code: 'segment/contradiction', details: { a, b } });
  });

  it('refuses rows and segments there are not, and seeds for another number of rows', async () => {
    const x = line(0, 1, 2, 3);
    await expect(fit(x, { k: 2, mustLink: [[0, 4]] })).rejects.toThrow('Row 4 is named in a constraint, but the last of the 4 rows is 3.');
    await expect(fit(x, { k: 2, seeds: [[0, 2]] })).rejects.toThrow('Row 0 is labelled 2, but the last of the 2 segments is 1.');
    await expect(fit(x, { k: 2, seeds: [0, 1, -1] })).rejects.toMatchObject({ code: 'segment/bad-constraint' });
  });

  it('finds overlapping groups better with one label in ten, on the rows nothing is known of', async () => {
    const gains: number[] = [];
    for (let seed = 1; seed <= 5; seed++) {
      const x = unequal(seed);
      const known = Int32Array.from(x.truth, (label, i) => (i % 97 < 10 ? label : -1));
      const [without, withLabels] = [await fit(x, { k: 3 }), await fit(x, { k: 3, seeds: Array.from(known) })];
      const unknown = Array.from(known.keys()).filter((i) => known[i] < 0);
      const quality = (labels: Int32Array) => adjustedRand(unknown.map((i) => labels[i]), unknown.map((i) => x.truth[i]));
      gains.push(quality(semiSupervised.assign(withLabels.params, x).labels) - quality(without.labels));
    }
    expect(gains.reduce((a, b) => a + b, 0) / gains.length).toBeGreaterThan(0.3);
  });

  it('keeps its constraints on a sample and after', async () => {
    const x = blobs(3000, 3, 4, 10, 2);
    const rows = Array.from({ length: 100 }, (_, i) => 29 * i);
    const { labels, params } = await fit(x, { k: 4, seeds: rows.map((row) => [row, x.truth[row]] as [number, number]), sampleRows: 500 });
    for (const row of rows) expect(labels[row]).toBe(x.truth[row]);
    expect(labels.filter((label, i) => label !== x.truth[i]).length).toBeLessThan(150);
    expect(labels.filter((label, i) => label !== semiSupervised.assign(params, x).labels[i]).length).toBe(params.held);
  });
});

/** A large round group and, overlapping it and each other, two small ones: the least inertia cuts the large one and joins the small. */
function unequal(seed: number): Points & { readonly truth: Int32Array } {
  const rng = createRng(seed, 'unequal');
  const places = [[0, 0], [4, 0], [5, 2.5]];
  const truth = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 8 ? 0 : (i % 10) - 7)).map((_, i, all) => all[(i * 7) % 1000]);
  const data = Float64Array.from({ length: 2000 }, (_, v) => places[truth[v >> 1]][v % 2] + rng.normal());
  return { rows: 1000, d: 2, stride: 2, data, truth };
}

import { afterAll, describe, expect, it } from 'vitest';
import { blobs, nullFamilies } from './null-families.test.fixture.js';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { adjustedRand } from '../util/agreement.js';
import { createRng } from '../util/rng.js';
import { assignNearest } from './algorithms/kmeans.js';
import { choose } from './choose.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('choosing the number of segments', () => {
  it('finds groups and says how', async () => {
    const x = blobs(3000, 12, 5, 7, 1);
    const { choice, params } = await choose(x, { entityWord: { one: 'patient', many: 'patients' } }, context, kernel);
    expect(choice.verdict).toBe('segments');
    expect(choice.k).toBe(5);
    expect(choice.candidates.map(({ k }) => k)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(choice.candidates.find(({ k }) => k === 5)).toMatchObject({ modalGroups: 5 });
    expect(choice.reason).toContain('the 3,000 patients');
    expect(choice.reason).toContain('So there are 5 proven segments.');
    expect(choice.power).toContain('%');
    expect(adjustedRand(assignNearest(params, x).labels, x.truth)).toBeGreaterThan(0.9);
  });

  it('finds small segments inside large ones', async () => {
    const x = nested(8000, 16);
    const { choice, params } = await choose(x, {}, context, kernel);
    expect(choice.k, choice.reason).toBe(4);
    expect(adjustedRand(assignNearest(params, x).labels, x.truth)).toBeGreaterThan(0.95);
    const sizes = Array.from({ length: 4 }, (_, s) => assignNearest(params, x).labels.filter((label) => label === s).length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it('does not take a flag for a segment', async () => {
    const rng = createRng(4, 'flag');
    const x = cloud(6000, 40, (row) => {
      for (let j = 0; j < 40; j++) row[j] = rng.normal();
      row[7] = rng.next() < 0.2 ? 12 : -3;
    });
    const { choice } = await choose(x, {}, context, kernel);
    expect(choice.verdict, choice.reason).toBe('no-proven-structure');
    expect(choice.reason).toContain('in one or two features only');
  });

  it('gives the same bits on any number of threads, whatever else the kernel did before', async () => {
    const x = blobs(5000, 20, 4, 6, 9);
    const results = [];
    for (const threads of [1, 2, 4]) {
      const own = await openKernel({ threads });
      results.push(await choose(x, {}, context, own));
      await own.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('delivers the number asked for, and says what the tests support', async () => {
    const x = nullFamilies['recency, frequency, money on a log scale'](3000, 2);
    const { choice, params } = await choose(x, { k: 6 }, context, kernel);
    expect(params.k).toBe(6);
    expect(choice).toMatchObject({ verdict: 'no-proven-structure', k: 6 });
    expect(choice.reason).toContain('You asked for 6; the tests support none.');
    const found = await choose(blobs(3000, 12, 5, 7, 1), { k: 5 }, context, kernel);
    expect(found.choice.verdict).toBe('segments');
    const other = await choose(blobs(3000, 12, 5, 7, 1), { k: 3 }, context, kernel);
    expect(other.choice).toMatchObject({ verdict: 'no-proven-structure', k: 3 });
    expect(other.choice.reason).toContain('You asked for 3; the tests support 5.');
  });

  it('refuses a k that cannot be', async () => {
    await expect(choose(blobs(50, 3, 2, 5, 1), { k: 51 }, context, kernel)).rejects.toMatchObject({ code: 'segment/bad-k' });
    await expect(choose(blobs(50, 3, 2, 5, 1), { k: 1 }, context, kernel)).rejects.toMatchObject({ code: 'segment/bad-k' });
  });

  it('copes with few rows, equal rows and one feature', async () => {
    expect((await choose(blobs(25, 3, 2, 5, 1), {}, context, kernel)).choice.verdict).toBe('no-proven-structure');
    const same = await choose(cloud(300, 4, (row) => row.fill(1)), {}, context, kernel);
    expect(same.choice).toMatchObject({ verdict: 'no-proven-structure', k: 1 });
    const rng = createRng(5, 'one');
    const two = await choose(cloud(2000, 1, (row) => {
      row[0] = rng.normal() + 8 * rng.int(2);
    }), {}, context, kernel);
    expect(two.choice).toMatchObject({ verdict: 'segments', k: 2 });
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    const choosing = choose(blobs(20_000, 40, 6, 5, 1), {}, createContext({ signal: controller.signal }), kernel);
    setTimeout(() => controller.abort(), 30);
    await expect(choosing).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

/** One group of 85 % and, far from it, three small ones near each other. */
function nested(rows: number, d: number): Points & { readonly truth: Int32Array } {
  const rng = createRng(rows, 'nested');
  const truth = new Int32Array(rows);
  const corner = [[0, 0], [1, 1], [1, -1], [-1, 1]];
  let i = 0;
  const points = cloud(rows, d, (row) => {
    const g = rng.next() < 0.85 ? 0 : 1 + rng.int(3);
    truth[i++] = g;
    for (let j = 0; j < d; j++) row[j] = rng.normal() + (g === 0 ? 0 : 4 + 1.6 * corner[g][j % 2]);
  });
  return { ...points, truth };
}

function cloud(rows: number, d: number, draw: (row: Float64Array) => void): Points {
  const data = new Float32Array(rows * d);
  const row = new Float64Array(d);
  for (let i = 0; i < rows; i++) {
    draw(row);
    data.set(row, i * d);
  }
  return { rows, d, stride: d, data };
}

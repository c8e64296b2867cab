import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { blobs } from '../null-families.test.fixture.js';
import { consensus, type ConsensusOptions } from './consensus.js';
import { kmeans } from './kmeans.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const fit = (x: Points, over: Partial<ConsensusOptions>, seed = 1) => consensus.fit(x, consensus.options.parse({ judged: 1, ...over }), createContext({ seed }), kernel);
const labelsOf = async (x: Points, over: Partial<ConsensusOptions>, seed = 1) => consensus.assign(await fit(x, over, seed), x).labels;
const kmeansOf = async (x: Points, k: number, restarts: number, seed = 1) =>
  kmeans.assign(await kmeans.fit(x, kmeans.options.parse({ k, restarts }), createContext({ seed }), kernel), x).labels;

describe('consensus', () => {
  it('parts two moons, which k-means cannot, told how many or not', async () => {
    const { x, truth } = moons(600, 0.07);
    expect(adjustedRand(truth, await kmeansOf(x, 2, 20))).toBeLessThan(0.5);
    for (const over of [{ k: 2 }, {}, { rows: 0.7 }]) expect(adjustedRand(truth, await labelsOf(x, over))).toBeGreaterThan(0.98);
  });

  it('parts two rings through each other, which k-means cannot, told how many or not', async () => {
    const { x, truth } = rings(600);
    expect(adjustedRand(truth, await kmeansOf(x, 2, 20))).toBeLessThan(0.5);
    expect(adjustedRand(truth, await labelsOf(x, {}))).toBe(1);
  });

  it('does so between micro-clusters too', async () => {
    const { x, truth } = moons(6_000, 0.07);
    const params = await fit(x, { k: 2, microClusters: 400 });
    expect(params.exact).toBe(false);
    expect(params.centroids.length / 2).toBeLessThanOrEqual(400);
    expect(adjustedRand(truth, consensus.assign(params, x).labels)).toBeGreaterThan(0.99);
  });

  it('sees one group in one cloud', async () => {
    const rng = createRng(3, 'cloud');
    const x: Points = { rows: 800, d: 5, stride: 5, data: Float64Array.from({ length: 4_000 }, () => rng.normal()) };
    expect((await fit(x, {})).k).toBe(1);
  });

  it('takes other algorithms as voters', async () => {
    const { x, truth } = moons(300, 0.07);
    const params = await fit(x, { k: 2, base: ['gaussian-mixture', 'agglomerative', 'kmeans'], partitions: 60 });
    expect(adjustedRand(truth, consensus.assign(params, x).labels)).toBeGreaterThan(0.98);
  });

  it('is at least as steady over seeds as k-means from one start', async () => {
    const x = blobs(500, 6, 7, 6, 3);
    const runs = async (labels: (seed: number) => Promise<Int32Array>) => steadiness(await Promise.all([1, 2, 3, 4, 5].map(labels)));
    const [voted, alone] = [await runs((seed) => labelsOf(x, { k: 7 }, seed)), await runs((seed) => kmeansOf(x, 7, 1, seed))];
    expect(voted).toBeGreaterThanOrEqual(alone);
    expect(voted).toBeGreaterThan(0.95);
  });

  it('tells for which numbers of segments the votes are clear-cut', async () => {
    const x = blobs(300, 5, 3, 12, 1);
    const { clarity } = await fit(x, { k: 3, judged: 5 });
    expect(clarity.map(({ k }) => k)).toEqual([2, 3, 4, 5]);
    const [, three, four] = clarity;
    expect(three.ambiguous).toBe(0);
    expect(four.ambiguous).toBeGreaterThan(0.02);
    // Three equal groups: two thirds of the pairs are never together.
    expect(three.area).toBeCloseTo(2 / 3, 1);
  });

  it('is a formula where it has no more than a thousand places', async () => {
    const small = await fit(moons(200, 0.07).x, { k: 2 });
    expect(consensus.forms!(small)?.forms).toHaveLength(200);
    expect(consensus.forms!(await fit(moons(1_100, 0.07).x, { k: 2, partitions: 10 }))).toBeUndefined();
  });
});

/** Mean agreement of all pairs of labellings. */
function steadiness(labellings: readonly Int32Array[]): number {
  const agreements = labellings.flatMap((a, i) => labellings.slice(0, i).map((b) => adjustedRand(a, b)));
  return agreements.reduce((sum, value) => sum + value, 0) / agreements.length;
}

function moons(rows: number, noise: number): { x: Points; truth: Int32Array } {
  const rng = createRng(rows, 'moons');
  const truth = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const data = new Float64Array(2 * rows);
  truth.forEach((moon, i) => {
    const angle = Math.PI * rng.next();
    data[2 * i] = (moon ? 1 - Math.cos(angle) : Math.cos(angle)) + noise * rng.normal();
    data[2 * i + 1] = (moon ? 0.5 - Math.sin(angle) : Math.sin(angle)) + noise * rng.normal();
  });
  return { x: { rows, d: 2, stride: 2, data }, truth };
}

/** Chainlink: two rings, each through the middle of the other. */
function rings(rows: number): { x: Points; truth: Int32Array } {
  const rng = createRng(rows, 'rings');
  const truth = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const data = new Float64Array(3 * rows);
  truth.forEach((ring, i) => {
    const angle = 2 * Math.PI * rng.next();
    const place = ring ? [1 + Math.cos(angle), 0, Math.sin(angle)] : [Math.cos(angle), Math.sin(angle), 0];
    place.forEach((value, j) => (data[3 * i + j] = value + 0.05 * rng.normal()));
  });
  return { x: { rows, d: 3, stride: 3, data }, truth };
}

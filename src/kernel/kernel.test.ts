import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { openKernel } from './catalog.js';
import type { Centres, ClusterJob, Kernel, Points } from './kernel.js';
import { referenceKernel, strideOf } from './reference.js';

const reference = referenceKernel();
const simd = await openKernel({ threads: 2 });
afterAll(() => simd.close());

/** Row counts around the blocks of 4, dimensions around the padding, centre counts around the blocks of 4 and 8. */
const shapes: readonly (readonly [rows: number, d: number, k: number])[] = [
  [1, 1, 1], [3, 2, 2], [4, 3, 3], [5, 4, 4], [7, 5, 5], [64, 6, 8], [65, 7, 9], [130, 8, 12], [257, 13, 13], [1000, 21, 16], [2049, 40, 10], [4100, 50, 17],
];

describe('the SIMD kernel', () => {
  it('is the one that opens', () => expect(simd.name).toBe('simd'));

  it.each(shapes)('labels and sums %i rows × %i features for %i centres as the reference does', (rows, d, k) => {
    const points = randomPoints(rows, d);
    const centres = randomCentres(k, d);
    const expectedLabels = new Int32Array(rows);
    const labels = new Int32Array(rows);
    const expected = reference.assign(points, centres, expectedLabels);
    const found = simd.assign(points, centres, labels);
    expect(labels).toEqual(expectedLabels);
    expect(found.counts).toEqual(expected.counts);
    expectClose(found.sums, expected.sums, 1e-9);
    const spread = simd.spread(points, centres, labels);
    const expectedSpread = reference.spread(points, centres, labels);
    expectClose(spread.squares, expectedSpread.squares, 1e-9);
    expectClose(spread.distances, expectedSpread.distances, 1e-9);
    const weights = randomJob(rows, d, k, true).weights!;
    const heavy = simd.assign(points, centres, undefined, weights);
    expectClose(heavy.sums, reference.assign(points, centres, undefined, weights).sums, 1e-9);
    expect(heavy.counts).toEqual(reference.assign(points, centres, undefined, weights).counts);
    expectClose(simd.spread(points, centres, labels, weights).squares, reference.spread(points, centres, labels, weights).squares, 1e-9);
  });

  it.each(shapes)('seeds and converges %i rows × %i features to %i centres as the reference does', (rows, d, k) => {
    for (const weighted of [false, true]) {
      const job = randomJob(rows, d, k, weighted);
      const [expected] = reference.cluster([job]);
      const [found] = simd.cluster([job]);
      expect(found.labels).toEqual(expected.labels);
      expectClose(found.values, expected.values, 1e-6);
      expectClose([found.inertia], [expected.inertia], 1e-6);
      expect(found.iterations).toBe(expected.iterations);
      expectClose(found.counts, expected.counts, 1e-9);
    }
  });

  it.each(shapes)('makes passes over %i rows × %i features that know the ones before (%i centres) as the reference does', (rows, d, k) => {
    const points = randomPoints(rows, d);
    const weights = randomJob(rows, d, k, true).weights!;
    for (const own of [undefined, weights]) {
      const [found, expected] = [simd, reference].map((kernel) => kernel.passes(points, k, own));
      let { values } = randomCentres(k, d);
      for (let pass = 0; pass < 12; pass++) {
        const [a, b] = [found.pass(values), expected.pass(values)];
        expectClose(a.counts, b.counts, 1e-9);
        expectClose(a.sums, b.sums, 1e-9);
        // Sometimes far, sometimes hardly at all.
        values = values.map((value, v) => (b.counts[Math.floor(v / d)] > 0 ? b.sums[v] / b.counts[Math.floor(v / d)] : value) + (pass === 6 ? Math.sin(v) : 0));
      }
      found.release();
    }
  });

  it.each(shapes)('sums distances between %i rows × %i features per label (%i of them) as the reference does', (rows, d, k) => {
    const points = randomPoints(Math.min(rows, 300), d);
    const rng = createRng(rows, 'labels');
    const labelings = [0, 1, 2].map(() => Int32Array.from({ length: points.rows }, () => rng.int(k)));
    const expected = reference.distanceSums(points, labelings, k);
    const found = simd.distanceSums(points, labelings, k);
    found.forEach((sums, l) => expectClose(sums, expected[l], 1e-5));
  });

  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const points = randomPoints(30_011, 23);
    const centres = randomCentres(11, 23);
    const jobs = Array.from({ length: 9 }, (_, i) => randomJob(3001, 23, 2 + i, i % 2 === 1));
    const few = randomPoints(900, 23);
    const results = [];
    for (const threads of [1, 2, 4]) {
      const kernel = await openKernel({ threads });
      const own = copyInto(kernel, points);
      const labels = new Int32Array(points.rows);
      const passes = Array.from({ length: 40 }, () => kernel.assign(own, centres, labels));
      results.push({
        pass: passes[0],
        last: passes[39],
        labels,
        spread: kernel.spread(own, centres, labels),
        jobs: kernel.cluster(jobs),
        passes: threePasses(kernel, own, centres),
        pairs: kernel.distanceSums(few, [Int32Array.from({ length: 900 }, (_, i) => i % 11)], 11),
      });
      await kernel.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0].last).toEqual(results[0].pass);
  });

  it('gives ties to the lowest index', () => {
    const points = pointsOf([[0, 0], [1, 1], [0, 0], [2, 2], [1, 1]]);
    const centres: Centres = { k: 10, d: 2, values: Float64Array.from([5, 5, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 0, 0]) };
    const labels = new Int32Array(5);
    simd.assign(points, centres, labels);
    expect([...labels]).toEqual([2, 1, 2, 7, 1]);
  });

  it('keeps written points where they are while its memory grows', async () => {
    const kernel = await openKernel();
    const first = copyInto(kernel, pointsOf([[1, 2, 3], [4, 5, 6]]));
    const big = kernel.allocate(1_000_000, 8);
    const centres: Centres = { k: 1, d: 3, values: new Float64Array(3) };
    expect([...kernel.assign(first, centres).sums]).toEqual([5, 7, 9]);
    kernel.free(big);
    expect(kernel.allocate(10, 8).data.every((value) => value === 0)).toBe(true);
    await kernel.close();
  });

  it('labels rows that are not numbers with 0 rather than reading outside its memory', () => {
    const labels = new Int32Array(5).fill(9);
    simd.assign(pointsOf([[NaN, 1], [1, NaN], [Infinity, 0], [NaN, NaN], [NaN, 0]]), randomCentres(6, 2), labels);
    expect([...labels].every((label) => label >= 0 && label < 6)).toBe(true);
  });
});

describe.each([['reference', reference], ['simd', simd]])('a clustering job of the %s kernel', (_, kernel: Kernel) => {
  it('finds two far pairs', () => {
    const [result] = kernel.cluster([{ points: pointsOf([[0, 0], [0, 2], [10, 0], [10, 2]]), k: 2, start: Float64Array.from([0, 0, 10, 0]), trials: 1, maxIterations: 10, tolerance: 0 }]);
    expect([...result.values]).toEqual([0, 1, 10, 1]);
    expect([...result.labels]).toEqual([0, 0, 1, 1]);
    expect(result.inertia).toBe(4);
  });

  it('sends an empty centre to the row worst served', () => {
    const [result] = kernel.cluster([{ points: pointsOf([[0], [1], [9]]), k: 2, start: Float64Array.from([0, 100]), trials: 1, maxIterations: 20, tolerance: 0 }]);
    expect([...result.counts].sort()).toEqual([1, 2]);
    expect(result.inertia).toBe(0.5);
  });

  it('survives more centres than distinct rows', () => {
    const [result] = kernel.cluster([{ points: pointsOf([[1, 1], [1, 1], [1, 1]]), k: 3, draws: new Float64Array(6).fill(0.5), trials: 2, maxIterations: 5, tolerance: 0 }]);
    expect(result.inertia).toBe(0);
    expect([...result.values]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

function randomPoints(rows: number, d: number): Points {
  const rng = createRng(rows * 100 + d, 'points');
  const stride = strideOf(d);
  const data = new Float32Array(rows * stride);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) data[i * stride + j] = rng.normal() + (j === 0 ? rng.int(3) * 4 : 0);
  return { rows, d, stride, data };
}

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float32Array.from(rows.flat()) };
}

function randomCentres(k: number, d: number): Centres {
  const rng = createRng(k * 100 + d, 'centres');
  return { k, d, values: Float64Array.from({ length: k * d }, () => rng.normal()) };
}

function randomJob(rows: number, d: number, k: number, weighted: boolean): ClusterJob {
  const rng = createRng(rows + k, 'job');
  const trials = 1 + (k % 4);
  return {
    points: randomPoints(rows, d),
    k,
    weights: weighted ? Float32Array.from({ length: rows }, () => rng.int(3)) : undefined,
    draws: Float64Array.from({ length: k * trials }, () => rng.next()),
    trials,
    maxIterations: 12,
    tolerance: 1e-4,
  };
}

function threePasses(kernel: Kernel, points: Points, { k, d, values }: Centres) {
  const passes = kernel.passes(points, k);
  let at = values;
  const found = Array.from({ length: 3 }, () => {
    const { sums, counts } = passes.pass(at);
    at = at.map((value, v) => sums[v] / counts[Math.floor(v / d)] || value);
    return { sums, counts };
  });
  passes.release();
  return found;
}

function copyInto(kernel: Kernel, points: Points): Points {
  const own = kernel.allocate(points.rows, points.d);
  for (let i = 0; i < points.rows; i++) {
    own.data.set(points.data.subarray(i * points.stride, i * points.stride + points.d), i * own.stride);
  }
  return own;
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) {
    expect(Math.abs(found[i] - expected[i]), `at ${i}: ${found[i]} for ${expected[i]}`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected[i])));
  }
}

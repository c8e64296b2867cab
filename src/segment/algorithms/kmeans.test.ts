import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { referenceKernel } from '../../kernel/reference.js';
import { adjustedRand, normalizedMutualInformation } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { means, score } from '../score.js';
import { assignNearest, fitKMeans, kmeans, type KMeansOptions } from './kmeans.js';

interface Golden {
  readonly rows: readonly (string | readonly number[])[];
  readonly target: readonly number[];
  readonly expected: readonly {
    readonly k: number;
    readonly inertia: number;
    readonly silhouette: number;
    readonly daviesBouldin: number;
    readonly calinskiHarabasz: number;
    readonly adjustedRand: number;
    readonly mutualInformation: number;
    readonly sizes: readonly number[];
    readonly labels: string;
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../../../test/golden/clustering.json', import.meta.url), 'utf8')) as Record<string, Golden>;
const context = createContext({ seed: 7 });
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());

const options = (over: Partial<KMeansOptions>): KMeansOptions => kmeans.options.parse(over);

describe('k-means on the classic data sets', () => {
  const cases = Object.entries(golden).flatMap(([name, set]) => set.expected.map((expected) => ({ name, k: expected.k, set, expected })));

  it.each(cases)('scores the reference partition of $name into $k to ten digits', ({ set, expected }) => {
    const labels = Int32Array.from(expected.labels, Number);
    const scores = score(goldenPoints(set), labels, expected.k, referenceKernel());
    expectDigits(scores.inertia, expected.inertia);
    expectDigits(scores.silhouette, expected.silhouette);
    expectDigits(scores.daviesBouldin, expected.daviesBouldin);
    expectDigits(scores.calinskiHarabasz, expected.calinskiHarabasz);
    expectDigits(adjustedRand(set.target, labels), expected.adjustedRand);
    expectDigits(normalizedMutualInformation(set.target, labels), expected.mutualInformation);
  });

  it.each(cases.filter(({ name }) => name !== 'digits'))('finds the reference partition of $name into $k', async ({ set, expected }) => {
    const x = goldenPoints(set);
    const fit = await fitKMeans(x, options({ k: expected.k, restarts: 60 }), context, kernel);
    expect(adjustedRand(Array.from(expected.labels, Number), fit.labels)).toBe(1);
    expect([...fit.counts].sort((a, b) => a - b)).toEqual(expected.sizes);
    expectDigits(score(x, fit.labels, expected.k, referenceKernel()).inertia, expected.inertia);
  });

  it('finds a partition of digits at least as good as the reference, and stays at the reference when started there', async () => {
    const { expected: [expected], ...set } = golden.digits;
    const x = goldenPoints({ ...set, expected: [] });
    const { inertia } = await fitKMeans(x, options({ k: 10, restarts: 60 }), context, kernel);
    expect(inertia).toBeLessThanOrEqual(expected.inertia * (1 + 1e-9));
    const { centres } = means(x, Int32Array.from(expected.labels, Number), 10);
    const [stay] = kernel.cluster([{ points: x, k: 10, start: centres.values, trials: 1, maxIterations: 300, tolerance: 0 }]);
    expect(Array.from(stay.labels).join('')).toBe(expected.labels);
    expectDigits(stay.inertia, expected.inertia);
  });
});

describe('k-means', () => {
  it('puts every row at its nearest centre, and every centre at the mean of its rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 6 }), fc.integer(), async (d, k, seed) => {
        const x = randomPoints(200, d, seed);
        const { params, labels, counts } = await fitKMeans(x, options({ k, restarts: 3 }), context, kernel);
        expect(assignNearest(params, x).labels).toEqual(labels);
        for (let c = 0; c < k; c++) {
          for (let j = 0; j < d; j++) {
            let sum = 0;
            for (let i = 0; i < x.rows; i++) if (labels[i] === c) sum += x.data[i * x.stride + j];
            expect(params.centroids[c * d + j]).toBeCloseTo(sum / counts[c], 5);
          }
        }
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('does not care where the data lies, nor in which order', async () => {
    const x = blobs(300, 3, 4, 6);
    const far = { ...x, data: Float64Array.from(x.data, (value) => value + 1e6) };
    const reversed = { ...x, data: Float64Array.from({ length: x.data.length }, (_, v) => x.data[(x.rows - 1 - Math.floor(v / x.stride)) * x.stride + (v % x.stride)]) };
    const fits = await Promise.all([x, far, reversed].map((points) => fitKMeans(points, options({ k: 4, restarts: 30 }), context, kernel)));
    expect(fits[1].labels).toEqual(fits[0].labels);
    expect(fits[1].params.centroids[0]).toBeCloseTo(fits[0].params.centroids[0] + 1e6, 5);
    expect(Int32Array.from(fits[2].labels).reverse()).toEqual(fits[0].labels);
  });

  it('has no inertia left with as many centres as rows', async () => {
    expect((await fitKMeans(randomPoints(12, 2, 3), options({ k: 12 }), context, kernel)).inertia).toBeCloseTo(0, 9);
  });

  it('accepts fewer distinct rows than centres', async () => {
    const { params, inertia } = await fitKMeans(pointsOf([[1, 2], [1, 2], [5, 5], [1, 2]]), options({ k: 3 }), context, kernel);
    expect(params.centroids.every(Number.isFinite)).toBe(true);
    expect(inertia).toBe(0);
  });

  it('counts a row of weight 3 as three rows, and one of weight 0 as none', async () => {
    const x = blobs(400, 3, 4);
    const weights = Float32Array.from({ length: x.rows }, (_, i) => i % 4);
    const repeated = Array.from({ length: x.rows }, (_, i) => Array.from({ length: i % 4 }, () => Array.from(x.data.subarray(i * 3, i * 3 + 3)))).flat();
    const weighted = await fitKMeans(x, options({ k: 4, restarts: 40 }), context, kernel, weights);
    const plain = await fitKMeans(pointsOf(repeated), options({ k: 4, restarts: 40 }), context, kernel);
    expect(weighted.inertia).toBeCloseTo(plain.inertia, 6);
    expect(weighted.counts).toEqual(plain.counts);
    weighted.params.centroids.forEach((value, v) => expect(value).toBeCloseTo(plain.params.centroids[v], 6));
  });

  it('weights count on many rows too: as if the light half were not there', async () => {
    const x = blobs(40_000, 4, 3, 4);
    const weights = Float32Array.from({ length: x.rows }, (_, i) => (i < 20_000 ? 1 : 0));
    const fit = await fitKMeans(x, options({ k: 3, sampleRows: 5_000 }), context, kernel, weights);
    const half = await fitKMeans({ ...x, rows: 20_000 }, options({ k: 3, sampleRows: 50_000 }), context, kernel);
    expect(fit.counts.reduce((a, b) => a + b)).toBe(20_000);
    fit.counts.forEach((count, c) => expect(Math.abs(count - half.counts[c])).toBeLessThan(20));
    expect(fit.inertia / half.inertia).toBeCloseTo(1, 5);
  });

  it.each([Number.NaN, Infinity, -Infinity, 1e30])('refuses %s with its place, among few rows and among many', async (value) => {
    for (const rows of [50, 30_000]) {
      const x = randomPoints(rows, 3, 4);
      x.data[20 * 3 + 1] = value;
      await expect(fitKMeans(x, options({ k: 3, sampleRows: 2_000 }), context, kernel)).rejects.toMatchObject({ code: 'segment/not-finite', details: { row: 20, feature: 1, value } });
    }
  });

  it('refuses more centres than rows', async () => {
    await expect(fitKMeans(pointsOf([[1], [2]]), options({ k: 3 }), context, kernel)).rejects.toThrow('k is 3, but it must be between 2 and the number of customers (2).');
  });

  it('converging on a sample costs next to no inertia', async () => {
    const x = blobs(60_000, 10, 6);
    const full = await fitKMeans(x, options({ k: 6, restarts: 6, sampleRows: 100_000 }), context, kernel);
    const sampled = await fitKMeans(x, options({ k: 6, sampleRows: 5_000 }), context, kernel);
    expect(sampled.inertia / full.inertia).toBeLessThan(1.001);
    expect(adjustedRand(sampled.labels, full.labels)).toBeGreaterThan(0.99);
  });

  it('finds the same with bounds as without', async () => {
    const x = blobs(40_000, 6, 5, 1);
    const [plain, bounded] = await Promise.all([false, true].map((hamerly) => fitKMeans(x, options({ k: 5, sampleRows: 2_000, passes: 20, hamerly }), context, kernel)));
    expect(bounded.labels).toEqual(plain.labels);
    bounded.params.centroids.forEach((value, v) => expect(value).toBeCloseTo(plain.params.centroids[v], 9));
  });

  it('gives the same bits for the same seed on 1, 2 and 4 threads', async () => {
    const x = blobs(30_000, 10, 5);
    const fits = [];
    for (const threads of [1, 2, 4]) {
      const own = await openKernel({ threads });
      fits.push(await fitKMeans(x, options({ k: 5, sampleRows: 20_000 }), context, own));
      await own.close();
    }
    expect(fits[1]).toEqual(fits[0]);
    expect(fits[2]).toEqual(fits[0]);
  });

  it('stops promptly when asked to', async () => {
    const controller = new AbortController();
    const x = blobs(200_000, 20, 8);
    const fitting = fitKMeans(x, options({ k: 12, restarts: 500 }), createContext({ signal: controller.signal }), kernel);
    const asked = new Promise<number>((resolve) => setTimeout(() => { controller.abort(); resolve(performance.now()); }, 50));
    await expect(fitting).rejects.toMatchObject({ code: 'run/aborted' });
    expect(performance.now() - (await asked)).toBeLessThan(1500);
  });
});

function goldenPoints(set: Golden): Points {
  return pointsOf(set.rows.map((row) => (typeof row === 'string' ? Array.from(row, (digit) => Number.parseInt(digit, 17)) : row)));
}

function expectDigits(found: number, expected: number): void {
  expect(Math.abs(found - expected), `${found} for ${expected}`).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(expected)));
}

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

function randomPoints(rows: number, d: number, seed: number): Points {
  const rng = createRng(seed, 'kmeans test');
  return { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, () => Math.fround(rng.normal())) };
}

/** Unequal, overlapping groups. */
function blobs(rows: number, d: number, groups: number, apart = 1.5): Points {
  const rng = createRng(rows, 'blobs');
  const centres = Array.from({ length: groups * d }, () => rng.normal() * apart);
  const data = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const g = Math.floor(groups * rng.next() ** 1.5);
    for (let j = 0; j < d; j++) data[i * d + j] = centres[g * d + j] + rng.normal();
  }
  return { rows, d, stride: d, data };
}

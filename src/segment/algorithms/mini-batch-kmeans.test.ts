import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { createRng } from '../../util/rng.js';
import { fitKMeans, kmeans } from './kmeans.js';
import { decayOf, miniBatchKMeans, update, type MiniBatchParams } from './mini-batch-kmeans.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('an update', () => {
  const before: MiniBatchParams = { k: 2, d: 1, centroids: [0, 10], counts: [4, 1] };

  it('moves each centre to the weighted mean of what it stood for and its new rows, worked by hand', () => {
    // (4 × 0 + 1 + 2) / 6 = 0.5 and (1 × 10 + 13) / 2 = 11.5
    expect(update(before, pointsOf([[1], [13], [2]]))).toEqual({ k: 2, d: 1, centroids: [0.5, 11.5], counts: [6, 2] });
  });

  it('with a decay of a half, what was there counts half', () => {
    // (2 × 0 + 1 + 2) / 4 = 0.75 and (0.5 × 10 + 13) / 1.5 = 12
    expect(update(before, pointsOf([[1], [13], [2]]), { decay: 0.5 })).toEqual({ k: 2, d: 1, centroids: [0.75, 12], counts: [4, 1.5] });
  });

  it('with a decay of 0 is one step of k-means; a centre that nothing reaches stays', () => {
    expect(update(before, pointsOf([[1], [2]]), { decay: 0 })).toEqual({ k: 2, d: 1, centroids: [1.5, 10], counts: [2, 0] });
  });

  it('leaves its params alone, and with no rows changes nothing', () => {
    const copy = structuredClone(before);
    update(before, pointsOf([[1]]));
    expect(before).toEqual(copy);
    expect(update(before, { rows: 0, d: 1, stride: 1, data: new Float64Array(0) })).toEqual(before);
  });

  it('does not care for the order of the rows', () => {
    const x = blobs(500, 3, 4, 1);
    const params: MiniBatchParams = { k: 4, d: 3, centroids: Array.from(x.data.subarray(0, 12)), counts: [5, 5, 5, 5] };
    const reversed = { ...x, data: Float64Array.from({ length: x.data.length }, (_, v) => x.data[(x.rows - 1 - Math.floor(v / 3)) * 3 + (v % 3)]) };
    const [one, other] = [update(params, x), update(params, reversed)];
    expect(other.counts).toEqual(one.counts);
    other.centroids.forEach((value, v) => expect(value).toBeCloseTo(one.centroids[v], 12));
  });

  it('forgets half after a half-life, however the rows are cut into updates', () => {
    const at = (value: number, rows: number) => pointsOf(Array.from({ length: rows }, () => [value]));
    let params: MiniBatchParams = { k: 1, d: 1, centroids: [0], counts: [1000] };
    for (let part = 0; part < 10; part++) params = update(params, at(0, 50), { decay: decayOf(50, 500) });
    expect(decayOf(500, 500)).toBe(0.5);
    expect(decayOf(50, 500) ** 10).toBeCloseTo(0.5, 12);
    // Half of 1000, and 50 × (1 + a + … + a⁹) = 50 × 0.5 / (1 − a) with a = 2^(−1/10).
    expect(params.counts[0]).toBeCloseTo(500 + 25 / (1 - 0.5 ** 0.1), 9);
  });

  it('follows a drift that a model without decay lags behind', () => {
    const from = { k: 1, d: 1, centroids: [0], counts: [10_000] };
    const rows = pointsOf(Array.from({ length: 100 }, () => [5]));
    let [fading, keeping]: MiniBatchParams[] = [from, from];
    for (let day = 0; day < 20; day++) [fading, keeping] = [update(fading, rows, { decay: decayOf(100, 200) }), update(keeping, rows)];
    expect(fading.centroids[0]).toBeGreaterThan(4.5);
    expect(keeping.centroids[0]).toBeCloseTo((5 * 2000) / 12_000, 9);
  });

  it('refuses rows that are no numbers', () => {
    expect(() => update(before, pointsOf([[1], [Number.NaN]]))).toThrow('Row 2 holds NaN as feature 1;');
  });
});

describe('mini-batch k-means', () => {
  it('comes within a few per cent of k-means while looking at a part of the rows', async () => {
    const x = blobs(100_000, 6, 5, 1);
    const full = await fitKMeans(x, kmeans.options.parse({ k: 5 }), context, kernel);
    const params = await miniBatchKMeans.fit(x, miniBatchKMeans.options.parse({ k: 5, batches: 40 }), context, kernel);
    expect(inertia(params, x) / full.inertia).toBeLessThan(1.01);
    expect(params.counts.reduce((a, b) => a + b)).toBeLessThanOrEqual(43 * 1024);
    expect([...params.counts].sort((a, b) => b - a)).toEqual(params.counts);
  });

  it('batches lower the inertia that the first few rows gave', async () => {
    const x = blobs(50_000, 10, 6, 0.7);
    const fit = (batches: number) => miniBatchKMeans.fit(x, miniBatchKMeans.options.parse({ k: 6, batches, startBatches: 1, batchRows: 200 }), context, kernel);
    expect(inertia(await fit(200), x)).toBeLessThan(inertia(await fit(0), x) * 0.998);
  });
});

function inertia(params: MiniBatchParams, x: Points): number {
  const { labels } = miniBatchKMeans.assign(params, x);
  let sum = 0;
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.d; j++) sum += (x.data[i * x.stride + j] - params.centroids[labels[i] * x.d + j]) ** 2;
  return sum;
}

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

function blobs(rows: number, d: number, groups: number, apart: number): Points {
  const rng = createRng(rows, 'mini-batch');
  const centres = Array.from({ length: groups * d }, () => 3 * apart * rng.normal());
  return { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (_, v) => centres[(Math.floor(v / d) % groups) * d + (v % d)] + rng.normal()) };
}

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { fitKPrototypes, kPrototypes, type KPrototypesOptions } from './k-prototypes.js';
import { fitKMeans, kmeans } from './kmeans.js';

// Frozen by test/golden/mixed.py (kmodes).
const { table, prototypes } = JSON.parse(readFileSync(new URL('../../../test/golden/mixed.json', import.meta.url), 'utf8')) as { table: number[][]; prototypes: { cost: number; gamma: number } };

const context = createContext({ seed: 3 });
const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());
const fit = (x: Points, over: Partial<KPrototypesOptions>) => fitKPrototypes(x, kPrototypes.options.parse(over), context, kernel);

describe('k-prototypes', () => {
  it('by hand: two prototypes, their means, modes and cost', async () => {
    // Group A: 0, 1, 2 with codes 7, 7, 9; group B: 10, 12 with codes 4, 4. Squares 2 + 2, and one category that differs at γ = 0.5.
    const { params, labels, cost } = await fit(pointsOf([[0, 7], [1, 7], [2, 9], [10, 4], [12, 4]]), { k: 2, categorical: [1], gamma: 0.5 });
    expect(params).toEqual({ k: 2, d: 2, centroids: [1, 7, 11, 4], categorical: [1], gamma: 0.5 });
    expect(Array.from(labels)).toEqual([0, 0, 0, 1, 1]);
    expect(cost).toBe(4.5);
  });

  it('a mode that two categories could be is the lower one', async () => {
    expect((await fit(pointsOf([[1, 8], [1, 3], [1, 8], [1, 3], [1, 9]]), { k: 1, categorical: [1] })).params.centroids).toEqual([1, 3]);
  });

  it('costs no more than the best of 300 starts of kmodes, with its γ', async () => {
    const { params, cost } = await fit(pointsOf(table), { k: 3, categorical: [3, 4, 5] });
    expect(params.gamma).toBeCloseTo(prototypes.gamma, 12);
    expect(cost).toBeLessThan(prototypes.cost * (1 + 1e-9));
  });

  it('the cost is the sum of what assigning says, and every prototype is the mean and mode of its rows', async () => {
    const { params, labels, cost } = await fit(pointsOf(table), { k: 4, categorical: [5, 3, 4, 4] });
    expect(params.categorical).toEqual([3, 4, 5]);
    expect(kPrototypes.assign(params, pointsOf(table)).labels).toEqual(labels);
    let sum = 0;
    for (let c = 0; c < 4; c++) {
      const own = table.filter((_, i) => labels[i] === c);
      const centre = params.centroids.slice(c * 6, c * 6 + 6);
      for (let j = 0; j < 3; j++) expect(centre[j]).toBeCloseTo(own.reduce((a, row) => a + row[j], 0) / own.length, 12);
      for (let j = 3; j < 6; j++) {
        const often = (code: number) => own.filter((row) => row[j] === code).length;
        for (const code of [0, 1, 2, 3, 4, 5]) expect(often(code) - (code < centre[j] ? -0.5 : 0)).toBeLessThanOrEqual(often(centre[j]));
      }
      for (const row of own) for (let j = 0; j < 6; j++) sum += j < 3 ? (row[j] - centre[j]) ** 2 : params.gamma * Number(row[j] !== centre[j]);
    }
    expect(cost).toBeCloseTo(sum, 9);
  });

  it('without categorical columns it is k-means, and says so as forms', async () => {
    const x = pointsOf(table.map((row) => row.slice(0, 3)));
    const { params, cost } = await fit(x, { k: 3 });
    const plain = await fitKMeans(x, kmeans.options.parse({ k: 3 }), context, kernel);
    expect([params.centroids, cost]).toEqual([plain.params.centroids, plain.inertia]);
    expect(kPrototypes.forms!(params)!.forms[1]).toEqual({ segment: 1, offset: 0, centre: params.centroids.slice(3, 6) });
  });

  it('with categorical columns only it is k-modes: the number of categories that differ', async () => {
    const rows = [[1, 1, 1], [1, 1, 2], [1, 1, 1], [5, 6, 7], [5, 6, 8], [5, 6, 7]];
    const { params, labels, cost } = await fit(pointsOf(rows), { k: 2, categorical: [0, 1, 2] });
    expect(params.centroids).toEqual([1, 1, 1, 5, 6, 7]);
    expect([Array.from(labels), cost, params.gamma]).toEqual([[0, 0, 0, 1, 1, 1], 2, 1]);
  });

  it('a code never seen differs from every prototype', async () => {
    const { params } = await fit(pointsOf([[0, 1], [0, 1], [1, 2], [1, 2]]), { k: 2, categorical: [1], gamma: 10 });
    const { labels } = kPrototypes.assign(params, pointsOf([[0.1, 99], [0.9, -3], [0.1, 2]]));
    expect(Array.from(labels)).toEqual([0, 1, 1]);
  });

  it('above sampleRows it converges on a sample, to nearly the same cost', async () => {
    const rng = createRng(6, 'mixed');
    const x = pointsOf(Array.from({ length: 4_000 }, (_, i) => [(i % 4) * 3 + rng.normal(), rng.normal(), (i % 4) + 10 * rng.int(2), i % 4]));
    const [whole, sampled] = [await fit(x, { k: 4, categorical: [2, 3] }), await fit(x, { k: 4, categorical: [2, 3], sampleRows: 400 })];
    expect(sampled.cost / whole.cost).toBeLessThan(1.01);
    expect(adjustedRand(whole.labels, sampled.labels)).toBeGreaterThan(0.95);
  });

  it('knows the modes of a sample among categories that the sample missed', async () => {
    // Every 200th row has a code of its own, below all others: a sample of 100 of 1,000 rows hardly meets them.
    const x = pointsOf(Array.from({ length: 1_000 }, (_, i) => [i % 200 === 7 ? -i : i % 6, 5 + (i % 6)]));
    const { labels } = await fit(x, { k: 6, categorical: [0, 1], sampleRows: 100, passes: 1 });
    expect(adjustedRand(Array.from({ length: 1_000 }, (_, i) => i % 6), labels)).toBe(1);
  });

  it('refuses columns that are not there, numbers that are none, and more segments than rows', async () => {
    await expect(fit(pointsOf([[1, 2], [3, 4]]), { k: 1, categorical: [2] })).rejects.toMatchObject({ code: 'segment/bad-column', details: { column: 2, columns: 2 } });
    await expect(fit(pointsOf([[1, Number.NaN], [3, 4]]), { k: 1, categorical: [1] })).rejects.toMatchObject({ code: 'segment/not-finite' });
    await expect(fit(pointsOf([[1, 2], [3, 4]]), { k: 3, categorical: [1] })).rejects.toMatchObject({ code: 'segment/bad-k' });
    await expect(fit({ rows: 300_000, d: 1, stride: 1, data: Float64Array.from({ length: 300_000 }, (_, i) => i) }, { k: 500, categorical: [0] })).rejects.toMatchObject({ code: 'segment/too-many-categories' });
  });

  it.each([
    ['one category only', Array.from({ length: 30 }, (_, i) => [(i % 2) * 9 + i / 100, 4]), 2],
    ['a category per row', Array.from({ length: 30 }, (_, i) => [(i % 2) * 9 + i / 100, i]), 2],
    ['constant numbers', Array.from({ length: 30 }, (_, i) => [7, i % 2]), 2],
    ['two places, each many times', Array.from({ length: 30 }, (_, i) => [i % 2, i % 2]), 5],
  ] as const)('takes %s', async (_, rows, k) => {
    const { params, labels } = await fit(pointsOf(rows), { k, categorical: [1] });
    expect(adjustedRand(rows.map((_, i) => i % 2), labels)).toBe(1);
    expect(params.centroids.every(Number.isFinite)).toBe(true);
    expect(kPrototypes.assign(params, pointsOf(rows)).labels).toEqual(labels);
  });

  it('takes one row, and 500 columns', async () => {
    expect((await fit(pointsOf([[3, 4]]), { k: 1, categorical: [1] })).params.centroids).toEqual([3, 4]);
    const wide = Array.from({ length: 60 }, (_, i) => Array.from({ length: 500 }, (_, j) => (j < 250 ? (i % 3) * 2 + Math.sin(i * j) : (i + (j % 2) * (i >> 4)) % 3)));
    const { labels } = await fit(pointsOf(wide), { k: 3, categorical: Array.from({ length: 250 }, (_, j) => 250 + j) });
    expect(adjustedRand(wide.map((_, i) => i % 3), labels)).toBe(1);
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

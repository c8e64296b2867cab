import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { famd, famdScores, fitFamd, type FamdOptions } from './famd.js';

// Frozen by test/golden/mixed.py (NumPy).
const { table, famd: golden } = JSON.parse(readFileSync(new URL('../../../test/golden/mixed.json', import.meta.url), 'utf8')) as { table: number[][]; famd: { eigenvalues: number[]; distances: number[][] } };

const context = createContext({ seed: 3 });
const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());
const fit = (x: Points, over: Partial<FamdOptions>) => fitFamd(x, famd.options.parse(over), context, kernel);

describe('factor analysis of mixed data', () => {
  it('has the inertias and scores of the singular values', async () => {
    const x = pointsOf(table);
    const params = await fit(x, { k: 3, categorical: [3, 4, 5], components: 13 });
    expect(params.inertias).toHaveLength(golden.eigenvalues.length);
    params.inertias.forEach((inertia, c) => expect(Math.abs(inertia - golden.eigenvalues[c])).toBeLessThan(1e-9));
    const { data } = famdScores(params, x);
    golden.distances.forEach((row, i) => row.slice(0, 13).forEach((score, c) => { if (golden.eigenvalues[c] > 1e-9) expect(Math.abs(data[i * 13 + c])).toBeCloseTo(score, 9); }));
  });

  it('the inertias add up to the amounts and the categories beyond one of each column', async () => {
    const { inertias } = await fit(pointsOf(table), { k: 2, categorical: [3, 4, 5] });
    expect(inertias.reduce((a, b) => a + b, 0)).toBeCloseTo(3 + (3 - 1) + (4 - 1) + (6 - 1), 9);
  });

  it('by hand: one column of two categories, half and half, has scores ±1', async () => {
    // Indicators √2 and 0, centred ±1/√2; along (1, −1)/√2 that is ±1.
    const x = pointsOf([[4], [4], [9], [9]]);
    const params = await fit(x, { k: 2, categorical: [0] });
    expect([params.p, params.inertias.length]).toEqual([1, 2]);
    expect(params.inertias[0]).toBeCloseTo(1, 12);
    expect(Array.from(famdScores(params, x).data, Math.abs)).toEqual([1, 1, 1, 1].map((one) => expect.closeTo(one, 12)));
    // A category never seen is as the average row: on the border.
    expect(famdScores(params, pointsOf([[5]])).data[0]).toBe(0);
  });

  it('finds groups that amounts and categories tell together', async () => {
    const params = await fit(pointsOf(table), { k: 3, categorical: [3, 4, 5], components: 2 });
    expect(adjustedRand(table.map((_, i) => i % 3), famd.assign(params, pointsOf(table)).labels)).toBeGreaterThan(0.75);
  });

  it('does not depend on units, nor on how categories are coded', async () => {
    const [plain, other] = await Promise.all([fit(pointsOf(table), { k: 3, categorical: [3, 4, 5] }), fit(pointsOf(table.map(([a, b, c, ...rest]) => [1e6 * a + 3, b, -c, ...rest.map((code) => 70 - 3 * code)])), { k: 3, categorical: [3, 4, 5] })]);
    other.inertias.forEach((inertia, c) => expect(inertia).toBeCloseTo(plain.inertias[c], 9));
  });

  it('takes the components from a sample of many rows', async () => {
    const rng = createRng(2, 'famd');
    const x = pointsOf(Array.from({ length: 3_000 }, (_, i) => [(i % 3) * 4 + rng.normal(), rng.normal(), (i % 3) + 3 * Number(rng.next() < 0.1)]));
    const params = await fit(x, { k: 3, categorical: [2], sampleRows: 300, components: 2 });
    expect(adjustedRand(Array.from({ length: 3_000 }, (_, i) => i % 3), famd.assign(params, x).labels)).toBeGreaterThan(0.85);
  });

  it.each([
    ['one category only', Array.from({ length: 30 }, (_, i) => [(i % 2) * 9 + i / 100, 4]), 2, [1]],
    ['a category per row', Array.from({ length: 30 }, (_, i) => [(i % 2) * 9 + i / 100, i]), 2, [1]],
    ['constant amounts', Array.from({ length: 30 }, (_, i) => [0.1, i % 2]), 2, [1]],
    ['categories only', Array.from({ length: 30 }, (_, i) => [i % 2, 5 - (i % 2)]), 2, [0, 1]],
    ['two places, each many times', Array.from({ length: 30 }, (_, i) => [i % 2, i % 2]), 5, [1]],
    ['all rows equal', Array.from({ length: 30 }, () => [3, 4]), 1, [1]],
    ['one row', [[3, 4]], 1, [1]],
  ] as const)('takes %s', async (name, rows, k, categorical) => {
    const x = pointsOf(rows);
    const params = await fit(x, { k, categorical: [...categorical], components: name === 'a category per row' ? 1 : undefined });
    expect([...params.centroids, ...params.inertias].every(Number.isFinite)).toBe(true);
    const { labels } = famd.assign(params, x);
    if (k > 1 && name !== 'a category per row') expect(adjustedRand(rows.map((_, i) => i % 2), labels)).toBe(1);
  });

  it('refuses what it cannot take', async () => {
    await expect(fit(pointsOf([[1, 2], [3, 4]]), { k: 1, categorical: [2] })).rejects.toMatchObject({ code: 'segment/bad-column' });
    await expect(fit(pointsOf([[1, Number.NaN], [3, 4]]), { k: 1, categorical: [1] })).rejects.toMatchObject({ code: 'segment/not-finite' });
    await expect(fit(pointsOf([[1, 2], [3, 4]]), { k: 3, categorical: [1] })).rejects.toMatchObject({ code: 'segment/bad-k' });
    await expect(fit(pointsOf(Array.from({ length: 1_001 }, (_, i) => [i])), { k: 2, categorical: [0] })).rejects.toMatchObject({ code: 'segment/too-many-categories', details: { categories: 1_001, most: 1_000 } });
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

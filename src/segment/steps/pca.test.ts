import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { createRng } from '../../util/rng.js';
import { fitPca, pca, type PcaOptions } from './pca.js';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../test/golden/${name}.json`, import.meta.url), 'utf8'));
const { wine } = read('clustering') as { wine: { rows: number[][] } };
// Frozen by test/golden/mixed.py (scikit-learn).
const golden = (read('mixed') as { pca: { variances: number[]; components: number[][]; scores: number[][] } }).pca;
const fit = (x: Points, over: Partial<PcaOptions> = {}) => fitPca(x, pca.options.parse(over), createContext());

describe('principal components', () => {
  it('on wine are those of scikit-learn', async () => {
    const params = await fit(pointsOf(wine.rows), { components: 13 });
    params.variances.forEach((variance, c) => expect(variance).toBeCloseTo(golden.variances[c], 10));
    params.factor.forEach((part, v) => expect(part).toBeCloseTo(golden.components[Math.floor(v / 13)][v % 13], 9));
    const scores = pca.apply(params, pointsOf(wine.rows.slice(0, 3)));
    Array.from(scores.data).forEach((score, v) => expect(score).toBeCloseTo(golden.scores[Math.floor(v / 13)][v % 13], 9));
  });

  it('by hand: rows on a line have one component, along it', async () => {
    const params = await fit(pointsOf([[0, 0], [3, 4], [6, 8]]));
    expect(params.p).toBe(1);
    [0.6, 0.8].forEach((part, j) => expect(params.factor[j]).toBeCloseTo(part, 12));
    expect(params.variances[0]).toBeCloseTo(25, 10);
    [-5, 0, 5].forEach((score, i) => expect(pca.apply(params, pointsOf([[0, 0], [3, 4], [6, 8]])).data[i]).toBeCloseTo(score, 10));
  });

  it('keeps the fewest components that hold the share, and never more than there are', async () => {
    const x = pointsOf([[10, 0, 0], [-10, 0, 0], [0, 3, 0], [0, -3, 0], [0, 0, 1], [0, 0, -1]]);
    const kept = async (over: Partial<PcaOptions>) => (await fit(x, over)).p;
    // Variances go as 100, 9 and 1: 90.9 %, 99.1 % and all.
    expect(await Promise.all([kept({ share: 0.9 }), kept({ share: 0.95 }), kept({ share: 1 }), kept({ components: 9 })])).toEqual([1, 2, 3, 3]);
  });

  it.each([
    ['all rows equal', Array.from({ length: 9 }, () => [3, 4, 5])],
    ['one row', [[3, 4, 5]]],
    ['a column twice and a constant', Array.from({ length: 9 }, (_, i) => [i, i, 7])],
    ['far from zero', Array.from({ length: 9 }, (_, i) => [1e12 + i, 1e12 - i, 1e12])],
  ])('takes %s', async (_, rows) => {
    const params = await fit(pointsOf(rows));
    expect(params.p).toBe(1);
    expect([...params.factor, ...pca.apply(params, pointsOf(rows)).data].every(Number.isFinite)).toBe(true);
  });

  it('gives back 500 features from all components, fewer rows than features among them', async () => {
    const rng = createRng(4, 'pca');
    const x: Points = { rows: 40, d: 500, stride: 500, data: Float64Array.from({ length: 20_000 }, () => rng.normal()) };
    const params = await fit(x, { share: 1 });
    expect(params.p).toBe(39);
    const scores = pca.apply(params, x).data;
    for (let j = 0; j < 500; j += 50) {
      let back = params.mean[j];
      for (let c = 0; c < 39; c++) back += scores[7 * 39 + c] * params.factor[c * 500 + j];
      expect(back).toBeCloseTo(x.data[7 * 500 + j], 9);
    }
  });

  it('refuses what is no number', async () => {
    await expect(fit(pointsOf([[1, Number.NaN]]))).rejects.toMatchObject({ code: 'segment/not-finite' });
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

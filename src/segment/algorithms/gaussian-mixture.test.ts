import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { openKernel } from '../../kernel/catalog.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { bicOverK, fitGaussianMixture, gaussianMixture, likelihoodForms, memberships, type GaussianMixtureOptions } from './gaussian-mixture.js';
import { fitKMeans, kmeans } from './kmeans.js';

// Frozen by test/golden/mixtures.py (scikit-learn 1.9).
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../test/golden/${name}.json`, import.meta.url), 'utf8'));
const { iris: irisSet } = read('clustering') as { iris: { rows: number[][]; target: number[] } };
const { mixture: golden } = read('mixtures') as {
  mixture: { bic: Record<string, number[]>; aic: number; logLikelihood: number; adjustedRand: number; labels: string; weights: number[]; means: number[]; memberships: number[][] };
};

const iris = pointsOf(irisSet.rows);
const context = createContext({ seed: 3 });
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const exact = { starts: 30, startFrom: 'k-means' as const, tolerance: 1e-8, maxIterations: 2000 };
const options = (over: Partial<GaussianMixtureOptions>): GaussianMixtureOptions => gaussianMixture.options.parse(over);
const fit = (x: Points, over: Partial<GaussianMixtureOptions>) => fitGaussianMixture(x, options(over), context, kernel);

describe('Gaussian mixture on iris', () => {
  const cases = (['full', 'tied', 'diagonal', 'spherical'] as const).flatMap((covariance) => [1, 2, 3, 4, 5, 6].map((k) => ({ covariance, k })));

  it.each(cases)('$covariance with $k has the BIC of the reference, or better', async ({ covariance, k }) => {
    const expected = golden.bic[covariance === 'diagonal' ? 'diag' : covariance][k - 1];
    const { params } = await fit(iris, { ...exact, k, covariance });
    if (k <= 3) expect(Math.abs(params.bic - expected)).toBeLessThan(5e-5);
    else expect(params.bic).toBeLessThan(expected + 5e-5);
  });

  it('varied starts are never worse, and sometimes better', async () => {
    const gains = [];
    for (const { covariance, k } of cases.filter((each) => each.k <= 4)) {
      const { params } = await fit(iris, { ...exact, startFrom: 'varied', k, covariance });
      gains.push(golden.bic[covariance === 'diagonal' ? 'diag' : covariance][k - 1] - params.bic);
    }
    expect(Math.min(...gains)).toBeGreaterThan(-5e-5);
    expect(Math.max(...gains)).toBeGreaterThan(0.5);
  });

  it('full with 3 is the reference: likelihood, AIC, weights, means, labels, memberships', async () => {
    const { params } = await fit(iris, { ...exact, k: 3 });
    expect(params.logLikelihood).toBeCloseTo(-180.185478, 5);
    expect(params.aic).toBeCloseTo(golden.aic, 4);
    params.weights.forEach((weight, v) => expect(weight).toBeCloseTo(golden.weights[v], 4));
    params.means.forEach((mean, v) => expect(mean).toBeCloseTo(golden.means[v], 4));
    const { labels } = gaussianMixture.assign(params, iris);
    expect(adjustedRand(irisSet.target, labels)).toBeCloseTo(0.903874, 6);
    expect(adjustedRand(Array.from(golden.labels, Number), labels)).toBe(1);
    const shares = memberships(params, iris);
    [50, 70, 106, 133].forEach((row, r) => golden.memberships[r].forEach((share, c) => expect(shares[row * 3 + c]).toBeCloseTo(share, 3)));
  });

  it('full is tied when there is one component, with the mean and covariance of the rows', async () => {
    const [full, tied] = [(await fit(iris, { k: 1 })).params, (await fit(iris, { k: 1, covariance: 'tied' })).params];
    expect(full.bic).toBeCloseTo(tied.bic, 9);
    full.factors.forEach((factor, v) => expect(factor).toBeCloseTo(tied.factors[v], 9));
    // The mean of the four columns of iris.
    [5.843333333333334, 3.0573333333333337, 3.758, 1.1993333333333336].forEach((mean, j) => expect(full.means[j]).toBeCloseTo(mean, 12));
  });
});

describe('Gaussian mixture', () => {
  it.each(['full', 'tied', 'diagonal', 'spherical'] as const)('%s: the likelihood never falls, and memberships are shares of 1', async (covariance) => {
    const x = ellipses(600, 3);
    const { params, path } = await fit(x, { k: 4, covariance, starts: 1, tolerance: 0, maxIterations: 60 });
    for (let pass = 1; pass < path.length; pass++) expect(path[pass]).toBeGreaterThan(path[pass - 1] - 1e-6);
    const shares = memberships(params, x);
    const { labels, second, strength } = gaussianMixture.assign(params, x);
    for (let i = 0; i < x.rows; i++) {
      const own = shares.subarray(i * 4, i * 4 + 4);
      expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(own[labels[i]]).toBe(Math.max(...own));
      expect(strength[i]).toBeCloseTo(1 - own[second[i]] / own[labels[i]], 5);
    }
    expect(params.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it('full sees long groups that cross where k-means cannot', async () => {
    const x = ellipses(900, 2);
    const truth = Int32Array.from({ length: x.rows }, (_, i) => i % 3);
    const found = adjustedRand(truth, gaussianMixture.assign((await fit(x, { k: 3, starts: 8 })).params, x).labels);
    const kmeansFound = adjustedRand(truth, (await fitKMeans(x, kmeans.options.parse({ k: 3 }), context, kernel)).labels);
    expect(found).toBeGreaterThan(kmeansFound + 0.2);
  });

  it('full finds the same segments however features are stretched and mixed', async () => {
    const x = ellipses(600, 2);
    const turned = { ...x, data: Float64Array.from(x.data, (_, v) => (v % 2 === 0 ? 3 * x.data[v] + x.data[v + 1] + 40 : x.data[v - 1] - 2 * x.data[v] - 7)) };
    const [plain, mixed] = await Promise.all([x, turned].map((points) => fit(points, { k: 3, starts: 8, tolerance: 1e-9, regularisation: 1e-12 })));
    expect(gaussianMixture.assign(mixed.params, turned).labels).toEqual(gaussianMixture.assign(plain.params, x).labels);
    // The likelihood changes by n × log |determinant| = 7 of the change of coordinates.
    expect(plain.params.logLikelihood - mixed.params.logLikelihood).toBeCloseTo(600 * Math.log(7), 2);
  });

  it('many rows are converged on a sample first, at next to no loss', async () => {
    const x = ellipses(30_000, 3);
    const whole = await fit(x, { k: 3, starts: 4, sampleRows: 50_000 });
    const sampled = await fit(x, { k: 3, starts: 4, sampleRows: 3_000 });
    expect(sampled.params.logLikelihood / x.rows).toBeGreaterThan(whole.params.logLikelihood / x.rows - 1e-3);
  });

  it('a segment of equal rows has the least variance allowed, not none', async () => {
    const x = pointsOf([[0, 0], [0, 0], [0, 0], [0, 0], [5, 5], [5.5, 5], [5, 5.5], [5.7, 5.2]]);
    const { params } = await fit(x, { k: 2, covariance: 'diagonal' });
    expect(params.factors.map((factor) => factor ** -2).filter((variance) => Math.abs(variance - 1e-6) < 1e-12)).toHaveLength(2);
    expect(new Set(gaussianMixture.assign(params, x).labels.subarray(0, 4)).size).toBe(1);
  });
});

describe('Gaussian mixture as quadratic forms', () => {
  it.each(['full', 'tied', 'diagonal', 'spherical'] as const)('%s: the least form is the likeliest segment, with the same strength', async (covariance) => {
    const { params } = await fit(ellipses(600, 3), { k: 4, covariance });
    const { forms, strength } = likelihoodForms(params)!;
    const rng = createRng(5, covariance);
    const x: Points = { rows: 300, d: 3, stride: 3, data: Float64Array.from({ length: 900 }, () => 5 * rng.normal()) };
    const assigned = gaussianMixture.assign(params, x);
    expect(strength).toBe('odds');
    for (let i = 0; i < x.rows; i++) {
      const values = forms.map(({ offset, centre, scale, factor }) => {
        const away = centre.map((value, j) => x.data[i * 3 + j] - value);
        const turned = factor ? away.map((_, j) => away.reduce((sum, value, l) => sum + factor[j * 3 + l] * value, 0)) : away.map((value, j) => value * scale![j]);
        return offset + turned.reduce((sum, value) => sum + value * value, 0);
      });
      const [own, next] = [...values].sort((a, b) => a - b);
      expect(values.indexOf(own)).toBe(assigned.labels[i]);
      expect(1 - Math.exp((own - next) / 2)).toBeCloseTo(assigned.strength[i], 5);
    }
  });

  it('is none where it would fill a query', async () => {
    const { params } = await fit(ellipses(600, 3), { k: 4 });
    expect(likelihoodForms({ ...params, k: 12_000 })).toBeUndefined();
  });
});

describe('BIC over k', () => {
  it('is least at the three groups there are', async () => {
    const found = await bicOverK(ellipses(900, 2), [1, 2, 3, 4, 5, 2000], options({ starts: 8 }), context, kernel);
    expect(found.map(({ k }) => k)).toEqual([1, 2, 3, 4, 5]);
    expect(found.reduce((a, b) => (b.bic < a.bic ? b : a)).k).toBe(3);
    // 3 components in 2 dimensions: 2 weights, 6 means, 9 covariances.
    expect(found[2].bic).toBeCloseTo(17 * Math.log(900) - 2 * found[2].logLikelihood, 9);
    expect(found[2].aic).toBeCloseTo(34 - 2 * found[2].logLikelihood, 9);
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

/** Three long groups in turn, each along its own direction. */
function ellipses(rows: number, d: number): Points {
  const rng = createRng(11, 'ellipses');
  const data = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const g = i % 3;
    const long = 3 * rng.normal();
    for (let j = 0; j < d; j++) data[i * d + j] = 0.4 * rng.normal() + (j === 0 ? 6 * g * (g - 1) * 0.5 : 0) + (g === j % 3 ? long : g === 2 ? long / 2 : 0);
  }
  return { rows, d, stride: d, data };
}

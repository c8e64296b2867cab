import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Form } from '../domain/forms.js';
import type { Points } from '../kernel/kernel.js';
import { referenceKernel } from '../kernel/reference.js';
import { createRng } from '../util/rng.js';
import { formsBehind, type BehindParams } from './behind.js';
import { algorithmNamed } from './catalog.js';
import { pca, type PcaParams } from './steps/pca.js';

describe('an algorithm behind a step', () => {
  it('has the options of both, those of the step under its name', () => {
    const both = algorithmNamed('pca+kmeans');
    expect(both.options.parse({ k: 3, pcaComponents: 2 })).toMatchObject({ k: 3, pcaComponents: 2, pcaShare: 0.9 });
    expect(both.options.safeParse({ components: 2 }).success).toBe(false);
    expect([both.name, both.title]).toEqual(['pca+kmeans', 'k-means behind principal components']);
  });

  it('is the algorithm on what the step gives, and keeps the parameters of both', async () => {
    const x = points(200, 5);
    const both = algorithmNamed('pca+kmeans');
    const params = (await both.fit(x, both.options.parse({ k: 3, pcaComponents: 2 }), createContext(), referenceKernel())) as BehindParams;
    const scores = pca.apply(params.step as PcaParams, x);
    expect([params.k, scores.d]).toEqual([3, 2]);
    const kmeans = algorithmNamed('kmeans');
    const model = await kmeans.fit(scores, kmeans.options.parse({ k: 3 }), createContext(), referenceKernel());
    expect(params.model).toEqual(model);
    expect(both.assign(params, x)).toEqual(kmeans.assign(model, scores));
  });

  it('steps follow one another', () => {
    expect(algorithmNamed('pca+pca+dbscan').name).toBe('pca+pca+dbscan');
  });

  it('names what it does not know', () => {
    expect(() => algorithmNamed('pca+kmean')).toThrow("Did you mean 'kmeans'");
    expect(() => algorithmNamed('kmeans+pca')).toThrow('kmeans+pca');
  });

  it('forms of scores become forms of rows with the same values: plain, scaled and by a factor', async () => {
    const x = points(50, 4);
    const projection = pca.projection!(await pca.fit(x, pca.options.parse({ components: 3 }), createContext(), referenceKernel()))!;
    const forms: Form[] = [
      { segment: 0, offset: 1, centre: [1, 2, 3] },
      { segment: 1, offset: 0, centre: [-1, 0, 0.5], scale: [2, 0, 1] },
      { segment: 0, offset: -2, centre: [0, 0, 1], factor: [1, 2, 3, 0, 1, -1] },
    ];
    const behind = formsBehind(projection, { d: 3, k: 2, forms, strength: 'odds', limit: 7 });
    expect([behind.d, behind.k, behind.strength, behind.limit]).toEqual([4, 2, 'odds', 7]);
    const scores = pca.apply({ ...projection, d: 4, p: 3, variances: [], variance: 0 }, x);
    for (let i = 0; i < 50; i++) {
      forms.forEach((form, f) => {
        expect(valueOf(behind.forms[f], x.data.subarray(i * 4, i * 4 + 4))).toBeCloseTo(valueOf(form, scores.data.subarray(i * 3, i * 3 + 3)), 10);
      });
    }
  });
});

function valueOf({ offset, centre, scale, factor }: Form, z: ArrayLike<number>): number {
  const apart = centre.map((middle, j) => z[j] - middle);
  const d = centre.length;
  const carried = factor ? Array.from({ length: factor.length / d }, (_, r) => apart.reduce((sum, value, j) => sum + factor[r * d + j] * value, 0)) : apart.map((value, j) => value * (scale?.[j] ?? 1));
  return carried.reduce((sum, value) => sum + value * value, offset);
}

function points(rows: number, d: number): Points {
  const rng = createRng(3, 'behind');
  return { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (_, v) => (v % d === 0 ? 6 * (Math.floor(v / d) % 3) : 0) + rng.normal()) };
}

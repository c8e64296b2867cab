import { afterAll, describe, expect, it } from 'vitest';
import { blobs, nullFamilies } from './null-families.test.fixture.js';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import { fitKMeans, kmeans } from './algorithms/kmeans.js';
import type { Points } from '../kernel/kernel.js';
import { algorithmNamed } from './catalog.js';
import { stability, type FittedModel } from './stability.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('stability', () => {
  it('is near 1 for groups that are there', async () => {
    const x = blobs(3000, 10, 4, 8, 1);
    const { segments: found, seeds, subsamples } = await stability(x, await kmeansModel(x, 4), {}, context, kernel);
    expect(found.map(({ segment }) => segment)).toEqual([0, 1, 2, 3]);
    for (const one of found) {
      expect(one.jaccard).toBeGreaterThan(0.9);
      expect(one.interval[0]).toBeLessThanOrEqual(one.jaccard);
      expect(one.interval[1]).toBeGreaterThanOrEqual(one.jaccard);
      expect(one.silhouette).toBeGreaterThan(0.2);
    }
    expect(seeds.mean).toBeGreaterThan(0.95);
    expect(subsamples.mean).toBeGreaterThan(0.95);
  });

  it('is low for slices of a round cloud', async () => {
    const x = nullFamilies['round normal cloud, 50 features'](3000, 1);
    const { segments: found, subsamples } = await stability(x, await kmeansModel(x, 5), {}, context, kernel);
    expect(subsamples.mean).toBeLessThan(0.5);
    for (const one of found) {
      expect(one.jaccard).toBeLessThan(0.5);
      expect(one.separation).toBeLessThan(0.5);
    }
  });

  it('counts the centres of one segment together', async () => {
    const x = blobs(3000, 10, 4, 8, 1);
    const model = await kmeansModel(x, 4);
    const { segments, seeds } = await stability(x, { ...model, params: { ...model.params, k: 3, groups: [0, 1, 2, 2] } }, {}, context, kernel);
    expect(segments).toHaveLength(3);
    for (const one of segments) expect(one.jaccard).toBeGreaterThan(0.9);
    expect(seeds.mean).toBeGreaterThan(0.95);
  });

  it('gives the same numbers for the same seed', async () => {
    const x = blobs(1000, 5, 3, 4, 2);
    const model = await kmeansModel(x, 3);
    expect(await stability(x, model, {}, context, kernel)).toEqual(await stability(x, model, {}, context, kernel));
  });

  it.each(['gaussian-mixture', 'agglomerative', 'consensus', 'semi-supervised', 'pca+kmeans'])('refits %s as itself', async (algorithm) => {
    const x = blobs(900, 6, 3, 12, 1);
    const { segments, seeds, subsamples } = await stability(x, await modelOf(algorithm, x, { k: 3 }), { rows: 500 }, context, kernel);
    for (const one of segments) {
      expect(one.jaccard).toBeGreaterThan(0.95);
      expect(one.separation).toBeGreaterThan(1);
      expect(one.silhouette).toBeGreaterThan(0.4);
    }
    expect([seeds.refits, subsamples.refits]).toEqual([3, 3]);
    expect(Math.min(seeds.least, subsamples.least)).toBeGreaterThan(0.95);
  });

  // Drawn with replacement, every row that comes four times would be a dense group: the same model would score 0.05.
  it('draws no row twice where density decides', async () => {
    const x = blobs(600, 2, 3, 10, 1);
    const { segments, seeds } = await stability(x, await modelOf('hdbscan', x, { minClusterSize: 4 }), { samples: 6 }, context, kernel);
    for (const one of segments) expect(one.jaccard).toBeGreaterThan(0.95);
    expect(seeds).toEqual({ mean: 1, least: 1, refits: 3 });
  });

  it('counts outliers as in no segment', async () => {
    const x = blobs(600, 2, 2, 30, 1);
    x.data.set([500, 500, -500, 500], 0);
    const { segments } = await stability(x, await modelOf('hdbscan', x, { minClusterSize: 40 }), { samples: 4 }, context, kernel);
    expect(segments).toHaveLength(2);
    for (const one of segments) expect(one.jaccard).toBeGreaterThan(0.9);
  });

  it('carries constraints over to the rows drawn', async () => {
    const x = blobs(400, 3, 2, 4, 1);
    const seeds = Array.from(x.truth, (label, i) => (i % 4 === 0 ? label : -1));
    const [a, b] = [1, 2, 3, 5, 6, 7, 9].filter((i) => x.truth[i] === 0);
    const { segments } = await stability(x, await modelOf('semi-supervised', x, { k: 2, seeds, mustLink: [[a, b]] }), {}, context, kernel);
    for (const one of segments) expect(one.jaccard).toBeGreaterThan(0.8);
  });
});

async function kmeansModel(x: Points, k: number) {
  return { algorithm: 'kmeans', options: { k }, params: (await fitKMeans(x, kmeans.options.parse({ k }), context, kernel)).params };
}

async function modelOf(algorithm: string, x: Points, asked: Record<string, unknown>): Promise<FittedModel> {
  const options = algorithmNamed(algorithm).options.parse(asked);
  return { algorithm, options, params: await algorithmNamed(algorithm).fit(x, options, context, kernel) };
}

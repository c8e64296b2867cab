import { afterAll, describe, expect, it } from 'vitest';
import { blobs, nullFamilies } from './null-families.test.fixture.js';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import { fitKMeans, kmeans } from './algorithms/kmeans.js';
import { stability } from './stability.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('stability', () => {
  it('is near 1 for groups that are there', async () => {
    const x = blobs(3000, 10, 4, 8, 1);
    const found = await stability(x, (await fitKMeans(x, kmeans.options.parse({ k: 4 }), context, kernel)).params, {}, context, kernel);
    expect(found.map(({ segment }) => segment)).toEqual([0, 1, 2, 3]);
    for (const one of found) {
      expect(one.jaccard).toBeGreaterThan(0.9);
      expect(one.interval[0]).toBeLessThanOrEqual(one.jaccard);
      expect(one.interval[1]).toBeGreaterThanOrEqual(one.jaccard);
      expect(one.silhouette).toBeGreaterThan(0.2);
    }
  });

  it('is low for slices of a round cloud', async () => {
    const x = nullFamilies['round normal cloud, 50 features'](3000, 1);
    const found = await stability(x, (await fitKMeans(x, kmeans.options.parse({ k: 5 }), context, kernel)).params, {}, context, kernel);
    for (const one of found) {
      expect(one.jaccard).toBeLessThan(0.5);
      expect(one.separation).toBeLessThan(0.5);
    }
  });

  it('counts the centres of one segment together', async () => {
    const x = blobs(3000, 10, 4, 8, 1);
    const { params } = await fitKMeans(x, kmeans.options.parse({ k: 4 }), context, kernel);
    const found = await stability(x, { ...params, k: 3, groups: [0, 1, 2, 2] }, {}, context, kernel);
    expect(found).toHaveLength(3);
    for (const one of found) expect(one.jaccard).toBeGreaterThan(0.9);
  });

  it('gives the same numbers for the same seed', async () => {
    const x = blobs(1000, 5, 3, 4, 2);
    const { params } = await fitKMeans(x, kmeans.options.parse({ k: 3 }), context, kernel);
    expect(await stability(x, params, {}, context, kernel)).toEqual(await stability(x, params, {}, context, kernel));
  });
});

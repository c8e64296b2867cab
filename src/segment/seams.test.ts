import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { createRng } from '../util/rng.js';
import { fitKMeans, kmeans } from './algorithms/kmeans.js';
import { blobs, nullFamilies } from './null-families.test.fixture.js';
import { seams } from './seams.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('seams', () => {
  it('finds nothing to mend in groups that are there', async () => {
    const x = blobs(4000, 10, 4, 10, 1);
    const found = await seams(x, x.truth, 4, context, kernel);
    expect(found).toMatchObject({ joins: [], splits: [] });
    expect(found.round).toBeGreaterThan(0.99);
  });

  it('would join the parts of a group that was cut', async () => {
    const x = blobs(4000, 10, 3, 12, 2);
    const rows = Array.from(x.truth.keys()).filter((i) => x.truth[i] === 2);
    const middle = rows.reduce((sum, i) => sum + x.data[i * 10], 0) / rows.length;
    const cut = x.truth.map((label, i) => (label === 2 && x.data[i * 10] > middle ? 3 : label));
    const { joins, splits } = await seams(x, cut, 4, context, kernel);
    expect(joins.map(({ a, b }) => [a, b])).toEqual([[2, 3]]);
    expect(splits).toEqual([]);
  });

  it('would part a segment that holds two groups', async () => {
    const x = blobs(4000, 10, 4, 12, 3);
    const { joins, splits } = await seams(x, x.truth.map((label) => Math.min(label, 2)), 3, context, kernel);
    expect(joins).toEqual([]);
    expect(splits.map(({ segment, parts }) => ({ segment, parts }))).toEqual([{ segment: 2, parts: 2 }]);
    expect(splits[0].strength).toBeGreaterThan(0.9);
  });

  it('would join all slices of one cloud, and part none', async () => {
    const x = nullFamilies['stretched normal cloud, 10 features'](6000, 1);
    const { labels } = await fitKMeans(x, kmeans.options.parse({ k: 3 }), context, kernel);
    const { joins, splits } = await seams(x, labels, 3, context, kernel);
    expect(joins.length).toBeGreaterThanOrEqual(2);
    expect(splits).toEqual([]);
  });

  it('says nothing of segments that are no round groups, or too small to tell', async () => {
    const rng = createRng(1, 'rings');
    const truth = Int32Array.from({ length: 2000 }, (_, i) => i % 2);
    const data = Float64Array.from({ length: 4000 }, (_, v) => (truth[v >> 1] ? 5 : 0.5) * (v % 2 === 0 ? Math.cos(v >> 1) : Math.sin(v >> 1)) + 0.1 * rng.normal());
    const x: Points = { rows: 2000, d: 2, stride: 2, data };
    const found = await seams(x, truth, 2, context, kernel);
    expect(found.round).toBeLessThan(0.9);
    expect([found.joins, found.splits]).toEqual([[], []]);
    const few = blobs(150, 3, 2, 1, 1);
    expect(await seams(few, few.truth, 2, context, kernel)).toEqual({ round: 0, joins: [], splits: [] });
  });
});

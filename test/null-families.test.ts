import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import { openKernel } from '../src/kernel/catalog.js';
import { assignNearest } from '../src/segment/algorithms/kmeans.js';
import { choose } from '../src/segment/choose.js';
import { adjustedRand } from '../src/util/agreement.js';
import { blobs, nullFamilies } from '../src/segment/null-families.test.fixture.js';

const seeds = [1, 2, 3, 4];
const rows = 20_000;
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());

describe.each(Object.keys(nullFamilies))('a %s', (family) => {
  it.each(seeds)('has no proven segments (seed %i), but a convenience partition', async (seed) => {
    const x = nullFamilies[family](rows, seed);
    const { choice, params } = await choose(x, {}, createContext({ seed }), kernel);
    expect(choice.verdict, choice.reason).toBe('no-proven-structure');
    expect(choice.modalGroups).toBe(1);
    expect(choice.k).toBeGreaterThanOrEqual(3);
    expect(params.k).toBe(choice.k);
    expect(choice.reason).toContain('no segments are proven');
  });
});

describe.each([
  { groups: 8, d: 50, apart: 8.8 },
  { groups: 4, d: 10, apart: 7 },
])('$groups groups in $d features', ({ groups, d, apart }) => {
  it.each(seeds)('are found, all and only (seed %i)', async (seed) => {
    const x = blobs(rows, d, groups, apart, seed);
    const { choice, params } = await choose(x, {}, createContext({ seed }), kernel);
    expect(choice.verdict, choice.reason).toBe('segments');
    expect(choice.k, choice.reason).toBe(groups);
    expect(adjustedRand(assignNearest(params, x).labels, x.truth)).toBeGreaterThan(0.85);
  });
});

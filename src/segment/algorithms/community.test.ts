import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { community, fitCommunity, type CommunityOptions } from './community.js';

const context = createContext({ seed: 3 });
const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());
const fit = (x: Points, over: Partial<CommunityOptions> = {}) => fitCommunity(x, community.options.parse(over), context, kernel);

/** Rings around each other, one after the other. */
function rings(rows: number, groups: number): { x: Points; truth: number[] } {
  const rng = createRng(4, 'rings');
  const truth = Array.from({ length: rows }, (_, i) => i % groups);
  return { truth, x: pointsOf(truth.map((group) => {
    const at = 2 * Math.PI * rng.next();
    const radius = 1 + group + 0.08 * rng.normal();
    return [radius * Math.cos(at), radius * Math.sin(at)];
  })) };
}

describe('graph communities', () => {
  it('finds rings within rings without being told how many', async () => {
    const { x, truth } = rings(1_500, 3);
    const params = await fit(x);
    expect(params.k).toBe(3);
    expect(adjustedRand(truth, community.assign(params, x).labels)).toBeGreaterThan(0.98);
  });

  it('finds overlapping groups, told or not told how many', async () => {
    const rng = createRng(6, 'overlap');
    const truth = Array.from({ length: 1_200 }, (_, i) => i % 4);
    const x = pointsOf(truth.map((group) => [4.5 * (group % 2) + rng.normal(), 4.5 * (group >> 1) + rng.normal()]));
    for (const k of [undefined, 4]) {
      const params = await fit(x, { k });
      expect(params.k).toBe(4);
      expect(adjustedRand(truth, community.assign(params, x).labels)).toBeGreaterThan(0.8);
    }
  });

  it('gives the communities of one scale when asked for one', async () => {
    const { x } = rings(900, 2);
    const [coarse, fine] = [await fit(x, { resolution: 0.5 }), await fit(x, { resolution: 4 })];
    expect(fine.k).toBeGreaterThan(coarse.k);
    expect(coarse.k).toBeGreaterThan(2);
  });

  it('gives as many segments as asked for, from one to more than there are communities', async () => {
    const { x } = rings(300, 2);
    for (const k of [1, 2, 7, 60]) expect((await fit(x, { k })).k).toBe(k);
  });

  it('a few rows far away from all are no segment of their own, unless k asks for it', async () => {
    const { x } = rings(600, 2);
    const rows = [...Array.from({ length: 600 }, (_, i) => [x.data[2 * i], x.data[2 * i + 1]]), [900, 900]];
    expect((await fit(pointsOf(rows))).k).toBe(2);
  });

  it('segments a sample of many rows nearly as it does them all', async () => {
    const { x, truth } = rings(6_000, 2);
    expect(adjustedRand(truth, community.assign(await fit(x, { exactRows: 900 }), x).labels)).toBeGreaterThan(0.98);
  });

  it.each([
    ['one row', [[3, 4]], 1],
    ['two rows', [[3, 4], [5, 6]], 1],
    ['all rows equal', Array.from({ length: 50 }, () => [1, 2]), 1],
  ] as const)('takes %s', async (_, rows, k) => {
    const params = await fit(pointsOf(rows));
    expect(params.k).toBe(k);
    expect(community.assign(params, pointsOf(rows)).labels).toEqual(new Int32Array(rows.length));
  });

  it('refuses what is no number', async () => {
    await expect(fit(pointsOf([[1], [Number.NaN], [3]]))).rejects.toMatchObject({ code: 'segment/not-finite' });
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

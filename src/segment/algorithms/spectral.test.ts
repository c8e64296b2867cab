import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Points } from '../../kernel/kernel.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng, type Rng } from '../../util/rng.js';
import { prototypes } from '../prototypes.js';
import { fitSpectral, spectral, type SpectralOptions } from './spectral.js';

const context = createContext({ seed: 3 });
const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());
const fit = (x: Points, over: Partial<SpectralOptions>) => fitSpectral(x, spectral.options.parse(over), context, kernel);

type Shape = (group: number, rng: Rng) => number[];
const moons: Shape = (group, rng) => {
  const at = Math.PI * rng.next();
  return group === 0 ? [Math.cos(at), Math.sin(at)] : [1 - Math.cos(at), 0.5 - Math.sin(at)];
};
const rings: Shape = (group, rng) => {
  const at = 2 * Math.PI * rng.next();
  return [(1 + group) * Math.cos(at), (1 + group) * Math.sin(at)];
};
const chain: Shape = (group, rng) => {
  const at = 2 * Math.PI * rng.next();
  return group === 0 ? [Math.cos(at), Math.sin(at), 0] : [1 + Math.cos(at), 0, Math.sin(at)];
};

describe('spectral clustering', () => {
  it.each([
    ['two moons', moons, 0.06],
    ['a ring in a ring', rings, 0.08],
    ['two links of a chain', chain, 0.05],
  ] as const)('tells %s apart, and rows it has not seen', async (_, shape, noise) => {
    const { x, truth } = drawn(shape, 1_000, noise, 'fit');
    const params = await fit(x, { k: 2 });
    expect(adjustedRand(truth, spectral.assign(params, x).labels)).toBeGreaterThan(0.98);
    const fresh = drawn(shape, 500, noise, 'fresh');
    expect(adjustedRand(fresh.truth, spectral.assign(params, fresh.x).labels)).toBeGreaterThan(0.98);
    expect(params.centroids.length / params.d).toBeLessThan(100);
  });

  it('segments a sample of many rows nearly as it does them all', async () => {
    const { x, truth } = drawn(moons, 5_000, 0.05, 'many');
    expect(adjustedRand(truth, spectral.assign(await fit(x, { k: 2, exactRows: 800 }), x).labels)).toBeGreaterThan(0.99);
  });

  it('with more separate parts than k, the smallest goes with the nearest', async () => {
    const near = (centre: number, rows: number) => Array.from({ length: rows }, (_, i) => [centre + 0.01 * i]);
    const params = await fit(pointsOf([...near(0, 40), ...near(100, 30), ...near(110, 12)]), { k: 2 });
    expect(Array.from(spectral.assign(params, pointsOf([[0.2], [100.2], [110.1]])).labels)).toEqual([1, 0, 0]);
  });

  it('takes one row, and 500 columns', async () => {
    expect(await fit(pointsOf([[3, 4]]), { k: 1 })).toEqual({ k: 1, d: 2, centroids: [3, 4], groups: [0] });
    const rng = createRng(1, 'wide');
    const x: Points = { rows: 120, d: 500, stride: 500, data: Float64Array.from({ length: 60_000 }, (_, v) => (Math.floor(v / 500) % 3) * 0.5 * (v % 2) + rng.normal()) };
    expect(adjustedRand(Array.from({ length: 120 }, (_, i) => i % 3), spectral.assign(await fit(x, { k: 3 }), x).labels)).toBe(1);
  });

  it('refuses what is no number', async () => {
    await expect(fit(pointsOf([[1], [Number.NaN], [3]]), { k: 2 })).rejects.toMatchObject({ code: 'segment/not-finite' });
  });
});

describe('prototypes', () => {
  it('one centre each where that is enough, and more only where it is not', async () => {
    const { x, truth } = drawn(moons, 400, 0.05, 'prototypes');
    // A far third group, beside the moons.
    const all = pointsOf([...rowsOf(x), ...Array.from({ length: 50 }, (_, i) => [50 + i / 100, 0])]);
    const labels = Int32Array.from([...truth, ...new Array<number>(50).fill(2)]);
    const { groups, ...params } = await prototypes(all, labels, 3, 200, context, kernel);
    const of = (segment: number) => groups!.filter((group) => group === segment).length;
    expect(of(2)).toBe(1);
    expect(of(0)).toBeGreaterThan(1);
    expect(spectral.assign({ ...params, groups }, all).labels).toEqual(labels);
  });

  it('are never more than the most', async () => {
    const rng = createRng(5, 'noise');
    const x = pointsOf(Array.from({ length: 400 }, () => [rng.normal(), rng.normal()]));
    const { groups } = await prototypes(x, Int32Array.from({ length: 400 }, (_, i) => i % 2), 2, 40, context, kernel);
    expect(groups!.length).toBeLessThanOrEqual(40);
  });
});

function drawn(shape: Shape, rows: number, noise: number, name: string): { x: Points; truth: number[] } {
  const rng = createRng(11, name);
  const truth = Array.from({ length: rows }, (_, i) => i % 2);
  return { x: pointsOf(truth.map((group) => shape(group, rng).map((value) => value + noise * rng.normal()))), truth };
}

function rowsOf({ rows, d, data }: Points): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
}

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

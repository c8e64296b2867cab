import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { createRng } from '../util/rng.js';
import { blobs, nullFamilies } from './null-families.test.fixture.js';
import { rarePower, rareOptions, rowsInRegion, scanRare } from './rare.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = (seed: number) => createContext({ seed });

/** A round normal cloud, 3 % of whose rows lie around a place 5 deviations away on the last feature. */
function withRare(rows: number, d: number, spread: number, seed: number): Points & { truth: number[] } {
  const rng = createRng(seed, 'rare');
  const truth: number[] = [];
  const data = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const rare = rng.next() < 0.03;
    if (rare) truth.push(i);
    for (let j = 0; j < d; j++) data[i * d + j] = rng.normal() * (rare ? spread : 1) + (rare && j === d - 1 ? 5 : 0);
  }
  return { rows, d, stride: d, data, truth };
}

describe('the rare-segment scan', () => {
  it.each([[3, 0.5, 1], [5, 0.3, 2], [10, 0.5, 3], [20, 0.3, 4], [5, 1, 5]])('finds 3 percent of the rows in %i features, spread %d', async (d, spread, seed) => {
    const cloud = withRare(spread === 1 ? 20_000 : 8000, d, spread, seed);
    const labels = Int32Array.from({ length: cloud.rows }, (_, i) => (cloud.data[i * d + d - 1] > 2.5 ? 1 : 0));
    const groups = await scanRare(cloud, {}, context(seed), kernel, labels);
    expect(groups).toHaveLength(1);
    const [{ size, share, centre, features, densityRatio, heldOut, inside, region }] = groups;
    const members = rowsInRegion(region, cloud);
    const both = members.filter((row) => cloud.truth.includes(row)).length;
    expect(both / (members.length + cloud.truth.length - both)).toBeGreaterThan(spread === 1 ? 0.6 : 0.85);
    expect([size, share]).toEqual([members.length, members.length / cloud.rows]);
    expect(centre[d - 1]).toBeCloseTo(5, spread === 1 ? -0.3 : 0.5);
    expect(features[0].feature).toBe(d - 1);
    expect(densityRatio).toBeGreaterThan(1.5);
    expect(heldOut.p).toBeLessThan(0.01);
    expect(heldOut.share).toBeGreaterThan(0.015);
    expect(inside?.segment).toBe(1);
    expect(JSON.parse(JSON.stringify(groups))).toEqual(groups);
  });

  it.each(Object.entries(nullFamilies))('finds nothing in one continuous cloud: %s', async (_, draw) => {
    for (const seed of [1, 2]) expect(await scanRare(draw(4000, seed), {}, context(seed), kernel)).toEqual([]);
  });

  it('does not call large segments rare, nor the steps of whole numbers, nor a flag', async () => {
    expect(await scanRare(blobs(6000, 5, 4, 8, 1), {}, context(1), kernel)).toEqual([]);
    const rng = createRng(3, 'whole');
    const data = new Float32Array(12_000 * 3);
    for (let i = 0; i < 12_000; i++) data.set([Math.floor(2 * Math.exp(0.6 * rng.normal())), Math.floor(-Math.log(1 - rng.next()) * 2), rng.next() < 0.04 ? 1 : 0], i * 3);
    expect(await scanRare({ rows: 12_000, d: 3, stride: 3, data }, {}, context(1), kernel)).toEqual([]);
  });

  it('is the same for the same seed, for any threads, and wherever the data lies', async () => {
    const cloud = withRare(6000, 4, 0.4, 7);
    const once = await scanRare(cloud, {}, context(2), kernel);
    const alone = await openKernel({ threads: 1 });
    expect(await scanRare(cloud, {}, context(2), alone)).toEqual(once);
    await alone.close();
    const far: Points = { ...cloud, data: Float64Array.from(cloud.data, (value) => 1000 * value + 1e6) };
    const [group] = await scanRare(far, {}, context(2), kernel);
    expect(Math.abs(group.share - once[0].share)).toBeLessThan(0.003);
  });

  it('has no opinion on few rows, equal rows, or one far outlier, and refuses NaN', async () => {
    const few = withRare(150, 3, 0.3, 1);
    expect(await scanRare(few, {}, context(1), kernel)).toEqual([]);
    expect(await scanRare({ rows: 900, d: 2, stride: 2, data: new Float64Array(1800).fill(7) }, {}, context(1), kernel)).toEqual([]);
    const outlier = withRare(6000, 3, 0.3, 9);
    outlier.data[0] = 1e12;
    expect(await scanRare(outlier, {}, context(1), kernel)).toHaveLength(1);
    outlier.data[4] = NaN;
    await expect(scanRare(outlier, {}, context(1), kernel)).rejects.toMatchObject({ code: 'segment/not-finite' });
  });

  it('stops when asked to', async () => {
    const control = new AbortController();
    control.abort();
    await expect(scanRare(withRare(2000, 3, 1, 1), {}, createContext({ signal: control.signal }), kernel)).rejects.toMatchObject({ code: 'run/aborted' });
  });

  it('says what could be missed: 70 rows, or the least share', () => {
    expect(rarePower(1000)).toContain('under 7.0 % of the customers (about 70) could be missed');
    expect(rarePower(1_000_000)).toContain('under 0.5 % of the customers (about 5,000)');
    expect(rarePower(100)).toContain('too few');
    for (const [name, schema] of Object.entries(rareOptions.shape)) expect(schema.description, name).toBeTruthy();
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { nullCloud, plantedCloud } from '../simulate/clouds.js';
import { adjustedRand } from '../util/agreement.js';
import { createRng, type Rng } from '../util/rng.js';
import { auto } from './auto.js';
import { algorithmNamed } from './catalog.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const context = createContext({ seed: 3 });

describe('picking an algorithm and a number of segments', () => {
  it('takes a mixture for round groups of unequal size, and says what it saw', async () => {
    const x = plantedCloud({ rows: 1500, d: 6, k: 5, apart: 6, unequal: 3, spread: 1.5 }, createRng(4, 'auto'));
    const found = await auto(x, {}, context, kernel);
    expect(found).toMatchObject({ algorithm: 'gaussian-mixture', options: { k: 5 }, choice: { verdict: 'segments', k: 5 } });
    expect(adjustedRand(found.labels, x.truth)).toBeGreaterThan(0.98);
    expect(found.choice.reason).toContain('two random halves of the rows find the same 5');
    expect(found.evidence.mixtures[0]).toMatchObject({ k: 5 });
  });

  it('takes density for rings, which k-means and mixtures would cut', async () => {
    const x = rings(900, createRng(4, 'rings'));
    const found = await auto(x, {}, context, kernel);
    expect(found).toMatchObject({ algorithm: 'hdbscan', choice: { verdict: 'segments', k: 2 } });
    expect(adjustedRand(found.labels, x.truth)).toBe(1);
    expect(found.evidence.gaps.evidence).toBeGreaterThan(found.evidence.gaps.needed);
  });

  it('tells overlapping ellipses apart that cross no gap', async () => {
    const rng = createRng(6, 'ellipses');
    const truth = Int32Array.from({ length: 1600 }, (_, i) => i % 2);
    const x = cloud(1600, 2, (row, i) => {
      const along = 3 * rng.normal();
      row[0] = along;
      row[1] = (i % 2 === 0 ? 1 : -1) * 2.2 + 0.8 * rng.normal() + 0.3 * along;
    });
    const found = await auto(x, {}, context, kernel);
    expect(found.algorithm).toBe('gaussian-mixture');
    expect(adjustedRand(found.labels, truth)).toBeGreaterThan(0.9);
  });

  it('finds no segments where there are none, and offers slices', async () => {
    for (const family of ['heavy tails (Student t, 3 degrees)', 'customers as they are', 'stretched normal cloud']) {
      const x = nullCloud(family, 1500, 4, createRng(8, family));
      const { choice, algorithm, labels } = await auto(x, {}, context, kernel);
      expect(choice.verdict, `${family}: ${choice.reason}`).toBe('no-proven-structure');
      expect(algorithm).toBe('kmeans');
      expect(new Set(labels).size).toBe(choice.k);
    }
  });

  it('does not take steps of counts and ratings for gaps', async () => {
    const rng = createRng(9, 'ratings');
    const { choice, evidence } = await auto(cloud(2000, 3, (row) => row.forEach((_, j) => (row[j] = Math.round(2 + 1.2 * rng.normal())))), {}, context, kernel);
    expect(evidence.gaps.k).toBe(1);
    expect(choice.verdict, choice.reason).toBe('no-proven-structure');
  });

  it('gives a model of the catalogue that survives JSON and places the rows as it did', async () => {
    for (const x of [rings(400, createRng(5, 'rings')), plantedCloud({ rows: 600, d: 3, k: 3, apart: 8, unequal: 1, spread: 1 }, createRng(5, 'auto'))]) {
      const { algorithm, params, labels } = await auto(x, {}, context, kernel);
      expect(Array.from(algorithmNamed(algorithm).assign(JSON.parse(JSON.stringify(params)), x).labels)).toEqual(Array.from(labels));
    }
  });

  it('does not care where the data lies', async () => {
    const x = plantedCloud({ rows: 500, d: 2, k: 3, apart: 8, unequal: 1, spread: 1 }, createRng(7, 'auto'));
    const far = { ...x, data: Float64Array.from(x.data, (value) => value + 1e7) };
    expect(adjustedRand((await auto(far, {}, context, kernel)).labels, x.truth)).toBeGreaterThan(0.98);
  });

  it('gives the same bits on any number of threads', async () => {
    const x = plantedCloud({ rows: 1200, d: 4, k: 4, apart: 6, unequal: 2, spread: 1 }, createRng(2, 'auto'));
    const results = [];
    for (const threads of [1, 2, 4]) {
      const own = await openKernel({ threads });
      results.push(await auto(x, {}, context, own));
      await own.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('copes with few rows, equal rows, one feature and outliers; refuses what is no number', async () => {
    expect((await auto(cloud(3, 2, (row, i) => row.fill(i)), {}, context, kernel)).choice.verdict).toBe('no-proven-structure');
    expect((await auto(cloud(200, 3, (row) => row.fill(7)), {}, context, kernel)).choice).toMatchObject({ verdict: 'no-proven-structure', k: 1 });
    const rng = createRng(5, 'one');
    const two = cloud(1000, 1, (row, i) => (row[0] = rng.normal() + 9 * (i % 2)));
    expect((await auto(two, {}, context, kernel)).choice).toMatchObject({ verdict: 'segments', k: 2 });
    expect((await auto(cloud(300, 2, (row, i) => row.fill(i === 0 ? 1e9 : rng.normal())), {}, context, kernel)).labels).toHaveLength(300);
    await expect(auto(cloud(50, 2, (row, i) => row.fill(i === 7 ? Number.NaN : i)), {}, context, kernel)).rejects.toMatchObject({ code: 'segment/not-finite' });
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    const working = auto(nullCloud('round normal cloud', 20_000, 10, createRng(1, 'stop')), {}, createContext({ signal: controller.signal }), kernel);
    setTimeout(() => controller.abort(), 200);
    await expect(working).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

/** A ring around another. */
function rings(rows: number, rng: Rng): Points & { readonly truth: Int32Array } {
  const truth = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const x = cloud(rows, 2, (row, i) => {
    const angle = 2 * Math.PI * rng.next();
    const radius = (i % 2 === 0 ? 1 : 3) + 0.1 * rng.normal();
    row[0] = radius * Math.cos(angle);
    row[1] = radius * Math.sin(angle);
  });
  return { ...x, truth };
}

function cloud(rows: number, d: number, draw: (row: Float64Array, i: number) => void): Points {
  const data = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) draw(data.subarray(i * d, (i + 1) * d), i);
  return { rows, d, stride: d, data };
}

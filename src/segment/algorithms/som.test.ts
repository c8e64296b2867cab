import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { referenceKernel } from '../../kernel/reference.js';
import { adjustedRand } from '../../util/agreement.js';
import { createRng } from '../../util/rng.js';
import { adjacent, neighboursOf, placesOf, type GridKind } from '../som-grid.js';
import { batchStep, fitSom, som, type SomOptions } from './som.js';

const { iris } = JSON.parse(readFileSync(new URL('../../../test/golden/clustering.json', import.meta.url), 'utf8')) as { iris: { rows: number[][]; target: number[] } };
const context = createContext({ seed: 3 });
const kernel = referenceKernel();
const fit = (x: Points, over: Partial<SomOptions>) => fitSom(x, som.options.parse(over), context, kernel);

describe('self-organising map', () => {
  it('a batch step is the mean of all rows, weighted by how near their nodes are', () => {
    const rng = createRng(4, 'som');
    const k = 6;
    const d = 3;
    const rows = Array.from({ length: 40 }, () => ({ node: rng.int(k - 1), values: [rng.normal(), rng.normal(), rng.normal()] }));
    const sums = new Float64Array(k * d);
    const counts = new Float64Array(k);
    for (const { node, values } of rows) {
      counts[node]++;
      values.forEach((value, j) => { sums[node * d + j] += value; });
    }
    for (const grid of ['hexagonal', 'rectangular'] as const) {
      const sheet = { grid, width: 3, height: 2 };
      const places = placesOf(sheet);
      const { values } = batchStep({ k, d, values: new Float64Array(k * d) }, { sums, counts }, sheet, 0.8);
      for (let node = 0; node < k; node++) {
        const weights = rows.map((row) => Math.exp(-((places[2 * node] - places[2 * row.node]) ** 2 + (places[2 * node + 1] - places[2 * row.node + 1]) ** 2) / (2 * 0.8 ** 2)));
        const total = weights.reduce((a, b) => a + b, 0);
        for (let j = 0; j < d; j++) {
          expect(values[node * d + j]).toBeCloseTo(rows.reduce((sum, row, r) => sum + weights[r] * row.values[j], 0) / total, 12);
        }
      }
    }
  });

  it('leaves a node that no row reaches where it is', () => {
    const still = batchStep({ k: 2, d: 1, values: Float64Array.of(3, 4) }, { sums: Float64Array.of(10, 0), counts: Float64Array.of(2, 0) }, { grid: 'rectangular', width: 2, height: 1 }, 0.02);
    expect(Array.from(still.values)).toEqual([5, 4]);
  });

  it('knows its neighbours: six in a hexagonal grid, eight in a rectangular one', () => {
    // Node 7 is in the middle of a 5 × 3 grid; row 1 is shifted right.
    const around = (grid: GridKind) => neighboursOf({ grid, width: 5, height: 3 }, 7);
    expect(around('hexagonal')).toEqual([2, 3, 6, 8, 12, 13]);
    expect(around('rectangular')).toEqual([1, 2, 3, 6, 8, 11, 12, 13]);
    for (const grid of ['hexagonal', 'rectangular'] as const) {
      const sheet = { grid, width: 4, height: 5 };
      for (let a = 0; a < 20; a++) expect(neighboursOf(sheet, a)).toEqual(Array.from({ length: 20 }, (_, b) => b).filter((b) => b !== a && adjacent(sheet, a, b)));
    }
  });

  it('says how far each node is from its neighbours', async () => {
    const { centroids, neighbourDistances } = await fit(pointsOf([[0], [10], [20], [60]]), { width: 4, height: 1 });
    const gaps = [1, 2, 3].map((node) => Math.abs(centroids[node] - centroids[node - 1]));
    [gaps[0], (gaps[0] + gaps[1]) / 2, (gaps[1] + gaps[2]) / 2, gaps[2]].forEach((mean, node) => expect(neighbourDistances[node]).toBeCloseTo(mean, 10));
    expect(gaps[2]).toBeGreaterThan(gaps[0]);
  });

  it('does not depend on the order of the rows', async () => {
    const x = pointsOf(iris.rows);
    const reversed = pointsOf([...iris.rows].reverse());
    const [a, b] = [await fit(x, { width: 5, height: 4, k: 3 }), await fit(reversed, { width: 5, height: 4, k: 3 })];
    a.centroids.forEach((value, v) => expect(value).toBeCloseTo(b.centroids[v], 6));
    expect(b.hits).toEqual(a.hits);
    expect(b.groups).toEqual(a.groups);
  });

  it('on iris maps the species to regions, with small errors', async () => {
    const x = pointsOf(iris.rows);
    const map = await fit(x, { k: 3 });
    expect(map.hits.reduce((a, b) => a + b, 0)).toBe(150);
    expect(adjustedRand(iris.target, som.assign(map, x).labels)).toBeGreaterThan(0.6);
    // The plain mean is 1.94 away from a row on average; 61 or so nodes leave a fifth of it.
    expect(map.quantizationError).toBeLessThan(0.4);
    expect(map.topographicError).toBeLessThan(0.2);
    const { labels } = som.assign({ k: map.hits.length, d: 4, centroids: map.centroids }, x);
    let sum = 0;
    for (let i = 0; i < 150; i++) sum += Math.hypot(...iris.rows[i].map((value, j) => value - map.centroids[labels[i] * 4 + j]));
    expect(map.quantizationError).toBeCloseTo(sum / 150, 5);
  });

  it('unfolds a square sheet: opposite corners of the data lie at opposite corners of the map', async () => {
    const rng = createRng(2, 'sheet');
    const x: Points = { rows: 2000, d: 2, stride: 2, data: Float64Array.from({ length: 4000 }, () => rng.next()) };
    const map = await fit(x, { grid: 'rectangular', width: 8, height: 8 });
    expect(map.topographicError).toBeLessThan(0.1);
    const { labels } = som.assign(map, pointsOf([[0, 0], [1, 1], [0, 1], [1, 0]]));
    expect([...labels].sort((a, b) => a - b)).toEqual([0, 7, 56, 63]);
    expect(labels[0] + labels[1]).toBe(63);
  });

  it('with one row per node and no reach it lies on the rows', async () => {
    const map = await fit(pointsOf([[0], [10], [20], [30]]), { width: 4, height: 1, reach: 0.1 });
    expect(map.quantizationError).toBeCloseTo(0, 6);
    expect(map.topographicError).toBe(0);
  });

  it('a sample first gives nearly the same map', async () => {
    const rng = createRng(8, 'many');
    const x: Points = { rows: 6000, d: 3, stride: 3, data: Float64Array.from({ length: 18_000 }, () => rng.normal()) };
    const [whole, sampled] = [await fit(x, { width: 6, height: 5 }), await fit(x, { width: 6, height: 5, sampleRows: 1500 })];
    expect(sampled.quantizationError / whole.quantizationError).toBeLessThan(1.03);
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

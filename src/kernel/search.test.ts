import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { openKernel } from './catalog.js';
import type { Kernel, Points } from './kernel.js';
import { referenceKernel } from './reference.js';
import { sharingPiece } from './reference-search.js';

const reference = referenceKernel();
const simd = await openKernel({ threads: 2 });
afterAll(() => simd.close());

/** Kinds of numbers: any, single-precision ones, a coarse grid full of ties, far from 0, tiny, and of very different size. */
const kinds: Readonly<Record<string, (normal: () => number, int: (below: number) => number, i: number) => number>> = {
  double: (normal) => normal(),
  single: (normal) => Math.fround(normal()),
  grid: (_, int) => int(3),
  far: (normal) => 1e9 + normal(),
  tiny: (normal) => 1e-140 * normal(),
  mixed: (normal, int, i) => normal() * 10 ** (int(60) - 30) + (i === 3 ? 1e12 : 0),
};
const shapes: readonly (readonly [rows: number, d: number, k: number])[] = [[1, 1, 1], [3, 2, 5], [33, 3, 4], [100, 5, 7], [257, 10, 8], [700, 16, 3], [500, 21, 12], [400, 50, 5]];
const cases = shapes.flatMap(([rows, d, k]) => Object.keys(kinds).map((kind) => ({ rows, d, k, kind })));

describe('searches', () => {
  it.each(cases)('find among $rows $kind rows × $d features the same $k nearest as every row compared with every row', ({ rows, d, k, kind }) => {
    const points = pointsOf(rows, d, kind);
    const search = simd.search(points);
    expect(Array.from(search.rows).sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
    const { squares, positions } = nearest(search, k);
    for (let p = 0; p < rows; p += 11) {
      const all = Array.from({ length: rows }, (_, q) => ({ q, square: square(points, search.rows[p], search.rows[q]) }));
      const expected = all.sort((a, b) => a.square - b.square || a.q - b.q).slice(0, k);
      expect(Array.from(positions.subarray(p * k, (p + 1) * k))).toEqual([...expected.map(({ q }) => q), ...Array(Math.max(0, k - rows)).fill(-1)]);
      expect(Array.from(squares.subarray(p * k, p * k + expected.length))).toEqual(expected.map((e) => e.square));
    }
    search.release();
  });

  it.each(cases)('find within a distance among $rows $kind rows × $d features as the reference does', ({ rows, d, k, kind }) => {
    const [a, b] = [simd, reference].map((kernel) => kernel.search(pointsOf(rows, d, kind)));
    const within = nearest(b, k).squares[k - 1];
    const near = [a, b].map((search) => nearest(search, k, within));
    // Both sort into boxes of their own size, so the same row may have another position.
    expect(byRow(a.rows, near[0].squares, k)).toEqual(byRow(b.rows, near[1].squares, k));
    const any = nearest(a, k, within, true);
    for (let i = 0; i < rows * k; i++) {
      expect(any.positions[i] >= 0).toBe(near[0].positions[i] >= 0);
      if (any.positions[i] >= 0) expect(any.squares[i]).toBeLessThanOrEqual(within);
    }
    a.release();
  });

  it.each(cases)('find the nearest of another component among $rows $kind rows × $d features as the reference does', ({ rows, d, kind }) => {
    const points = pointsOf(rows, d, kind);
    const rng = createRng(rows, 'components');
    const parts = Int32Array.from({ length: rows }, (_, i) => (i % 9 === 8 ? -1 : points.data[i * d] > points.data[0] ? 1 : rng.int(2) * 2));
    const cores = Float64Array.from({ length: rows }, () => rng.next() * 0.5);
    const results = [simd, reference].map((kernel) => {
      const search = kernel.search(points);
      search.setComponents(Int32Array.from(search.rows, (row) => parts[row]));
      search.setCores(Float64Array.from(search.rows, (row) => cores[row]));
      const place = new Int32Array(rows);
      search.rows.forEach((row, p) => (place[row] = p));
      // Asked in the order of the rows, so that both share within the same queries.
      return [false, true].map((sharing) => {
        const asked = Array.from(parts.keys()).filter((i) => parts[i] >= 0);
        const bounds = Float64Array.from(asked, (i) => (i % 3 === 0 ? 0.7 : Infinity));
        const squares = new Float64Array(asked.length);
        const positions = new Int32Array(asked.length);
        search.foreign(Int32Array.from(asked, (i) => place[i]), bounds, sharing, squares, positions);
        return { asked, squares: Array.from(squares), rows: Array.from(positions, (p) => (p < 0 ? -1 : search.rows[p])) };
      });
    });
    results[0].forEach(({ asked, squares, rows: found }, s) => {
      expect(squares).toEqual(results[1][s].squares);
      found.forEach((row, at) => {
        if (row < 0) return expect(results[1][s].rows[at]).toBe(-1);
        const i = asked[at];
        expect(parts[row] >= 0 && parts[row] !== parts[i]).toBe(true);
        expect(squares[at]).toBe(Math.max(cores[i], cores[row], square(points, i, row)));
      });
    });
    expect(sharingPiece).toBe(32);
  });

  it.each(cases.filter(({ rows, k }) => rows > k))('better lists of $k among $rows $kind rows × $d features as the reference does, and never make them worse', ({ rows, d, k, kind }) => {
    const points = pointsOf(rows, d, kind);
    const rng = createRng(rows, 'links');
    const links = Int32Array.from({ length: rows * 6 }, (_, i) => (i % 6 === 5 && i % 5 === 0 ? -1 : rng.int(rows)));
    const searches = [simd, reference].map((kernel) => kernel.search(points));
    const start = nearest(searches[0], k, Infinity, false, 1);
    expect(start.positions.every((q) => q >= 0), 'one leaf holds enough').toBe(true);
    const from = rows >> 2;
    const [found, expected] = searches.map((search) => {
      const own = { squares: start.squares.slice(), positions: start.positions.slice() };
      search.improve(from, rows - from, k, links, own.squares.subarray(from * k), own.positions.subarray(from * k));
      search.release();
      return own;
    });
    expect(found).toEqual(expected);
    expect(found.squares.every((square, i) => square <= start.squares[i])).toBe(true);
    if (rows > 600) expect(found.squares).not.toEqual(start.squares);
  });

  it('give the same bits on 1, 2 and 4 threads', async () => {
    const points = pointsOf(6000, 9, 'double');
    const results = [];
    for (const threads of [1, 2, 4]) {
      const kernel = await openKernel({ threads });
      const search = kernel.search(points);
      // The first calls start the helpers.
      for (let warm = 0; warm < 3; warm++) nearest(search, 5);
      const near = nearest(search, 5);
      search.setComponents(Int32Array.from({ length: 6000 }, (_, p) => Math.floor(p / 700)));
      search.setCores(near.squares.filter((_, i) => i % 5 === 4));
      const squares = new Float64Array(6000);
      const positions = new Int32Array(6000);
      search.foreign(Int32Array.from(positions.keys()), new Float64Array(6000).fill(Infinity), true, squares, positions);
      results.push({ near, squares, positions });
      search.release();
      await kernel.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

function pointsOf(rows: number, d: number, kind: string): Points {
  const rng = createRng(rows + d, kind);
  return { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (_, v) => kinds[kind](() => rng.normal(), (below) => rng.int(below), v)) };
}

function nearest(search: ReturnType<Kernel['search']>, k: number, within = Infinity, any = false, leaves?: number) {
  const squares = new Float64Array(search.n * k);
  const positions = new Int32Array(search.n * k);
  search.nearest(0, search.n, k, within, any, squares, positions, leaves);
  return { squares, positions };
}

function byRow(rows: Int32Array, values: Float64Array, k: number): number[][] {
  const sorted: number[][] = [];
  rows.forEach((row, p) => (sorted[row] = Array.from(values.subarray(p * k, (p + 1) * k))));
  return sorted;
}

/** Added up in fours, as all exact distances are. */
function square({ d, data }: Points, a: number, b: number): number {
  const t = (j: number) => (data[a * d + j] - data[b * d + j]) ** 2;
  let sum = 0;
  let j = 0;
  for (; j + 4 <= d; j += 4) sum += t(j) + t(j + 1) + (t(j + 2) + t(j + 3));
  for (; j < d; j++) sum += t(j);
  return sum;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShoalError } from '../errors.js';
import { createRng } from '../util/rng.js';
import { KdTree, squareDistance } from './kd-tree.js';

/** Random rows on a coarse grid, so that ties and duplicates are common. */
function gridPoints(rows: number, d: number, seed: number) {
  const rng = createRng(seed, 'grid');
  const stride = d + 1;
  const data = new Float64Array(rows * stride);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) data[i * stride + j] = rng.int(8) / 4;
  return { rows, d, stride, data };
}

const shapes = [fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 12 }), fc.integer()] as const;

describe('kd-tree', () => {
  it('finds the same nearest distances as looking at every row', () => {
    fc.assert(
      fc.property(...shapes, (rows, d, k, seed) => {
        const x = gridPoints(rows, d, seed);
        const tree = new KdTree(x, 4);
        const squares = new Float64Array(k);
        const positions = new Int32Array(k);
        for (let p = 0; p < rows; p += 7) {
          const all = Array.from({ length: rows }, (_, q) => squareDistance(tree.data, q * d, tree.data, p * d, d, Infinity)).sort((a, b) => a - b);
          const count = tree.nearest(tree.data, p * d, k, squares, positions);
          expect(count).toBe(Math.min(k, rows));
          expect(Array.from(squares.subarray(0, count))).toEqual(all.slice(0, k));
          expect(new Set(positions.subarray(0, count)).size).toBe(count);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps every row once, under its own number', () => {
    const x = gridPoints(100, 3, 1);
    const tree = new KdTree(x);
    expect(Array.from(tree.rows).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    tree.rows.forEach((row, p) => expect(Array.from(tree.data.subarray(p * 3, p * 3 + 3))).toEqual(Array.from(x.data.subarray(row * 4, row * 4 + 3))));
  });

  it.each([NaN, Infinity, 1e200])('refuses %d, naming the row', (value) => {
    const build = () => new KdTree({ rows: 2, d: 2, stride: 2, data: new Float64Array([0, 0, 0, value]) });
    expect(build).toThrow(ShoalError);
    expect(build).toThrow(`Row 2 holds ${value} as feature 2`);
  });

  it('answers for no rows at all', () => {
    const tree = new KdTree({ rows: 0, d: 2, stride: 2, data: new Float64Array(0) });
    expect(tree.nearest(new Float64Array(2), 0, 3, new Float64Array(3), new Int32Array(3))).toBe(0);
  });
});

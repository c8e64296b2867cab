import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Points } from '../kernel/kernel.js';
import { createRng } from '../util/rng.js';
import { assignNearest } from './algorithms/kmeans.js';
import { emptyAssignment, settle } from './nearest.js';

it('assigning row by row and settling all squares give the same to the bit, with equal distances and rows that are no numbers', () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6 }), fc.boolean(), (seed, d, centres, k, whole) => {
    const rng = createRng(seed, 'nearest');
    const value = () => (whole ? rng.int(3) : 3 * rng.normal());
    const centroids = Array.from({ length: centres * d }, value);
    const groups = Array.from({ length: centres }, () => rng.int(k));
    const x: Points = { rows: 30, d, stride: d, data: Float64Array.from({ length: 30 * d }, value) };
    x.data[0] = NaN;
    x.data[d] = Infinity;
    const expected = emptyAssignment(30);
    for (let i = 0; i < 30; i++) {
      const squares = Float64Array.from({ length: centres }, (_, c) => {
        let square = 0;
        for (let j = 0; j < d; j++) square += (x.data[i * d + j] - centroids[c * d + j]) ** 2;
        return square;
      });
      settle(squares, 1, 1, groups, expected, i);
    }
    expect(assignNearest({ k, d, centroids, groups }, x)).toEqual(expected);
  }), { numRuns: 200, seed: 1 });
});

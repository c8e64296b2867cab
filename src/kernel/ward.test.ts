import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { openKernel } from './catalog.js';
import { referenceKernel } from './reference.js';

const simd = await openKernel({ threads: 2 });
afterAll(() => simd.close());

/** Counts around the blocks of 32 and the tiles of 4. */
const shapes = [[1, 1], [2, 3], [5, 1], [31, 2], [32, 4], [33, 5], [100, 2], [257, 7], [1000, 3], [600, 21]] as const;

describe('the nearest group by Ward\'s measure', () => {
  it.each(shapes)('%i groups × %i features: as the reference, with equals going to the lowest', (count, d) => {
    const rng = createRng(count * 100 + d, 'ward');
    const kernels = [referenceKernel(), simd].map((kernel) => kernel.wardGroups(count, d));
    for (let g = 0; g < count; g++) {
      const there = rng.next() < 0.9;
      const weight = 1 + rng.int(4);
      // Whole numbers, so that there are many equal distances, and some order in space, so that whole blocks are far away.
      const values = Array.from({ length: d }, (_, j) => (j === 0 ? Math.floor(g / 8) : rng.int(5)));
      for (const groups of kernels) {
        if (there) groups.values.set(values, g * d);
        groups.inverses[g] = 1 / weight;
      }
    }
    const asked = Int32Array.from({ length: count }, (_, g) => g).filter((g) => kernels[0].values[g * d] !== Infinity && g % 7 !== 3);
    const [expected, found] = kernels.map((groups) => groups.nearest(asked));
    expect(found.neighbours).toEqual(expected.neighbours);
    found.distances.forEach((distance, q) => (expected.distances[q] === Infinity ? expect(distance).toBe(Infinity) : expect(distance).toBeCloseTo(expected.distances[q], 10)));
    kernels.forEach((groups) => groups.release());
  });

  it('is −1 where there is no other', () => {
    const groups = simd.wardGroups(3, 2);
    groups.values.set([1, 2], 2);
    expect(groups.nearest(Int32Array.of(1))).toEqual({ neighbours: Int32Array.of(-1), distances: Float64Array.of(Infinity) });
    groups.values.set([4, 6], 4);
    groups.inverses[2] = 1 / 3;
    // 2 × 1 × 3 / (1 + 3) × 5².
    expect(groups.nearest(Int32Array.of(1))).toEqual({ neighbours: Int32Array.of(2), distances: Float64Array.of(37.5) });
    groups.release();
  });
});

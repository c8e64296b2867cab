import { expect, it } from 'vitest';
import { createRng } from './rng.js';
import { sortOrder } from './sort-order.js';

it('orders negatives, zeros, infinities and leaves NaN out', () => {
  const values = new Float64Array([3, -1, Number.NaN, 0, -0, Infinity, -2.5, 3]);
  expect([...sortOrder(values)]).toEqual([6, 1, 3, 4, 0, 7, 5]);
});

it('orders as a stable sort of the numbers as float32 does', () => {
  const rng = createRng(5);
  const values = Float64Array.from({ length: 5000 }, (_, i) => (i % 11 === 0 ? Number.NaN : i % 3 === 0 ? rng.int(40) - 20 : (rng.next() - 0.5) * 10 ** rng.int(9)));
  const expected = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i])).sort((a, b) => Math.fround(values[a]) - Math.fround(values[b]) || a - b);
  expect([...sortOrder(values)]).toEqual(expected);
});

import { expect, it } from 'vitest';
import { sortOrder } from './sort-order.js';

it('orders negatives, zeros, infinities and leaves NaN out', () => {
  const values = new Float64Array([3, -1, Number.NaN, 0, -0, Infinity, -2.5, 3]);
  expect([...sortOrder(values)]).toEqual([6, 1, 3, 4, 0, 7, 5]);
});

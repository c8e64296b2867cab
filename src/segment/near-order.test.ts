import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearOrder } from './near-order.js';

it('keeps every row once, and cuts a line into pieces of 32 that do not overlap', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 300 }), (line) => {
    const rows = Int32Array.from(line, (_, i) => i).filter((i) => i % 5 !== 4);
    const order = nearOrder(Float64Array.from(line), 1, rows);
    expect(order.slice().sort()).toEqual(rows);
    for (let at = 32; at < order.length; at += 32) {
      const before = Math.max(...Array.from(order.subarray(0, at), (i) => line[i]));
      expect(Math.min(...Array.from(order.subarray(at), (i) => line[i]))).toBeGreaterThanOrEqual(before);
    }
  }), { seed: 1 });
});

it('splits where the rows range most', () => {
  // 64 places on a grid 2 wide and 320 long: the first half of the order is one half of the length.
  const values = Float64Array.from({ length: 128 }, (_, v) => (v % 2 === 0 ? (v >> 1) % 2 : 10 * (v >> 2)));
  const half = nearOrder(values, 2, Int32Array.from({ length: 64 }, (_, i) => (i * 37) % 64)).subarray(0, 32);
  expect(half.slice().sort()).toEqual(Int32Array.from({ length: 32 }, (_, i) => i));
});

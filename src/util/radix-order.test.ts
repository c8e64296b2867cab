import fc from 'fast-check';
import { expect, it } from 'vitest';
import { radixOrder } from './radix-order.js';

const naive = (values: Float64Array, descending: boolean) => Array.from(values.keys())
  .filter((i) => !Number.isNaN(values[i]))
  .sort((a, b) => (values[a] === values[b] ? a - b : (values[a] < values[b] ? -1 : 1) * (descending ? -1 : 1)));

it('orders like a stable comparison, both ways, NaN left out', () => {
  const value = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 5e-324));
  fc.assert(fc.property(fc.array(value, { maxLength: 200 }), fc.boolean(), (list, descending) => {
    const values = Float64Array.from(list);
    expect([...radixOrder(values, descending)]).toEqual(naive(values, descending));
  }));
});

it('tells neighbours in the last bit apart', () => {
  const values = Float64Array.of(1 + Number.EPSILON, 1, 1 - Number.EPSILON / 2);
  expect([...radixOrder(values)]).toEqual([2, 1, 0]);
});

import { defineAggregate } from '../aggregate.js';
import { unscaled } from '../exact.js';

/** Exact in any order: the values are integers (units of 1/scale) and the sum stays below 2⁵³. */
export const sum = defineAggregate<{ sum: number }>({
  name: 'sum',
  title: 'Sum',
  unit: 'of value',
  words: { high: 'high', low: 'low' },
  shape: 'rows',
  needs: ['value'],
  sql: (d, { value, where, scale }) => unscaled(d, `coalesce(${d.only('sum', value, where)}, 0e0)`, scale),
  init: () => ({ sum: 0 }),
  add: (s, { value }) => void (s.sum += value!),
  expire: (s, { value }) => void (s.sum -= value!),
  merge: (a, b) => ({ sum: a.sum + b.sum }),
  value: (s, { scale }) => s.sum / scale,
  example: { rows: [{ at: 1, value: 12_500 }, { at: 2, value: -2_500 }, { at: 3 }], options: { asOf: 9, scale: 10_000 }, value: 1 },
});

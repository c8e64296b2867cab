import { defineAggregate } from '../aggregate.js';
import { unscaled } from '../exact.js';
import { absorb, count, type Tally } from '../tally.js';

/** The state is a tally of values, so that a value can leave a window again. */
export const max = defineAggregate<Tally<number>>({
  name: 'max',
  title: 'Largest',
  unit: 'of value',
  words: { high: 'high maximum', low: 'low maximum' },
  shape: 'rows',
  needs: ['value'],
  sql: (d, { value, where, scale }) => unscaled(d, d.only('max', value, where), scale),
  init: () => new Map(),
  add: (s, { value }) => count(s, value!),
  expire: (s, { value }) => count(s, value!, -1),
  merge: absorb,
  value(s, { scale }) {
    let found = Number.NaN;
    for (const value of s.keys()) if (!(found >= value)) found = value;
    return found / scale;
  },
  example: { rows: [{ at: 1, value: 30_000 }, { at: 2, value: 10_000 }, { at: 3, value: 20_000 }], options: { asOf: 9, scale: 10_000 }, value: 3 },
});

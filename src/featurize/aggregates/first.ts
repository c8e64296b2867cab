import { defineAggregate } from '../aggregate.js';
import { unscaled } from '../exact.js';
import { absorbTimeline, extreme, place, type Timeline } from '../timeline.js';

/** Of several rows at the same instant the smallest value counts, so the order of rows never matters. */
export const first = defineAggregate<Timeline>({
  name: 'first',
  title: 'First value',
  unit: 'of value',
  words: { high: 'high at first', low: 'low at first' },
  shape: 'ordered',
  needs: ['value'],
  over: (_, { partition, inOrder, at }) => ({ previous: `lag(${at}) OVER (${partition} ORDER BY ${inOrder})` }),
  sql: (d, { value, scale, columns }) => unscaled(d, `${d.only('max', value, `${columns.previous} IS NULL`)}`, scale),
  init: () => new Map(),
  add: (s, { at, value }) => place(s, at, value!),
  expire: (s, { at, value }) => place(s, at, value!, -1),
  merge: absorbTimeline,
  value: (s, { scale }) => extreme(s, 1) / scale,
  example: {
    rows: [{ at: 2, value: 30_000 }, { at: 1, value: 20_000 }, { at: 1, value: 25_000 }, { at: 3, value: 40_000 }, { at: 3, value: 10_000 }],
    options: { asOf: 9, scale: 10_000 },
    value: 2,
  },
});

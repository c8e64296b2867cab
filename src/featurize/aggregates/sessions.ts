import { defineAggregate } from '../aggregate.js';
import { MINUTE } from '../exact.js';
import { absorb, count, sorted, type Tally } from '../tally.js';

/** Bursts of activity: a pause longer than `length` begins a new one. */
export const sessions = defineAggregate<Tally<number>>({
  name: 'sessions',
  title: 'Sessions',
  unit: 'sessions',
  words: { high: 'often visiting', low: 'seldom visiting' },
  shape: 'ordered',
  needs: [],
  over: (_, { partition, inOrder, at }) => ({ previous: `lag(${at}) OVER (${partition} ORDER BY ${inOrder})` }),
  sql: (d, { at, columns, length }) =>
    d.only('count', '*', `${columns.previous} IS NULL OR ${d.epochMs(at)} - ${d.epochMs(columns.previous)} > ${length}`),
  init: () => new Map(),
  add: (s, { at }) => count(s, at),
  expire: (s, { at }) => count(s, at, -1),
  merge: absorb,
  value(s, { length }) {
    const at = sorted(s);
    return at.filter((t, i) => i === 0 || t - at[i - 1] > length!).length;
  },
  example: {
    rows: [{ at: 0 }, { at: 0 }, { at: 30 * MINUTE }, { at: 61 * MINUTE }],
    options: { asOf: 99 * MINUTE, scale: 1, length: 30 * MINUTE },
    value: 2,
  },
});

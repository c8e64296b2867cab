import { defineAggregate } from '../aggregate.js';
import { DAY } from '../exact.js';
import { absorb, count, type Tally } from '../tally.js';

/** Days between one instant and the next, on average: (last − first) / (different instants − 1). */
export const intervalMean = defineAggregate<Tally<number>>({
  name: 'interval-mean',
  title: 'Mean interval',
  unit: 'days',
  words: { high: 'seldom-returning', low: 'often-returning' },
  shape: 'ordered',
  needs: [],
  over: (_, { partition, inOrder, at }) => ({ previous: `lag(${at}) OVER (${partition} ORDER BY ${inOrder})` }),
  sql: (d, { at, columns }) => {
    const span = d.double(`${d.epochMs(`max(${at})`)} - ${d.epochMs(`min(${at})`)}`);
    return `${span} / NULLIF(${d.double(d.only('count', '*', `${columns.previous} < ${at}`))} * 86400000e0, 0)`;
  },
  init: () => new Map(),
  add: (s, { at }) => count(s, at),
  expire: (s, { at }) => count(s, at, -1),
  merge: absorb,
  value(s) {
    if (s.size < 2) return Number.NaN;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const at of s.keys()) {
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
    return (last - first) / ((s.size - 1) * DAY);
  },
  example: { rows: [{ at: 0 }, { at: DAY }, { at: DAY }, { at: 5 * DAY }], options: { asOf: 9 * DAY, scale: 1 }, value: 2.5 },
});

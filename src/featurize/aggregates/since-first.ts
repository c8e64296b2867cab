import { defineAggregate } from '../aggregate.js';
import { DAY } from '../exact.js';
import { absorb, count, type Tally } from '../tally.js';

export const sinceFirst = defineAggregate<Tally<number>>({
  name: 'since-first',
  title: 'Days since the first',
  unit: 'days',
  words: { high: 'long-standing', low: 'new' },
  shape: 'rows',
  needs: [],
  sql: (d, { at, where, asOf }) => `${d.double(`${asOf} - ${d.epochMs(d.only('min', at, where))}`)} / 86400000e0`,
  init: () => new Map(),
  add: (s, { at }) => count(s, at),
  expire: (s, { at }) => count(s, at, -1),
  merge: absorb,
  value(s, { asOf }) {
    let found = Number.NaN;
    for (const at of s.keys()) if (!(found <= at)) found = at;
    return (asOf - found) / DAY;
  },
  example: { rows: [{ at: DAY }, { at: 2.5 * DAY }], options: { asOf: 3 * DAY, scale: 1 }, value: 2 },
});

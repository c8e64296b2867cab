import { defineAggregate } from '../aggregate.js';
import { DAY, logTerm, logTermSql, weekday } from '../exact.js';

/** Entropy of the weekdays, in nats: 0 = always the same day, ln 7 = 1.95 any day alike. */
export const weekdayEntropy = defineAggregate<number[]>({
  name: 'weekday-entropy',
  title: 'Variety of weekdays',
  unit: 'nats',
  words: { high: 'any-day', low: 'same-day' },
  shape: 'rows',
  needs: [],
  sql: (d, { at, where }) => {
    const on = (day: number) => `${where ? `(${where}) AND ` : ''}${d.weekday(at)} = ${day}`;
    const terms = [1, 2, 3, 4, 5, 6, 7].map((day) => logTermSql(d, d.only('count', '*', on(day))));
    const all = d.only('count', '*', where);
    return `(${logTermSql(d, all)} - (${terms.join(' + ')})) / NULLIF(${d.double(all)} * 1e6, 0)`;
  },
  init: () => [0, 0, 0, 0, 0, 0, 0],
  add: (s, { at }) => void s[weekday(at) - 1]++,
  expire: (s, { at }) => void s[weekday(at) - 1]--,
  merge: (a, b) => a.map((n, day) => n + b[day]),
  value(s) {
    const all = s.reduce((sum, n) => sum + n, 0);
    const terms = s.reduce((sum, n) => sum + logTerm(n), 0);
    return all ? (logTerm(all) - terms) / (all * 1e6) : Number.NaN;
  },
  // Two different days, once each: ln 2.
  example: { rows: [{ at: 0 }, { at: DAY }], options: { asOf: 9 * DAY, scale: 1 }, value: 0.693147 },
});

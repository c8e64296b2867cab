import { defineAggregate } from '../aggregate.js';
import { DAY } from '../exact.js';
import { absorb, count, type Tally } from '../tally.js';

/**
 * The last `length` against the `length` before it: (recent − earlier) / (recent + earlier) of the positive values, −1 (stopped) … 1 (new).
 * Both windows are half-open: (asOf − length, asOf] and (asOf − 2·length, asOf − length].
 */
export const change = defineAggregate<Tally<number>>({
  name: 'change',
  title: 'Change against the period before',
  unit: '−1 to 1',
  words: { high: 'growing', low: 'declining' },
  shape: 'rows',
  needs: ['value'],
  sql: (d, { at, value, where, asOf, length }) => {
    const within = (from: number, to: number) =>
      `${where ? `(${where}) AND ` : ''}${value} > 0 AND ${at} > ${d.timestamp(from)} AND ${at} <= ${d.timestamp(to)}`;
    const recent = `coalesce(${d.only('sum', value, within(asOf - length!, asOf))}, 0e0)`;
    const earlier = `coalesce(${d.only('sum', value, within(asOf - 2 * length!, asOf - length!))}, 0e0)`;
    return d.ratio(`${recent} - ${earlier}`, `${recent} + ${earlier}`);
  },
  init: () => new Map(),
  add: (s, { at, value }) => void (value! > 0 && count(s, at, value!)),
  expire: (s, { at, value }) => void (value! > 0 && count(s, at, -value!)),
  merge: absorb,
  value(s, { asOf, length }) {
    let recent = 0;
    let earlier = 0;
    for (const [at, value] of s) {
      if (at > asOf - length!) recent += value;
      else if (at > asOf - 2 * length!) earlier += value;
    }
    return recent + earlier > 0 ? (recent - earlier) / (recent + earlier) : Number.NaN;
  },
  // Day 10 − 5 = day 5 is already the earlier window.
  example: { rows: [{ at: 5 * DAY, value: 1 }, { at: 6 * DAY, value: 3 }, { at: 0, value: 9 }], options: { asOf: 10 * DAY, scale: 1, length: 5 * DAY }, value: 0.5 },
});

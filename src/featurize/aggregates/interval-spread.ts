import { defineAggregate } from '../aggregate.js';
import { MINUTE } from '../exact.js';
import { absorb, count, sorted, type Tally } from '../tally.js';

/**
 * Coefficient of variation of the gaps between different instants: 0 = like clockwork, 1 = at random, more = in bursts.
 * Gaps are whole minutes, so that their squares sum exactly; needs two gaps.
 */
export const intervalSpread = defineAggregate<Tally<number>>({
  name: 'interval-spread',
  title: 'Irregularity of intervals',
  unit: 'of the mean interval',
  words: { high: 'irregular', low: 'regular' },
  shape: 'ordered',
  needs: [],
  over: (_, { partition, inOrder, at }) => ({ previous: `lag(${at}) OVER (${partition} ORDER BY ${inOrder})` }),
  sql: (d, { at, columns }) => {
    const later = `${columns.previous} < ${at}`;
    const gap = d.double(d.quotient(`${d.epochMs(at)} - ${d.epochMs(columns.previous)}`, '60000'));
    const n = d.double(d.only('count', '*', later));
    const s = d.only('sum', gap, later);
    const q = d.only('sum', `${gap} * ${gap}`, later);
    return `CASE WHEN ${n} > 1 AND ${s} > 0 THEN sqrt(greatest(${q} * ${n} - ${s} * ${s}, 0e0)) / ${s} END`;
  },
  init: () => new Map(),
  add: (s, { at }) => count(s, at),
  expire: (s, { at }) => count(s, at, -1),
  merge: absorb,
  value(s) {
    const at = sorted(s);
    const n = at.length - 1;
    let sum = 0;
    let squares = 0;
    for (let i = 1; i < at.length; i++) {
      const gap = Math.floor((at[i] - at[i - 1]) / MINUTE);
      sum += gap;
      squares += gap * gap;
    }
    return n > 1 && sum > 0 ? Math.sqrt(Math.max(squares * n - sum * sum, 0)) / sum : Number.NaN;
  },
  // Gaps of 10 and 30 minutes: mean 20, sd 10.
  example: { rows: [{ at: 0 }, { at: 10 * MINUTE }, { at: 40 * MINUTE }], options: { asOf: 99 * MINUTE, scale: 1 }, value: 0.5 },
});

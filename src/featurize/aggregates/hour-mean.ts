import { defineAggregate } from '../aggregate.js';
import { clockCos, clockSin, clockSql, roundHalfAway } from '../exact.js';

interface State { c: number; s: number }

/** Circular mean of the time of day, in hours 0–24 (23:00 and 01:00 average to midnight), to 1/10,000 hour. */
export const hourMean = defineAggregate<State>({
  name: 'hour-mean',
  title: 'Usual hour',
  unit: 'hour of day',
  words: { high: 'late', low: 'early' },
  shape: 'rows',
  needs: [],
  sql: (d, { at, where }) => {
    const c = d.only('sum', clockSql(d, 'cos', at), where);
    const s = d.only('sum', clockSql(d, 'sin', at), where);
    const angle = `atan2(${s}, ${c})`;
    const turned = `CASE WHEN ${angle} < 0 THEN ${angle} + ${d.number(2 * Math.PI)} ELSE ${angle} END`;
    return `CASE WHEN ${c} <> 0 OR ${s} <> 0 THEN ${d.round(`(${turned}) * ${d.number(12 / Math.PI)} * 1e4`)} / 1e4 END`;
  },
  init: () => ({ c: 0, s: 0 }),
  add: (state, { at }) => turn(state, at, 1),
  expire: (state, { at }) => turn(state, at, -1),
  merge: (a, b) => ({ c: a.c + b.c, s: a.s + b.s }),
  value({ c, s }) {
    if (c === 0 && s === 0) return Number.NaN;
    const angle = Math.atan2(s, c);
    const turned = angle < 0 ? angle + 2 * Math.PI : angle;
    return roundHalfAway(turned * (12 / Math.PI) * 1e4) / 1e4;
  },
  // 21:00 and 24:00.
  example: { rows: [{ at: 21 * 3_600_000 }, { at: 24 * 3_600_000 }], options: { asOf: 1e9, scale: 1 }, value: 22.5 },
});

function turn(state: State, at: number, sign: 1 | -1): void {
  state.c += sign * clockCos(at);
  state.s += sign * clockSin(at);
}

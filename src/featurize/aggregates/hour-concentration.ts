import { defineAggregate } from '../aggregate.js';
import { clockCos, clockSin, clockSql } from '../exact.js';

interface State { c: number; s: number; n: number }

/** How much of the day's circle the times of day share: 1 = always the same minute, 0 = all round the clock (mean resultant length). */
export const hourConcentration = defineAggregate<State>({
  name: 'hour-concentration',
  title: 'Regularity of the hour',
  unit: '0 to 1',
  words: { high: 'same-hour', low: 'any-hour' },
  shape: 'rows',
  needs: [],
  sql: (d, { at, where }) => {
    const c = d.only('sum', clockSql(d, 'cos', at), where);
    const s = d.only('sum', clockSql(d, 'sin', at), where);
    return `sqrt(${c} * ${c} + ${s} * ${s}) / NULLIF(${d.double(d.only('count', '*', where))} * 1e6, 0)`;
  },
  init: () => ({ c: 0, s: 0, n: 0 }),
  add: (state, { at }) => turn(state, at, 1),
  expire: (state, { at }) => turn(state, at, -1),
  merge: (a, b) => ({ c: a.c + b.c, s: a.s + b.s, n: a.n + b.n }),
  value: ({ c, s, n }) => (n ? Math.sqrt(c * c + s * s) / (n * 1e6) : Number.NaN),
  // Midnight and noon cancel out.
  example: { rows: [{ at: 0 }, { at: 12 * 3_600_000 }], options: { asOf: 1e9, scale: 1 }, value: 0 },
});

function turn(state: State, at: number, sign: 1 | -1): void {
  state.c += sign * clockCos(at);
  state.s += sign * clockSin(at);
  state.n += sign;
}

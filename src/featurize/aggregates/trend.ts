import { defineAggregate } from '../aggregate.js';
import { DAY } from '../exact.js';

interface State {
  /** Weight and rows per calendar day. */
  days: Map<number, { weight: number; rows: number }>;
}

/**
 * Where the weight of the history lies between the first day and now: 1 − 2·Σ w·ago / (Σ w · oldest), in −1 (all at the start) … 1 (all today);
 * 0 is an even pace. To the calendar day; only rows of positive value weigh.
 */
export const trend = defineAggregate<State>({
  name: 'trend',
  title: 'Lean towards recent times',
  unit: '−1 to 1',
  words: { high: 'growing', low: 'declining' },
  shape: 'rows',
  needs: ['value'],
  sql: (d, { at, value, where, asOf }) => {
    const weighs = where ? `(${where}) AND ${value} > 0` : `${value} > 0`;
    const ago = d.double(`${Math.floor(asOf / DAY)} - ${d.quotient(d.epochMs(at), String(DAY))}`);
    const moment = d.only('sum', `${value} * (${ago})`, weighs);
    return `1e0 - 2e0 * ${moment} / NULLIF(${d.only('sum', value, weighs)} * ${d.only('max', ago, weighs)}, 0)`;
  },
  init: () => ({ days: new Map() }),
  add: (s, { at, value }) => weigh(s, at, value!, 1),
  expire: (s, { at, value }) => weigh(s, at, value!, -1),
  merge(a, b) {
    for (const [day, { weight, rows }] of b.days) put(a, day, weight, rows);
    return a;
  },
  value({ days }, { asOf }) {
    const today = Math.floor(asOf / DAY);
    let moment = 0;
    let weight = 0;
    let oldest = 0;
    for (const [day, here] of days) {
      moment += here.weight * (today - day);
      weight += here.weight;
      oldest = Math.max(oldest, today - day);
    }
    return weight * oldest > 0 ? 1 - (2 * moment) / (weight * oldest) : Number.NaN;
  },
  // Weight 1 ten days ago, 3 today: 1 − 2·10/(4·10).
  example: { rows: [{ at: 0, value: 1 }, { at: 10 * DAY, value: 3 }], options: { asOf: 10 * DAY, scale: 1 }, value: 0.5 },
});

function weigh(s: State, at: number, value: number, sign: 1 | -1): void {
  if (value > 0) put(s, Math.floor(at / DAY), sign * value, sign);
}

function put({ days }: State, day: number, weight: number, rows: number): void {
  const here = days.get(day) ?? { weight: 0, rows: 0 };
  const next = { weight: here.weight + weight, rows: here.rows + rows };
  if (next.rows === 0) days.delete(day);
  else days.set(day, next);
}

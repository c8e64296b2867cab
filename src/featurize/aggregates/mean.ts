import { defineAggregate } from '../aggregate.js';

export const mean = defineAggregate<{ sum: number; n: number }>({
  name: 'mean',
  title: 'Mean',
  unit: 'of value',
  words: { high: 'high', low: 'low' },
  shape: 'rows',
  needs: ['value'],
  sql: (d, { value, where, scale }) =>
    `${d.only('sum', value, where)} / NULLIF(${d.double(d.only('count', value, where))} * ${d.number(scale)}, 0)`,
  init: () => ({ sum: 0, n: 0 }),
  add(s, { value }) {
    s.sum += value!;
    s.n++;
  },
  expire(s, { value }) {
    s.sum -= value!;
    s.n--;
  },
  merge: (a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }),
  value: (s, { scale }) => (s.n ? s.sum / (s.n * scale) : Number.NaN),
  example: { rows: [{ at: 1, value: 10_000 }, { at: 2, value: 20_000 }, { at: 3 }], options: { asOf: 9, scale: 10_000 }, value: 1.5 },
});

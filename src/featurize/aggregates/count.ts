import { defineAggregate } from '../aggregate.js';

export const count = defineAggregate<{ n: number }>({
  name: 'count',
  title: 'Number of rows',
  unit: 'rows',
  words: { high: 'frequent', low: 'infrequent' },
  shape: 'rows',
  needs: [],
  sql: (d, { where }) => d.only('count', '*', where),
  init: () => ({ n: 0 }),
  add: (s) => void s.n++,
  expire: (s) => void s.n--,
  merge: (a, b) => ({ n: a.n + b.n }),
  value: (s) => s.n,
  example: { rows: [{ at: 1 }, { at: 1 }, { at: 5 }], options: { asOf: 9, scale: 1 }, value: 3 },
});

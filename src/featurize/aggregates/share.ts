import { defineAggregate } from '../aggregate.js';
import { sharedOut, sharedOutSql } from '../prior.js';

export const share = defineAggregate<{ n: number; of: number }>({
  name: 'share',
  title: 'Share of rows where something holds',
  unit: 'of rows',
  words: { high: 'often', low: 'seldom' },
  shape: 'rows',
  needs: [],
  sql: (d, { holds, where, prior }) =>
    sharedOutSql(d, d.only('count', '*', where ? `(${where}) AND (${holds})` : holds), d.only('count', '*', where), prior),
  init: () => ({ n: 0, of: 0 }),
  add(s, { holds }) {
    s.of++;
    if (holds) s.n++;
  },
  expire(s, { holds }) {
    s.of--;
    if (holds) s.n--;
  },
  merge: (a, b) => ({ n: a.n + b.n, of: a.of + b.of }),
  value: (s, { prior }) => sharedOut(s.n, s.of, prior?.share, prior?.rows),
  example: { rows: [{ at: 1, holds: true }, { at: 2, holds: false }, { at: 3, holds: false }, { at: 4, holds: false }], options: { asOf: 9, scale: 1 }, value: 0.25 },
});

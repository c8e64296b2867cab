import { defineAggregate } from '../aggregate.js';
import { sharedOut, sharedOutSql } from '../prior.js';

/** How much of the rows is one chosen key. Counts two numbers where `share` would need a pass over all rows per key. */
export const keyShare = defineAggregate<{ byKey: Map<string, number>; of: number }>({
  name: 'key-share',
  title: 'Share of one kind',
  unit: 'of rows',
  words: { high: 'much', low: 'little' },
  shape: 'keys',
  needs: ['key'],
  sql: (d, { key, n, chosen, prior }) => sharedOutSql(d, `coalesce(${d.only('sum', n, `${key} = ${d.text(chosen!)}`)}, 0)`, `sum(${n})`, prior),
  init: () => ({ byKey: new Map(), of: 0 }),
  add(s, { key }) {
    s.byKey.set(key!, (s.byKey.get(key!) ?? 0) + 1);
    s.of++;
  },
  expire(s, { key }) {
    s.byKey.set(key!, s.byKey.get(key!)! - 1);
    s.of--;
  },
  merge(a, b) {
    for (const [key, n] of b.byKey) a.byKey.set(key, (a.byKey.get(key) ?? 0) + n);
    a.of += b.of;
    return a;
  },
  value: (s, { chosen, prior }) => sharedOut(s.byKey.get(chosen!) ?? 0, s.of, prior ?? Number.NaN),
  example: {
    rows: [{ at: 1, key: 'tea' }, { at: 2, key: 'mug' }, { at: 3, key: 'jug' }, { at: 4, key: 'tea' }],
    options: { asOf: 9, scale: 1, chosen: 'tea' },
    value: 0.5,
  },
});

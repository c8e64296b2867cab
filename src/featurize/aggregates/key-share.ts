import { defineAggregate } from '../aggregate.js';

/** How much of the rows is one chosen key. Counts two numbers where `share` would need a pass over all rows per key. */
export const keyShare = defineAggregate<{ byKey: Map<string, number>; of: number }>({
  name: 'key-share',
  title: 'Share of one kind',
  unit: 'of rows',
  words: { high: 'much', low: 'little' },
  shape: 'keys',
  needs: ['key'],
  sql: (d, { key, n, chosen }) => d.ratio(`coalesce(${d.only('sum', n, `${key} = ${d.text(chosen!)}`)}, 0)`, `sum(${n})`),
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
  value: (s, { chosen }) => (s.of ? (s.byKey.get(chosen!) ?? 0) / s.of : Number.NaN),
  example: {
    rows: [{ at: 1, key: 'tea' }, { at: 2, key: 'mug' }, { at: 3, key: 'jug' }, { at: 4, key: 'tea' }],
    options: { asOf: 9, scale: 1, chosen: 'tea' },
    value: 0.5,
  },
});

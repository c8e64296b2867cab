import { defineAggregate } from '../aggregate.js';
import { absorb, count, sorted, type Tally } from '../tally.js';

interface State { byKey: Map<string, Tally<number>> }

/** How many times `then` happened after `chosen` and within `length` of it: the gap is in (0, length]. */
export const sequence = defineAggregate<State>({
  name: 'sequence',
  title: 'One thing after another',
  unit: 'times',
  words: { high: 'following through', low: 'not following through' },
  shape: 'ordered',
  needs: ['key'],
  over: (d, { partition, at, key, chosen }) => ({
    latest_chosen:
      `max(CASE WHEN ${key} = ${d.text(chosen!)} THEN ${d.epochMs(at)} END) OVER (${partition} ORDER BY ${d.epochMs(at)} RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`,
  }),
  sql: (d, { at, key, then, length, columns }) =>
    d.only('count', '*', `${key} = ${d.text(then!)} AND ${d.epochMs(at)} - ${columns.latest_chosen} <= ${length}`),
  init: () => ({ byKey: new Map() }),
  add: (s, { at, key }) => put(s, key!, at, 1),
  expire: (s, { at, key }) => put(s, key!, at, -1),
  merge(a, b) {
    for (const [key, times] of b.byKey) a.byKey.set(key, absorb(a.byKey.get(key) ?? new Map<number, number>(), times));
    return a;
  },
  value({ byKey }, { chosen, then, length }) {
    const starts = sorted(byKey.get(chosen!) ?? new Map<number, number>());
    let n = 0;
    for (const [at, times] of byKey.get(then!) ?? []) {
      const latest = starts.findLast((start) => start < at);
      if (latest !== undefined && at - latest <= length!) n += times;
    }
    return n;
  },
  example: {
    rows: [{ at: 10, key: 'view' }, { at: 15, key: 'buy' }, { at: 16, key: 'buy' }, { at: 10, key: 'buy' }],
    options: { asOf: 99, scale: 1, chosen: 'view', then: 'buy', length: 5 },
    value: 1,
  },
});

function put({ byKey }: State, key: string, at: number, by: 1 | -1): void {
  const times = byKey.get(key) ?? new Map<number, number>();
  count(times, at, by);
  byKey.set(key, times);
}

import { defineAggregate } from '../aggregate.js';
import { absorb, count, type Tally } from '../tally.js';

/** The most common key; of several equally common ones, the last in code-point order. A text, for profiles. */
export const mode = defineAggregate<Tally<string>>({
  name: 'mode',
  title: 'Most common',
  unit: 'key',
  words: { high: 'most common', low: 'least common' },
  shape: 'keys',
  needs: ['key'],
  // Count and key as one text: the largest is the most common, and ties are settled the same way in every engine.
  sql: (d, { key, n }) => `substr(max(lpad(${d.varchar(n)}, 15, '0') || ${d.varchar(key)}), 16)`,
  init: () => new Map(),
  add: (s, { key }) => count(s, key!),
  expire: (s, { key }) => count(s, key!, -1),
  merge: absorb,
  value(s) {
    let best: string | null = null;
    for (const [key, n] of s) {
      const most = best === null ? 0 : s.get(best)!;
      if (n > most || (n === most && Buffer.compare(Buffer.from(key), Buffer.from(best!)) > 0)) best = key;
    }
    return best;
  },
  example: { rows: [{ at: 1, key: 'tea' }, { at: 2, key: 'mug' }, { at: 3, key: 'tea' }], options: { asOf: 9, scale: 1 }, value: 'tea' },
});

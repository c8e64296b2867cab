import { defineAggregate } from '../aggregate.js';
import { absorb, count, type Tally } from '../tally.js';

export const topShare = defineAggregate<Tally<string>>({
  name: 'top-share',
  title: 'Share of the most common',
  unit: 'of rows',
  words: { high: 'single-minded', low: 'varied' },
  shape: 'keys',
  needs: ['key'],
  sql: (d, { n }) => d.ratio(`max(${n})`, `sum(${n})`),
  init: () => new Map(),
  add: (s, { key }) => count(s, key!),
  expire: (s, { key }) => count(s, key!, -1),
  merge: absorb,
  value(s) {
    let most = 0;
    let all = 0;
    for (const n of s.values()) {
      most = Math.max(most, n);
      all += n;
    }
    return all ? most / all : Number.NaN;
  },
  example: { rows: [{ at: 1, key: 'tea' }, { at: 2, key: 'mug' }, { at: 3, key: 'tea' }, { at: 4, key: 'tea' }], options: { asOf: 9, scale: 1 }, value: 0.75 },
});

import { defineAggregate } from '../aggregate.js';
import { logTerm, logTermSql } from '../exact.js';
import { absorb, count, type Tally } from '../tally.js';

/** Shannon entropy of the keys, in nats: H = (N ln N − Σ n ln n) / N. 0 = always the same; ln(kinds) = evenly spread. */
export const entropy = defineAggregate<Tally<string>>({
  name: 'entropy',
  title: 'Variety',
  unit: 'nats',
  words: { high: 'varied', low: 'single-minded' },
  shape: 'keys',
  needs: ['key'],
  sql: (d, { n }) =>
    `(${logTermSql(d, `sum(${n})`)} - sum(${logTermSql(d, n)})) / NULLIF(${d.double(`sum(${n})`)} * 1e6, 0)`,
  init: () => new Map(),
  add: (s, { key }) => count(s, key!),
  expire: (s, { key }) => count(s, key!, -1),
  merge: absorb,
  value(s) {
    let total = 0;
    let terms = 0;
    for (const n of s.values()) {
      total += n;
      terms += logTerm(n);
    }
    return total ? (logTerm(total) - terms) / (total * 1e6) : Number.NaN;
  },
  // ln 2 = 0.693147…: 2·ln 2 in millionths is 1,386,294, over 2 rows.
  example: { rows: [{ at: 1, key: 'tea' }, { at: 2, key: 'mug' }], options: { asOf: 9, scale: 1 }, value: 0.693147 },
});

import { defineAggregate } from '../aggregate.js';
import { DAY, monthIndex } from '../exact.js';
import { MONTHS_KEPT, monthSetSql } from '../months.js';
import { absorb, count, sorted, type Tally } from '../tally.js';

/** The most calendar months in a row with at least one row in each, of the last 126. */
export const streak = defineAggregate<Tally<number>>({
  name: 'streak',
  title: 'Longest streak',
  unit: 'months in a row',
  words: { high: 'unbroken', low: 'sporadic' },
  shape: 'rows',
  needs: [],
  sql: (d, args) => d.longestRun(monthSetSql(d, args)),
  init: () => new Map(),
  add: (s, { at }) => count(s, monthIndex(at)),
  expire: (s, { at }) => count(s, monthIndex(at), -1),
  merge: absorb,
  value(s, { asOf }) {
    const oldest = monthIndex(asOf) - MONTHS_KEPT;
    let longest = 0;
    let run = 0;
    let before = Number.NaN;
    for (const month of sorted(s)) {
      if (month <= oldest) continue;
      run = month === before + 1 ? run + 1 : 1;
      longest = Math.max(longest, run);
      before = month;
    }
    return longest;
  },
  // January, February, April 1970.
  example: { rows: [{ at: 0 }, { at: 35 * DAY }, { at: 95 * DAY }], options: { asOf: 99 * DAY, scale: 1 }, value: 2 },
});

import { defineAggregate } from '../aggregate.js';
import { DAY, monthIndex } from '../exact.js';
import { MONTHS_KEPT, monthSetSql } from '../months.js';
import { absorb, count, type Tally } from '../tally.js';

/** Calendar months with a row, of the last 126. */
export const activeMonths = defineAggregate<Tally<number>>({
  name: 'active-months',
  title: 'Active months',
  unit: 'months',
  words: { high: 'steady', low: 'occasional' },
  shape: 'rows',
  needs: [],
  sql: (d, args) => `coalesce(${d.bitCount(monthSetSql(d, args))}, 0)`,
  init: () => new Map(),
  add: (s, { at }) => count(s, monthIndex(at)),
  expire: (s, { at }) => count(s, monthIndex(at), -1),
  merge: absorb,
  value(s, { asOf }) {
    const oldest = monthIndex(asOf) - MONTHS_KEPT;
    let n = 0;
    for (const month of s.keys()) if (month > oldest) n++;
    return n;
  },
  example: { rows: [{ at: 0 }, { at: 2 * DAY }, { at: 40 * DAY }], options: { asOf: 99 * DAY, scale: 1 }, value: 2 },
});

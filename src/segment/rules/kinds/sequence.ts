import { conditionSchemas, type ConditionOf } from '../../../domain/rule.js';
import { lowerFirst } from '../../../util/words.js';
import { rowsWhere } from '../bits.js';
import { defineKind } from '../condition.js';
import { deedWords, withArticle } from '../nouns.js';
import { rowTests } from '../rows-sql.js';
import { relationIn, windowOf } from '../session.js';
import { boundsOf, boundsSql, overWords, spanMs, spanWords, windowWords } from '../spans.js';
import { columnNamed, timedSource, type Vocabulary } from '../vocabulary.js';
import { atOf, cellAt, liveRows, liveWindow } from '../live-rows.js';
import { createVerdict, type LiveFacts } from '../live.js';
import { readsOf } from '../reads.js';

/** Up to so many pairs of rows of somebody it is quicker to look at each. */
const FEW = 400;

type Sequence = ConditionOf<'sequence'>;

export const sequence = defineKind({
  name: 'sequence',
  title: 'What they did after something else',
  schema: conditionSchemas.sequence,
  words(condition, vocabulary) {
    const { first, then, shared } = checked(condition, vocabulary);
    const one = deedWords(first, condition.first, vocabulary);
    const other = deedWords(then, condition.then, vocabulary);
    const start = `with ${withArticle(one.one)}${one.tests}${windowWords(condition.window)}`;
    const same = shared && `${shared === 'order' ? ' of' : ' with'} the same ${shared}`;
    const within = `within ${spanWords(condition.within.length, condition.within.unit)}`;
    return condition.followed ? `${start} and then ${withArticle(other.one)}${other.tests}${same} ${within}` : `${start} but no ${other.one}${other.tests}${same} ${within} after it`;
  },
  sql(condition, scope) {
    const { dialect: d, relations, asOf, vocabulary } = scope;
    checked(condition, vocabulary);
    const { followed, within, per, window } = condition;
    const span = `INTERVAL '${within.length}' ${within.unit.slice(0, -1).toUpperCase()}`;
    const key = (of: string) => d.varchar(`${of}.${d.quote(per!)}`);
    const outer = [
      ...rowTests(condition.first, scope, 'a.'), boundsSql(d, boundsOf(window, asOf), 'a."at"'), ...(per === undefined ? [] : [`a.${d.quote(per)} IS NOT NULL`]),
      ...(followed ? [] : [`a."at" + ${span} <= ${d.timestamp(asOf)}`]),
    ];
    const inner = [
      'b."entity" = a."entity"', 'b."at" > a."at"', `b."at" <= a."at" + ${span}`, boundsSql(d, { until: asOf }, 'b."at"'), ...(per === undefined ? [] : [`${key('b')} = ${key('a')}`]), ...rowTests(condition.then, scope, 'b.'),
    ];
    return `SELECT DISTINCT a."entity" FROM ${relationIn(condition.first.source, window, scope)} AS a\nWHERE ${outer.join(' AND ')}\n  AND ${followed ? '' : 'NOT '}EXISTS (SELECT 1 FROM ${relations.sources[condition.then.source]} AS b WHERE ${inner.join(' AND ')})`;
  },
  async bits(condition, { rows, asOf, vocabulary, source }) {
    checked(condition, vocabulary);
    const { followed, per } = condition;
    const first = await source(condition.first.source), then = await source(condition.then.source);
    const firstPass = await first.passing(condition.first.where), thenPass = await then.passing(condition.then.where);
    const firstKey = per === undefined ? undefined : await first.identity(per), thenKey = per === undefined ? undefined : await then.identity(per);
    const within = windowOf(condition.window, asOf, first);
    const now = asOf * 1000, span = spanMs(condition.within.length, condition.within.unit) * 1000;
    const a = first.at, b = then.at;
    let from = 0, to = 0;
    const starts = (i: number) => a[i] >= from && a[i] <= to && (!firstPass || firstPass[i] === 1) && !(firstKey && firstKey[i] !== firstKey[i]);
    const follows = (j: number) => b[j] <= now && (!thenPass || thenPass[j] === 1);
    const fulfils = (start: number, came: number) => (came - start <= span ? followed : !followed && start + span <= now);

    /** Without a shared value: the next `then` after each `first`, both walked from the end. */
    const anyOf = (row: number) => {
      let j = then.start[row + 1] - 1, came = Infinity;
      for (let i = first.start[row + 1] - 1; i >= first.start[row]; i--) {
        if (!starts(i)) continue;
        for (; j >= then.start[row] && !(b[j] <= a[i]); j--) if (follows(j)) came = b[j];
        if (fulfils(a[i], came)) return true;
      }
      return false;
    };
    /** With one, of few rows: each pair is looked at. */
    const fewOf = (row: number) => {
      for (let i = first.start[row]; i < first.start[row + 1]; i++) {
        if (!starts(i)) continue;
        let came = Infinity;
        for (let j = then.start[row + 1] - 1; j >= then.start[row] && !(b[j] <= a[i]); j--) if (thenKey![j] === firstKey![i] && follows(j)) came = b[j];
        if (fulfils(a[i], came)) return true;
      }
      return false;
    };
    /** Of many: as without, the next one kept for each value. */
    const next = new Map<number, number>();
    const manyOf = (row: number) => {
      next.clear();
      let j = then.start[row + 1] - 1;
      for (let i = first.start[row + 1] - 1; i >= first.start[row]; i--) {
        if (!starts(i)) continue;
        for (; j >= then.start[row] && !(b[j] <= a[i]); j--) if (follows(j)) next.set(thenKey![j], b[j]);
        if (fulfils(a[i], next.get(firstKey![i]) ?? Infinity)) return true;
      }
      return false;
    };
    const pairs = (row: number) => (first.start[row + 1] - first.start[row]) * (then.start[row + 1] - then.start[row]);
    const sameOf = (row: number) => (pairs(row) > FEW ? manyOf(row) : fewOf(row));
    return rowsWhere(rows, (row) => {
      [from, to] = within(row);
      return (firstKey ? sameOf : anyOf)(row);
    });
  },
  reads: ({ first, then, per }) => [...readsOf(first), ...readsOf(then), ...(per === undefined ? [] : [{ source: first.source, column: per }, { source: then.source, column: per }])],
  live(condition, ground) {
    const { followed, per } = condition;
    const first = liveRows(condition.first, ground), then = liveRows(condition.then, ground);
    const window = liveWindow(condition.window);
    const span = spanMs(condition.within.length, condition.within.unit);
    const at = per === undefined ? undefined : ground.cellOf(per);
    const keyOf = at === undefined ? () => 0 : (facts: LiveFacts, row: number) => cellAt(facts, row, at);
    const next = new Map<number, number>();
    const tell = createVerdict();

    /** Each first row in the window, from the newest, with the row that came next after it (−1: none). Ends where `take` says so. */
    function walk(facts: LiveFacts, asOf: number, take: (row: number, came: number) => boolean): void {
      next.clear();
      const from = window.from(facts, asOf), to = window.to(facts);
      for (let end = facts.rows; end > from;) {
        let start = end - 1;
        while (start > 0 && atOf(facts, start - 1) === atOf(facts, start)) start--;
        // What happened at the same instant did not come after.
        for (let row = Math.min(end, to) - 1; row >= Math.max(start, from); row--) {
          const key = keyOf(facts, row);
          if (key === key && first.passes(facts, row) && take(row, next.get(key) ?? -1)) return;
        }
        for (let row = end - 1; row >= start; row--) {
          const key = keyOf(facts, row);
          if (key === key && then.passes(facts, row)) next.set(key, row);
        }
        end = start;
      }
    }
    const inTime = (facts: LiveFacts, row: number, came: number) => came >= 0 && atOf(facts, came) - atOf(facts, row) <= span;

    return {
      events: window.any || first.events === 'any' || then.events === 'any' ? 'any' : [...new Set([...first.events, ...then.events])], traits: [], segments: [], over: overWords(condition.window),
      touches: (facts, row) => window.any || first.passes(facts, row) || then.passes(facts, row),
      needs: (facts, row, asOf) => window.holds(facts, row, asOf) && (window.any || first.passes(facts, row) || then.passes(facts, row)),
      verdict(facts, asOf) {
        // Whoever is followed holds until it leaves the window; whoever is not, from the end of its time until then.
        let end = -Infinity, start = Infinity;
        const later: number[] = [], ends: number[] = [];
        walk(facts, asOf, (row, came) => {
          if (inTime(facts, row, came) !== followed) return false;
          const begins = followed ? asOf : atOf(facts, row) + span, leaves = window.leaves(facts, row);
          if (begins >= leaves) return false;
          if (begins > asOf) {
            start = begins;
            later.push(begins);
            ends.push(leaves);
            return false;
          }
          end = leaves;
          return true;
        });
        if (end === -Infinity) return tell(false, start);
        for (let i = later.length - 1; i >= 0 && later[i] <= end; i--) end = Math.max(end, ends[i]);
        return tell(true, end);
      },
      evidence(facts, asOf) {
        const found: number[] = [];
        walk(facts, asOf, (row, came) => {
          if (inTime(facts, row, came) !== followed || (!followed && atOf(facts, row) + span > asOf)) return false;
          if (came >= 0 && followed) found.push(came);
          return found.push(row) >= 9;
        });
        return { rows: [...new Set(found)].sort((a, b) => b - a).slice(0, 10) };
      },
    };
  },
  example: {
    given: { kind: 'sequence', first: { source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }] }, then: { source: 'orders' }, followed: false, within: { length: 1, unit: 'days' }, per: 'product', window: { last: 7, unit: 'days' } },
    words: 'with a ‘cart’ web event in the last 7 days but no order with the same product within one day after it',
  },
  failing: [
    { given: { kind: 'sequence', first: { source: 'web' }, then: { source: 'orders' }, followed: true, within: { length: 1, unit: 'days' }, per: 'cart_id' }, says: "'web' has no column 'cart_id'" },
    { given: { kind: 'sequence', first: { source: 'web' }, then: { source: 'orders' }, followed: true, within: { length: 1, unit: 'days' }, per: 'event' }, says: "'orders' has no column 'event'" },
    { given: { kind: 'sequence', first: { source: 'people' }, then: { source: 'orders' }, followed: true, within: { length: 1, unit: 'days' } }, says: "'people' have no time" },
    { given: { kind: 'sequence', first: { source: 'web' }, then: { source: 'orders' }, within: { length: 1, unit: 'days' } }, says: 'followed is missing' },
    { given: { kind: 'sequence', first: { source: 'web' }, then: { source: 'orders' }, followed: true, within: { length: 0.5, unit: 'days' } }, says: 'within.length must be a whole number' },
  ],
});

function checked({ first: a, then: b, per }: Sequence, vocabulary: Vocabulary) {
  const first = timedSource(vocabulary, a.source), then = timedSource(vocabulary, b.source);
  deedWords(first, a, vocabulary);
  deedWords(then, b, vocabulary);
  if (per === undefined) return { first, then, shared: '' };
  const { title } = columnNamed(first, per);
  columnNamed(then, per);
  return { first, then, shared: lowerFirst(title) };
}

import { conditionSchemas, type ConditionOf } from '../../../domain/rule.js';
import { ShoalError } from '../../../errors.js';
import { countWord, lowerFirst, singular } from '../../../util/words.js';
import { rowsWhere } from '../bits.js';
import { comparisons } from '../compare.js';
import { defineKind } from '../condition.js';
import { exactMoney, exactNumber } from '../exactly.js';
import { plural, rowWords } from '../nouns.js';
import { numberSql } from '../row-test.js';
import { rowsSql } from '../rows-sql.js';
import type { SourceRows } from '../source-rows.js';
import { windowOf } from '../session.js';
import { overWords, windowWords } from '../spans.js';
import { columnNamed, sourceNamed, timedSource, type ColumnWords, type SourceWords, type Vocabulary } from '../vocabulary.js';
import { atOf, cellAt, firstAfter, liveRows, liveWindow } from '../live-rows.js';
import { createVerdict, type LiveFacts, type LiveGround, type LiveLeaf, type Passing, type Verdict } from '../live.js';
import { scaledSum } from '../scaled-sum.js';
import { readsOf } from '../reads.js';

type Performed = ConditionOf<'performed'>;

/** Instants at which rows leave that are looked at, of somebody with many of them. */
const lookedAhead = 32;

export const performed = defineKind({
  name: 'performed',
  title: 'How often they did something',
  schema: conditionSchemas.performed,
  words(condition, vocabulary) {
    const { source, measured } = checked(condition, vocabulary);
    const { one, many, tests } = rowWords(source, condition.where, vocabulary);
    const when = windowWords(condition.window);
    const { op, value } = condition;
    if (condition.sum !== undefined && measured) {
      const money = /^(amount|price|discount)$/.test(measured.name);
      const amount = `${comparisons[op].words()}${money ? exactMoney(value, vocabulary.currency) : exactNumber(value)}`;
      if (money && source.kind === 'transactions') return `with ${measured.name === 'amount' ? 'spend' : `total ${measured.name}`} ${amount}${tests && ` on ${many}${tests}`}${when}`;
      return `with ${lowerFirst(measured.title)} adding up to ${amount} over ${many}${tests}${when}`;
    }
    // An order has a line at least: none of one is none of the other.
    const order = measured?.name === 'order_id' || (!measured && isWhether(condition) && one === 'order line');
    const things = order ? { one: 'order', many: 'orders' } : measured ? kindsOf(measured) : { one, many };
    const among = measured && !order ? ` in ${many}` : '';
    return `with ${times(op, value, things)}${among}${tests}${when}`;
  },
  sql(condition, scope) {
    const { dialect: d, relations, vocabulary } = scope;
    checked(condition, vocabulary);
    const total = condition.sum !== undefined ? d.double(`coalesce(sum(TRY_CAST(${d.quote(condition.sum)} AS DECIMAL(18, 4))), 0)`)
      : condition.distinct !== undefined ? `count(DISTINCT ${d.varchar(d.quote(condition.distinct))})` : 'count(*)';
    const { sql: compares, holds } = comparisons[condition.op];
    const rows = rowsSql(condition, condition.window, scope);
    const holding = `SELECT "entity" FROM ${rows}\nGROUP BY "entity"\nHAVING ${total} ${compares} ${numberSql(d, condition.value)}`;
    if (!holds(0, condition.value)) return holding;
    // Nobody without such rows is unknown: they count 0, which is enough here.
    const without = `SELECT "entity" FROM ${relations.features}\nWHERE "entity" NOT IN (SELECT "entity" FROM ${rows})`;
    const none = condition.sum === undefined && condition.distinct === undefined && !holds(1, condition.value) && isWhether(condition);
    return none ? without : `${holding}\nUNION\n${without}`;
  },
  async bits(condition, { rows, asOf, vocabulary, source }) {
    checked(condition, vocabulary);
    const total = await totalOf(condition, await source(condition.source), asOf);
    const { holds } = comparisons[condition.op];
    return rowsWhere(rows, (row) => holds(total(row), condition.value));
  },
  reads: (condition) => [
    ...readsOf(condition),
    ...(condition.sum === undefined ? [] : [{ source: condition.source, column: condition.sum, type: 'number' as const }]), ...(condition.distinct === undefined ? [] : [{ source: condition.source, column: condition.distinct }]),
  ],
  live: (condition, ground) => liveTotal(condition, ground),
  example: {
    given: { kind: 'performed', source: 'orders', where: [{ column: 'product', op: '=', value: 'Mug' }], distinct: 'order_id', op: '>=', value: 3, window: { last: 30, unit: 'days' } },
    words: 'with at least three orders with product ‘Mug’ in the last 30 days',
  },
  failing: [
    { given: { kind: 'performed', source: 'order', op: '>=', value: 1 }, says: "no source 'order'. Did you mean 'orders'?" },
    { given: { kind: 'performed', source: 'orders', where: [{ column: 'produkt', op: '=', value: 'Mug' }], op: '>=', value: 1 }, says: "'orders' has no column 'produkt'. Did you mean 'product'?" },
    { given: { kind: 'performed', source: 'orders', where: [{ column: 'product', op: '=', value: 5 }], op: '>=', value: 1 }, says: "'product' is text" },
    { given: { kind: 'performed', source: 'orders', where: [{ column: 'amount', op: 'contains', value: '5' }], op: '>=', value: 1 }, says: "'amount' is a number" },
    { given: { kind: 'performed', source: 'orders', where: [{ column: 'amount', op: 'in', values: ['5'] }], op: '>=', value: 1 }, says: "'amount' is a number" },
    { given: { kind: 'performed', source: 'orders', where: [{ column: 'returned', op: '>', value: true }], op: '>=', value: 1 }, says: "'returned' is yes or no" },
    { given: { kind: 'performed', source: 'orders', sum: 'product', op: '>=', value: 1 }, says: "'product' is text. Compare it with another column" },
    { given: { kind: 'performed', source: 'orders', op: '>=', value: -1 }, says: 'value counts whole times from 0' },
    { given: { kind: 'performed', source: 'people', op: '>=', value: 1, window: { last: 1, unit: 'days' } }, says: "'people' have no time" },
    { given: { kind: 'performed', source: 'orders', op: '>=', value: 1, window: { last: 1, unit: 'weeks' } }, says: 'window must be' },
  ],
});

function checked({ source: name, where, window, sum, distinct }: Performed, vocabulary: Vocabulary): { source: SourceWords; measured?: ColumnWords } {
  const source = window ? timedSource(vocabulary, name) : sourceNamed(vocabulary, name);
  rowWords(source, where, vocabulary);
  const measured = sum ?? distinct;
  if (measured === undefined) return { source };
  const column = columnNamed(source, measured);
  if (sum !== undefined && column.type !== 'number') throw new ShoalError('rules/wrong-type', { name: sum, type: column.type === 'text' ? 'text' : column.type === 'flag' ? 'yes or no' : 'a time', wanted: 'another column: only numbers add up' });
  return { source, measured: column };
}

/** What the rows of an entity amount to. The loops are written out: everything is in them. */
async function totalOf({ where, sum, distinct, window }: Performed, { start, at, passing, scaled, identity }: SourceRows, asOf: number): Promise<(row: number) => number> {
  const pass = await passing(where);
  const within = windowOf(window, asOf, { start, at });
  if (sum !== undefined) {
    const values = await scaled(sum);
    return (row) => {
      const [from, to] = within(row);
      let total = 0;
      for (let i = start[row]; i < start[row + 1]; i++) if (at[i] >= from && at[i] <= to && (!pass || pass[i] === 1) && values[i] === values[i]) total += values[i];
      return total / 10_000;
    };
  }
  if (distinct !== undefined) {
    const values = await identity(distinct);
    const seen = new Set<number>();
    return (row) => {
      const [from, to] = within(row);
      seen.clear();
      let one = Number.NaN;
      for (let i = start[row]; i < start[row + 1]; i++) {
        if (at[i] >= from && at[i] <= to && (!pass || pass[i] === 1) && values[i] === values[i] && values[i] !== one) seen.add((one = values[i]));
      }
      return seen.size;
    };
  }
  return (row) => {
    const [from, to] = within(row);
    let total = 0;
    for (let i = start[row]; i < start[row + 1]; i++) if (at[i] >= from && at[i] <= to && (!pass || pass[i] === 1)) total++;
    return total;
  };
}

/** What is added up, row by row from the newest to the oldest. `grows`: it never gets smaller by a row more. */
interface Tally {
  readonly grows: boolean;
  clear(): void;
  add(facts: LiveFacts, row: number): void;
  value(): number;
}

function tallyOf({ sum, distinct }: Performed, { cellOf }: LiveGround): Tally {
  if (sum !== undefined) {
    const at = cellOf(sum), total = scaledSum();
    return { grows: false, clear: () => total.clear(), add: (facts, row) => total.add(cellAt(facts, row, at)), value: () => total.value() };
  }
  if (distinct !== undefined) {
    const at = cellOf(distinct), seen = new Set<number>();
    return {
      grows: true, clear: () => seen.clear(), value: () => seen.size,
      add(facts, row) {
        const value = cellAt(facts, row, at);
        if (value === value) seen.add(value);
      },
    };
  }
  let count = 0;
  return { grows: true, clear: () => void (count = 0), add: () => void count++, value: () => count };
}

function liveTotal(condition: Performed, ground: LiveGround): LiveLeaf {
  const rows = liveRows(condition, ground);
  const window = liveWindow(condition.window);
  const tally = tallyOf(condition, ground);
  const { holds } = comparisons[condition.op];
  const { value: wanted } = condition;
  const tell = createVerdict();
  const added = condition.sum === undefined ? undefined : ground.cellOf(condition.sum);

  /** The same of somebody with many rows, by their totals. Looks no further ahead than some instants: then it is to be asked again. */
  function summed(facts: LiveFacts, list: Passing, totals: Float64Array, from: number): Verdict {
    const end = list.before(window.to(facts)), start = Math.min(list.before(from), end);
    const left = (i: number) => (totals[end] - totals[i]) / 10_000;
    const now = holds(left(start), wanted);
    if (window.any && from < facts.rows && holds(0, wanted) !== now) return tell(now, window.leaves(facts, from));
    if (!window.sliding) return tell(now, Infinity);
    for (let i = start, looked = 1; i < end; looked++) {
      const row = list.at(i);
      // All of one instant leave together.
      i++;
      if (i < end && atOf(facts, list.at(i)) === atOf(facts, row)) i = Math.min(end, list.before(firstAfter(facts, atOf(facts, row))));
      if (holds(left(i), wanted) !== now || (looked === lookedAhead && i < end && !facts.far)) return tell(now, window.leaves(facts, row));
    }
    return tell(now, Infinity);
  }

  return {
    events: window.any ? 'any' : rows.events, traits: [], segments: [], over: overWords(condition.window),
    touches: (facts, row) => window.any || rows.passes(facts, row),
    needs: (facts, row, asOf) => window.holds(facts, row, asOf) && (window.any || rows.passes(facts, row)),
    verdict(facts, asOf) {
      const from = window.from(facts, asOf);
      const list = facts.kept?.of(facts, rows);
      const totals = added === undefined ? undefined : list?.totals(facts, added);
      if (list && totals) return summed(facts, list, totals, from);
      // As rows leave, the oldest first, what is left is what has been added up so far on the way from the newest: the last boundary met is the first to come.
      let yes = Infinity, no = Infinity, before = Number.NaN;
      tally.clear();
      const to = window.to(facts);
      for (let i = (list ? list.before(to) : to) - 1; i >= 0; i--) {
        const row = list ? list.at(i) : i;
        if (row < from) break;
        if (!list && !rows.passes(facts, row)) continue;
        if (window.sliding && atOf(facts, row) !== before) {
          before = atOf(facts, row);
          if (holds(tally.value(), wanted)) yes = window.leaves(facts, row);
          else no = window.leaves(facts, row);
        }
        tally.add(facts, row);
        if (tally.grows && tally.value() > wanted) break;
      }
      const now = holds(tally.value(), wanted);
      if (window.any && from < facts.rows && holds(0, wanted) !== now) return tell(now, window.leaves(facts, from));
      return tell(now, now ? no : yes);
    },
    evidence(facts, asOf) {
      const from = window.from(facts, asOf), found: number[] = [];
      tally.clear();
      for (let row = window.to(facts) - 1; row >= from; row--) {
        if (!rows.passes(facts, row)) continue;
        tally.add(facts, row);
        if (found.length < 10) found.push(row);
      }
      return { value: tally.value(), rows: found };
    },
  };
}

/** Whether it only asks if there is any such row at all. */
const isWhether = ({ op, value }: Performed) => value === (op === '>=' || op === '<' ? 1 : 0);

/** "at least three orders", "no orders", "more than one order", "exactly two orders". */
function times(op: Performed['op'], value: number, { one, many }: { one: string; many: string }): string {
  if (value === (op === '=' || op === '<=' ? 0 : op === '<' ? 1 : -1)) return `no ${many}`;
  if (value === 0 && (op === '>' || op === '!=')) return `at least one ${one}`;
  const words = { '=': 'exactly ', '!=': 'not exactly ', '<': 'fewer than ', '<=': 'at most ', '>': 'more than ', '>=': 'at least ' }[op];
  return `${words}${countWord(value)} ${value === 1 ? one : many}`;
}

function kindsOf({ title }: ColumnWords): { one: string; many: string } {
  const noun = singular(lowerFirst(title));
  return { one: `${noun}`, many: `different ${plural(noun)}` };
}

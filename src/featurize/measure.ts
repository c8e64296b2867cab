import type { Dialect } from '../engine/dialect.js';
import type { Query } from '../engine/query.js';
import { assert } from '../errors.js';
import type { Args } from './aggregate.js';
import { attributeSql, type Attribute } from './attribute.js';
import { aggregates, type AggregateName } from './catalog.js';
import type { Prior } from './prior.js';
import { both, predicateSql, type Fields, type Predicate } from './predicate.js';

/** `aggregate(view, where, window)`: one number per entity. Plain data, so equal measures are computed once. */
export interface Measure {
  readonly view: string;
  readonly aggregate: AggregateName;
  /** Column of the view: exact integers in units of 1/scale (see View.scales). */
  readonly value?: string;
  readonly key?: string;
  readonly holds?: Predicate;
  readonly where?: Predicate;
  readonly length?: number;
  readonly chosen?: string;
  readonly then?: string;
  /** Shares: everyone's share (see `prior.ts`). */
  readonly prior?: Prior;
  /** Instead of an aggregate of events: what an attribute of the rows says. */
  readonly attribute?: Attribute;
}

/** Rows that measures read: `SELECT entity, at, …`, one step of the query. */
export interface View {
  readonly name: string;
  readonly sql: string;
  /** True for a plain selection of the source's rows (not stored), false for a GROUP BY. */
  readonly inline?: boolean;
  /** Columns that are never NULL: measures that need them can share a step with those that do not. */
  readonly whole?: readonly string[];
  /** Units per one of each value column; 1 where absent. */
  readonly scales: Readonly<Record<string, number>>;
  /** The same rows in memory; absent where they can only be had by SQL. */
  readonly live?: LiveView;
}

/**
 * How the rows of a view are made in memory of those of its source (see `live-views.ts`), as plain data. `where`: only such rows. `returns`: some rows take back a purchase.
 * `by`: what makes an order.
 */
export interface LiveView {
  readonly of: 'events' | 'orders' | 'lines' | 'rows';
  readonly where?: Predicate;
  readonly returns?: boolean;
  readonly by?: 'order' | 'order or instant' | 'instant' | 'entity';
}

/** Makes the rows of a view of those of its source: one entity's, none later than `asOf`. Money and quantities are integers in units of 1/10,000, instants ms, texts, numbers and flags as they are. */
export type MakeRows = (view: LiveView, rows: readonly Fields[], asOf: number) => readonly Fields[];

export interface Compiled {
  readonly query: Query;
  /** Steps with one row per entity; the first has every entity of the source. */
  readonly totals: readonly string[];
  /** Where a measure's value is: `"step"."column"`. */
  column(measure: Measure): string;
}

interface Group {
  readonly step: string;
  readonly rows: string;
  readonly columns: { readonly id: string; readonly sql: string }[];
  /** Parts of the time that the columns read, by name. */
  readonly parts: Map<string, string>;
}

/**
 * Adds the steps that compute `measures` over `views` to a query: per view one GROUP BY entity for everything that reads plain rows, a two-level
 * GROUP BY per key, and one window step per ordering. Nothing is computed twice; no count(distinct), no correlated subquery.
 */
export function compile(
  start: Query, measures: readonly Measure[], views: readonly View[], { dialect, asOf, prefix }: { dialect: Dialect; asOf: number; prefix: string },
): Compiled {
  let q = start;
  const entity = dialect.quote('entity');
  const groups = new Map<string, Group>();
  const places = new Map<string, string>();
  const unique = [...new Map(measures.map((m) => [measureKey(m), m])).values()];
  const group = (name: string, rows: string) => {
    const found = groups.get(name) ?? { step: name, rows, columns: [], parts: new Map() };
    groups.set(name, found);
    return found;
  };
  const where = (p?: Predicate, d = dialect) => (p ? predicateSql(d, p, asOf) : undefined);

  for (const view of views) q = q.step(prefix + view.name, view.sql, { inline: view.inline });

  for (const view of views) {
    const here = unique.filter((m) => m.view === view.name);
    const base = prefix + view.name;
    const args = (m: Measure, d = dialect): Args => ({
      asOf, scale: view.scales[m.value ?? ''] ?? 1, length: m.length, chosen: m.chosen, then: m.then, prior: m.prior,
      at: dialect.quote('at'), value: dialect.quote(m.value ?? ''), key: dialect.quote(m.key ?? ''), n: dialect.quote('n'),
      holds: m.holds ? where(m.holds, d)! : '1 = 0', partition: `PARTITION BY ${entity}`, columns: {},
      inOrder: [dialect.quote('at'), ...(m.value ? [dialect.quote(m.value)] : [])].join(', '),
    });
    const put = (to: Group, m: Measure, sql: string) => {
      const id = `${m.attribute ? 'attribute' : m.aggregate.replaceAll('-', '_')}${m.value || m.key ? `_${m.value ?? m.key}` : ''}_${to.columns.length + 1}`;
      to.columns.push({ id, sql });
      places.set(measureKey(m), `${dialect.quote(to.step)}.${dialect.quote(id)}`);
    };

    for (const m of here) {
      if (!m.attribute && aggregates[m.aggregate].shape !== 'rows') continue;
      const to = group(`${base}_totals`, base);
      const once = sharing(dialect, to.parts);
      put(to, m, m.attribute ? attributeSql(dialect, m.attribute, asOf) : aggregates[m.aggregate].sql(once, { ...args(m, once), where: where(m.where, once) }));
    }

    for (const [, sharing] of groupBy(here.filter((m) => shapeOf(m) === 'keys'), (m) => JSON.stringify([m.key, m.where ?? null]))) {
      const { key, where: condition } = sharing[0];
      const name = freeName(q, `${base}_by_${key}`);
      const column = dialect.quote(key!);
      const filters = [`${column} IS NOT NULL`, ...(condition ? [where(condition)!] : [])];
      q = q.step(name, `SELECT ${entity}, ${column}, count(*) AS ${dialect.quote('n')}\nFROM ${dialect.quote(base)}\nWHERE ${filters.join(' AND ')}\nGROUP BY ${entity}, ${column}`);
      const to = group(`${name}_totals`, name);
      for (const m of sharing) put(to, m, aggregates[m.aggregate].sql(dialect, args(m)));
    }

    for (const [, sharing] of groupBy(here.filter((m) => shapeOf(m) === 'ordered'), (m) => JSON.stringify([m.where ?? null, needsOf(m, view)]))) {
      const { where: condition } = sharing[0];
      const name = freeName(q, `${base}_in_order`);
      const windows = new Map<string, string>();
      const carried = new Set<string>();
      const sqls = sharing.map((m) => {
        const aggregate = aggregates[m.aggregate];
        const columns: Record<string, string> = {};
        for (const [label, over] of Object.entries(aggregate.over?.(dialect, args(m)) ?? {})) {
          const column = windows.get(over) ?? freeColumn(label, windows);
          windows.set(over, column);
          columns[label] = dialect.quote(column);
        }
        for (const c of [m.value, m.key]) if (c) carried.add(c);
        return { m, sql: aggregate.sql(dialect, { ...args(m), columns }) };
      });
      const needed = needsOf(sharing[0], view).map((c) => `${dialect.quote(c)} IS NOT NULL`);
      const filters = [...needed, ...(condition ? [where(condition)!] : [])];
      const selected = ['entity', 'at', ...carried].map((c) => dialect.quote(c)).concat([...windows].map(([over, c]) => `${over} AS ${dialect.quote(c)}`));
      q = q.step(name, `SELECT ${selected.join(',\n  ')}\nFROM ${dialect.quote(base)}${filters.length ? `\nWHERE ${filters.join(' AND ')}` : ''}`);
      const to = group(`${name}_totals`, name);
      for (const { m, sql } of sqls) put(to, m, sql);
    }
  }

  for (const { step, rows, columns, parts } of groups.values()) {
    const list = columns.map(({ id, sql }) => `${sql} AS ${dialect.quote(id)}`);
    const parted = ['*', ...[...parts].map(([name, sql]) => `${sql} AS ${dialect.quote(name)}`)];
    const from = parts.size ? `(SELECT ${parted.join(', ')} FROM ${dialect.quote(rows)}) AS parted` : dialect.quote(rows);
    q = q.step(step, `SELECT ${[entity, ...list].join(',\n  ')}\nFROM ${from}\nGROUP BY ${entity}`);
  }
  return {
    query: q,
    totals: [...groups.keys()],
    column(measure) {
      const place = places.get(measureKey(measure));
      assert(place, `a measure of '${measure.view}' was not compiled`);
      return place;
    },
  };
}

/** The dialect, with parts of the time as columns that are computed once per row: the engine would compute them in every condition that asks for one. */
function sharing(dialect: Dialect, parts: Map<string, string>): Dialect {
  const own = Object.create(dialect) as Dialect;
  for (const part of ['hour', 'weekday', 'quarter', 'monthIndex'] as const) {
    own[part] = (at) => {
      const name = `shoal_${part}`;
      if (at !== dialect.quote('at')) return dialect[part](at);
      parts.set(name, dialect[part](at));
      return dialect.quote(name);
    };
  }
  return own;
}

/** Equal for equal measures. */
export const measureKey = (m: Measure): string =>
  JSON.stringify([m.view, m.aggregate, m.value, m.key, m.holds, m.where, m.length, m.chosen, m.then, m.prior, m.attribute]);

const shapeOf = (m: Measure) => (m.attribute ? 'rows' : aggregates[m.aggregate].shape);
/** Columns without which a row is skipped, but for those that every row has. */
const needsOf = (m: Measure, { whole = [] }: View) => aggregates[m.aggregate].needs.map((need) => m[need]!).filter((column) => !whole.includes(column));

/** Both conditions on one measure. */
export const within = (m: Measure, where: Predicate): Measure => ({ ...m, where: both(m.where, where) });

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of items) out.set(key(item), [...(out.get(key(item)) ?? []), item]);
  return out;
}

function freeName(q: Query, name: string): string {
  const taken = (n: string) => q.steps.some((s) => s.name === n);
  let n = 2;
  let free = name;
  while (taken(free)) free = `${name}_${n++}`;
  return free;
}

function freeColumn(label: string, windows: ReadonlyMap<string, string>): string {
  const taken = new Set(windows.values());
  let n = 2;
  let free = label;
  while (taken.has(free)) free = `${label}_${n++}`;
  return free;
}

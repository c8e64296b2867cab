import type { Dialect } from '../engine/dialect.js';
import { hour, quarter, weekday } from './exact.js';

/** A question about one row, as plain data, asked in SQL and in memory alike. */
export type Predicate =
  /** Local hour in [from, to), round midnight where from > to. */
  | { readonly is: 'hours'; readonly from: number; readonly to: number }
  | { readonly is: 'weekend' }
  | { readonly is: 'quarter'; readonly quarter: number }
  | { readonly is: 'true'; readonly column: string }
  | { readonly is: 'above'; readonly column: string; readonly value: number }
  | { readonly is: 'in'; readonly column: string; readonly values: readonly string[] }
  /** Within (asOf − days, asOf]. */
  | { readonly is: 'recent'; readonly days: number }
  | { readonly is: 'all'; readonly of: readonly Predicate[] };

/** A row as the live execution sees it: `at` and the columns of its view. */
export type Fields = Readonly<Record<string, unknown>> & { readonly at: number };

interface Face<P> {
  sql(dialect: Dialect, p: P, asOf: number): string;
  test(p: P, row: Fields, asOf: number): boolean;
}

const DAY = 86_400_000;
const faces: { [K in Predicate['is']]: Face<Extract<Predicate, { is: K }>> } = {
  hours: {
    sql: (d, { from, to }) => {
      const h = d.hour(d.quote('at'));
      return from < to ? `(${h} >= ${from} AND ${h} < ${to})` : `(${h} >= ${from} OR ${h} < ${to})`;
    },
    test: ({ from, to }, { at }) => (from < to ? hour(at) >= from && hour(at) < to : hour(at) >= from || hour(at) < to),
  },
  weekend: { sql: (d) => `${d.weekday(d.quote('at'))} >= 6`, test: (_, { at }) => weekday(at) >= 6 },
  quarter: { sql: (d, p) => `${d.quarter(d.quote('at'))} = ${p.quarter}`, test: (p, { at }) => quarter(at) === p.quarter },
  true: { sql: (d, { column }) => d.quote(column), test: ({ column }, row) => row[column] === true },
  above: { sql: (d, { column, value }) => `${d.quote(column)} > ${value}`, test: ({ column, value }, row) => Number(row[column]) > value },
  in: {
    sql: (d, { column, values }) => (values.length ? `${d.quote(column)} IN (${values.map((v) => d.text(v)).join(', ')})` : '1 = 0'),
    test: ({ column, values }, row) => values.includes(String(row[column])),
  },
  recent: {
    sql: (d, { days }, asOf) => `${d.quote('at')} > ${d.timestamp(asOf - days * DAY)}`,
    test: ({ days }, { at }, asOf) => at > asOf - days * DAY && at <= asOf,
  },
  all: {
    sql: (d, { of }, asOf) => (of.length ? of.map((p) => predicateSql(d, p, asOf)).join(' AND ') : '1 = 1'),
    test: ({ of }, row, asOf) => of.every((p) => holds(p, row, asOf)),
  },
};

/** The predicate as an SQL condition over the columns of a view. Rows later than `asOf` are left out by the view itself. */
export function predicateSql(dialect: Dialect, predicate: Predicate, asOf: number): string {
  return (faces[predicate.is] as Face<Predicate>).sql(dialect, predicate, asOf);
}

export function holds(predicate: Predicate, row: Fields, asOf: number): boolean {
  return (faces[predicate.is] as Face<Predicate>).test(predicate, row, asOf);
}

/** Both, where both are given. */
export function both(a?: Predicate, b?: Predicate): Predicate | undefined {
  if (!a || !b) return a ?? b;
  return { is: 'all', of: [a, b] };
}

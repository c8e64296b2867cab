import type { Dialect } from '../engine/dialect.js';
import { DAY, roundHalfAway } from './exact.js';
import type { Fields } from './predicate.js';

/** What is said of an entity by a column of its rows, as plain data, asked in SQL and in memory alike. */
export type Attribute =
  | { readonly is: 'mean'; readonly column: string }
  /** Mean of the ranks that values have; other values count for nothing. */
  | { readonly is: 'rank'; readonly column: string; readonly ranks: readonly (readonly [value: string, rank: number])[] }
  /** Rows with the value, of those with any. */
  | { readonly is: 'share'; readonly column: string; readonly value: string }
  /** Days since the latest instant. */
  | { readonly is: 'since'; readonly column: string };

interface Face<A> {
  /** An aggregate expression within GROUP BY entity. */
  sql(dialect: Dialect, attribute: A, asOf: number): string;
  /** NaN where there is nothing to say. */
  value(attribute: A, rows: readonly Fields[], asOf: number): number;
}

const faces: { [K in Attribute['is']]: Face<Extract<Attribute, { is: K }>> } = {
  mean: {
    sql: (d, { column }) => exactMeanSql(d, d.quote(column)),
    value: ({ column }, rows) => exactMean(rows.flatMap((row) => (known(row[column]) ? [Number(row[column])] : []))),
  },
  rank: {
    sql: (d, { column, ranks }) => exactMeanSql(d, `CASE ${d.varchar(d.quote(column))} ${ranks.map(([value, rank]) => `WHEN ${d.text(value)} THEN ${rank}`).join(' ')} END`),
    value({ column, ranks }, rows) {
      const of = new Map(ranks);
      return exactMean(rows.flatMap((row) => (known(row[column]) ? of.get(String(row[column])) ?? [] : [])));
    },
  },
  share: {
    sql(d, { column, value }) {
      const text = d.varchar(d.quote(column));
      return d.ratio(d.only('count', '*', `${text} = ${d.text(value)}`), `count(${text})`);
    },
    value({ column, value }, rows) {
      let n = 0, all = 0;
      for (const row of rows) {
        const here = row[column];
        if (!known(here)) continue;
        all++;
        if (String(here) === value) n++;
      }
      return all ? n / all : Number.NaN;
    },
  },
  since: {
    sql: (d, { column }, asOf) => `${d.double(`${asOf} - ${d.epochMs(`max(${d.quote(column)})`)}`)} / 86400000e0`,
    value: ({ column }, rows, asOf) => (asOf - rows.reduce((latest, row) => (known(row[column]) && !(Number(row[column]) <= latest) ? Number(row[column]) : latest), Number.NaN)) / DAY,
  },
};

const known = (value: unknown): boolean => value !== undefined && value !== null;

export const attributeSql = (dialect: Dialect, attribute: Attribute, asOf: number): string => (faces[attribute.is] as Face<Attribute>).sql(dialect, attribute, asOf);

/** The attribute in memory, over the rows of a view: instants as ms, everything else as it is. */
export const attributeValue = (attribute: Attribute, rows: readonly Fields[], asOf: number): number => (faces[attribute.is] as Face<Attribute>).value(attribute, rows, asOf);

/** Mean by exact decimal sums, so that the order of rows never shows; with a single row the value itself, to ten digits after the point. */
function exactMeanSql(d: Dialect, x: string): string {
  return `CASE WHEN min(${x}) = max(${x}) THEN ${d.double(`max(${x})`)} ELSE ${d.ratio(`sum(${d.decimal(x)})`, `count(${d.decimal(x)})`)} END`;
}

const PLACES = 1e10;
const WHOLE = BigInt(PLACES);

function exactMean(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  if (values.every((value) => value === values[0])) return values[0];
  let sum = 0n, n = 0;
  for (const value of values) {
    const units = roundHalfAway(value * PLACES);
    // What does not fit 38 digits has no decimal.
    if (!(Math.abs(units) < 1e38)) continue;
    sum += BigInt(units);
    n++;
  }
  return n ? ones(sum) / n : Number.NaN;
}

/** A decimal as a double, as the engine writes it: whole and fraction apart where they are more than a double holds. */
function ones(units: bigint): number {
  if (units >= -(2n ** 53n) && units <= 2n ** 53n) return Number(units) / PLACES;
  return Number(units / WHOLE) + Number(units % WHOLE) / PLACES;
}

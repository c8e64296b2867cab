import type { Dialect } from '../engine/dialect.js';
import type { Measure } from './measure.js';
import { sharedOut, sharedOutSql, type Prior } from './prior.js';

/** How a feature is made of measures, as plain data. NULL and NaN mean the same: nothing to say. */
export type Formula = number | Measure | { readonly op: keyof typeof operators; readonly of: readonly Formula[] };

export const ratio = (a: Formula, b: Formula): Formula => ({ op: 'ratio', of: [a, b] });
/** `a` out of `b` rows, few rows drawn towards everyone's share. */
export const shareOf = (a: Formula, b: Formula, { share, rows }: Prior): Formula => (Number.isFinite(share) ? { op: 'share', of: [a, b, share, rows] } : ratio(a, b));
export const minus = (a: Formula, b: Formula): Formula => ({ op: 'minus', of: [a, b] });
export const plus = (a: Formula, b: Formula): Formula => ({ op: 'plus', of: [a, b] });
export const times = (a: Formula, b: Formula): Formula => ({ op: 'times', of: [a, b] });
export const root = (a: Formula): Formula => ({ op: 'root', of: [a] });
export const exponential = (a: Formula): Formula => ({ op: 'exponential', of: [a] });
export const atLeast = (a: Formula, b: Formula): Formula => ({ op: 'atLeast', of: [a, b] });
export const equals = (a: Formula, b: Formula): Formula => ({ op: 'equals', of: [a, b] });
export const or = (a: Formula, b: Formula): Formula => ({ op: 'or', of: [a, b] });
/** `a` where `b` is at least `c`, else nothing. */
export const given = (a: Formula, b: Formula, c: Formula): Formula => ({ op: 'given', of: [a, b, c] });

/** The only operators there are; each is the same IEEE operation in both executions (`exponential` is rounded to 12 digits' worth). */
const operators = {
  ratio: { sql: (_: Dialect, a: string, b: string) => `(${a} / NULLIF(${b}, 0))`, js: (a: number, b: number) => (b === 0 ? Number.NaN : a / b) },
  share: { sql: (d: Dialect, a: string, b: string, share: string, rows: string) => sharedOutSql(d, a, b, { share: Number(share), rows: Number(rows) }), js: sharedOut },
  minus: { sql: (_: Dialect, a: string, b: string) => `(${a} - ${b})`, js: (a: number, b: number) => a - b },
  plus: { sql: (_: Dialect, a: string, b: string) => `(${a} + ${b})`, js: (a: number, b: number) => a + b },
  times: { sql: (_: Dialect, a: string, b: string) => `(${a} * ${b})`, js: (a: number, b: number) => a * b },
  root: { sql: (_: Dialect, a: string) => `sqrt(CASE WHEN ${a} > 0 THEN ${a} WHEN ${a} <= 0 THEN 0e0 END)`, js: (a: number) => Math.sqrt(a > 0 ? a : 0 * a) },
  exponential: { sql: (d: Dialect, a: string) => `(${d.round(`exp(${a}) * 1e6`)} / 1e6)`, js: (a: number) => Math.round(Math.exp(a) * 1e6) / 1e6 },
  atLeast: { sql: (_: Dialect, a: string, b: string) => `CASE WHEN ${a} < ${b} THEN ${b} ELSE ${a} END`, js: (a: number, b: number) => (a < b ? b : a) },
  equals: { sql: (_: Dialect, a: string, b: string) => `CASE WHEN ${a} = ${b} THEN 1e0 WHEN ${a} <> ${b} THEN 0e0 END`, js: (a: number, b: number) => (Number.isNaN(a - b) ? Number.NaN : +(a === b)) },
  or: { sql: (_: Dialect, a: string, b: string) => `coalesce(${a}, ${b})`, js: (a: number, b: number) => (Number.isNaN(a) ? b : a) },
  given: { sql: (_: Dialect, a: string, b: string, c: string) => `CASE WHEN ${b} >= ${c} THEN ${a} END`, js: (a: number, b: number, c: number) => (b >= c ? a : Number.NaN) },
} as const;

type Face = { sql(d: Dialect, ...of: string[]): string; js(...of: number[]): number };

/** The formula in SQL; `column` names where a measure is found. */
export function formulaSql(dialect: Dialect, formula: Formula, column: (measure: Measure) => string): string {
  if (typeof formula === 'number') return dialect.number(formula);
  if (!('op' in formula)) return dialect.double(column(formula));
  return (operators[formula.op] as Face).sql(dialect, ...formula.of.map((f) => formulaSql(dialect, f, column)));
}

/** The formula in memory; `value` gives a measure's value. */
export function evaluate(formula: Formula, value: (measure: Measure) => number): number {
  if (typeof formula === 'number') return formula;
  if (!('op' in formula)) return value(formula);
  return (operators[formula.op] as Face).js(...formula.of.map((f) => evaluate(f, value)));
}

/** Every measure of a formula, in reading order. */
export function measuresOf(formula: Formula): Measure[] {
  if (typeof formula === 'number') return [];
  return 'op' in formula ? formula.of.flatMap(measuresOf) : [formula];
}

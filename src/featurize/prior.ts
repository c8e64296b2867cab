import type { Dialect } from '../engine/dialect.js';
import { holds, type Fields, type Predicate } from './predicate.js';

/**
 * Shares of few rows say little: one order on a Saturday is not a habit. Up to this many rows, those that are missing are made up with everyone's
 * share, so a share of one row is nearly everyone's and a share of this many or more is the plain one.
 */
export const ENOUGH = 5;

/** Regularity and variety need a thing to be done this many times; done once, it is neither regular nor varied. */
export const REPEATED = 2;

/** `n` rows out of `of`, made up to `ENOUGH` rows with everyone's share `prior`. NaN without any row; the plain share without a prior. */
export function sharedOut(n: number, of: number, prior: number): number {
  if (!(of > 0)) return Number.NaN;
  const short = ENOUGH - of;
  return Number.isNaN(prior) || !(short > 0) ? n / of : (n + prior * short) / ENOUGH;
}

/** The same in SQL; `n` and `of` are expressions. */
export function sharedOutSql(dialect: Dialect, n: string, of: string, prior?: number): string {
  const plain = dialect.ratio(n, of);
  if (prior === undefined || Number.isNaN(prior)) return plain;
  const all = dialect.double(of);
  const made = `(${dialect.double(n)} + ${dialect.number(prior)} * (${dialect.number(ENOUGH)} - ${all})) / ${dialect.number(ENOUGH)}`;
  return `CASE WHEN ${all} >= ${dialect.number(ENOUGH)} THEN ${plain} WHEN ${all} > 0 THEN ${made} END`;
}

/** Rows that are alike in hour, weekday, quarter and kind of event: one of them stands for all. */
export interface Cell extends Fields {
  readonly rows: number;
}

/** Everyone's share: of the rows where `where` holds, those where `of` does. NaN where there are none. */
export function everyonesShare(cells: readonly Cell[], of: Predicate, where?: Predicate): number {
  let n = 0;
  let all = 0;
  for (const cell of cells) {
    if (where && !holds(where, cell, cell.at)) continue;
    all += cell.rows;
    if (holds(of, cell, cell.at)) n += cell.rows;
  }
  return all > 0 ? n / all : Number.NaN;
}

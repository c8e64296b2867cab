import { bad, count } from './values.js';
import type { Page, Paging } from './store.js';

/** How many to read: one more than is shown, which tells whether there are more. */
export function limitOf({ limit = 100 }: Paging): number {
  const found = count('limit', limit);
  if (found < 1 || found > 1000) throw bad('limit', `is ${found}, but must be from 1 to 1,000`);
  return found;
}

/** The number that a cursor stands for. */
export function cursorOf({ after }: Paging): number | undefined {
  if (after === undefined) return undefined;
  if (!/^\d{1,15}$/.test(after)) throw bad('cursor', 'is not one that was given; start from the beginning');
  return Number(after);
}

/** A page of rows that were read with one more than `limit`. */
export function pageOf<Row, T>(rows: readonly Row[], limit: number, show: (row: Row) => T, cursor: (row: Row) => string): Page<T> {
  const items = rows.slice(0, limit);
  return { items: items.map(show), ...(rows.length > limit && { next: cursor(items[items.length - 1]) }) };
}

import type { Args } from './aggregate.js';
import type { Dialect } from '../engine/dialect.js';
import { monthIndex } from './exact.js';

/** Calendar months are looked back on as far as an engine's bit set reaches: ten and a half years. */
export const MONTHS_KEPT = 126;

/** The months with a row, as a bit set: bit 0 is the month of `asOf`. */
export function monthSetSql(dialect: Dialect, { at, where, asOf }: Args): string {
  const ago = `(${monthIndex(asOf)} - ${dialect.monthIndex(at)})`;
  const near = `${ago} < ${MONTHS_KEPT}`;
  return dialect.bitSet(ago, where ? `(${where}) AND ${near}` : near);
}

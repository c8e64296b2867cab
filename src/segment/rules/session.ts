import type { TimeWindow } from '../../domain/rule.js';
import type { Scope } from './condition.js';
import type { SourceRows } from './source-rows.js';
import { boundsMicros, boundsOf, spanMs, writable } from './spans.js';

type Session = Extract<TimeWindow, { session: number }>;

/** What stands after FROM for the rows of a source: the table, or where a session is asked for the rows of everybody's session, under the same names. */
export function relationIn(source: string, window: TimeWindow | undefined, { dialect: d, relations, asOf }: Scope): string {
  const table = relations.sources[source];
  if (!window || !('session' in window)) return table;
  const { session, unit } = window;
  const span = `INTERVAL '${session}' ${unit.slice(0, -1).toUpperCase()}`;
  const by = 'PARTITION BY "entity"';
  const gaps = `SELECT "entity", "at", lag("at") OVER (${by} ORDER BY "at") AS "before", max("at") OVER (${by}) AS "newest" FROM ${table} WHERE "at" <= ${d.timestamp(asOf)}`;
  const begun = `SELECT "entity", max("at") AS "begun" FROM (${gaps}) AS g WHERE ("before" IS NULL OR "at" >= "before" + ${span}) AND "newest" > ${d.timestamp(endedBefore(window, asOf))} GROUP BY "entity"`;
  return `(SELECT r.* FROM ${table} AS r JOIN (${begun}) AS s ON s."entity" = r."entity" AND r."at" >= s."begun")`;
}

/** The bounds of the window in microseconds, both inclusive, for each entity. */
export function windowOf(window: TimeWindow | undefined, asOf: number, { start, at }: Pick<SourceRows, 'start' | 'at'>): (row: number) => readonly [number, number] {
  const bounds = boundsMicros(boundsOf(window, asOf));
  if (!window || !('session' in window)) return () => bounds;
  const [, now] = bounds;
  const nobody: readonly [number, number] = [Infinity, -Infinity];
  const gap = spanMs(window.session, window.unit) * 1000, ended = endedBefore(window, asOf) * 1000;
  return (row) => {
    let i = start[row + 1] - 1;
    while (i >= start[row] && !(at[i] <= now)) i--;
    if (i < start[row] || at[i] <= ended) return nobody;
    while (i > start[row] && at[i] - at[i - 1] < gap) i--;
    return [at[i], now];
  };
}

/** Whose newest row is not after this instant (ms) has no session any more. */
const endedBefore = ({ session, unit }: Session, asOf: number) => writable(asOf - spanMs(session, unit));

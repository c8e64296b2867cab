import type { LiveView } from './measure.js';
import type { Fields } from './predicate.js';
import { liveEvents } from './recipes/events.js';
import { liveLines, liveOrders } from './recipes/transactions.js';

/** Makes the rows of a view of those of its source: one entity's, none later than `asOf`. Money and quantities are integers in units of 1/10,000, instants ms, texts, numbers and flags as they are. */
export type MakeRows = (view: LiveView, rows: readonly Fields[], asOf: number) => readonly Fields[];

/** The views that there are in memory, each beside its SQL. */
export const liveViews: { readonly [K in LiveView['of']]: MakeRows } = { events: liveEvents, orders: liveOrders, lines: liveLines, rows: (_, rows) => rows };

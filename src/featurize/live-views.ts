import type { LiveView, MakeRows } from './measure.js';
import { liveEvents } from './recipes/events.js';
import { liveLines, liveOrders } from './recipes/transactions.js';

/** The views that there are in memory, each beside its SQL. */
export const liveViews: { readonly [K in LiveView['of']]: MakeRows } = { events: liveEvents, orders: liveOrders, lines: liveLines, rows: (_, rows) => rows };

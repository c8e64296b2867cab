import type { Lint } from '../../../src/domain/brief.js';

const DAY = 86_400_000;

/** Whole days between the end of the data and `now` (ms); undefined where the data has no dates. */
export const daysOld = (asOf: number, now: number): number | undefined => (asOf > 0 ? Math.max(0, Math.floor((now - asOf) / DAY)) : undefined);

/** "12 days ago", "7 months ago", "15 years ago". */
export function ago(days: number): string {
  if (days === 0) return 'today';
  const [count, unit] = days < 60 ? [days, 'day'] : days < 730 ? [Math.round(days / 30.44), 'month'] : [Math.floor(days / 365.25), 'year'];
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

/** How old the data is depends on when the page is read, so it is said here and not in the report's bytes. */
export function stale(asOf: number, now: number): Lint[] {
  const days = daysOld(asOf, now);
  if (days === undefined || days < 90) return [];
  return [{ kind: 'stale', severity: days >= 180 ? 'warning' : 'note', sentence: `The data ends ${ago(days)}. People have moved on since: find the segments again on fresh data before acting on them.` }];
}

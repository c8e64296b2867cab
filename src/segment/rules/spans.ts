import { instantOf } from '../../domain/instant.js';
import type { TimeWindow } from '../../domain/rule.js';
import type { Dialect } from '../../engine/dialect.js';
import { countWord } from '../../util/words.js';

export type Unit = 'minutes' | 'hours' | 'days';
const unitMs: Readonly<Record<Unit, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
/** What engines and ISO 8601 can write as an instant: rules never look further back. */
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');

/** A length of time in whole milliseconds. */
export const spanMs = (length: number, unit: Unit): number => Math.round(length * unitMs[unit]);

const parts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 10 });

/** "30 days", "one day", "36 hours". */
export const spanWords = (length: number, unit: Unit): string =>
  `${Number.isInteger(length) ? countWord(length) : parts.format(length)} ${length === 1 ? unit.slice(0, -1) : unit}`;

/** An instant that can be written: not before the year 1. */
export const writable = (ms: number): number => Math.max(ms, EARLIEST);

/** What a window lets in, in ms; absent = no bound. */
export interface Bounds {
  /** Exclusive. */
  readonly after?: number;
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly before?: number;
  /** Inclusive: never later than now. */
  readonly until: number;
}

/** The window as seen from `asOf`; of a session only what is the same for everybody (see session.ts). */
export function boundsOf(window: TimeWindow | undefined, asOf: number): Bounds {
  if (!window || 'session' in window) return { until: asOf };
  if ('last' in window) return { after: writable(asOf - spanMs(window.last, window.unit)), until: asOf };
  return {
    ...(window.from !== undefined && { from: instantOf(window.from) }), ...(window.to !== undefined && { before: instantOf(window.to) }), until: asOf,
  };
}

/** The bounds as SQL over a column of times. */
export function boundsSql(d: Dialect, { after, from, before, until }: Bounds, at: string): string {
  return [
    ...(after === undefined ? [] : [`${at} > ${d.timestamp(after)}`]), ...(from === undefined ? [] : [`${at} >= ${d.timestamp(from)}`]),
    ...(before === undefined ? [] : [`${at} < ${d.timestamp(before)}`]), `${at} <= ${d.timestamp(until)}`,
  ].join(' AND ');
}

/** The bounds in microseconds, both inclusive: what a scan over whole microseconds compares with. */
export function boundsMicros({ after, from, before, until }: Bounds): readonly [number, number] {
  const low = Math.max(after === undefined ? -Infinity : after * 1000 + 1, from === undefined ? -Infinity : from * 1000);
  return [low, Math.min(until * 1000, before === undefined ? Infinity : before * 1000 - 1)];
}

/** "30 days are over", "the session is over": what to say when time alone takes rows out of the window; undefined where it never does. */
export function overWords(window: TimeWindow | undefined): string | undefined {
  if (!window || !('last' in window || 'session' in window)) return undefined;
  return 'session' in window ? 'the session is over' : `${spanWords(window.last, window.unit)} ${window.last === 1 ? 'is' : 'are'} over`;
}

/** " in the last 30 days", " since 1 January 2024 and before 1 February 2024", or nothing. */
export function windowWords(window: TimeWindow | undefined): string {
  if (!window) return '';
  if ('last' in window) return ` in the last ${window.last === 1 ? window.unit.slice(0, -1) : `${window.last.toLocaleString('en-GB')} ${window.unit}`}`;
  if ('session' in window) return ` in the current session (ended by ${window.session === 1 ? `a quiet ${window.unit.slice(0, -1)}` : `${window.session.toLocaleString('en-GB')} quiet ${window.unit}`})`;
  const parts = [...(window.from === undefined ? [] : [`since ${instantWords(window.from)}`]), ...(window.to === undefined ? [] : [`before ${instantWords(window.to)}`])];
  return ` ${parts.join(' and ')}`;
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** "1 January 2024", "1 January 2024 18:30", "1 January 2024 18:30:15.250" (UTC). */
export function instantWords(written: string): string {
  const at = new Date(instantOf(written));
  const day = days.format(at);
  const clock = at.toISOString().slice(11, -1).replace(/(:00)?\.000$/, '');
  return clock === '00:00' ? day : `${day} ${clock}`;
}

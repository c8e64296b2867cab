import { encode } from './csv-file.js';

const DAY = 86_400_000;

/** The days the market has, and how they read in a file. Day 0 is the first day of the history; earlier days are negative. */
export interface Calendar {
  /** Days of history. */
  readonly days: number;
  /** Midnight of day 0, ms since the epoch. */
  readonly start: number;
  /** 'YYYY-MM-DD' of a day inside the history. */
  readonly text: readonly Uint8Array[];
  /** Monday = 0. */
  readonly weekday: Uint8Array;
  /** How busy a shop is on each day whatever the weekday: summer lull, the weeks before Christmas, payday, slow growth. 1 = usual. */
  readonly season: Float64Array;
  /** Calendar years since the first one: which price list holds. */
  readonly year: Uint8Array;
}

/** `months` whole months of history, ending with the day `end` ('YYYY-MM-DD'). */
export function createCalendar(end: string, months: number): Calendar {
  const last = Date.parse(`${end}T00:00:00Z`);
  const after = new Date(last + DAY);
  const start = Date.UTC(after.getUTCFullYear(), after.getUTCMonth() - months, after.getUTCDate());
  const days = Math.round((last + DAY - start) / DAY);
  const dates = Array.from({ length: days }, (_, day) => new Date(start + day * DAY));
  return {
    days,
    start,
    text: dates.map((date) => encode(isoDay(date))),
    weekday: Uint8Array.from(dates, (date) => (date.getUTCDay() + 6) % 7),
    season: Float64Array.from(dates, (date, day) => seasonOf(date) * (0.94 + (0.12 * day) / days)),
    year: Uint8Array.from(dates, (date) => date.getUTCFullYear() - dates[0].getUTCFullYear()),
  };
}

/** 'YYYY-MM-DD' of any day, also one before the history. */
export function dayText(calendar: Calendar, day: number): string {
  return isoDay(new Date(calendar.start + day * DAY));
}

/** The number of a date, counted from day 0. */
export function dayOf(calendar: Calendar, date: string): number {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - calendar.start) / DAY);
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);

function seasonOf(date: Date): number {
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const ofMonth = [0.9, 0.92, 0.97, 1, 1.02, 0.98, 0.9, 0.88, 1, 1.04, 1.18, 1.3][month];
  const closing = month === 11 && day >= 24 && day <= 27 ? 0.35 : 1;
  const payday = day >= 26 || day <= 3 ? 1.1 : 1;
  return ofMonth * closing * payday;
}

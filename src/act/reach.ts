import type { Brief } from '../domain/brief.js';
import { circularMean, circularPeak } from '../util/circular.js';
import { formatHour } from '../util/format-value.js';
import { type Activity, slotsPerDay } from './behaviour.js';

const leastRows = 50;
/** Two hours either side, in half-hours. */
const around = 4;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/**
 * When to reach a segment: the half-hour at or just before the middle of its busiest hours (so that a message is there when they come; round
 * midnight if need be) with the share of activity within ±2 h, and the busiest weekday where one stands out. Read from e-mail opens where
 * there are enough, else from browsing, else from orders; the weekday rather not from e-mail, whose days are those of the mailings.
 * Undefined without clock times.
 */
export function reach(activity: readonly Activity[], segment: number): Brief['reach'] {
  const chosen = activity.find(({ counts }) => total(counts[segment]) >= leastRows) ?? [...activity].sort((a, b) => total(b.counts[segment]) - total(a.counts[segment]))[0];
  if (!chosen || total(chosen.counts[segment]) === 0) return undefined;
  const week = chosen.counts[segment];
  const day = new Float64Array(slotsPerDay);
  const days = perDay(week);
  week.forEach((n, slot) => (day[slot % slotsPerDay] += n));
  const peak = circularPeak(day, around);
  const near = Array.from({ length: 2 * around + 1 }, (_, o) => (peak.bin - around + o + slotsPerDay) % slotsPerDay);
  const middle = circularMean(near.map((slot) => slot + 0.5), slotsPerDay, near.map((slot) => day[slot])).mean;
  const half = Math.floor(middle) % slotsPerDay;
  const free = activity.find(({ from, counts }) => from !== 'e-mail opens' && total(counts[segment]) >= leastRows);
  return { hour: formatHour(half / 2), hourShare: round(shareAround(day, half)), ...weekdayOf(free ? perDay(free.counts[segment]) : days), from: chosen.from };
}

function perDay(week: Float64Array): Float64Array {
  const days = new Float64Array(7);
  week.forEach((n, slot) => (days[Math.floor(slot / slotsPerDay)] += n));
  return days;
}

/** Share of a day's counts within two hours before and after the start of half-hour `half`. */
function shareAround(day: Float64Array, half: number): number {
  let within = 0;
  for (let o = -around; o < around; o++) within += day[(half + o + slotsPerDay) % slotsPerDay];
  return within / total(day);
}

/** The busiest weekday, where it holds clearly more than its seventh. */
function weekdayOf(days: Float64Array): { weekday?: string; weekdayShare?: number } {
  const all = total(days);
  const best = days.indexOf(Math.max(...days));
  const share = days[best] / all;
  const noise = Math.sqrt((6 / 49) / all);
  return share > 1 / 7 + Math.max(0.03, 3 * noise) ? { weekday: weekdays[best], weekdayShare: round(share) } : {};
}

const total = (counts: Float64Array) => counts.reduce((a, b) => a + b, 0);
const round = (x: number) => Math.round(x * 1000) / 1000;

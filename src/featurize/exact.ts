import type { Dialect } from '../engine/dialect.js';

/**
 * Numbers that both executions compute to the same bits: transcendental terms are rounded to integers (millionths) before they are summed,
 * so neither the order of addition nor the last digit of a library's `ln` can show.
 */

/** n times the millionths of ln n, an integer; 0 for n ≤ 1. (Rounding before the product keeps the two libraries' last digits apart from the .5s.) */
export const logTerm = (n: number): number => (n > 1 ? n * roundHalfAway(Math.log(n) * 1e6) : 0);

export const logTermSql = (dialect: Dialect, n: string): string =>
  `CASE WHEN ${n} > 1 THEN ${dialect.double(n)} * ${dialect.round(`${dialect.ln(dialect.double(n))} * 1e6`)} ELSE 0e0 END`;

const radiansPerMs = (2 * Math.PI) / 86_400_000;

/** Millionths of the cosine and sine of the time of day. */
export const clockCos = (at: number): number => roundHalfAway(Math.cos((at % 86_400_000) * radiansPerMs) * 1e6);
export const clockSin = (at: number): number => roundHalfAway(Math.sin((at % 86_400_000) * radiansPerMs) * 1e6);

export const clockSql = (dialect: Dialect, wave: 'cos' | 'sin', at: string): string =>
  dialect.round(`${wave}(${dialect.double(`${dialect.epochMs(at)} % 86400000`)} * ${dialect.number(radiansPerMs)}) * 1e6`);

/** SQL's round(): halves away from zero, and never −0. */
export function roundHalfAway(x: number): number {
  return (x < 0 ? -Math.floor(-x + 0.5) : Math.floor(x + 0.5)) + 0;
}

export const DAY = 86_400_000;
export const MINUTE = 60_000;

/** Calendar months since year 0. */
export function monthIndex(at: number): number {
  const date = new Date(at);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** 1 (Monday) … 7 (Sunday). */
export const weekday = (at: number): number => ((new Date(at).getUTCDay() + 6) % 7) + 1;
export const hour = (at: number): number => new Date(at).getUTCHours();
export const quarter = (at: number): number => Math.floor(new Date(at).getUTCMonth() / 3) + 1;

/** `x` in units of 1/scale as a double of ones. */
export const unscaled = (dialect: Dialect, x: string, scale: number): string => (scale === 1 ? x : `${x} / ${dialect.number(scale)}`);

const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [['year', 365 * 86_400_000], ['month', 30 * 86_400_000], ['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]];

const unitFor = (ms: number) => UNITS.find(([, length]) => Math.abs(ms) >= 2 * length) ?? UNITS[UNITS.length - 1];

/** A span of milliseconds from now in the largest unit that it has twice: "in 25 min", "3 days ago". */
export function spanOf(ms: number, locale?: string): string {
  const [unit, size] = unitFor(ms);
  return new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' }).format(Math.round(ms / size), unit);
}

/** A length of time in milliseconds in one unit: "25 min", "3 days". */
export function lengthOf(ms: number, locale?: string): string {
  const [unit, size] = unitFor(ms);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(ms / size);
}

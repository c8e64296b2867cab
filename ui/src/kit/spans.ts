const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [['year', 365 * 86_400_000], ['month', 30 * 86_400_000], ['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]];

/** A span of milliseconds from now in the largest unit that it has twice, or once exactly enough: "in 25 min", "3 days ago". */
export function spanOf(ms: number, locale?: string): string {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(ms) >= 1.5 * length) ?? UNITS[UNITS.length - 1];
  return new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' }).format(Math.trunc(ms / size), unit);
}

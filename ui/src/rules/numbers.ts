/**
 * A number as somebody of this locale types it: '1.234,5' in German, '1,234.5' in English, with or without a sign of money or per cent, a true minus too.
 * NaN where it is none. A lone separator that groups by three is taken for what the locale takes it for.
 */
export function readNumber(text: string, locale?: string): number {
  const { group, decimal } = separators(locale);
  const bare = text.trim().replace(/[\s\u00a0\u202f'’]/g, '').replace(/^([^\d\-−+.,]{0,4})(?=[\d\-−+.,])/, '').replace(/[^\d.,]{0,4}$/, '').replace('−', '-');
  if (bare === '') return Number.NaN;
  const plain = /^[-+]?\d+(\.\d+)?$/.test(bare) && decimal === '.' ? bare : bare.split(group).join('').replace(decimal, '.');
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : Number.NaN;
}

/** A number as it is written into a field: all its digits, no grouping, the locale's decimal sign. */
export function writeNumber(x: number, locale?: string): string {
  if (!Number.isFinite(x)) return '';
  return new Intl.NumberFormat(locale, { useGrouping: false, maximumFractionDigits: 12 }).format(x).replace('−', '-');
}

function separators(locale?: string): { group: string; decimal: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.5);
  const sign = (type: string, otherwise: string) => parts.find((part) => part.type === type)?.value.replace(/[\s\u00a0\u202f]/g, ' ') ?? otherwise;
  return { group: sign('group', ','), decimal: sign('decimal', '.') };
}

/** Where a value stands on a scale of bins of equal width on the page: 0–1. */
export function placeOf(value: number, edges: readonly number[], log: boolean): number {
  const n = edges.length - 1;
  if (n < 1 || !Number.isFinite(value)) return 0;
  if (value <= edges[0]) return 0;
  if (value >= edges[n]) return 1;
  let bin = 0;
  while (bin < n - 1 && value >= edges[bin + 1]) bin++;
  const [low, high] = [edges[bin], edges[bin + 1]];
  const part = log && low > 0 ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low || 1);
  return (bin + part) / n;
}

/** The value at a place of that scale, to as many digits as a person would set with a mouse. */
export function valueAt(place: number, edges: readonly number[], log: boolean): number {
  const n = edges.length - 1;
  if (n < 1) return 0;
  const at = Math.min(1, Math.max(0, place)) * n;
  const bin = Math.min(n - 1, Math.floor(at));
  const [low, high] = [edges[bin], edges[bin + 1]];
  const part = at - bin;
  const value = log && low > 0 ? low * (high / low) ** part : low + (high - low) * part;
  return sensible(value, (high - low) / 8);
}

/** Rounded to the power of ten that is not coarser than `grain`. */
export function sensible(value: number, grain: number): number {
  if (!(grain > 0)) return value;
  const digits = Math.max(-12, Math.min(12, Math.floor(Math.log10(grain))));
  const unit = 10 ** digits;
  return Number((Math.round(value / unit) * unit).toFixed(Math.max(0, -digits)));
}

import type { Feature } from '../../domain/feature.js';
import { formatHour, symbolOf } from '../../util/format-value.js';
import { cleanText } from '../../util/words.js';

// Made once: making one takes a hundred times as long as using it.
const exact = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 12 });

/** A number in full: "1,204.5". What a rule compares with is never rounded away. */
export const exactNumber = (value: number): string =>
  (Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-9) ? String(value) : exact.format(value)).replace(/^-/, '−');

/** Money in full: "£84.5", "−£3", "SEK 100"; without a currency the number. */
export function exactMoney(value: number, currency?: string): string {
  const symbol = symbolOf(currency);
  const amount = exactNumber(Math.abs(value));
  return `${value < 0 ? '−' : ''}${/^[A-Za-z]{2,}$/.test(symbol) ? `${symbol} ` : symbol}${amount}`;
}

/** A value of a feature in full, by its kind: "£1,204.5", "12.5 %", "22:40", "90 days", "yes". */
export function exactValue(value: number, { kind, unit }: Pick<Feature, 'kind' | 'unit'>, currency?: string): string {
  switch (kind) {
    case 'money': return exactMoney(value, currency);
    case 'share': return `${exactNumber(Number((value * 100).toPrecision(15)))} %`;
    case 'flag': return value === 0 ? 'no' : value === 1 ? 'yes' : exactNumber(value);
    case 'hour': return Number.isInteger(value * 60) ? formatHour(value) : exactNumber(value);
    case 'days': return `${exactNumber(value)} ${value === 1 ? 'day' : 'days'}`;
    default: return unit === 'years' ? `${exactNumber(value)} years` : exactNumber(value);
  }
}

/** A text as it may stand in a sentence, whatever is in it: ‘Mug’. */
export const quoted = (text: string): string => `‘${cleanText(text)}’`;

/** What of a feature decides how its values read. */
export interface Readable {
  readonly kind: string;
  readonly unit?: string;
}

const symbols: Readonly<Record<string, string>> = {
  GBP: '£', USD: '$', EUR: '€', JPY: '¥', CNY: '¥', INR: '₹', KRW: '₩', BRL: 'R$', AUD: 'A$', CAD: 'C$', NZD: 'NZ$', ZAR: 'R',
};

/** A value as a person reads it, by the feature's kind: "£1,204", "38 %", "22:40", "12 days", "yes". Missing reads "unknown". */
export function formatValue(value: number, feature: Readable, currency?: string): string {
  if (!Number.isFinite(value)) return 'unknown';
  switch (feature.kind) {
    case 'money':
      return formatMoney(value, currency);
    case 'share':
      return formatPercent(value);
    case 'flag':
      return value === 0 ? 'no' : value === 1 ? 'yes' : formatPercent(value);
    case 'hour':
      return formatHour(value);
    case 'days':
      return formatDays(value);
    case 'count':
      return withUnit(Math.round(value * 100) / 100, feature.unit); // a mean count of 0.003 is no count
    default:
      return withUnit(value, feature.unit);
  }
}

/** A count with its thousands parted, to three decimals where it is none: "1,204,331". As `toLocaleString('en')` has it, which takes longer to get ready than all counts of a report to write. */
export function formatCount(n: number): string {
  if (!Number.isFinite(n) || Math.abs(n) >= 1e15) return n.toLocaleString('en');
  const [whole, fraction] = (Number.isInteger(n) ? String(n) : trimZeros(n.toFixed(3))).split('.');
  const parted = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction ? `${parted}.${fraction}` : parted;
}

/** "1,204", "84", "12.4", "0.38": about three digits that matter, never an exponent. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (size >= 1e15) return `${grouped((value / 1e12).toFixed(0))} trillion`;
  const text = size >= 100 || Number.isInteger(value) ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : significant(value);
  return grouped(trimZeros(text));
}

/** A share (0–1) as "38 %", "4.2 %", "0.3 %"; shares under a thousandth read "<0.1 %". */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return 'unknown';
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < 0.1) return percent > 0 ? '<0.1 %' : '>−0.1 %';
  if (size > 99 && size < 100) return `${minus(trimZeros((Math.floor(size * 10) / 10 * Math.sign(percent)).toFixed(1)))} %`;
  return `${minus(trimZeros(percent.toFixed(size < 10 ? 1 : 0)))} %`;
}

/** How a currency is written before an amount: "£", "SEK"; nothing without one. */
export const symbolOf = (currency = ''): string => symbols[currency.toUpperCase()] ?? currency;

/** Money in `currency` (ISO code or symbol; none gives the plain number): "£84", "£4.20", "£1.2 million". */
export function formatMoney(value: number, currency?: string): string {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  const [scaled, word] = size >= 999_500_000 ? [size / 1e9, ' billion'] : size >= 999_500 ? [size / 1e6, ' million'] : [size, ''];
  const digits = word ? (scaled < 10 ? 2 : 1) : scaled >= 99.5 || Number.isInteger(scaled) ? 0 : 2;
  const number = grouped(word ? trimZeros(scaled.toFixed(digits)) : scaled.toFixed(digits)) + word;
  const sign = value < 0 && !/^[0.]*$/.test(number) ? '−' : '';
  const symbol = symbolOf(currency);
  return /^[A-Za-z]{2,}$/.test(symbol) ? `${sign}${symbol} ${number}` : sign + symbol + number;
}

/** A clock hour (0–24, fractions allowed) as "22:40". */
export function formatHour(hour: number): string {
  if (!Number.isFinite(hour)) return 'unknown';
  const minutes = ((Math.round(hour * 60) % 1440) + 1440) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A span in days as "12 days", "1 day", "6 hours", "2.5 years". */
export function formatDays(days: number): string {
  if (!Number.isFinite(days)) return 'unknown';
  const size = Math.abs(days);
  if (size >= 730) return `${minus(trimZeros((days / 365.25).toFixed(1)))} years`;
  if (size > 0 && size < 0.95) return `${formatNumber(Math.max(1, Math.round(size * 24)))} ${Math.round(size * 24) <= 1 ? 'hour' : 'hours'}`;
  const rounded = size >= 10 ? Math.round(days) : Math.round(days * 10) / 10;
  return `${formatNumber(rounded)} ${Math.abs(rounded) === 1 ? 'day' : 'days'}`;
}

const significant = (value: number) => (value === 0 ? '0' : value.toFixed(Math.min(8, 1 - Math.floor(Math.log10(Math.abs(value))))));
const trimZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
const minus = (text: string) => text.replace(/^-(?=[0.]*[1-9])/, '−').replace(/^-/, '');

function grouped(text: string): string {
  const [whole, fraction] = minus(text).split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction ? `${spaced}.${fraction}` : spaced;
}

const withUnit = (value: number, unit?: string) => (unit && !/^[#%]?$/.test(unit) ? `${formatNumber(value)} ${unitFor(value, unit)}` : formatNumber(value));

/** "orders" stays plural but for one: "1 order". */
function unitFor(value: number, unit: string): string {
  return value === 1 && /[a-z]s$/.test(unit) && !/(ss|us|is)$/.test(unit) ? unit.replace(/ies$/, 'y').replace(/([^y])s$/, '$1') : unit;
}

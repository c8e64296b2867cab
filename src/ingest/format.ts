/** How the values of one column are written, and so how they are read. Plain data. */
export type Format =
  | { readonly kind: 'text' }
  | { readonly kind: 'empty' }
  /** Plain numbers with a decimal point; `digits` is the longest run of digits in the sample. */
  | { readonly kind: 'number'; readonly integer: boolean; readonly digits: number; readonly width: number }
  /** Numbers that need help: decimal comma, thousands, currency, percent, brackets for minus. */
  | { readonly kind: 'money'; readonly decimal: '.' | ','; readonly thousands: '' | ',' | '.' | ' '; readonly currency: string; readonly percent: boolean }
  | { readonly kind: 'time'; readonly style: 'iso'; readonly clock: boolean; readonly offset: boolean }
  /** strptime patterns; where day and month cannot be told apart in the sample, `other` holds the second reading. */
  | { readonly kind: 'time'; readonly style: 'pattern'; readonly patterns: readonly string[]; readonly other?: readonly string[]; readonly clock: boolean; readonly words: string }
  | { readonly kind: 'time'; readonly style: 'yyyymmdd'; readonly clock: false }
  | { readonly kind: 'time'; readonly style: 'epoch'; readonly unit: 's' | 'ms' | 'us'; readonly clock: true }
  | { readonly kind: 'time'; readonly style: 'excel'; readonly clock: boolean }
  /** Time of day alone: HH:MM or HH:MM:SS. */
  | { readonly kind: 'clock' };

export type Shape = 'empty' | 'number' | 'time' | 'text';

/** Words that stand for "no value". 'None' and 'unknown' are left alone in text: there they are often an answer. */
export const missingCodes: readonly string[] = [
  '?', 'NA', 'N/A', 'n/a', 'na', '#N/A', 'NULL', 'null', 'Null', 'NaN', 'nan', 'NAN', '-', '--', '.', '(null)', '\\N', '<NA>', 'NaT', 'nil', 'undefined', 'n.a.', 'N.A.', 'missing', 'MISSING', '#NULL!',
];
/** Read as missing in a column that otherwise holds numbers or dates. */
const missingInNumbers = /^(none|unknown|unk|nd|tbd|tba|not available|not applicable|error|#ref!|#div\/0!|#value!|invalid|x|never)$/i;

const codes = new Set(missingCodes);
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const iso = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?(Z| ?UTC| ?GMT| ?[+-]\d\d:?\d\d| ?[+-]\d\d)?$/;
const offset = /( ?[+-]\d\d:?\d\d| ?[+-]\d\d)$/;
const slashed = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(,?[ T]+(\d{1,2}:\d{2})(:\d{2})?(\.\d+)?( ?[AaPp]\.?[Mm]\.?)?)?$/;
const worded = /^(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?(?:(\d{1,2})[ -]([a-z]{3,9})\.?[ ,-]+(\d{4}|\d{2})|([a-z]{3,9})\.? (\d{1,2}),? (\d{4}))(,? (\d{1,2}:\d{2})(:\d{2})?( ?[ap]m)?)?( ?[+-]\d{4}| ?GMT| ?UTC)?$/i;
const months = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december)$/i;
const clock = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/;
const yearMonth = /^(19|20)\d{2}-(0[1-9]|1[0-2])$/;
const currency = /[$€£¥₹₽₺₩]|R\$|\b(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|INR|SEK|NOK|DKK|PLN|BRL)\b|kr\.?|zł/i;
const currencySql = '[$€£¥₹₽₺₩%]|R\\$|USD|EUR|GBP|CHF|JPY|CAD|AUD|INR|SEK|NOK|DKK|PLN|BRL|kr\\.?|zł|\\s|\\x{00a0}|\\x{202f}|\'|’';
const moneyBody = /^[+-]?\(?-?\d{1,3}([., ]\d{3})*([.,]\d+)?-?\)?$|^[+-]?\(?-?\d+([.,]\d+)?-?\)?$/;

/** Is this value a number or a time, as opposed to a word? */
export function looksTyped(value: string): boolean {
  const v = value.trim();
  return v !== '' && (number.test(v) || iso.test(v) || slashed.test(v) || clock.test(v) || (worded.test(v) && wordedMonth(v)) || isMoney(v));
}

/** What most of the values are; 'empty' where nothing is filled in. */
export function shapeOf(values: readonly string[]): Shape {
  const filled = values.map((v) => v.trim()).filter((v) => v !== '' && !codes.has(v));
  if (filled.length === 0) return 'empty';
  const share = (test: (v: string) => boolean) => filled.filter(test).length / filled.length;
  if (share((v) => iso.test(v) || slashed.test(v) || clock.test(v) || (worded.test(v) && wordedMonth(v))) > 0.8) return 'time';
  return share((v) => number.test(v) || isMoney(v)) > 0.8 ? 'number' : 'text';
}

export interface GuessHints {
  /** The sample is every value there is. */
  readonly whole: boolean;
  /** Is the column's name one for times ('created_at')? */
  readonly timeName: boolean;
  /** Is the column's name one for an id or a code? */
  readonly idName: boolean;
  /** Does the file use the comma as its decimal mark elsewhere? */
  readonly decimalComma: boolean;
}

/** The format of a column from some of its values. */
export function guessFormat(values: readonly string[], hints: GuessHints): Format {
  const filled = values.map((v) => v.trim()).filter((v) => v !== '' && !codes.has(v));
  if (filled.length === 0) return { kind: 'empty' };
  const odd = filled.filter((v) => !missingInNumbers.test(v));
  if (odd.length === 0) return { kind: 'text' };
  return guessTime(odd, hints) ?? guessNumber(odd, hints) ?? { kind: 'text' };
}

function guessTime(values: readonly string[], { timeName, idName, decimalComma }: GuessHints): Format | undefined {
  const most = (matches: number) => matches >= 0.9 * values.length;
  const isos = values.filter((v) => iso.test(v));
  if (most(isos.length)) {
    const withClock = isos.some((v) => /\d:\d\d/.test(v));
    return { kind: 'time', style: 'iso', clock: withClock, offset: withClock && isos.some((v) => offset.test(v) || /,\d+$/.test(v)) };
  }
  const slashes = values.filter((v) => slashed.test(v));
  if (most(slashes.length) && !(decimalComma && slashes.every((v) => /^\d{1,3}\.\d{1,3}\.\d{2}$/.test(v)) && !timeName)) return slashedFormat(slashes);
  const words = values.filter((v) => worded.test(v) && wordedMonth(v));
  if (most(words.length)) return wordedFormat(words);
  if (most(values.filter((v) => clock.test(v)).length)) return { kind: 'clock' };
  if (most(values.filter((v) => yearMonth.test(v)).length))
    return { kind: 'time', style: 'pattern', patterns: ['%Y-%m'], clock: false, words: 'year and month' };
  const whole = values.filter((v) => /^\d+(\.0)?$/.test(v));
  if (whole.length < 0.98 * values.length) return timeName && excelLike(values) ? { kind: 'time', style: 'excel', clock: true } : undefined;
  const numbers = whole.map(Number);
  const days = whole.filter(isYyyymmdd).length;
  if (days >= (timeName ? 0.95 : 1) * whole.length && (timeName || (!idName && new Set(whole).size > 2)))
    return { kind: 'time', style: 'yyyymmdd', clock: false };
  if (timeName && within(numbers, 6.3e8, 4.2e9)) return { kind: 'time', style: 'epoch', unit: 's', clock: true };
  if (timeName && within(numbers, 6.3e11, 4.2e12)) return { kind: 'time', style: 'epoch', unit: 'ms', clock: true };
  if (timeName && within(numbers, 6.3e14, 4.2e15)) return { kind: 'time', style: 'epoch', unit: 'us', clock: true };
  if (timeName && excelLike(values)) return { kind: 'time', style: 'excel', clock: values.some((v) => /\.\d/.test(v)) };
  return undefined;
}

const within = (numbers: readonly number[], low: number, high: number) => numbers.filter((x) => x >= low && x <= high).length >= 0.98 * numbers.length;
/** Serial dates of spreadsheets between 1982 and 2064. */
const excelLike = (values: readonly string[]) => values.every((v) => number.test(v)) && within(values.map(Number), 30_000, 60_000);

function isYyyymmdd(v: string): boolean {
  return /^(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\.0)?$/.test(v);
}

function wordedMonth(v: string): boolean {
  const match = worded.exec(v);
  return !!match && months.test(match[3] ?? match[5] ?? '');
}

function slashedFormat(values: readonly string[]): Format {
  let first = 0, second = 0, padded = true, am = false, withClock = false;
  let separator = '/';
  let long = 0;
  for (const value of values) {
    const match = slashed.exec(value)!;
    first = Math.max(first, Number(match[1]));
    second = Math.max(second, Number(match[3]));
    if (match[1].length < 2 || match[3].length < 2) padded = false;
    separator = match[2];
    if (match[4].length === 4) long++;
    if (match[6]) withClock = true;
    if (match[9]) am = true;
  }
  const year = long >= values.length / 2 ? '%Y' : '%y';
  const patterns = (a: string, b: string) => {
    const date = `${a}${separator}${b}${separator}${year}`;
    const times = withClock ? (am ? ['%I:%M %p', '%I:%M:%S %p', '%I:%M%p'] : ['%H:%M', '%H:%M:%S', '%H:%M:%S.%f']) : [];
    return [...times.map((t) => `${date} ${t}`), date];
  };
  const dayFirst = { patterns: patterns('%d', '%m'), words: 'day first' };
  const monthFirst = { patterns: patterns('%m', '%d'), words: 'month first' };
  const base = { kind: 'time', style: 'pattern', clock: withClock } as const;
  if (first > 12 && second <= 12) return { ...base, ...dayFirst };
  if (second > 12 && first <= 12) return { ...base, ...monthFirst };
  // Undecided in the sample: spreadsheets in the US write 1/5/2023 and AM/PM; most others pad, or use dots and dashes.
  const american = separator === '/' && (am || !padded);
  return american ? { ...base, ...monthFirst, other: dayFirst.patterns } : { ...base, ...dayFirst, other: monthFirst.patterns };
}

function wordedFormat(values: readonly string[]): Format {
  const made = new Set<string>();
  let withClock = false;
  for (const value of values.slice(0, 200)) {
    const match = worded.exec(value)!;
    const dayFirst = match[2] !== undefined;
    const month = (match[3] ?? match[5]).length > 3 ? '%B' : '%b';
    const separator = dayFirst ? value.slice(value.indexOf(match[2]) + match[2].length)[0] : ' ';
    const year = (match[4] ?? match[7]).length === 4 ? '%Y' : '%y';
    let date = dayFirst ? `%d${separator}${month}${separator === '-' ? '-' : ' '}${year}` : `${month} %d${value.includes(',') ? ',' : ''} ${year}`;
    if (match[1]) date = `%a${/^[a-z]+,/i.test(value) ? ',' : ''} ${date}`;
    if (match[9]) {
      withClock = true;
      date += `${match[8].startsWith(',') ? ',' : ''} ${match[11] ? '%I' : '%H'}:%M${match[10] ? ':%S' : ''}${match[11] ? (match[11].startsWith(' ') ? ' %p' : '%p') : ''}`;
    }
    made.add(date);
  }
  return { kind: 'time', style: 'pattern', patterns: [...made].slice(0, 8), clock: withClock, words: 'with the month in letters' };
}

function guessNumber(values: readonly string[], { idName, decimalComma }: GuessHints): Format | undefined {
  const plain = values.filter((v) => number.test(v));
  const integers = plain.filter((v) => /^[+-]?\d+$/.test(v));
  const zeros = plain.some((v) => /^[+-]?0\d/.test(v));
  if (plain.length === values.length && !zeros) {
    const longest = Math.max(...plain.map((v) => v.replace(/\D/g, '').length));
    const bigIds = longest > 15 && plain.every((v) => /^\d+(\.0+)?$/.test(v));
    if (bigIds && (idName || longest > 18 || plain.some((v) => v.includes('.')))) return { kind: 'text' };
    if (decimalComma && plain.some((v) => v.includes('.')) && plain.every((v) => !v.includes('.') || /^[+-]?\d{1,3}(\.\d{3})+$/.test(v)))
      return { kind: 'money', decimal: ',', thousands: '.', currency: '', percent: false };
    const lengths = new Set(plain.map((v) => v.length));
    return { kind: 'number', integer: integers.length === plain.length, digits: longest, width: lengths.size === 1 ? plain[0].length : 0 };
  }
  if (zeros && plain.length >= 0.5 * values.length) return undefined;
  const decimals = integers.length < 0.9 * plain.length;
  const tolerated = decimals ? 0.02 : idName ? 0 : 0.001;
  if (plain.length >= (1 - tolerated) * values.length && values.length >= 50) return { kind: 'number', integer: !decimals, digits: 0, width: 0 };
  return guessMoney(values);
}

function guessMoney(values: readonly string[]): Format | undefined {
  const good = values.filter(isMoney);
  if (good.length < 0.98 * values.length) return undefined;
  // 'C536379' among '536379': codes, not amounts that went wrong.
  const bad = values.filter((v) => !isMoney(v));
  if (bad.some((v) => /[a-z]/i.test(v) && /\d/.test(v)) || (bad.length > 0 && !good.some((v) => /[.,]\d/.test(v)))) return undefined;
  const found = values.map((v) => currency.exec(v)?.[0]).find(Boolean) ?? '';
  const percent = good.filter((v) => v.includes('%')).length > good.length / 2;
  const bodies = good.map(bodyOf);
  return { kind: 'money', ...marks(bodies), currency: found, percent };
}

/** Which of comma and point parts decimals: the last one in values with both; three digits after every one of a lone kind means thousands. */
function marks(bodies: readonly string[]): { decimal: '.' | ','; thousands: '' | ',' | '.' | ' ' } {
  const blank = bodies.some((b) => / \d{3}/.test(b));
  const both = bodies.find((b) => b.includes(',') && b.includes('.'));
  if (both) return both.lastIndexOf(',') > both.lastIndexOf('.') ? { decimal: ',', thousands: '.' } : { decimal: '.', thousands: ',' };
  const lone = (mark: string) => {
    const using = bodies.filter((b) => b.includes(mark));
    if (using.length === 0) return 'none';
    const grouped = using.every((b) => new RegExp(`^[^\\d]*\\d{1,3}(\\${mark}\\d{3})+[^\\d]*$`).test(b));
    return grouped && !using.some((b) => /^[^\d]*0/.test(b)) ? 'thousands' : 'decimal';
  };
  const comma = lone(',');
  const point = lone('.');
  if (comma === 'decimal') return { decimal: ',', thousands: point === 'thousands' ? '.' : blank ? ' ' : '' };
  if (comma === 'thousands') return { decimal: '.', thousands: ',' };
  if (point === 'thousands' && bodies.some((b) => (b.match(/\./g)?.length ?? 0) > 1)) return { decimal: ',', thousands: '.' };
  return { decimal: '.', thousands: blank ? ' ' : '' };
}

const bodyOf = (v: string) => v.replace(new RegExp(currency.source, 'gi'), '').replace(/[%'’]/g, '').replace(/[\u00a0\u202f]/g, ' ').trim();

function isMoney(v: string): boolean {
  if (v.length > 30) return false;
  const body = bodyOf(v);
  return /\d/.test(body) && moneyBody.test(body);
}

/** The engine type a column of this format is read as straight from text; VARCHAR where `valueSql` has to parse it. */
export function readType(format: Format, whole: boolean): string {
  if (format.kind === 'time' && format.style === 'iso' && !format.offset) return 'TIMESTAMP';
  if (format.kind === 'time' && (format.style === 'yyyymmdd' || format.style === 'epoch' || format.style === 'excel')) return 'DOUBLE';
  if (format.kind === 'number') {
    // Codes of one length might begin with 0 further down, where a number would lose it.
    if (!whole && format.integer && format.width >= 3) return 'VARCHAR';
    if (format.integer && format.digits > 15) return 'BIGINT';
    // Not BIGINT unless every value was seen: DuckDB reads '1.5' as the integer 2 without a word.
    return whole && format.integer && format.digits > 0 ? 'BIGINT' : 'DOUBLE';
  }
  return 'VARCHAR';
}

/** SQL for the typed value of a column: DOUBLE or BIGINT, TIMESTAMP, TIME or VARCHAR; NULL where it cannot be read. `x` is the quoted column. */
export function valueSql(format: Format, x: string, type: string): string {
  const text = type === 'VARCHAR';
  if (format.kind === 'money') return moneySql(format, text ? x : `CAST(${x} AS VARCHAR)`);
  if (format.kind === 'number') return text ? `TRY_CAST(${x} AS DOUBLE)` : x;
  if (format.kind === 'clock') return type === 'TIME' ? x : `TRY_CAST(${x} AS TIME)`;
  if (format.kind === 'time') return timeSql(format, x, type);
  return x;
}

function timeSql(format: Extract<Format, { kind: 'time' }>, x: string, type: string): string {
  if (type === 'TIMESTAMP') return x;
  if (type !== 'VARCHAR' && type !== 'DOUBLE' && type !== 'BIGINT') return `CAST(${x} AS TIMESTAMP)`;
  const whole = type === 'BIGINT' ? x : `TRY_CAST(TRY_CAST(${x} AS DOUBLE) AS BIGINT)`;
  switch (format.style) {
    case 'iso':
      return format.offset
        ? `TRY_CAST(replace(regexp_replace(${x}, '(\\d:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?)\\s*(?:Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)?$', '\\1'), ',', '.') AS TIMESTAMP)`
        : `TRY_CAST(${x} AS TIMESTAMP)`;
    case 'yyyymmdd':
      return `try_strptime(CAST(${whole} AS VARCHAR), '%Y%m%d')`;
    case 'epoch':
      return format.unit === 's'
        ? `CAST(make_timestamp(TRY_CAST(TRY_CAST(${x} AS DOUBLE) * 1000000 AS BIGINT)) AS TIMESTAMP)`
        : `make_timestamp(${whole}${format.unit === 'ms' ? ' * 1000' : ''})`;
    case 'excel':
      return `(TIMESTAMP '1899-12-30 00:00:00' + to_seconds(round(TRY_CAST(${x} AS DOUBLE) * 86400)))`;
    case 'pattern':
      return patternSql(format.patterns, x);
  }
}

/** SQL that reads a text column by strptime patterns. */
export function patternSql(patterns: readonly string[], x: string): string {
  const list = patterns.map((p) => `'${p.replaceAll("'", "''")}'`).join(', ');
  const anyOffset = patterns.some((p) => p.includes('%a'));
  const plain = anyOffset ? `regexp_replace(${x}, '\\s*([+-]\\d{4}|GMT|UTC)$', '')` : x;
  return `try_strptime(${plain}, [${list}])`;
}

function moneySql({ decimal, thousands, currency: sign, percent }: Extract<Format, { kind: 'money' }>, x: string): string {
  let sql = x;
  const bare = sign === '' && !percent && thousands !== ' ';
  if (!bare) sql = `regexp_replace(${sql}, '${currencySql.replaceAll("'", "''")}', '', 'gi')`;
  if (thousands === ',' || thousands === '.') sql = `replace(${sql}, '${thousands}', '')`;
  if (decimal === ',') sql = `replace(${sql}, ',', '.')`;
  // (12.50) and 12.50- are how ledgers write a minus.
  return `coalesce(TRY_CAST(${sql} AS DOUBLE), TRY_CAST(regexp_replace(${sql}, '^\\(?(.*?)[)-]$', '-\\1') AS DOUBLE))`;
}

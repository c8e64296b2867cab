import type { ColumnType } from '../domain/source.js';
import type { Engine, Value } from '../engine/engine.js';
import { quoteName, quoteText } from '../util/quote.js';
import { cleanText } from '../util/words.js';
import type { Column, Profiled } from './column.js';
import { missingCodes, patternSql, valueSql, type Format } from './format.js';
import { isIdName, tokens } from './name.js';
import type { RawColumn, RawTable } from './raw.js';

/** Up to this many rows distinct values are counted exactly, in one scan. */
const exactRows = 50_000;
/** Beyond this many rows it is first seen whether exact numbers are needed at all. */
const manyRows = 4_000_000;
const columnsPerQuery = 150;

/**
 * Everything the inference needs to know about a raw table's columns: in one query (per 150 columns), or, where a large table repeats the values of a
 * column, in one over its distinct values, which is exact and costs a third.
 * Also settles what the sample left open: day or month first, and formats that most values turn out not to have.
 */
export async function profile(raw: RawTable, engine: Engine): Promise<Profiled> {
  let columns = await settle(raw, raw.columns.map((c, index) => draft(c, index)), engine);
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${quoteName(raw.table)}`, 'profile');
  const rows = Number(n);
  let measured = await measure(raw.table, columns, rows, engine);
  const wrong = measured.filter((m) => m.draft.format.kind !== 'text' && (m.codes0 > 0 || m.unreadable > tolerated(m)));
  if (wrong.length > 0) {
    const plain = new Set(wrong.map((m) => m.draft.index));
    columns = columns.map((c) => (plain.has(c.index) && c.rawType === 'VARCHAR' ? draft({ ...raw.columns[c.index], format: { kind: 'text' } }, c.index) : c));
    measured = await measure(raw.table, columns, rows, engine);
  }
  const blank = measured.some((m) => m.filled === rows) ? 0 : await countBlank(raw.table, columns, engine);
  const near = measured.filter((m) => !m.exact && isNearLimit(m));
  const repeating = rows > manyRows ? await repeatingDistinct(raw.table, near.map((m) => m.draft), engine) : new Map<number, number>();
  measured = measured.map((m) => (repeating.has(m.draft.index) ? { ...m, distinct: repeating.get(m.draft.index)! } : m));
  const exact = await exactDistinct(raw.table, near.map((m) => m.draft).filter((d) => !repeating.has(d.index)), engine);
  return { name: raw.name, table: raw.table, rows, blank, columns: measured.map((m) => finish(m, rows, exact.get(m.draft.index))) };
}

/** Unreadable values that still leave a column its type: dates and decimals are often dirty, whole numbers with letters are codes. */
function tolerated({ draft: d, filled }: Measured): number {
  const strict = d.format.kind === 'number' && d.format.integer;
  if (strict && isIdName(tokens(d.name))) return 0;
  return Math.max(2, (strict ? 0.002 : 0.1) * filled);
}

async function countBlank(table: string, columns: readonly Draft[], engine: Engine): Promise<number> {
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${quoteName(table)} AS r WHERE ${columns.map((c) => `${c.text} IS NULL`).join(' AND ')}`, 'profile');
  return Number(n);
}

/** Exact numbers of distinct values of some columns. */
export async function exactDistinct(table: string, columns: readonly { readonly index: number; readonly value: string }[], engine: Engine): Promise<Map<number, number>> {
  if (columns.length === 0) return new Map();
  const select = columns.map((c) => `count(DISTINCT ${c.value}) AS d${c.index}`).join(', ');
  const [row] = await engine.rows(`SELECT ${select} FROM ${quoteName(table)} AS r`, 'profile');
  return new Map(columns.map((c) => [c.index, Number(row[`d${c.index}`])]));
}

const classes = 16;

/**
 * About how many distinct values those columns have that are not unique. Equal values fall into the same one of sixteen classes, so a column that
 * repeats one within a class is not unique, and sixteen times what the class holds is near enough: a tenth of the time of counting all.
 */
async function repeatingDistinct(table: string, columns: readonly Draft[], engine: Engine): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const { index, value } of columns) {
    const [{ n, d }] = await engine.rows(`SELECT count(*) AS n, count(DISTINCT x) AS d FROM (SELECT ${value} AS x FROM ${quoteName(table)} AS r) WHERE hash(x) % ${classes} = 0 AND x IS NOT NULL`, 'profile');
    if (Number(d) < Number(n) && Number(d) > 3) found.set(index, classes * Number(d));
  }
  return found;
}

/** Unique or nearly, or one of a few: where an estimate will not do. Times are never told apart by how many there are. */
const isNearLimit = (m: Measured): boolean => (m.distinct > 0.85 * m.filled && m.draft.format.kind !== 'time') || m.distinct <= 3;

interface Draft {
  readonly index: number;
  readonly name: string;
  readonly rawType: string;
  readonly format: Format;
  readonly codes: readonly string[];
  readonly value: string;
  readonly text: string;
  readonly sample: readonly string[];
}

interface Measured {
  readonly draft: Draft;
  readonly filled: number;
  readonly missing: number;
  readonly distinct: number;
  readonly exact: boolean;
  readonly unreadable: number;
  /** Digits with a leading zero: codes, whatever else they look like. */
  readonly codes0: number;
  readonly row: Readonly<Record<string, Value>>;
}

function draft(column: RawColumn, index: number): Draft {
  const x = `r.${quoteName(column.name)}`;
  const isText = column.type === 'VARCHAR';
  const padded = isText && column.sample.some((v) => v !== v.trim());
  const codes = isText ? seenCodes(column) : [];
  // Measured: trimming every value costs five times what looking for a blank at either end does.
  const trimmed = padded ? `CASE WHEN starts_with(${x}, ' ') OR ends_with(${x}, ' ') THEN NULLIF(trim(${x}), '') ELSE ${x} END` : x;
  const inList = codes.map(quoteText).join(', ');
  const text = codes.length ? `CASE WHEN ${trimmed} NOT IN (${inList}) THEN ${trimmed} END` : trimmed;
  const value = isText && column.format.kind === 'text' ? text : valueSql(column.format, text, column.type);
  return { index, name: column.name, rawType: column.type, format: column.format, codes, value, text, sample: column.sample };
}

/** Missing codes that occur in the sample. 'NA' is Namibia, or North America, among two-letter codes. */
function seenCodes(column: RawColumn): string[] {
  const seen = new Set(column.sample.map((v) => v.trim()));
  const found = missingCodes.filter((code) => seen.has(code));
  if (!seen.has('NA') || column.format.kind !== 'text') return found;
  const others = [...seen].filter((v) => v !== '' && v !== 'NA');
  const twoLetters = others.filter((v) => /^[A-Z]{2}$/.test(v)).length > 0.7 * others.length && others.length >= 3;
  const places = tokens(column.name).some((w) => /^(country|continent|region|market|state|land|pais|pays)$/.test(w));
  return twoLetters || places ? found.filter((code) => code !== 'NA') : found;
}

/** Day or month first: decided by all values, then by which reading keeps the file in order of time. */
async function settle(raw: RawTable, drafts: Draft[], engine: Engine): Promise<Draft[]> {
  const open = drafts.filter((d) => d.format.kind === 'time' && d.format.style === 'pattern' && d.format.other);
  if (open.length === 0) return drafts;
  const settled = new Map<number, Draft>();
  for (const column of open) {
    const format = column.format as Extract<Format, { style: 'pattern' }>;
    const a = patternSql(format.patterns, column.text);
    const b = patternSql(format.other!, column.text);
    const [counts] = await engine.rows(`SELECT count(${a}) AS a, count(${b}) AS b FROM ${quoteName(raw.table)} AS r`, 'profile');
    let other = Number(counts['b']) > Number(counts['a']);
    let words = other ? swap(format.words) : format.words;
    if (counts['a'] === counts['b']) {
      const [order] = await engine.rows(
        `SELECT count(*) FILTER (a < pa) AS a, count(*) FILTER (b < pb) AS b FROM (SELECT a, b, lag(a) OVER () AS pa, lag(b) OVER () AS pb FROM (SELECT ${a} AS a, ${b} AS b FROM ${quoteName(raw.table)} AS r))`, 'profile');
      other = Number(order['b']) < Number(order['a']);
      words = `${other ? swap(format.words) : format.words}: both readings fit every value, ${order['a'] === order['b'] ? 'so this is a guess' : 'but only this one keeps the rows in order'}`;
    }
    const { other: _, ...rest } = format;
    settled.set(column.index, draft({ ...raw.columns[column.index], format: { ...rest, patterns: other ? format.other! : format.patterns, words } }, column.index));
  }
  return drafts.map((d) => settled.get(d.index) ?? d);
}

const swap = (words: string) => (words === 'day first' ? 'month first' : 'day first');

async function measure(table: string, drafts: readonly Draft[], rows: number, engine: Engine): Promise<Measured[]> {
  const found = new Map<number, Measured>();
  const read = async (part: readonly Draft[], from: string, scan: Scan) => {
    const [row] = await engine.rows(`SELECT ${part.map((d) => measures(d, scan)).join(', ')} FROM ${from} AS r`, 'profile');
    for (const d of part) {
      const get = (what: string) => Number(row[`${what}${d.index}`] ?? 0);
      found.set(d.index, { draft: d, filled: get('n'), missing: rows - get('n'), distinct: get('d'), exact: scan.distinct === 'exact', unreadable: get('n') - get('ok'), codes0: get('z'), row });
    }
  };
  const grouped = rows > exactRows ? drafts.filter((d) => repeats(d, rows > manyRows ? 0.25 : 0.6)) : [];
  const reads = grouped.map((d) => {
    const weight = quoteName(`${d.name} n`);
    return read([d], `(SELECT ${quoteName(d.name)}, count(*) AS ${weight} FROM ${quoteName(table)} GROUP BY ${quoteName(d.name)})`, { distinct: 'exact', weight });
  });
  const others = drafts.filter((d) => !grouped.includes(d));
  for (let from = 0; from < others.length; from += columnsPerQuery)
    reads.push(read(others.slice(from, from + columnsPerQuery), quoteName(table), { distinct: rows <= exactRows ? 'exact' : 'about' }));
  await Promise.all(reads);
  return drafts.map((d) => found.get(d.index)!);
}

/** How columns are read: row by row, or (with `weight`, the column that counts) once per distinct value. */
interface Scan {
  readonly distinct: 'exact' | 'about';
  readonly weight?: string;
}

/** Does the sample say that the same values come again and again: at most this share of it is different? */
function repeats({ sample }: Draft, share: number): boolean {
  const filled = sample.filter((v) => v !== '');
  return new Set(filled).size <= Math.max(100, share * filled.length);
}

function measures(draft: Draft, { distinct, weight }: Scan): string {
  const { index, value, text, format, codes, rawType, name } = draft;
  const as = (sql: string, what: string) => `${sql} AS ${what}${index}`;
  const count = (when: string) => (weight ? `coalesce(sum(${weight}) FILTER (${when}), 0)` : `count(*) FILTER (${when})`);
  const filled = (x: string) => (weight ? count(`${x} IS NOT NULL`) : `count(${x})`);
  const isText = format.kind === 'text' || format.kind === 'empty' || format.kind === 'clock';
  const bare = value === `r.${quoteName(name)}`;
  const parts = [
    as(filled(text), 'n'),
    as(filled(value), 'ok'),
    as(distinct === 'about' ? `approx_count_distinct(${value})` : weight && bare ? `count(${value})` : `count(DISTINCT ${value})`, 'd'),
  ];
  if (isText) {
    parts.push(as(weight ? `sum(${weight} * strlen(${text})) / sum(${weight}) FILTER (${text} IS NOT NULL)` : `avg(strlen(${text}))`, 'len'));
    parts.push(as(`min(${text})`, 'lo'), as(`max(${text})`, 'hi'));
    if (weight) parts.push(as(count(looksLikeTest(text)), 'test'));
  } else if (format.kind === 'time') parts.push(as(`strftime(min(${value}), '%Y-%m-%d %H:%M:%S')`, 'lo'), as(`strftime(max(${value}), '%Y-%m-%d %H:%M:%S')`, 'hi'));
  else {
    parts.push(as(`min(${value})`, 'lo'), as(`max(${value})`, 'hi'), as(count(`${value} < 0`), 'neg'), as(count(`${value} = 0`), 'zero'));
    if (rawType === 'VARCHAR' && format.kind === 'number') parts.push(as(count(`regexp_matches(${text}, '^0\\d+$')`), 'z'));
    if (rawType !== 'BIGINT') parts.push(as(count(`${value} <> trunc(${value})`), 'frac'));
  }
  const x = `r.${quoteName(name)}`;
  codes.forEach((code, i) => parts.push(as(count(`${text} IS NULL AND strlen(${x}) <= 16 AND trim(${x}) = ${quoteText(code)}`), `code${i}_`)));
  return parts.join(', ');
}

/** SQL: this text looks like somebody trying things out. */
export const looksLikeTest = (x: string): string =>
  `(contains(lower(${x}), 'test') AND regexp_matches(lower(${x}), '(^|[^a-z])(test|testing|testuser|tester)([^a-z]|$)')) OR contains(${x}, '@example.')`;

function finish({ draft: d, filled, missing, unreadable, row, ...m }: Measured, rows: number, exact: number | undefined): Column {
  const distinct = Math.min(exact ?? m.distinct, filled);
  const get = (what: string) => row[`${what}${d.index}`];
  const numeric = d.format.kind === 'number' || d.format.kind === 'money';
  const whole = numeric && (d.rawType === 'BIGINT' || Number(get('frac') ?? 0) === 0);
  const lo = get('lo') ?? undefined;
  const hi = get('hi') ?? undefined;
  return {
    name: d.name, index: d.index, rawType: d.rawType, format: d.format, type: typeOf(d, whole, distinct, lo, hi), value: d.value, text: d.text,
    filled, missing, distinct, exact: m.exact || exact !== undefined, unreadable, whole,
    min: shown(lo), max: shown(hi),
    negatives: Number(get('neg') ?? 0), zeros: Number(get('zero') ?? 0), length: Number(get('len') ?? 0),
    codes: codesOf(d, get), ...(get('test') === undefined ? {} : { tests: Number(get('test')) }), examples: examplesOf(d.sample, d.codes), sample: rows === 0 ? [] : d.sample,
  };
}

const yesNo = /^(true|false|yes|no|y|n|t|f|ja|nein|si|sí|oui|non)$/i;

function typeOf({ format, sample }: Draft, whole: boolean, distinct: number, lo: unknown, hi: unknown): ColumnType {
  if (format.kind === 'time') return 'time';
  if (format.kind === 'number' || format.kind === 'money') return whole ? 'integer' : 'number';
  if (distinct > 0 && distinct <= 2 && yesNo.test(String(lo)) && yesNo.test(String(hi)) && sample.length > 0) return 'boolean';
  return 'string';
}

function shown(value: Value | undefined): number | string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'number' ? value : cleanText(String(value), 80);
}

function codesOf({ codes }: Draft, get: (what: string) => Value | undefined): { code: string; rows: number }[] {
  const counts = codes.map((code, i) => ({ code, rows: Number(get(`code${i}_`) ?? 0) }));
  return counts.filter(({ rows }) => rows > 0).sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1));
}

function examplesOf(sample: readonly string[], codes: readonly string[]): string[] {
  const out: string[] = [];
  for (const value of sample) {
    const v = value.trim();
    if (v === '' || codes.includes(v) || out.includes(v)) continue;
    out.push(cleanText(v, 80));
    if (out.length === 3) break;
  }
  return out;
}

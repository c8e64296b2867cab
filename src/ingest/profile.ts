import type { ColumnType } from '../domain/source.js';
import type { Engine, Value } from '../engine/engine.js';
import { quoteName, quoteText } from '../util/quote.js';
import { cleanText } from '../util/words.js';
import type { Column, Profiled } from './column.js';
import { missingCodes, patternSql, valueSql, type Format } from './format.js';
import { isIdName, tokens } from './name.js';
import type { RawColumn, RawTable } from './read.js';

/** Up to this many rows distinct values are counted exactly. */
const exactRows = 50_000;
const columnsPerQuery = 150;

/**
 * Everything the inference needs to know about a raw table's columns, in one query (per 150 columns).
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
  const exact = await exactDistinct(raw.table, measured.filter((m) => needsExact(m, rows)).map((m) => m.draft), rows, engine);
  return { name: raw.name, table: raw.table, rows, blank, columns: measured.map((m) => finish(m, rows, exact.get(m.draft.index) ?? m.distinct)) };
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
export async function exactDistinct(table: string, columns: readonly { readonly index: number; readonly value: string }[], rows: number, engine: Engine): Promise<Map<number, number>> {
  if (columns.length === 0 || rows <= exactRows) return new Map();
  const select = columns.map((c) => `count(DISTINCT ${c.value}) AS d${c.index}`).join(', ');
  const [row] = await engine.rows(`SELECT ${select} FROM ${quoteName(table)} AS r`, 'profile');
  return new Map(columns.map((c) => [c.index, Number(row[`d${c.index}`])]));
}

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
  const out: Measured[] = [];
  for (let from = 0; from < drafts.length; from += columnsPerQuery) {
    const part = drafts.slice(from, from + columnsPerQuery);
    const [row] = await engine.rows(`SELECT ${part.map((d) => measures(d, rows)).join(', ')} FROM ${quoteName(table)} AS r`, 'profile');
    for (const d of part) {
      const get = (what: string) => Number(row[`${what}${d.index}`] ?? 0);
      out.push({ draft: d, filled: get('n'), missing: rows - get('n'), distinct: get('d'), unreadable: get('n') - get('ok'), codes0: get('z'), row });
    }
  }
  return out;
}

function measures({ index, value, text, format, codes, rawType, name }: Draft, rows: number): string {
  const as = (sql: string, what: string) => `${sql} AS ${what}${index}`;
  const isText = format.kind === 'text' || format.kind === 'empty' || format.kind === 'clock';
  const parts = [
    as(`count(${text})`, 'n'),
    as(value === text ? `count(${text})` : `count(${value})`, 'ok'),
    as(`${rows <= exactRows ? 'count(DISTINCT' : 'approx_count_distinct('} ${value})`, 'd'),
  ];
  if (isText) {
    parts.push(as(`avg(strlen(${text}))`, 'len'));
    parts.push(as(`min(${text})`, 'lo'), as(`max(${text})`, 'hi'));
  } else if (format.kind === 'time') parts.push(as(`strftime(min(${value}), '%Y-%m-%d %H:%M:%S')`, 'lo'), as(`strftime(max(${value}), '%Y-%m-%d %H:%M:%S')`, 'hi'));
  else {
    parts.push(as(`min(${value})`, 'lo'), as(`max(${value})`, 'hi'), as(`count(*) FILTER (${value} < 0)`, 'neg'), as(`count(*) FILTER (${value} = 0)`, 'zero'));
    if (rawType === 'VARCHAR' && format.kind === 'number') parts.push(as(`count(*) FILTER (regexp_matches(${text}, '^0\\d+$'))`, 'z'));
    if (rawType !== 'BIGINT') parts.push(as(`count(*) FILTER (${value} <> trunc(${value}))`, 'frac'));
  }
  if (codes.length) {
    const x = `trim(r.${quoteName(name)})`;
    parts.push(as(`CAST(to_json(histogram(${x}) FILTER (strlen(r.${quoteName(name)}) <= 16 AND ${text} IS NULL AND ${x} IN (${codes.map(quoteText).join(', ')}))) AS VARCHAR)`, 'codes'));
  }
  return parts.join(', ');
}

const needsExact = (m: Measured, rows: number) => rows > exactRows && (m.distinct > 0.85 * m.filled || m.distinct <= 3);

function finish({ draft: d, filled, missing, unreadable, row }: Measured, rows: number, distinct: number): Column {
  const get = (what: string) => row[`${what}${d.index}`];
  const numeric = d.format.kind === 'number' || d.format.kind === 'money';
  const whole = numeric && (d.rawType === 'BIGINT' || Number(get('frac') ?? 0) === 0);
  const lo = get('lo') ?? undefined;
  const hi = get('hi') ?? undefined;
  return {
    name: d.name, index: d.index, rawType: d.rawType, format: d.format, type: typeOf(d, whole, distinct, lo, hi), value: d.value, text: d.text,
    filled, missing, distinct: Math.min(distinct, filled), unreadable, whole,
    min: shown(lo), max: shown(hi),
    negatives: Number(get('neg') ?? 0), zeros: Number(get('zero') ?? 0), length: Number(get('len') ?? 0),
    codes: codesOf(get('codes')), examples: examplesOf(d.sample, d.codes), sample: rows === 0 ? [] : d.sample,
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

function codesOf(json: Value | undefined): { code: string; rows: number }[] {
  if (typeof json !== 'string') return [];
  const counts = new Map(Object.entries(JSON.parse(json) as Record<string, number>));
  return [...counts].map(([code, rows]) => ({ code, rows })).sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1));
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

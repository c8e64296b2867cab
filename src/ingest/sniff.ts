import { ShoalError } from '../errors.js';
import { looksTyped, type Shape, shapeOf } from './format.js';
import { splitRecords, type Dialect, type Records } from './records.js';

/** How a text file is laid out, and a sample of its values. */
export type Layout =
  | { readonly kind: 'json' | 'ndjson' }
  | {
      readonly kind: 'delimited';
      readonly dialect: Dialect;
      /** Lines before the first data record. */
      readonly skip: number;
      readonly header: boolean;
      readonly names: readonly string[];
      /** Names as written where they had to be changed: blanks, duplicates. */
      readonly renamed: readonly { readonly from: string; readonly to: string }[];
      readonly preamble: number;
      /** Some values per column, in file order. */
      readonly samples: readonly (readonly string[])[];
      /** DuckDB's strict reader would stumble (backslashed quotes, blanks as delimiter, mixed line ends): rewrite first. */
      readonly odd: boolean;
    };

export const columnLimit = 2000;
const sampleRecords = 3000;

/**
 * Reads the layout of a text from its beginning (`head`) and pieces of the rest.
 * Throws `ingest/no-rows`, `ingest/too-many-columns`, `ingest/unreadable-file`.
 */
export function sniff(path: string, head: string, pieces: readonly string[], whole: boolean, delimiter?: string): Layout {
  const json = delimiter ? undefined : jsonKind(head, whole, path);
  if (json) return { kind: json };
  const { text, hint, lines } = takeExcelHint(head);
  const dialect = delimiter ? named(delimiter) : (hint && named(hint)) || chooseDialect(text, whole);
  const found = splitRecords(text, dialect, sampleRecords, whole);
  if (found.records.length === 0) {
    if (!whole) throw new ShoalError('ingest/unreadable-file', { path, reason: 'its first line is longer than half a megabyte. Is it a table?' });
    throw new ShoalError('ingest/no-rows', { path });
  }
  return delimited(path, dialect, found, pieces, lines);
}

function delimited(path: string, dialect: Dialect, found: Records, pieces: readonly string[], dropped: number): Layout {
  const width = typicalWidth(found.records);
  if (width > columnLimit) throw new ShoalError('ingest/too-many-columns', { path, columns: width, limit: columnLimit });
  const first = firstRecord(found.records, width);
  const records = found.records.slice(first);
  const shapes = Array.from({ length: width }, (_, k) => shapeOf(records.slice(1, 400).map((r) => r[k] ?? '')));
  const head = records[0];
  const header = head.length === width - 1 || (head.length === width + 1 && head[width] === '') ? true : hasHeader(records, shapes, width);
  if (header && records.length === 1) throw new ShoalError('ingest/no-rows', { path });
  const { names, renamed } = nameColumns(header ? head : [], width);
  const rows = header ? records.slice(1) : records;
  const further = pieces.flatMap((piece) => splitRecords(piece, dialect, 250, false).records);
  const used = [...rows, ...further].filter((r) => r.length === width);
  const dataAt = first + (header ? 1 : 0);
  return {
    kind: 'delimited',
    dialect,
    skip: (dataAt < found.lines.length ? found.lines[dataAt] : 0) + dropped,
    header,
    names,
    renamed,
    preamble: first,
    samples: Array.from({ length: width }, (_, k) => used.map((r) => r[k])),
    odd: dialect.runs || found.backslash || found.mixedEnds,
  };
}

function jsonKind(head: string, whole: boolean, path: string): 'json' | 'ndjson' | undefined {
  const text = head.trimStart();
  if (/^\[\s*(\{|\])/.test(text)) return 'json';
  if (/^\[\s*\[/.test(text)) throw new ShoalError('ingest/unreadable-file', { path, reason: 'its rows are JSON arrays without names. Give an array of objects, or CSV.' });
  if (!/^\{\s*("|\})/.test(text)) return undefined;
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const complete = whole ? lines : lines.slice(0, -1);
  const objects = complete.slice(0, 20).filter((line) => parses(line)).length;
  if (complete.length > 0 && objects >= complete.slice(0, 20).length / 2) return complete.length === 1 && whole && wraps(complete[0]) ? 'json' : 'ndjson';
  return 'json';
}

/** One object whose only array of objects holds the rows: {"data": [{…}, …]}. */
function wraps(line: string): boolean {
  const value = JSON.parse(line) as Record<string, unknown>;
  return Object.values(value).some((v) => Array.isArray(v) && v.length > 0 && typeof v[0] === 'object');
}

function parses(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

function takeExcelHint(head: string): { text: string; hint?: string; lines: number } {
  const match = /^"?sep=(.)"?\r?\n/i.exec(head);
  return match ? { text: head.slice(match[0].length), hint: match[1], lines: 1 } : { text: head, lines: 0 };
}

/** A delimiter as a person names it: ',', ';', 'tab', '\t', 'space' … */
function named(delimiter: string): Dialect {
  const words: Record<string, string> = { tab: '\t', '\\t': '\t', comma: ',', semicolon: ';', pipe: '|', space: ' ', whitespace: ' ', blank: ' ' };
  const d = Object.hasOwn(words, delimiter.toLowerCase()) ? words[delimiter.toLowerCase()] : delimiter;
  return { delimiter: d, quote: '"', runs: d === ' ' };
}

function chooseDialect(text: string, whole: boolean): Dialect {
  const quote = (text.match(/(^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n])/gm)?.length ?? 0) > 10 && !text.includes('"') ? "'" : '"';
  let best: { dialect: Dialect; score: number } | undefined;
  for (const delimiter of [',', ';', '\t', '|', '~', '^', '\u0001']) {
    if (!text.includes(delimiter)) continue;
    const dialect = { delimiter, quote, runs: false };
    const score = consistency(splitRecords(text, dialect, 300, whole).records);
    if (score > 0 && (!best || score > best.score)) best = { dialect, score };
  }
  if (best && best.score >= 0.9) return best.dialect;
  const runs = { delimiter: ' ', quote: '', runs: true };
  const { records } = splitRecords(text, runs, 300, whole);
  if (consistency(records) >= 0.95 && mostlyTyped(records)) return runs;
  return best && best.score > 0.3 ? best.dialect : { delimiter: ',', quote, runs: false };
}

/** Share of records as wide as the typical one, with a little for width and for a first record that agrees; 0 for one column. */
function consistency(records: readonly (readonly string[])[]): number {
  if (records.length === 0) return 0;
  const width = typicalWidth(records);
  if (width < 2) return 0;
  const share = records.filter((r) => r.length === width).length / records.length;
  const head = records[0].length === width ? 0.2 : records[0].length === width - 1 ? 0.05 : -0.2;
  return share + head + Math.min(width, 50) / 500;
}

function mostlyTyped(records: readonly (readonly string[])[]): boolean {
  const values = records.slice(1).flat();
  const body = values.length ? values : records.flat();
  return body.filter((v) => looksTyped(v)).length >= body.length / 2;
}

function typicalWidth(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  let width = 0, most = 0;
  for (const [w, n] of counts) if (n > most || (n === most && w > width)) [width, most] = [w, n];
  return width;
}

/** Skips titles and notes above the table: the first record as wide as the rest, or one short of it just before (row names of R). */
function firstRecord(records: readonly (readonly string[])[], width: number): number {
  const first = records.findIndex((r) => r.length === width);
  if (first > 0 && first <= 20) {
    const before = records[first - 1];
    const named = width > 2 && (before.length === width - 1 || (before.length === width + 1 && before[width] === ''));
    return named && before.every((v, i) => v.trim() !== '' || i === width) ? first - 1 : first;
  }
  return 0;
}

/** A header is text above values of another kind, or, in a table of text, a row whose words do not come again. */
function hasHeader(records: readonly (readonly string[])[], shapes: readonly Shape[], width: number): boolean {
  let above = 0, same = 0;
  const head = records[0];
  for (let k = 0; k < width; k++) {
    const value = head[k].trim();
    if (value === '' || shapes[k] === 'empty') continue;
    if (shapes[k] === 'text') continue;
    if (looksTyped(value)) same++;
    else above++;
  }
  if (above > 0) return above >= same || same <= width / 2;
  if (same > 0) return false;
  const filled = head.map((v) => v.trim()).filter(Boolean);
  if (new Set(filled.map((v) => v.toLowerCase())).size < filled.length && filled.length > 0) return new Set(filled).size > filled.length / 2 && records.length > 2 && !recurs(records, width);
  return !recurs(records, width);
}

/** Do the first record's values come again below, in at least a third of the columns? */
function recurs(records: readonly (readonly string[])[], width: number): boolean {
  let again = 0;
  for (let k = 0; k < width; k++) {
    const value = records[0][k];
    if (value.trim() !== '' && records.slice(1).some((r) => r[k] === value)) again++;
  }
  return again > 0 && again >= width / 3;
}

function nameColumns(head: readonly string[], width: number): { names: string[]; renamed: { from: string; to: string }[] } {
  const taken = new Set<string>(['rowid']); // the engine's own row number
  const renamed: { from: string; to: string }[] = [];
  const shifted = head.length === width - 1 && head.length > 0 ? ['row', ...head] : head;
  const names = Array.from({ length: width }, (_, k) => {
    const from = (shifted[k] ?? '').replace(/^\ufeff/, '').replace(/[\0-\x1f\x7f]+/g, ' ').trim();
    const wanted = from || `column${k + 1}`;
    let to = wanted;
    for (let i = 2; taken.has(to.toLowerCase()); i++) to = `${wanted}_${i}`;
    taken.add(to.toLowerCase());
    if (to !== from && head.length > 0) renamed.push({ from, to });
    return to;
  });
  return { names, renamed };
}

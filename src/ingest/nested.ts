import type { AuditFinding } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { quoteName, quoteText } from '../util/quote.js';
import { guessFormat, type Format } from './format.js';
import { nameHints } from './name.js';
import type { OpenedFile } from './open.js';
import { globless, type RawColumn, type RawTable } from './raw.js';
import { columnLimit } from './sniff.js';

/** Reads JSON, NDJSON or Parquet: objects are flattened one level (`customer.id`), deeper values and lists stay as JSON text. */
export async function readNested(file: OpenedFile, kind: 'json' | 'ndjson' | 'parquet', name: string, engine: Engine): Promise<RawTable> {
  // The engine takes what there is of an array that breaks off.
  if (kind === 'json' && file.head.trimStart().startsWith('[') && !file.tail.trimEnd().endsWith(']'))
    throw new ShoalError('ingest/unreadable-file', { path: file.path, reason: 'its JSON breaks off before the last ]. Fetch or save it again.' });
  const scan = await chooseScan(file, kind, engine);
  const columns = flatten(await fieldsOf(scan, engine, file.path));
  if (columns.length > columnLimit) throw new ShoalError('ingest/too-many-columns', { path: file.path, columns: columns.length, limit: columnLimit });
  const select = columns.map((c) => `${c.sql} AS ${quoteName(c.name)}`).join(', ');
  await engine
    .run(`CREATE OR REPLACE TABLE ${quoteName(name)} AS SELECT ${select} FROM ${scan}`, `read ${name}`)
    .catch((error: unknown) => Promise.reject(unreadable(error, file.path)));
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${quoteName(name)}`, 'ingest');
  if (n === 0) throw new ShoalError('ingest/no-rows', { path: file.path });
  const samples = await sampleOf(name, columns, Number(n), engine);
  const whole = Number(n) <= 4000;
  const raw = columns.map((c, k): RawColumn => ({ name: c.name, type: c.type, sample: samples[k], format: formatOf(c, samples[k], whole) }));
  const words = { json: 'JSON', ndjson: 'NDJSON', parquet: 'Parquet' }[kind];
  return { name, path: file.path, format: file.gzipped ? `${words}, gzipped` : words, table: name, columns: raw, refused: 0, findings: nestedFindings(columns), named: true };
}

interface Field {
  readonly name: string;
  readonly type: string;
}

interface FlatColumn extends Field {
  readonly sql: string;
  readonly list: boolean;
}

async function chooseScan(file: OpenedFile, kind: 'json' | 'ndjson' | 'parquet', engine: Engine): Promise<string> {
  const path = quoteText(globless(file.readable));
  if (kind === 'parquet') return `read_parquet(${path}, hive_partitioning = false)`;
  const common = `maximum_depth = 3, map_inference_threshold = -1, sample_size = 100000, dateformat = '%Y-%m-%d', hive_partitioning = false, compression = 'uncompressed', maximum_object_size = 67108864`;
  if (kind === 'ndjson') return `read_json(${path}, format = 'newline_delimited', ignore_errors = true, ${common})`;
  const array = `read_json(${path}, format = 'auto', ${common})`;
  const fields = await fieldsOf(array, engine, file.path);
  const rows = fields.filter((f) => /^STRUCT\(.*\)\[\]$/.test(f.type));
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM (FROM ${array} LIMIT 2)`, 'ingest').catch(() => [{ n: 0 }]);
  // {"data": [{…}, …]}: one object around the rows.
  if (n === 1 && rows.length === 1) return `(SELECT unnest(${quoteName(rows[0].name)}, recursive := false) AS item FROM ${array})`;
  return array;
}

async function fieldsOf(scan: string, engine: Engine, path: string): Promise<Field[]> {
  const rows = await engine
    .rows(`SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${scan})`, 'ingest')
    .catch((error: unknown) => Promise.reject(unreadable(error, path)));
  return rows.map((r) => ({ name: String(r['name']), type: String(r['type']) }));
}

function flatten(fields: readonly Field[]): FlatColumn[] {
  const out: FlatColumn[] = [];
  const taken = new Set<string>(['rowid']); // the engine's own row number
  const add = (wanted: string, sql: string, type: string) => {
    const clean = wanted.replace(/[\0-\x1f\x7f]+/g, ' ').trim() || `column${out.length + 1}`;
    let name = clean;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${clean}_${i}`;
    taken.add(name.toLowerCase());
    const plain = plainType(type, sql);
    out.push({ name, ...plain, list: type.endsWith(']') });
  };
  for (const field of fields) {
    const inner = /^STRUCT\((.*)\)$/.exec(field.type);
    if (!inner) add(field.name, quoteName(field.name), field.type);
    else
      for (const child of splitStruct(inner[1]))
        add(field.name === 'item' && fields.length === 1 ? child.name : `${field.name}.${child.name}`, `${quoteName(field.name)}[${quoteText(child.name)}]`, child.type);
  }
  return out;
}

/** "a BIGINT, "b c" STRUCT(d INTEGER)[]" → its fields. */
function splitStruct(text: string): Field[] {
  const parts: string[] = [];
  let depth = 0, quoted = false, from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => {
    const match = /^\s*(?:"((?:[^"]|"")*)"|(\S+))\s+([\s\S]*)$/.exec(part)!;
    return { name: (match[1] ?? match[2]).replaceAll('""', '"'), type: match[3].trim() };
  });
}

function plainType(type: string, sql: string): { type: string; sql: string } {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(type)) return { type: 'BIGINT', sql: `CAST(${sql} AS BIGINT)` };
  if (/^(FLOAT|DOUBLE|DECIMAL.*)$/.test(type)) return { type: 'DOUBLE', sql: `NULLIF(CAST(${sql} AS DOUBLE), CAST('NaN' AS DOUBLE))` };
  if (/^(DATE|TIMESTAMP.*)$/.test(type)) return { type: 'TIMESTAMP', sql: `CAST(${sql} AS TIMESTAMP)` };
  if (type === 'JSON') return { type: 'VARCHAR', sql: `CASE json_type(${sql}) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN ${sql} ->> '$' ELSE CAST(${sql} AS VARCHAR) END` };
  if (type.endsWith(']') || /^(STRUCT|MAP|UNION)/.test(type)) return { type: 'VARCHAR', sql: `CAST(to_json(${sql}) AS VARCHAR)` };
  return { type: 'VARCHAR', sql: `CAST(${sql} AS VARCHAR)` };
}

async function sampleOf(name: string, columns: readonly FlatColumn[], rows: number, engine: Engine): Promise<string[][]> {
  const step = Math.max(1, Math.floor(rows / 3000));
  const select = columns.map((c, k) => `CAST(${quoteName(c.name)} AS VARCHAR) AS c${k}`).join(', ');
  const { columns: found } = await engine.columns(`SELECT ${select} FROM ${quoteName(name)} WHERE rowid % ${step} = 0 OR rowid < 200 LIMIT 4000`, 'ingest');
  return found.map((c) => (c.type === 'string' ? c.values.map((v) => v ?? '') : []));
}

function formatOf(column: FlatColumn, sample: readonly string[], whole: boolean): Format {
  if (column.list) return { kind: 'text' };
  if (column.type === 'TIMESTAMP') return { kind: 'time', style: 'iso', clock: sample.some((v) => /:/.test(v) && !/00:00:00$/.test(v)), offset: false };
  const guess = guessFormat(sample, { whole, decimalComma: false, ...nameHints(column.name) });
  if (column.type === 'VARCHAR') return guess;
  if (guess.kind === 'time' && guess.style !== 'pattern' && guess.style !== 'iso') return guess;
  return { kind: 'number', integer: column.type === 'BIGINT', digits: 0, width: 0 };
}

function nestedFindings(columns: readonly FlatColumn[]): AuditFinding[] {
  const lists = columns.filter((c) => c.list);
  if (lists.length === 0) return [];
  return [{ kind: 'other', rows: 0, sentence: `Lists inside rows were kept as text and not looked into: ${lists.slice(0, 5).map((c) => c.name).join(', ')}.` }];
}

function unreadable(error: unknown, path: string): unknown {
  if (!(error instanceof ShoalError) || error.code !== 'engine/failed') return error;
  const { reason } = error.details as { reason: string };
  const first = reason.split('\n')[0].replace(/^[A-Za-z ]*Error: /, '').replace(/ in file ".*?"/, '').replace(/\s+Try .*$/, '');
  return new ShoalError('ingest/unreadable-file', { path, reason: `${first.replace(/\.$/, '')}.` }, { cause: error });
}

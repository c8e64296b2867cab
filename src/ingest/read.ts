import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import type { AuditFinding } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { formatCount } from '../util/format-value.js';
import { quoteName, quoteText } from '../util/quote.js';
import { listWords } from '../util/words.js';
import { type Format, guessFormat, readType } from './format.js';
import { nameHints } from './name.js';
import { type OpenedFile, transcoded } from './open.js';
import { readNested } from './nested.js';
import { globless, refusedTable, type RawColumn, type RawTable } from './raw.js';
import type { Dialect } from './records.js';
import { sniff, type Layout } from './sniff.js';
import { tidy } from './tidy.js';

export interface ReadOptions {
  readonly delimiter?: string;
  /** Table and source name; unique. */
  readonly name: string;
  readonly temp: string;
  readonly index: number;
}

/** Reads one opened file into the engine, typed as far as all its values allow. Throws `ingest/*`. */
export async function readRaw(file: OpenedFile, options: ReadOptions, engine: Engine, context: Context): Promise<RawTable> {
  if (file.format === 'parquet') {
    await file.ready;
    return readNested(file, 'parquet', options.name, engine);
  }
  const layout = sniff(file.path, file.head, file.pieces, file.whole, options.delimiter);
  await file.ready;
  if (layout.kind !== 'delimited') return readNested(file, layout.kind, options.name, engine);
  return readDelimited(file, layout, options, engine, context);
}

type Delimited = Extract<Layout, { kind: 'delimited' }>;

interface Attempt {
  readonly path: string;
  readonly dialect: Dialect;
  readonly skip: number;
}

async function readDelimited(file: OpenedFile, layout: Delimited, options: ReadOptions, engine: Engine, context: Context): Promise<RawTable> {
  let opened = file;
  const samples = layout.samples.map((values) => [...values]);
  let columns = planColumns(layout.names, samples, file.whole);
  let attempt: Attempt = { path: opened.readable, dialect: layout.dialect, skip: layout.skip };
  let tidied = false;
  const tidyUp = async () => {
    const path = join(options.temp, `${options.index}-tidy`);
    await tidy(opened.readable, path, layout.dialect, layout.skip, context);
    attempt = { path, dialect: { delimiter: ',', quote: '"', runs: false }, skip: 0 };
    tidied = true;
  };
  if (layout.odd) await tidyUp();

  for (let round = 0; ; round++) {
    const refused = await readOnce(attempt, columns, options, engine, context).catch(async (error: unknown) => {
      // Mixed line ends and lone quotes stop the strict reader altogether.
      if (tidied || !(error instanceof ShoalError) || error.code !== 'engine/failed') throw unreadable(error, file.path);
      return undefined;
    });
    if (!refused || (refused.quotes > 0 && !tidied)) {
      await tidyUp();
      continue;
    }
    if (refused.encoding > 0 && opened.mixedLines === 0 && round < 6) {
      opened = await transcoded(opened, join(options.temp, `${options.index}-mixed`), context);
      attempt = { ...attempt, path: opened.readable };
      if (tidied) await tidyUp();
      continue;
    }
    if (refused.casts.length > 0 && round < 6) {
      for (const cast of refused.casts) samples[cast.column].push(...cast.values);
      const failed = new Set(refused.casts.map((c) => c.column));
      columns = columns.map((column, k) =>
        failed.has(k) ? { ...column, type: 'VARCHAR', sample: samples[k], format: reconsider(column, samples[k], refused.casts.find((c) => c.column === k)!) } : column);
      continue;
    }
    const kept = refused.records === 0 ? 0 : await keepRefused(options.name, attempt.skip, engine);
    return {
      name: options.name, path: file.path, format: describeFormat(opened, layout), table: options.name, columns, refused: kept,
      findings: [...findingsOf(opened, layout), ...raggedFinding(kept, refused.swallowed)], named: layout.header,
    };
  }
}

function planColumns(names: readonly string[], samples: readonly (readonly string[])[], whole: boolean): RawColumn[] {
  const guess = (decimalComma: boolean) => names.map((name, k) => guessFormat(thinned(samples[k]), { whole, decimalComma, ...nameHints(name) }));
  let formats = guess(false);
  if (formats.some((f) => f.kind === 'money' && f.decimal === ',')) formats = guess(true);
  return names.map((name, k) => ({ name, sample: samples[k], format: formats[k], type: readType(formats[k], whole) }));
}

/** The first thousand values and every fourth after: enough to guess by, since reading checks every value. */
const thinned = (values: readonly string[]): readonly string[] => (values.length <= 2000 ? values : values.filter((_, i) => i < 1000 || i % 4 === 0));

/** A column with values that would not cast: codes with letters make it text, a few odd words among many numbers do not. */
function reconsider(column: RawColumn, sample: readonly string[], { rows, values }: Refused['casts'][number]): Format {
  const hints = nameHints(column.name);
  const again = guessFormat(sample, { whole: false, decimalComma: false, ...hints });
  if (again.kind !== 'text' || column.format.kind === 'time') return again.kind === 'text' ? column.format : again;
  const coded = hints.idName || (column.format.kind === 'number' && column.format.integer && values.some((v) => /[a-z]/i.test(v) && /\d/.test(v)));
  const typos = rows <= Math.max(2, 0.001 * sample.length) && sample.length >= 50 && !coded;
  return typos ? column.format : again;
}

interface Refused {
  /** Errors of any kind. */
  readonly records: number;
  readonly casts: readonly { readonly column: number; readonly values: readonly string[]; readonly rows: number }[];
  readonly encoding: number;
  readonly quotes: number;
  /** Lines inside refused records beyond the first: what an unclosed quote took with it. */
  readonly swallowed: number;
}

async function readOnce({ path, dialect, skip }: Attempt, columns: readonly RawColumn[], { name }: ReadOptions, engine: Engine, { threads }: Pick<Context, 'threads'>): Promise<Refused> {
  await engine.run('DROP TABLE IF EXISTS shoal_rejects; DROP TABLE IF EXISTS shoal_scans;', 'ingest');
  const types = columns.map((c) => `${quoteText(c.name)}: '${c.type}'`).join(', ');
  // The engine reads 'nan' as a number larger than any other: it is no value at all.
  const numbers = columns.filter((c) => c.type === 'DOUBLE').map((c) => `NULLIF(${quoteName(c.name)}, CAST('NaN' AS DOUBLE)) AS ${quoteName(c.name)}`);
  await engine.run(
    `CREATE OR REPLACE TABLE ${quoteName(name)} AS SELECT *${numbers.length ? ` REPLACE (${numbers.join(', ')})` : ''} FROM read_csv(${quoteText(globless(path))}, auto_detect = false, header = false, skip = ${skip}, ` +
      `delim = ${quoteText(dialect.delimiter)}, quote = ${quoteText(dialect.quote)}, escape = ${quoteText(dialect.quote)}, hive_partitioning = false, compression = 'none', buffer_size = ${bufferBytes((await stat(path)).size, threads)}, ` +
      `store_rejects = true, rejects_table = 'shoal_rejects', rejects_scan = 'shoal_scans', columns = {${types}})`,
    `read ${name}`,
  );
  const [{ n }] = await engine.rows('SELECT count(*) AS n FROM shoal_rejects', 'ingest');
  if (n === 0) return { records: 0, casts: [], encoding: 0, quotes: 0, swallowed: 0 };
  const kinds = await engine.rows(
    `SELECT error_type::VARCHAR AS kind, CASE WHEN error_type = 'CAST' THEN column_idx END AS col, count(*) AS n,
       sum(length(csv_line) - length(replace(csv_line, chr(10), ''))) AS lines,
       string_agg(DISTINCT CASE WHEN error_type = 'CAST' THEN regexp_extract(error_message, 'string "(.*?)" to', 1) END, chr(31)) AS vals
     FROM (SELECT * FROM shoal_rejects LIMIT 20000) GROUP BY ALL ORDER BY ALL`, 'ingest');
  const of = (kind: string) => kinds.filter((k) => k['kind'] === kind);
  const count = (kind: string) => of(kind).reduce((sum, k) => sum + Number(k['n']), 0);
  return {
    records: Number(n),
    casts: of('CAST').map((k) => ({ column: Number(k['col']) - 1, values: String(k['vals'] ?? '').split('\x1f').slice(0, 500), rows: Number(k['n']) })),
    encoding: count('INVALID ENCODING'),
    quotes: count('UNQUOTED VALUE'),
    swallowed: kinds.reduce((sum, k) => sum + Number(k['lines'] ?? 0), 0),
  };
}

const mostBuffer = 32_000_000;
const leastBuffer = 8_000_000;

/** What the engine reads at a time: as many equal parts for each thread, where it would read parts of 32 MB and leave one thread idle at the end. */
function bufferBytes(bytes: number, threads: number): number {
  const rounds = Math.ceil(bytes / (threads * mostBuffer));
  return Math.max(leastBuffer, Math.ceil(bytes / (threads * Math.max(1, rounds))) + 1);
}

/** Moves what the reader refused into `shoal_refused`, one row per record, and says how many. */
async function keepRefused(name: string, skip: number, engine: Engine): Promise<number> {
  await engine.run(
    `CREATE TABLE IF NOT EXISTS ${refusedTable} (source VARCHAR, "row" BIGINT, before BIGINT, reason VARCHAR, content VARCHAR);
     INSERT INTO ${refusedTable}
     SELECT ${quoteText(name)}, record, record - row_number() OVER (ORDER BY record), reason, content FROM (
       SELECT line - ${skip} AS record, first(csv_line ORDER BY column_idx) AS content,
         CASE first(error_type::VARCHAR ORDER BY column_idx)
           WHEN 'MISSING COLUMNS' THEN 'fewer columns than the header'
           WHEN 'TOO MANY COLUMNS' THEN 'more columns than the header'
           WHEN 'UNQUOTED VALUE' THEN 'a quote that does not close'
           WHEN 'LINE SIZE OVER MAXIMUM' THEN 'a line longer than 2 MB'
           WHEN 'INVALID ENCODING' THEN 'bytes that are not text'
           ELSE 'unreadable' END AS reason
       FROM shoal_rejects GROUP BY line)`, 'ingest');
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${refusedTable} WHERE source = ${quoteText(name)}`, 'ingest');
  await engine.run('DROP TABLE IF EXISTS shoal_rejects; DROP TABLE IF EXISTS shoal_scans;', 'ingest');
  return Number(n);
}

function unreadable(error: unknown, path: string): unknown {
  if (!(error instanceof ShoalError) || error.code !== 'engine/failed') return error;
  const { reason } = error.details as { reason: string };
  return new ShoalError('ingest/unreadable-file', { path, reason: `${reason.split('\n')[0].replace(/^[A-Za-z ]*Error: /, '')}.` }, { cause: error });
}

const delimiterNames: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe', ' ': 'blanks' };

function describeFormat(file: OpenedFile, layout: Delimited): string {
  const { delimiter } = layout.dialect;
  const kind = delimiter === '\t' ? 'TSV' : delimiter === ' ' ? 'text, separated by blanks' : delimiter === ',' ? 'CSV' : `CSV, ${delimiterNames[delimiter] ?? `'${delimiter}'`}`;
  return [kind, file.encoding === 'utf-8' ? '' : file.encoding, file.gzipped ? 'gzipped' : '', layout.header ? '' : 'no header'].filter(Boolean).join(', ');
}

function findingsOf(file: OpenedFile, layout: Delimited): AuditFinding[] {
  const findings: AuditFinding[] = [];
  if (!layout.header)
    findings.push({ kind: 'other', rows: 0, sentence: `There is no header line, so the columns are called ${layout.names[0]} … ${layout.names[layout.names.length - 1]}.` });
  if (layout.preamble > 0)
    findings.push({ kind: 'other', rows: layout.preamble, sentence: `${layout.preamble} ${layout.preamble === 1 ? 'line' : 'lines'} above the table ${layout.preamble === 1 ? 'was' : 'were'} skipped.` });
  const doubles = layout.renamed.filter((r) => r.from !== '');
  if (doubles.length > 0)
    findings.push({ kind: 'other', rows: 0, sentence: `Column names that come twice were numbered: ${listWords(doubles.slice(0, 5).map((r) => `'${r.to}'`))}.` });
  if (file.encoding === 'windows-1252')
    findings.push({ kind: 'encoding', rows: file.mixedLines, sentence: `${formatCount(file.mixedLines)} lines are not UTF-8 and were read as Windows-1252 (latin-1).` });
  else if (file.encoding !== 'utf-8') findings.push({ kind: 'encoding', rows: 0, sentence: `The file is ${file.encoding.toUpperCase()} and was read as such.` });
  return findings;
}

function raggedFinding(refused: number, swallowed: number): AuditFinding[] {
  if (refused === 0) return [];
  const more = swallowed > 0 ? ` An unclosed quote made ${formatCount(swallowed)} further lines part of them.` : '';
  return [{ kind: 'ragged', rows: refused, sentence: `${formatCount(refused)} ${refused === 1 ? 'row does' : 'rows do'} not have as many columns as the header and ${refused === 1 ? 'was' : 'were'} rejected.${more}` }];
}

import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Exported, ExportFormat } from '../../domain/answer.js';
import { openEngine } from '../../engine/catalog.js';
import type { Engine } from '../../engine/engine.js';
import { ShoalError } from '../../errors.js';
import { type CsvColumn, harmlessCsv } from '../../util/harmless-csv.js';
import { quoteName, quoteText } from '../../util/quote.js';

export type Cell = string | number | boolean | null | undefined;

/** A column of a table that is written: its name, and what its cells are. */
export interface TableHead {
  readonly name: string;
  readonly type: 'DOUBLE' | 'BOOLEAN' | 'VARCHAR';
}

/** What a file is written from: columns, and what stands after FROM. */
export interface Written {
  readonly columns: readonly CsvColumn[];
  readonly from: string;
  /** What stands after ORDER BY, where the order of `from` is not meant. */
  readonly order?: string;
}

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet', json: 'application/json', ndjson: 'application/x-ndjson',
};

/** Writes a file, streamed by the engine. In CSV no cell can be taken for a formula. @throws `engine/failed` */
export async function copyTo(engine: Engine, { columns, from, order }: Written, format: ExportFormat, path: string): Promise<Exported> {
  const csv = harmlessCsv(columns);
  const select = format === 'csv' ? csv.select : columns.map(({ name, sql }) => `${sql} AS ${quoteName(name)}`).join(', ');
  const how = { csv: csv.options, parquet: 'FORMAT parquet', json: 'FORMAT json, ARRAY true', ndjson: 'FORMAT json, ARRAY false' }[format];
  await engine.run(`COPY (SELECT ${select} FROM ${from}${order ? ` ORDER BY ${order}` : ''}) TO ${quoteText(path)} (${how})`, 'export');
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${from}`, 'export');
  return { path, rows: Number(n), bytes: (await stat(path)).size, mediaType: mediaTypes[format] };
}

/** What could not be written, in words; what was written of it is gone. */
export async function notWritten(path: string, cause: unknown): Promise<ShoalError> {
  await rm(path, { force: true });
  if (cause instanceof ShoalError && cause.code !== 'engine/failed') return cause;
  return new ShoalError('run/write-failed', { path, reason: cause instanceof Error ? `${cause.message.split('\n')[0]}.` : String(cause) }, { cause });
}

/** Heads of a table whose rows are all at hand: of numbers or of yes and no where all values of a column are, else of text. Names are made unlike. */
export function headsOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): TableHead[] {
  return unique(columns.map((name) => clean(name) || 'column')).map((name, c) => {
    const kinds = new Set(rows.map((row) => row[c]).filter((cell) => cell !== null && cell !== undefined).map((cell) => typeof cell));
    return { name, type: kinds.size === 1 && kinds.has('number') ? 'DOUBLE' : kinds.size === 1 && kinds.has('boolean') ? 'BOOLEAN' : 'VARCHAR' };
  });
}

/** Writes rows as lines of JSON, which `linesAs` and `writeTable` read. */
export async function writeLines(path: string, heads: readonly TableHead[], rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>): Promise<void> {
  // Opened before anything can fail: a stream that is given up while it opens would make its file after it was removed.
  const file = await open(path, 'w', 0o600);
  const out = file.createWriteStream();
  const end = finished(out);
  // Told where it is waited for.
  end.catch(() => {});
  try {
    for await (const row of rows) {
      const line = JSON.stringify(Object.fromEntries(heads.map(({ type }, c) => [`c${c}`, told(row[c], type)])));
      if (!out.write(`${line}\n`)) await Promise.race([once(out, 'drain'), end]);
    }
    out.end();
    await end;
  } catch (error) {
    out.destroy();
    await end.catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

/** Such lines as what is written from. */
export function linesAs(lines: string, heads: readonly TableHead[]): Written {
  const spec = heads.map(({ type }, c) => `c${c}: '${type}'`).join(', ');
  return {
    columns: heads.map(({ name, type }, c) => ({ name, sql: `c${c}`, text: type === 'VARCHAR' })),
    from: heads.length > 0 ? `read_json(${quoteText(lines)}, format = 'newline_delimited', columns = {${spec}})` : '(SELECT NULL WHERE false)',
  };
}

/** Writes a table from such lines, of no run: with an engine of its own. @throws `run/write-failed` */
export async function writeTable(heads: readonly TableHead[], lines: string, format: ExportFormat, path: string): Promise<Exported> {
  const engine = await openEngine({ threads: 1, memory: '200MB' });
  try {
    return await copyTo(engine, linesAs(lines, heads), format, path);
  } catch (cause) {
    throw await notWritten(path, cause);
  } finally {
    await engine.close();
  }
}

const told = (cell: Cell, type: TableHead['type']): Cell =>
  cell === null || cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell)) ? null : type === 'VARCHAR' ? clean(String(cell)) : cell;

/** Text that any engine and file can hold: no NUL, no half surrogates. */
const clean = (text: string) => Buffer.from(text.replaceAll('\0', '')).toString();

function unique(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name} ${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

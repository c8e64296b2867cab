import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportAsk, Exported, ExportFormat, Group } from '../../domain/answer.js';
import type { Engine } from '../../engine/engine.js';
import { ShoalError } from '../../errors.js';
import { type CsvColumn, harmlessCsv } from '../../util/harmless-csv.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { bitsOf } from './groups.js';
import { type Held, positionOf } from './held.js';

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet', json: 'application/json', ndjson: 'application/x-ndjson',
};

/** Writes to a file, streamed by the engine; on failure there is none. @throws `run/write-failed`, `explain/unknown-feature`, `explain/unknown-segment` */
export async function exportTo(held: Held, ask: ExportAsk, format: ExportFormat, path: string): Promise<Exported> {
  const engine = await held.engine();
  let written: Written | undefined;
  try {
    written = ask.what === 'list' ? await listed(ask, path) : await people(held, ask, engine);
    const target = quoteText(path);
    const csv = harmlessCsv(written.columns);
    const select = format === 'csv' ? csv.select : written.columns.map(({ name, sql }) => `${sql} AS ${quoteName(name)}`).join(', ');
    const how = { csv: csv.options, parquet: 'FORMAT parquet', json: 'FORMAT json, ARRAY true', ndjson: 'FORMAT json, ARRAY false' }[format];
    await engine.run(`COPY (SELECT ${select} FROM ${written.from}) TO ${target} (${how})`, 'export');
    const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${written.from}`, 'export');
    return { path, rows: Number(n), bytes: (await stat(path)).size, mediaType: mediaTypes[format] };
  } catch (cause) {
    await rm(path, { force: true });
    if (cause instanceof ShoalError && cause.code !== 'engine/failed') throw cause;
    throw new ShoalError('run/write-failed', { path, reason: cause instanceof Error ? `${cause.message.split('\n')[0]}.` : String(cause) }, { cause });
  } finally {
    await written?.clear();
  }
}

interface Written {
  readonly columns: readonly CsvColumn[];
  /** What stands after FROM. */
  readonly from: string;
  clear(): Promise<void>;
}

/** Rows of everyone, in their order, with what is asked of them. */
async function people(held: Held, ask: Exclude<ExportAsk, { what: 'list' }>, engine: Engine): Promise<Written> {
  const { features, report, segment, strength, second, tier, rows } = held;
  const of: Group = ask.of ?? { kind: 'everyone' };
  const bits = bitsOf(held, of);
  const feature = (name: string): CsvColumn => ({ name, sql: `f.${quoteName(features[positionOf(held, name)].name)}`, text: false });
  const wanted = ask.what === 'memberships' ? [] : [...new Set(ask.columns ?? features.map(({ name }) => name))].map(feature);
  const picked = Int32Array.from({ length: rows }, (_, row) => (bits[row >>> 5] >>> (row & 31)) & 1);
  const table = `shoal_export_${held.next()}`;
  await engine.load(table, { picked, segment: Int32Array.from(segment), strength, second: Int32Array.from(second), tier: Int32Array.from(tier) });
  const named = (column: string, names: readonly string[]): string =>
    names.length > 0 ? `CASE p.${column} ${names.map((name, i) => `WHEN ${i} THEN ${quoteText(name)}`).join(' ')} END` : 'CAST(NULL AS VARCHAR)';
  const segments = report.segments.map(({ name }) => name);
  const membership: CsvColumn[] = [
    { name: 'segment', sql: 'p.segment', text: false },
    { name: 'segment_id', sql: named('segment', report.segments.map(({ id }) => id)), text: true },
    { name: 'segment_name', sql: named('segment', segments), text: true },
    { name: 'strength', sql: 'round(p.strength, 4)', text: false },
    { name: 'next_nearest', sql: named('second', segments), text: true },
    ...(report.tiers.length > 0 ? [{ name: 'tier', sql: named('tier', report.tiers.map(({ name }) => name)), text: true }] : []),
  ];
  const taken = new Set(['entity', ...wanted.map(({ name }) => name.toLowerCase())]);
  const beside = ask.what === 'features' ? [] : membership.filter(({ name }) => !taken.has(name));
  return {
    columns: [{ name: 'entity', sql: 'f.entity', text: held.ids.order !== 'value' }, ...beside, ...wanted],
    from: `read_parquet(${quoteText(join(held.folder, 'features.parquet'))}) f POSITIONAL JOIN ${table} p WHERE p.picked = 1`,
    clear: () => engine.run(`DROP TABLE ${table}`, 'export'),
  };
}

/** Any rows, by way of a file that the engine reads. A column is of numbers or of yes and no where all its values are, else of text. */
async function listed({ columns, rows }: Extract<ExportAsk, { what: 'list' }>, path: string): Promise<Written> {
  const names = unique(columns.map((name) => clean(name) || 'column'));
  const types = names.map((_, c) => {
    const kinds = new Set(rows.map((row) => typeof row[c]).filter((kind, i) => rows[i][c] !== null && kind !== 'undefined'));
    return kinds.size === 1 && kinds.has('number') ? 'DOUBLE' : kinds.size === 1 && kinds.has('boolean') ? 'BOOLEAN' : 'VARCHAR';
  });
  const cell = (value: string | number | boolean | null | undefined, type: string) =>
    value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : type === 'VARCHAR' ? clean(String(value)) : value;
  const source = `${path}.rows`;
  await writeFile(source, rows.map((row) => `${JSON.stringify(Object.fromEntries(types.map((type, c) => [`c${c}`, cell(row[c], type)])))}\n`).join(''));
  const spec = types.map((type, c) => `c${c}: '${type}'`).join(', ');
  return {
    columns: names.map((name, c) => ({ name, sql: `c${c}`, text: types[c] === 'VARCHAR' })),
    from: names.length > 0 ? `read_json(${quoteText(source)}, format = 'newline_delimited', columns = {${spec}})` : '(SELECT NULL WHERE false)',
    clear: () => rm(source, { force: true }),
  };
}

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

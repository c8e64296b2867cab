import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportAsk, Exported, ExportFormat, Group, PageAsk } from '../../domain/answer.js';
import type { Engine } from '../../engine/engine.js';
import type { CsvColumn } from '../../util/harmless-csv.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { bitsOf } from './groups.js';
import { type Held, positionOf } from './held.js';
import { copyTo, headsOf, linesAs, notWritten, writeLines, type Written } from './table.js';

/** Writes to a file, streamed by the engine; on failure there is none. @throws `run/write-failed`, `explain/unknown-feature`, `explain/unknown-segment` */
export async function exportTo(held: Held, ask: ExportAsk, format: ExportFormat, path: string): Promise<Exported> {
  const engine = await held.engine();
  let source: Source | undefined;
  try {
    source = ask.what === 'list' ? await listed(ask, path) : await people(held, ask, engine);
    return await copyTo(engine, source, format, path);
  } catch (cause) {
    throw await notWritten(path, cause);
  } finally {
    await source?.clear();
  }
}

interface Source extends Written {
  clear(): Promise<void>;
}

/** Rows of everyone with what is asked of them, in the order that is asked for, or else in theirs. */
async function people(held: Held, ask: Exclude<ExportAsk, { what: 'list' }>, engine: Engine): Promise<Source> {
  const { features, report, segment, strength, second, tier, rows } = held;
  const of: Group = ask.of ?? { kind: 'everyone' };
  const bits = bitsOf(held, of);
  const feature = (name: string): CsvColumn => ({ name, sql: `f.${quoteName(features[positionOf(held, name)].name)}`, text: false });
  const wanted = ask.what === 'memberships' ? [] : [...new Set(ask.columns ?? features.map(({ name }) => name))].map(feature);
  const picked = Int32Array.from({ length: rows }, (_, row) => (bits[row >>> 5] >>> (row & 31)) & 1);
  const table = `shoal_export_${held.next()}`;
  await engine.load(table, { row: Int32Array.from({ length: rows }, (_, row) => row), picked, segment: Int32Array.from(segment), strength, second: Int32Array.from(second), tier: Int32Array.from(tier) });
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
    ...(ask.what !== 'memberships' && ask.sort && { order: orderOf(held, ask.sort) }),
    from: `read_parquet(${quoteText(join(held.folder, 'features.parquet'))}) f POSITIONAL JOIN ${table} p WHERE p.picked = 1`,
    clear: () => engine.run(`DROP TABLE ${table}`, 'export'),
  };
}

/** The order of a list, as `page` has it: missing values last either way, alike ones in the order of everyone. */
function orderOf(held: Held, { by, descending }: NonNullable<PageAsk['sort']>): string {
  const way = descending ? ' DESC' : '';
  if (by === 'entity') return `p.row${way}`;
  const value = by === 'strength' ? 'p.strength' : `f.${quoteName(held.features[positionOf(held, by)].name)}`;
  return `${value}${way} NULLS LAST, p.row`;
}

/** Any rows, by way of a file that the engine reads. */
async function listed({ columns, rows }: Extract<ExportAsk, { what: 'list' }>, path: string): Promise<Source> {
  const heads = headsOf(columns, rows);
  const lines = `${path}.rows`;
  await writeLines(lines, heads, rows);
  return { ...linesAs(lines, heads), clear: () => rm(lines, { force: true }) };
}

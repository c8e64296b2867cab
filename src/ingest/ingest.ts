import { checkAborted, type Context } from '../context.js';
import type { Source } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { build, type Built } from './build.js';
import type { Loaded } from './column.js';
import { infer } from './infer.js';
import { openFiles, stem, type Opening } from './open.js';
import { parseIngestOptions, type IngestInput } from './options.js';
import { profile } from './profile.js';
import { refusedTable, type RawTable } from './raw.js';
import { readRaw } from './read.js';
import { stack } from './stack.js';
import { cleanText } from '../util/words.js';

/** What ingest hands on. */
export interface Ingested {
  /** Cleaned sources: those with an entity first, the largest first; then lookups, joined or not. */
  readonly sources: readonly Source[];
  readonly entity: {
    /** What one is called, and several: 'customer', 'customers'. */
    readonly word: { readonly one: string; readonly many: string };
    /** Names of the sources that say something about entities. */
    readonly sources: readonly string[];
    /** Different entities over all sources. */
    readonly count: number;
  };
  /** Engine view of rejected rows, in file order per source: `source`, `row` (record number in the file, from 1), `reason`, `content` (the row as comma-separated values in the order of its columns, or its text where it could not be read). */
  readonly rejectedTable: string;
  /** Files that nothing could be done with, and why. */
  readonly unused: readonly { readonly source: string; readonly path: string; readonly reason: string }[];
  /** First and last time over all sources, ms; absent where no source has times. */
  readonly span?: { readonly from: number; readonly to: number };
  /** The moment to look from: as asked, else the last time in the data. */
  readonly asOf?: number;
  /** '£', 'EUR' … where the amounts carry a sign. */
  readonly currency?: string;
}

/**
 * Files in any common format → inferred, audited, cleaned sources in the engine.
 * Raw tables are named like the sources, cleaned ones `<name> clean`. Every row is kept or in `rejectedTable`.
 * Throws `ingest/*` for what cannot be read, `config/invalid` for bad overrides.
 *
 * @param given paths, or files that are being opened already; those are closed
 */
export async function ingest(given: readonly string[] | Opening, overrides: IngestInput, engine: Engine, context: Context): Promise<Ingested> {
  const options = parseIngestOptions(overrides);
  const opening = 'opened' in given ? given : openFiles(given, options, context);
  const { files, temp } = opening;
  try {
    // An earlier run on the same engine may have left rows of sources that are named alike.
    await engine.run(`DROP TABLE IF EXISTS ${refusedTable}`, 'ingest');
    const loaded: Loaded[] = [];
    const tables: RawTable[] = [];
    const names = sourceNames(files);
    for (const index of files.keys()) {
      checkAborted(context);
      context.progress({ stage: 'ingest', note: `reading ${names[index]}`, done: (0.6 * index) / files.length });
      const raw = await readRaw(await opening.opened[index], { name: names[index], delimiter: options.delimiter, temp, index }, engine, context);
      refuseTooLittle(raw, files.length);
      tables.push(raw);
    }
    for (const [index, raw] of (await stack(tables, engine)).entries()) {
      checkAborted(context);
      context.progress({ stage: 'ingest', note: `profiling ${raw.name}`, done: 0.6 + (0.2 * index) / files.length });
      const profiled = await profile(raw, engine);
      if (profiled.rows === 0 && raw.refused === 0) throw new ShoalError('ingest/no-rows', { path: raw.path });
      if (raw.refused > 0.3 * (profiled.rows + raw.refused) && raw.refused > 3) throw new ShoalError('ingest/not-a-table', { path: raw.path, kept: profiled.rows, refused: raw.refused });
      loaded.push({ raw, profiled });
    }
    context.progress({ stage: 'ingest', note: 'inferring', done: 0.8 });
    const inferred = await infer(loaded, options, engine);
    const built = await build(inferred, options, engine, context);
    context.progress({ stage: 'ingest', done: 1 });
    return finish(built, options.asOf);
  } finally {
    await opening.close();
  }
}

function finish(built: Built, asOf: number | undefined): Ingested {
  const { span } = built;
  return { ...built, ...(asOf ?? span?.to ? { asOf: asOf ?? span?.to } : {}) };
}

function refuseTooLittle(raw: RawTable, files: number): void {
  if (files === 1 && raw.columns.length === 1) throw new ShoalError('ingest/one-column', { path: raw.path, column: cleanText(raw.columns[0].name, 40) });
}

/** Names of sources: file names without folders and extensions, made unique whatever their case. */
function sourceNames(files: readonly string[]): string[] {
  const taken = new Set<string>(['rejected']);
  return files.map((path) => {
    const wanted = stem(path);
    let name = wanted;
    for (let i = 2; taken.has(name.toLowerCase()) || /^shoal_/i.test(name); i++) name = `${wanted} ${i}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

import { basename } from 'node:path';
import type { Context } from '../context.js';
import type { Report } from '../domain/report.js';
import { openEngine } from '../engine/catalog.js';
import { toConfig, type InitConfig } from '../ingest/describe.js';
import { ingest, type Ingested } from '../ingest/ingest.js';
import type { IngestInput } from '../ingest/options.js';

/** What files were taken for, without segments. */
export interface Inspected {
  readonly config: InitConfig;
  readonly sources: Report['sources'];
  readonly entity: { readonly word: Report['entityWord']; readonly count: number };
}

/** What files were taken for, as a configuration to start from: reading and inference, without segments. */
export async function inspect(files: readonly string[], options: IngestInput, context: Context): Promise<InitConfig> {
  return toConfig(await ingested(files, options, context));
}

/** The same with every column and its reason, every row that cannot be used, and how many entities there are. */
export async function inspectSources(files: readonly string[], options: IngestInput, context: Context): Promise<Inspected> {
  const found = await ingested(files, options, context);
  const sources = found.sources.map(({ name, kind, path, format, columns, audit }) => ({ name, kind, path: basename(path), format, columns, audit }));
  return { config: toConfig(found), sources, entity: { word: found.entity.word, count: found.entity.count } };
}

async function ingested(files: readonly string[], options: IngestInput, context: Context): Promise<Ingested> {
  const engine = await openEngine({ threads: context.threads, signal: context.signal });
  try {
    return await ingest(files, options, engine, context);
  } finally {
    await engine.close();
  }
}

import type { Context } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import { toConfig, type InitConfig } from '../ingest/describe.js';
import { ingest } from '../ingest/ingest.js';
import type { IngestInput } from '../ingest/options.js';

/** What files were taken for, as a configuration to start from: reading and inference, without segments. */
export async function inspect(files: readonly string[], options: IngestInput, context: Context): Promise<InitConfig> {
  const engine = await openEngine({ threads: context.threads, signal: context.signal });
  try {
    return toConfig(await ingest(files, options, engine, context));
  } finally {
    await engine.close();
  }
}

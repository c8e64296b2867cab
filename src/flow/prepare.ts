import type { Context } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { encode } from '../featurize/encode.js';
import { featurize } from '../featurize/featurize.js';
import type { LivePlan } from '../featurize/live.js';
import { ingest, type Ingested } from '../ingest/ingest.js';
import type { Opening } from '../ingest/open.js';
import { ingestOptions } from '../ingest/options.js';
import type { TrackedColumn } from '../ingest/track/rows-of.js';
import { ingestTracked, type TrackedFiles } from '../ingest/track/tracked.js';
import type { Kernel } from '../kernel/kernel.js';
import type { DiscoverOptions } from './config.js';
import type { Timed } from './stopwatch.js';

/** What segmenting starts from: the records, the features of everyone, and the matrix of those that decide. */
export interface Prepared {
  readonly ingested: Ingested;
  readonly table: FeatureTable;
  /** In the kernel's memory. */
  readonly matrix: FeatureMatrix;
  /** What featurizing and encoding decided, in words. */
  readonly notes: readonly string[];
  /** Of rows of events: how the features of one entity are computed in memory. */
  readonly live?: { readonly plan: LivePlan; readonly columns: readonly TrackedColumn[] };
}

/** Fewer entities than this have no groups worth the name. */
const fewestEntities = 20;

/** Raw records → entities → features → matrix. @throws `featurize/too-few-entities` and what the stages throw */
export async function prepare(files: readonly string[] | Opening | TrackedFiles, options: DiscoverOptions, engine: Engine, kernel: Kernel, context: Context, timed: Timed): Promise<Prepared> {
  const ingested = await timed('ingest', () => 'columns' in files ? ingestTracked(files, engine) : ingest(files, pick(options, Object.keys(ingestOptions.shape)), engine, context));
  const featurized = await timed('featurize', () => featurize(ingested.sources, { asOf: ingested.asOf }, engine, context));
  if (featurized.rows < fewestEntities) throw new ShoalError('featurize/too-few-entities', { count: featurized.rows, minimum: fewestEntities, word: ingested.entity.word });
  const encoded = await timed('encode', () => encode(featurized, options, (rows, d) => kernel.allocate(rows, d), context));
  return { ingested, table: featurized, ...('columns' in files && featurized.live && { live: { plan: featurized.live, columns: files.columns } }), matrix: encoded.matrix, notes: [...featurized.notes, ...encoded.notes] };
}

function pick<T extends object>(from: T, keys: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined)) as Partial<T>;
}

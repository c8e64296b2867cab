import type { Context } from '../context.js';
import type { Choice } from '../domain/choice.js';
import type { LevelSegment } from '../domain/segment.js';
import { openEngine } from '../engine/catalog.js';
import type { Kernel } from '../kernel/kernel.js';
import { openKernel } from '../kernel/catalog.js';
import { levels } from '../explain/levels.js';
import { checked } from '../options.js';
import { choose } from '../segment/choose.js';
import { nested } from '../segment/nested.js';
import { discoverOptions, type DiscoverInput, type DiscoverOptions } from './config.js';
import { modelOf } from './model.js';
import { prepare, type Prepared } from './prepare.js';
import { stopwatch } from './stopwatch.js';

/** Reads files up to their matrix, does something with it, and closes what was opened. */
export async function withMatrix<T>(
  files: readonly string[], options: DiscoverInput, context: Context, work: (prepared: Prepared, settings: DiscoverOptions, kernel: Kernel) => Promise<T>,
): Promise<T> {
  const settings = checked(discoverOptions, options);
  const [engine, kernel] = await Promise.all([openEngine({ threads: context.threads, signal: context.signal }), openKernel({ threads: context.threads })]);
  try {
    return await work(await prepare(files, settings, engine, kernel, context, stopwatch(context).timed), settings, kernel);
  } finally {
    await kernel.close();
    await engine.close();
  }
}

/** Named segments at every level, broadest first, and the dendrogram they are cut from. */
export interface NestedSegments {
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly levels: readonly (readonly LevelSegment[])[];
  /** Correlation of the dendrogram with the exact one of a sample; absent where it is exact. */
  readonly agreement?: number;
}

/**
 * Segments within segments: one dendrogram of everybody, cut at each of `ks` (by default as many as the gates or convenience suggest, and three times as many),
 * with a name and a narrative for every group at every level.
 */
export async function nestedSegments(files: readonly string[], options: DiscoverInput, ks: readonly number[] | undefined, context: Context): Promise<NestedSegments> {
  return withMatrix(files, options, context, async ({ ingested, table, matrix }, { settings, maxK, currency }, kernel) => {
    const broad = ks ? 0 : (await choose(matrix, { maxK }, context, kernel)).choice.k;
    const { params, labels } = await nested(matrix, ks ?? [broad, Math.min(3 * broad, table.rows)], { ...settings }, context, kernel);
    const model = modelOf(matrix, { algorithm: 'agglomerative', options: {}, params: { ...params }, kind: 'convenience' }, context.seed);
    const subject = { table, matrix, model, entityWord: ingested.entity.word, currency: currency ?? ingested.currency };
    return { entityWord: ingested.entity.word, levels: levels(subject, labels, context), ...(params.agreement !== undefined && { agreement: params.agreement }) };
  });
}

/** Whether there are segments and how many, with everything that was looked at. */
export interface Chosen {
  readonly entities: number;
  readonly features: number;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly choice: Choice;
}

/** Reads files and answers whether there is structure and how many segments; what the usual criteria would have chosen stands beside it. */
export async function chooseSegments(files: readonly string[], options: DiscoverInput, context: Context): Promise<Chosen> {
  return withMatrix(files, options, context, async ({ ingested, table, matrix }, { k, maxK }, kernel) => {
    const entityWord = ingested.entity.word;
    const { choice } = await choose(matrix, { k, maxK, criteria: true, entityWord }, context, kernel);
    return { entities: table.rows, features: matrix.d, entityWord, choice };
  });
}

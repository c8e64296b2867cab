import { behaviour, createMembership } from '../act/behaviour.js';
import { briefs } from '../act/brief.js';
import { lints } from '../act/lints.js';
import { checkAborted, type Context } from '../context.js';
import type { Brief, Lint, Tier } from '../domain/brief.js';
import type { Choice } from '../domain/choice.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Profile } from '../domain/profile.js';
import type { SegmentModel } from '../domain/segment.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { contrast, type Contrast } from '../explain/contrast.js';
import { profiles } from '../explain/profile.js';
import type { Subject } from '../explain/subject.js';
import { encode } from '../featurize/encode.js';
import { featurize } from '../featurize/featurize.js';
import { ingest, type Ingested } from '../ingest/ingest.js';
import { ingestOptions } from '../ingest/options.js';
import type { Kernel } from '../kernel/kernel.js';
import { assignRaw } from '../segment/assign.js';
import { choose } from '../segment/choose.js';
import { stability } from '../segment/stability.js';
import { tiers } from '../segment/tiers.js';
import { fingerprint } from '../util/fingerprint.js';
import { quoteName } from '../util/quote.js';
import type { DiscoverOptions } from './config.js';

/** Everything one pass found; what is reported, written and explained is made of it. */
export interface Findings extends Subject {
  readonly ingested: Ingested;
  /** What featurizing and encoding decided, in words. */
  readonly notes: readonly string[];
  readonly choice: Choice;
  readonly contrast: Contrast;
  readonly profiles: readonly Profile[];
  readonly briefs: readonly Brief[];
  readonly rhythm?: readonly (readonly number[])[];
  readonly lints: readonly Lint[];
  readonly tiers: readonly Tier[];
  /** Tier of each row (index into `tiers`, −1 = none). */
  readonly tierLabels: Int32Array;
  /** Engine table `membership(entity, segment)`. */
  readonly membershipTable: string;
  /** Columns and engine types of each raw table, as the cleaning expects them: `"customer_id" VARCHAR, …`. */
  readonly rawColumns: Readonly<Record<string, string>>;
  /** Milliseconds per stage, in order. */
  readonly timings: Readonly<Record<string, number>>;
}

/** Fewer entities than this have no groups worth the name. */
const fewestEntities = 20;

/**
 * The loop, once, over files: raw records → entities → features → segments → profiles → briefs.
 * Every stage takes nouns and gives nouns; this is the only place that joins them.
 */
export async function batch(files: readonly string[], options: DiscoverOptions, engine: Engine, kernel: Kernel, context: Context): Promise<Findings> {
  const { timings, timed } = stopwatch(context);

  const ingested = await timed('ingest', () => ingest(files, pick(options, Object.keys(ingestOptions.shape)), engine, context));
  const entityWord = ingested.entity.word;
  const currency = options.currency ?? ingested.currency;

  const featurized = await timed('featurize', () => featurize(ingested.sources, { asOf: ingested.asOf }, engine, context));
  const table: FeatureTable = featurized;
  if (table.rows < fewestEntities) throw new ShoalError('featurize/too-few-entities', { count: table.rows, minimum: fewestEntities, word: entityWord });
  const encoded = await timed('encode', () => encode(table, options, (rows, d) => kernel.allocate(rows, d), context));
  const { matrix } = encoded;

  const { choice, params } = await timed('segment', () => choose(matrix, { k: options.k, maxK: options.maxK, entityWord }, context, kernel));
  const model = modelOf(matrix, choice, { ...params }, context.seed);
  const assignment = await timed('assign', () => assignRaw(model, columnsOf(table, matrix)));
  // The engine counts what the members do while this thread measures and words the segments: neither waits for the other.
  const membershipTable = await timed('membership', () => createMembership(engine, table.table, assignment.labels));
  const behaving = behaviour(ingested.sources, engine, membershipTable, choice.k);
  behaving.catch(() => {});
  const steady = await timed('stability', () => stability(matrix, params, {}, context, kernel));
  const rfm = tiers(table);

  const subject: Subject = { table, matrix, model, assignment, stability: steady, entityWord, currency };
  context.progress({ stage: 'explain', note: 'names, reasons and rules' });
  const found = await timed('contrast', () => contrast(subject, context));
  const told = await timed('explain', () => profiles(subject, context, found));

  context.progress({ stage: 'act', note: 'what to do about each segment' });
  const behaved = await timed('act', () => behaving);
  const advised = briefs({ ...subject, labels: assignment.labels, profiles: told, behaviour: behaved });
  // Not told the date: the same input gives the same lints on any day. How old the data is, the reader's page and terminal say.
  const spoken = lints({ ...subject, profiles: told, briefs: advised, sources: ingested.sources });

  return {
    ...subject, ingested, choice, contrast: found, profiles: told, briefs: advised, rhythm: behaved.rhythm, lints: spoken,
    notes: [...featurized.notes, ...encoded.notes], tiers: rfm.tiers, tierLabels: rfm.labels, membershipTable, timings,
    rawColumns: await rawColumnsOf(ingested, engine),
  };
}

async function rawColumnsOf({ sources }: Ingested, engine: Engine): Promise<Record<string, string>> {
  const described: Record<string, string> = {};
  for (const { name } of sources) {
    const columns = await engine.rows(`SELECT column_name AS c, column_type AS t FROM (DESCRIBE ${quoteName(name)})`, 'describe');
    described[name] = columns.map(({ c, t }) => `${quoteName(String(c))} ${t}`).join(', ');
  }
  return described;
}

/** The raw columns that the model reads, in its order. */
export function columnsOf(table: FeatureTable, { encoder }: Pick<FeatureMatrix, 'encoder'>): Float64Array[] {
  const at = new Map(table.features.map((feature, j) => [feature.name, j]));
  return encoder.features.map(({ name }) => table.columns[at.get(name)!]);
}

function modelOf(matrix: FeatureMatrix, choice: Choice, params: Record<string, unknown>, seed: number): SegmentModel {
  const kind = choice.verdict === 'segments' ? 'found' : 'convenience';
  const body = {
    algorithm: 'kmeans', options: { k: choice.k }, params, encoder: matrix.encoder, seed, kind,
    trainedOn: { rows: matrix.rows, asOf: matrix.asOf, fingerprint: matrix.fingerprint },
  } as const;
  return { id: fingerprint(JSON.stringify(body)), ...body };
}

/** Times each stage, and stops between stages when asked to. */
function stopwatch(context: Context) {
  const timings: Record<string, number> = {};
  return {
    timings,
    async timed<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
      // A turn of the event loop, so that Ctrl-C is heard between stages that do not wait for anything.
      await new Promise((resume) => setImmediate(resume));
      checkAborted(context);
      const start = performance.now();
      const result = await work();
      timings[stage] = Math.round(performance.now() - start);
      return result;
    },
  };
}

function pick<T extends object>(from: T, keys: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined)) as Partial<T>;
}

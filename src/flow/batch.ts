import { behaviour, createMembership } from '../act/behaviour.js';
import { briefs } from '../act/brief.js';
import { lints } from '../act/lints.js';
import type { Context } from '../context.js';
import type { Brief, Lint, Tier } from '../domain/brief.js';
import type { Choice } from '../domain/choice.js';
import type { Profile } from '../domain/profile.js';
import type { Report } from '../domain/report.js';
import type { Steadiness } from '../domain/segment.js';
import type { SegmentTree } from '../domain/tree.js';
import type { Worth } from '../domain/value.js';
import type { Engine } from '../engine/engine.js';
import { contrast, type Contrast } from '../explain/contrast.js';
import { profiles } from '../explain/profile.js';
import type { Subject } from '../explain/subject.js';
import { thresholdTree } from '../explain/threshold-tree.js';
import type { Ingested } from '../ingest/ingest.js';
import type { Opening } from '../ingest/open.js';
import type { TrackedFiles } from '../ingest/track/tracked.js';
import type { Kernel } from '../kernel/kernel.js';
import { assignRaw } from '../segment/assign.js';
import { partition } from '../segment/partition.js';
import { actionableSize } from '../segment/actionable.js';
import { seams } from '../segment/seams.js';
import { stability } from '../segment/stability.js';
import { tiers } from '../segment/tiers.js';
import { quoteName } from '../util/quote.js';
import type { DiscoverOptions } from './config.js';
import { byEntity } from './by-entity.js';
import { columnsOf, flagsOf, modelOf } from './model.js';
import { placing } from './placing.js';
import type { Predicted } from './predict/predict.js';
import { prepare, type Prepared } from './prepare.js';
import { stopwatch } from './stopwatch.js';

/** Everything one pass found; what is reported, written and explained is made of it. */
export interface Findings extends Subject {
  readonly ingested: Ingested;
  /** What featurizing and encoding decided, in words. */
  readonly notes: readonly string[];
  readonly choice: Choice;
  readonly live?: Prepared['live'];
  /** What everyone is expected to do next, where it was asked for. */
  readonly predictions?: Pick<Predicted, 'targets' | 'skipped'>;
  /** What everyone is worth from now on, where it was asked for. */
  readonly worth?: Worth;
  readonly contrast: Contrast;
  readonly profiles: readonly Profile[];
  /** How far fits from other starts and on halves agree with this one. */
  readonly steadiness: Pick<Steadiness, 'seeds' | 'subsamples'>;
  readonly tree?: SegmentTree;
  /** What became of the segments of an earlier run. */
  readonly since?: Report['since'];
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

/**
 * The loop, once, over files: raw records → entities → features → segments → profiles → briefs.
 * Every stage takes nouns and gives nouns; this is the only place that joins them.
 */
export async function batch(files: readonly string[] | Opening | TrackedFiles, options: DiscoverOptions, engine: Engine, kernel: Kernel, context: Context): Promise<Findings> {
  const { timings, timed } = stopwatch(context);

  const prepared = await prepare(files, options, engine, kernel, context, timed);
  const { ingested, matrix, notes, live } = prepared;
  const { predictions, table: foreseen } = options.predict ? await timed('predict', () => foretold(prepared, options, engine, kernel, context)) : { ...prepared, predictions: undefined };
  const valuing = options.value ? await timed('value', () => valued({ ingested, table: foreseen }, options, engine, context)) : undefined;
  const table = valuing?.table ?? foreseen;
  const entityWord = ingested.entity.word;
  const currency = options.currency ?? ingested.currency;

  const asked = { algorithm: options.algorithm, settings: byEntity(options.settings, table.entities), categorical: flagsOf(table, matrix), k: options.k, maxK: options.maxK, entityWord };
  context.progress({ stage: 'segment', note: 'how many, and whether they are real' });
  const found = await timed('segment', () => partition(matrix, asked, context, kernel));
  const { choice } = found;
  const model = modelOf(matrix, { ...found, kind: choice.verdict === 'segments' ? 'found' : 'convenience' }, context.seed);
  const assignment = await timed('assign', () => assignRaw(model, columnsOf(table, matrix)));
  // The engine counts what the members do while this thread measures and words the segments: neither waits for the other.
  const membershipTable = await timed('membership', () => createMembership(engine, table.table, assignment.labels));
  const behaving = behaviour(ingested.sources, engine, membershipTable, choice.k);
  behaving.catch(() => {});
  context.progress({ stage: 'stability', note: 'whether they come out again' });
  const steady = await timed('stability', () => stability(matrix, found, {}, context, kernel));
  // What the gates choose they have looked for seams in already.
  const cut = options.algorithm === undefined ? undefined : await timed('seams', () => seams(matrix, assignment.labels, choice.k, context, kernel));
  const rfm = tiers(table);

  const subject: Subject = { table, matrix, model, assignment, ...placing(model), stability: steady.segments, entityWord, currency };
  context.progress({ stage: 'explain', note: 'names, reasons and rules' });
  const different = await timed('contrast', () => contrast(subject, context));
  const told = await timed('explain', () => profiles(subject, context, different));
  const worth = await valuing?.story(told.map(({ id }) => id), assignment.labels, model.encoder.features.filter(({ weight }) => weight > 0).map(({ name }) => name));
  const tree = await timed('tree', () => thresholdTree(subject, context));

  context.progress({ stage: 'act', note: 'what to do about each segment' });
  const behaved = await timed('act', () => behaving);
  const advised = briefs({ ...subject, labels: assignment.labels, profiles: told, behaviour: behaved });
  // Not told the date: the same input gives the same lints on any day. How old the data is, the reader's page and terminal say.
  const spoken = lints({ ...subject, profiles: told, briefs: advised, sources: ingested.sources, seams: cut, actionable: actionableSize({ uplift: 0.25 }) });

  return {
    ...subject, ingested, choice, steadiness: { seeds: steady.seeds, subsamples: steady.subsamples }, contrast: different, profiles: told, tree, briefs: advised, rhythm: behaved.rhythm, lints: spoken,
    notes, live, ...(predictions && { predictions }), ...(worth && { worth }), tiers: rfm.tiers, tierLabels: rfm.labels, membershipTable, timings,
    rawColumns: await rawColumnsOf(ingested, engine),
  };
}

/** What everyone is expected to do next, also as features of theirs. */
async function foretold({ ingested, table }: Prepared, options: DiscoverOptions, engine: Engine, kernel: Kernel, context: Context) {
  const [{ predictNext }, { withPredictions }] = await Promise.all([import('./predict/predict.js'), import('./predict/as-features.js')]);
  // What is a stage of its own when one only predicts is part of one stage here.
  const own: Context = { ...context, progress: ({ note }) => context.progress({ stage: 'predict', ...(note !== undefined && { note }) }) };
  const { targets, skipped } = await predictNext(ingested, options, engine, kernel, own);
  const both = await withPredictions(table, targets, engine);
  return { table: both.table, predictions: { targets: both.targets, skipped } };
}

/** What everyone is worth from now on, also as features of theirs. */
async function valued(prepared: Pick<Prepared, 'ingested' | 'table'>, options: DiscoverOptions, engine: Engine, context: Context) {
  const { valueWithRun } = await import('./value-with-run.js');
  // Its parts are one stage here.
  return valueWithRun(prepared, options, engine, { ...context, progress: ({ note }) => context.progress({ stage: 'value', ...(note !== undefined && { note }) }) });
}

async function rawColumnsOf({ sources }: Ingested, engine: Engine): Promise<Record<string, string>> {
  const described: Record<string, string> = {};
  for (const { name } of sources) {
    const columns = await engine.rows(`SELECT column_name AS c, column_type AS t FROM (DESCRIBE ${quoteName(name)})`, 'describe');
    described[name] = columns.map(({ c, t }) => `${quoteName(String(c))} ${t}`).join(', ');
  }
  return described;
}

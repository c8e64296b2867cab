import { join } from 'node:path';
import { type Context, createContext } from '../../context.js';
import type { Feature } from '../../domain/feature.js';
import type { Report } from '../../domain/report.js';
import type { SegmentModel } from '../../domain/segment.js';
import { openEngine } from '../../engine/catalog.js';
import type { Engine } from '../../engine/engine.js';
import { ShoalError } from '../../errors.js';
import type { Middles } from '../../explain/subject.js';
import { createByteCache, type ByteCache } from '../../util/byte-cache.js';
import { closest } from '../../util/closest.js';
import { type ColumnFile, openColumns } from '../../util/column-file.js';
import { tiers } from '../../segment/tiers.js';
import { type ModelFile, runFiles } from '../run-files.js';
import { answering, keptAnswers } from './answers.js';
import { type Ids, openIds } from './ids.js';
import { type Everyone, everyoneFile, everyoneInMemory, featureColumn } from './keep.js';

/** A run as its questions see it: what is always in memory (30 bytes per entity), and how to come by the rest. */
export interface Held {
  readonly folder: string;
  readonly context: Context;
  readonly report: Report;
  readonly model: SegmentModel;
  readonly features: readonly Feature[];
  readonly asOf: number;
  readonly rows: number;
  readonly k: number;
  readonly ids: Ids;
  readonly segment: Int16Array;
  readonly strength: Float32Array;
  readonly second: Int16Array;
  readonly tier: Int8Array;
  readonly middles: Middles;
  /** Typical value of each feature in each segment (k × features), of each feature over everyone, and its 1st, 5th, 95th and 99th percentile. */
  readonly here: Float64Array;
  readonly typical: Float64Array;
  readonly range: readonly (readonly [number, number, number, number])[];
  /** Rows beyond which what needs all of them at once is done on so many that stand for them: a matrix of everyone would not fit beside the rest. */
  readonly most: number;
  /** Randomness of the run: the same question always has the same answer. */
  readonly rng: Context['rng'];
  readonly file: ColumnFile<Everyone>;
  readonly limits: ViewLimits;
  /** Columns, the matrix and orders that were asked for. */
  readonly cache: ByteCache;
  /** Answers that took long, by what was asked: those that the run kept, and those worked out since. */
  readonly answers: Map<string, Promise<unknown>>;
  /** A number that was not given before: for names of temporary tables. */
  next(): number;
  /** Opened at the first question that needs it. */
  engine(): Promise<Engine>;
  close(): Promise<void>;
}

/** What a view may hold beside what is always there. */
export interface ViewLimits {
  /** Bytes of columns and orders that are kept. */
  readonly cache: number;
  /** Megabytes that the engine may use. */
  readonly engine: number;
}

/** 25 columns of a million. */
const usualLimits: ViewLimits = { cache: 256 * 2 ** 20, engine: 300 };
/** A file of columns no larger than this stays in memory whole: some 150,000 entities with 200 features. */
const smallFile = 128 * 2 ** 20;

/** See `Held.most`. */
export const mostRows = 100_000;

/** @throws `explain/no-run` */
export async function hold(folder: string, context: Context, limits: ViewLimits = usualLimits): Promise<Held> {
  const { report, saved } = await runFiles(folder);
  const file = (await kept(folder, saved)) ?? (await rebuilt(folder, context));
  const { meta } = file;
  const typed = <T>(name: string) => file.read(name) as T;
  let engine: Promise<Engine> | undefined;
  let given = 0;
  const range = typed<Float64Array>('range');
  return {
    folder, context, report, model: saved.model, features: saved.features, asOf: saved.asOf, rows: meta.rows, k: meta.k,
    ids: openIds({ bytes: typed('ids'), starts: typed('starts'), order: meta.order }),
    segment: typed('segment'), strength: typed('strength'), second: typed('second'), tier: typed('tier'),
    middles: { centres: typed('centres'), usual: typed('usual') }, here: typed('here'), typical: typed('typical'),
    range: saved.features.map((_, j) => [range[4 * j], range[4 * j + 1], range[4 * j + 2], range[4 * j + 3]]),
    most: mostRows, rng: createContext({ seed: report.run.seed }).rng, file, limits, cache: createByteCache(limits.cache),
    answers: new Map(Array.from(await keptAnswers(folder, report.run.id), ([asked, answer]) => [asked, Promise.resolve(answer)])),
    next: () => ++given,
    engine: () => (engine ??= opened(context, limits)),
    close: async () => {
      file.close();
      await (await engine?.catch(() => undefined))?.close();
    },
  };
}

/** About how much a run may come to hold: what is always there, the cache as far as there is something to keep, and the engine. */
export function bytesOf({ rows, features, ids, file, limits: { cache, engine } }: Held): number {
  return 11 * rows + ids.size + file.held + Math.min(cache, 12 * rows * features.length) + engine * 1e6;
}

async function opened({ threads }: Context, { engine: memory }: ViewLimits): Promise<Engine> {
  const engine = await openEngine({ threads, memory: `${memory}MB` });
  await engine.run('SET parquet_metadata_cache = true', 'open');
  // What was read of the files stays in the system's memory, which gives it up where others need it; the engine would keep it a second time.
  await engine.run('SET enable_external_file_cache = false', 'open');
  return engine;
}

/** What the run kept, unless it is another version's or not whole. */
async function kept(folder: string, { features }: ModelFile): Promise<ColumnFile<Everyone> | undefined> {
  const file = openColumns<Everyone>(join(folder, everyoneFile), smallFile);
  if (file && ['near step', ...features.map(({ name }) => featureColumn(name))].every((name) => file.has(name))) return file;
  file?.close();
  return undefined;
}

/** The same of a run that was written for reading alone: without its sources, and slower the larger it is. */
async function rebuilt(folder: string, context: Context): Promise<ColumnFile<Everyone>> {
  const { wholeRun } = await import('../saved.js');
  const { subject, contrast, report } = await wholeRun(folder, context);
  return openColumns<Everyone>(everyoneInMemory({ subject, contrast, tierLabels: tiers(subject.table).labels, seed: report.run.seed, sources: [] }))!;
}

/** Position of a feature in the table. @throws `explain/unknown-feature` */
export function positionOf({ features }: Pick<Held, 'features'>, name: string): number {
  const j = features.findIndex((feature) => feature.name === name);
  if (j < 0) throw new ShoalError('explain/unknown-feature', { feature: name, suggestion: closest(name, features.map((feature) => feature.name)) });
  return j;
}

/** Raw values of a feature, one per row; kept, so not to be changed. @throws `explain/unknown-feature` */
export function columnOf(held: Held, name: string): Float64Array {
  positionOf(held, name);
  return held.cache.get(`column ${name}`, () => held.file.numbers(featureColumn(name)), (column) => column.byteLength);
}

/** An answer that takes long, once for all who ask; what failed is tried again. */
export function remembered<T>(held: Held, key: string, work: (context: Context) => Promise<T>): Promise<T> {
  const { answers, context, report } = held;
  const answer = (answers.get(key) as Promise<T> | undefined) ?? work(answering(context, report.run.seed));
  answers.set(key, answer);
  answer.catch(() => answers.delete(key));
  return answer;
}

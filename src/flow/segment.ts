import type { Context } from '../context.js';
import type { Choice } from '../domain/choice.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { RareGroup } from '../domain/rare.js';
import { openEngine } from '../engine/catalog.js';
import type { Kernel } from '../kernel/kernel.js';
import { checked } from '../options.js';
import { anomalyOptions, fitAnomaly, scoreAnomaly } from '../segment/anomaly.js';
import { algorithmNamed } from '../segment/catalog.js';
import { choose } from '../segment/choose.js';
import { rareOptions, rarePower, rowsInRegion, scanRare, type RareOptions } from '../segment/rare.js';
import { formatNumber, formatPercent, formatValue } from '../util/format-value.js';
import { listWords } from '../util/words.js';
import { discoverOptions, type DiscoverInput, type DiscoverOptions } from './config.js';
import { type NamedLevels, namedLevels } from './levels.js';
import { prepare, type Prepared } from './prepare.js';
import { ownContext, withKernel } from './session.js';
import { stopwatch } from './stopwatch.js';

/** What an answer on files is made of. */
export interface Desk extends Prepared {
  readonly settings: DiscoverOptions;
  readonly kernel: Kernel;
  readonly context: Context;
}

/** Reads files up to their matrix, does something with it, and closes what was opened. The seed of `options` wins over the context's. */
export async function withMatrix<T>(files: readonly string[], options: DiscoverInput, context: Context, work: (desk: Desk) => Promise<T>): Promise<T> {
  const settings = checked(discoverOptions, options);
  const own = ownContext(settings, context);
  return withKernel(own, async (kernel) => {
    const engine = await openEngine({ threads: own.threads, signal: own.signal });
    try {
      return await work({ ...(await prepare(files, settings, engine, kernel, own, stopwatch(own).timed)), settings, kernel, context: own });
    } finally {
      await engine.close();
    }
  });
}

/** Named segments at every level, broadest first, and the dendrogram they are cut from. */
export interface NestedSegments extends NamedLevels {
  readonly entityWord: { readonly one: string; readonly many: string };
}

/**
 * Segments within segments: one dendrogram of everybody, cut at each of `ks` (by default as many as the gates or convenience suggest, and three times as many),
 * with a name and a narrative for every group at every level.
 */
export async function nestedSegments(files: readonly string[], options: DiscoverInput, ks: readonly number[] | undefined, context: Context): Promise<NestedSegments> {
  // Refused before anything is read.
  checked(algorithmNamed('agglomerative').options, { ...options.settings, k: 2 });
  return withMatrix(files, options, context, async ({ ingested, table, matrix, settings: { settings, maxK, currency }, kernel, context: own }) => {
    const broad = ks ? 0 : (await choose(matrix, { maxK }, own, kernel)).choice.k;
    const subject = { table, matrix, entityWord: ingested.entity.word, currency: currency ?? ingested.currency };
    return { entityWord: subject.entityWord, ...(await namedLevels(subject, ks ?? [broad, Math.min(3 * broad, table.rows)], settings ?? {}, own, kernel)) };
  });
}

/** Whether there are segments and how many, with everything that was looked at. */
export interface Chosen {
  readonly entities: number;
  readonly features: number;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly choice: Choice;
  /** Small dense groups, segments' own cores among them, and what could be missed. */
  readonly rare: RareScan;
}

/** Reads files and answers whether there is structure and how many segments; what the usual criteria would have chosen stands beside it. */
export async function chooseSegments(files: readonly string[], options: DiscoverInput, context: Context): Promise<Chosen> {
  return withMatrix(files, options, context, async (desk) => {
    const { ingested, table, matrix, settings: { k, maxK }, kernel } = desk;
    const entityWord = ingested.entity.word;
    const { choice, params } = await choose(matrix, { k, maxK, criteria: true, entityWord }, desk.context, kernel);
    const labels = algorithmNamed('kmeans').assign(params, matrix).labels;
    return { entities: table.rows, features: matrix.d, entityWord, choice, rare: await rareIn(desk, {}, labels) };
  });
}

/** Small dense groups (segments' own cores may be among them), told by what sets them apart, and what the scan could have missed. */
export interface RareScan {
  readonly groups: readonly (RareGroup & { readonly entities: readonly string[]; readonly sentence: string })[];
  readonly power: string;
}

/** Members that are named, of each group. */
const namedMembers = 10;

/** Reads files and looks for small dense groups that a partition does not show. `settings`: minShare, maxShare, rows, level. */
export async function rareSegments(files: readonly string[], options: DiscoverInput, context: Context): Promise<RareScan> {
  const rare = checked(rareOptions, options.settings);
  return withMatrix(files, options, context, async (desk) => rareIn(desk, rare));
}

async function rareIn({ ingested, table, matrix, kernel, context }: Desk, options: Partial<RareOptions>, labels?: Int32Array): Promise<RareScan> {
  const { many } = ingested.entity.word;
  const groups = await scanRare(matrix, options, context, kernel, labels);
  const told = groups.map((group) => {
    const told = group.features.slice(0, 3).map(({ feature, difference }) => {
      const { name } = matrix.encoder.features[feature];
      const { words, title } = table.features.find((one) => one.name === name)!;
      return `${difference > 0 ? words.high : words.low} (${title.toLowerCase()} ${Math.abs(difference).toFixed(1)} standard deviations ${difference > 0 ? 'above' : 'below'} the others)`;
    });
    const entities = Array.from(rowsInRegion(group.region, matrix).slice(0, namedMembers), (row) => table.entities[row]);
    return { ...group, entities, sentence: `${formatNumber(group.size)} (${formatPercent(group.share)}), ${group.densityRatio.toFixed(1)} times denser than the way to their surroundings: ${listWords(told)}.` };
  });
  return { groups: told, power: rarePower(matrix.rows, options, many) };
}

/** Somebody unlike the others, and in what. */
export interface Unusual {
  readonly entity: string;
  /** 0–1; about 0.5 for everybody where nobody is unusual, towards 1 the more easily random cuts set one apart. */
  readonly score: number;
  readonly sentence: string;
}

/** The most unusual entities by an isolation forest, most unusual first. `settings`: trees, sampleRows. */
export async function unusualEntities(files: readonly string[], options: DiscoverInput, count: number, context: Context): Promise<Unusual[]> {
  const anomaly = checked(anomalyOptions, options.settings);
  return withMatrix(files, options, context, async ({ table, matrix, context: own }) => {
    const scores = scoreAnomaly(await fitAnomaly(matrix, anomaly, own), matrix);
    const first = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b).slice(0, count);
    return first.map((row) => ({ entity: table.entities[row], score: scores[row], sentence: listWords(extremes(table, matrix, row)) }));
  });
}

/** The three values of a row that lie farthest out, in standard deviations of the encoded feature. */
function extremes(table: FeatureTable, { stride, data, encoder }: FeatureMatrix, row: number): string[] {
  const distances = encoder.features.map(({ name, weight }, j) => ({ name, z: data[row * stride + j] / Math.sqrt(weight || 1) }));
  return distances.sort((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, 3).map(({ name, z }) => {
    const j = table.features.findIndex((one) => one.name === name);
    return `${table.features[j].title.toLowerCase()} ${formatValue(table.columns[j][row], table.features[j])} (${Math.abs(z).toFixed(1)} sd ${z > 0 ? 'above' : 'below'})`;
  });
}

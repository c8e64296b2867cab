// Consensus: many quick partitions, of random sizes, starts and features, vote on which rows belong together; average linkage on those
// votes gives the segments (evidence accumulation, Fred & Jain 2005). Chains of small k-means groups follow shapes that k-means cannot have (moons, rings
// in one another), and what hangs on one start or a few rows is voted down. Votes are counted between rows up to `exactRows`, above between
// micro-clusters. Cost: partitions × that of the base algorithm on some 2,000 places, plus places². Not where groups overlap: the votes chain them together.
import { z } from 'zod';
import { within, type Context } from '../../context.js';
import type { Forms } from '../../domain/forms.js';
import { ShoalError } from '../../errors.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm, type AnyAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { averageLinkage, clarity, coAssociation, longestLived, type Clarity } from '../co-association.js';
import { cut } from '../dendrogram.js';
import { requireFinite } from '../../kernel/finite.js';
import { microClusters } from '../micro-clusters.js';
import { centreForms, type CentreParams } from '../nearest.js';
import { sampleRows, shuffled } from '../sample.js';
import { agglomerative } from './agglomerative.js';
import { gaussianMixture } from './gaussian-mixture.js';
import { assignNearest, kmeans } from './kmeans.js';

interface Base {
  readonly algorithm: AnyAlgorithm;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Algorithms that can vote, and what makes them quick and various. */
const bases: Record<'kmeans' | 'gaussian-mixture' | 'agglomerative', Base> = {
  kmeans: { algorithm: kmeans as unknown as AnyAlgorithm, settings: { restarts: 1 } },
  'gaussian-mixture': { algorithm: gaussianMixture as unknown as AnyAlgorithm, settings: { starts: 1, covariance: 'diagonal' } },
  agglomerative: { algorithm: agglomerative as unknown as AnyAlgorithm, settings: {} },
};

const options = z.strictObject({
  k: z.int().min(1).max(500).optional().describe('Number of segments; by default the number that lasts over the widest range of votes'),
  base: z.array(z.enum(['kmeans', 'gaussian-mixture', 'agglomerative'])).min(1).default(['kmeans']).describe('Algorithms that make the partitions, in turn'),
  partitions: z.int().min(2).max(2_000).default(150).describe('Partitions that vote'),
  least: z.int().min(2).max(200).optional().describe('Fewest groups in a partition; by default half of `most`'),
  most: z.int().min(2).max(500).optional().describe('Most groups in a partition; by default the square root of the number of places (rows or micro-clusters)'),
  rows: z.number().gt(0).max(1).default(1).describe('Share of the places that take part in each partition'),
  features: z.number().gt(0).max(1).default(0.8).describe('Share of the features each partition looks at, but 4 at least'),
  exactRows: z.int().min(2).max(5_000).default(2_000).describe('Above this many rows, votes are counted between micro-clusters'),
  microClusters: z.int().min(100).max(5_000).default(1_000).describe('How many of them'),
  judged: z.int().min(1).max(20).default(8).describe('How clear-cut the votes are is told for 2 to so many segments (1: not at all)'),
});

export type ConsensusOptions = z.output<typeof options>;

/** Centres are the places (rows, or micro-clusters), `groups` their segments. */
export interface ConsensusParams extends CentreParams {
  readonly groups: readonly number[];
  /** False where places are micro-clusters. */
  readonly exact: boolean;
  /** For every number of segments: how clear-cut partitions into so many are over draws of the rows. */
  readonly clarity: readonly (Clarity & { readonly k: number })[];
}

/** Rows that clarity is measured on, the share of them in a draw, and draws per number of segments. */
const clarityRows = 500;
const clarityShare = 0.8;
const clarityDraws = 30;
/** As `agglomerative`: more centres than this are no formula. */
const mostForms = 1_000;

export const consensus = defineAlgorithm({
  name: 'consensus',
  title: 'Consensus of many partitions',
  options,
  traits: { soft: false, outliers: false, online: false, choosesK: true },
  fit: async (x, chosen, context, kernel): Promise<ConsensusParams> => fitConsensus(x, chosen, context, kernel),
  assign: (params: ConsensusParams, x) => assignNearest(params, x),
  forms: (params): Forms | undefined => (params.centroids.length / params.d > mostForms ? undefined : centreForms(params)),
  forRows: (chosen) => ({ ...chosen, judged: 1 }),
});

/** Segments come largest first. @throws `segment/bad-k`, `segment/not-finite`, `run/aborted` */
async function fitConsensus(x: Points, chosen: ConsensusOptions, context: Context, kernel: Kernel): Promise<ConsensusParams> {
  if (chosen.k !== undefined && chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  requireFinite(x);
  const exact = x.rows <= Math.max(chosen.exactRows, chosen.k ?? 1);
  const { values, weights } = exact ? everyRow(x) : await microClusters(x, Math.max(chosen.microClusters, chosen.k ?? 1), context, kernel);
  const places: Points = { rows: weights.length, d: x.d, stride: x.d, data: values };
  // With as many groups as different places, no two would ever be together.
  const most = Math.min(chosen.most ?? Math.max(2, Math.min(Math.round(Math.sqrt(places.rows)), differentPlaces(places) >> 1)), places.rows);
  const least = Math.min(chosen.least ?? Math.max(2, most >> 1), most);
  const votes = await partitions(places, chosen, least, most, context, kernel);
  const dendrogram = await averageLinkage(await coAssociation(places.rows, votes, context), weights, context);
  const k = Math.min(chosen.k ?? longestLived(dendrogram, least), places.rows);
  return {
    k, d: x.d, centroids: Array.from(values), groups: Array.from(cut(dendrogram, k)), exact,
    clarity: await clarities(x, chosen, context, kernel),
  };
}

function everyRow(x: Points): { values: Float64Array; weights: Float64Array } {
  const { d, stride, data } = x;
  return { values: Float64Array.from({ length: x.rows * d }, (_, v) => data[Math.floor(v / d) * stride + (v % d)]), weights: new Float64Array(x.rows).fill(1) };
}

function differentPlaces({ rows, d, data }: Points): number {
  return new Set(Array.from({ length: rows }, (_, i) => data.subarray(i * d, (i + 1) * d).join())).size;
}

/** Labels of every place by every partition. */
async function partitions(places: Points, chosen: ConsensusOptions, least: number, most: number, context: Context, kernel: Kernel): Promise<Int32Array[]> {
  const rng = context.rng('consensus');
  const found: Int32Array[] = [];
  const fewest = Math.min(places.rows, Math.max(2, Math.ceil(chosen.rows * places.rows)));
  for (let p = 0; p < chosen.partitions; p++) {
    const seen = someFeatures(places, chosen.features, rng);
    const k = Math.min(least + rng.int(most - least + 1), fewest);
    found.push(await votesOf(seen, sampleRows(places.rows, fewest, rng), base(chosen, p), k, within(context, `consensus/${p}`), kernel));
    context.progress({ stage: 'segment', note: 'consensus', done: (p + 1) / chosen.partitions });
  }
  return found;
}

const base = ({ base }: ConsensusOptions, turn: number) => bases[base[turn % base.length]];

/** Labels by one base algorithm of the rows drawn; −1 for the others, which take no part. */
async function votesOf(
  x: Points, drawn: Int32Array, { algorithm, settings }: Base, k: number, context: Context, kernel: Kernel,
): Promise<Int32Array> {
  const few = drawn.length === x.rows ? x : rowsOf(x, drawn);
  const params = await algorithm.fit(few, algorithm.options.parse({ ...settings, k }), context, kernel);
  const labels = new Int32Array(x.rows).fill(-1);
  algorithm.assign(params, few).labels.forEach((label, i) => (labels[drawn[i]] = label));
  return labels;
}

/** The points with a random choice of their features. */
function someFeatures(x: Points, share: number, rng: Rng): Points {
  const count = Math.min(x.d, Math.max(4, Math.ceil(share * x.d)));
  if (count === x.d) return x;
  const kept = shuffled(Int32Array.from({ length: x.d }, (_, j) => j), rng).slice(0, count).sort();
  const data = new Float64Array(x.rows * count);
  for (let i = 0; i < x.rows; i++) kept.forEach((j, at) => (data[i * count + at] = x.data[i * x.stride + j]));
  return { rows: x.rows, d: count, stride: count, data };
}

/** Consensus matrices of each number of segments (Monti et al. 2003): the base algorithms on draws of rows, votes counted among those drawn. */
async function clarities(x: Points, chosen: ConsensusOptions, context: Context, kernel: Kernel): Promise<ConsensusParams['clarity']> {
  const rng = context.rng('consensus/clarity');
  const sample = rowsOf(x, sampleRows(x.rows, clarityRows, rng));
  const drawn = Math.ceil(clarityShare * sample.rows);
  const told: (Clarity & { k: number })[] = [];
  for (let k = 2; k <= Math.min(chosen.judged, drawn); k++) {
    const votes: Int32Array[] = [];
    for (let draw = 0; draw < clarityDraws; draw++) {
      votes.push(await votesOf(sample, sampleRows(sample.rows, drawn, rng), base(chosen, draw), k, within(context, `clarity/${k}/${draw}`), kernel));
    }
    told.push({ k, ...clarity(await coAssociation(sample.rows, votes, context)) });
  }
  return told;
}

// Agglomerative clustering: every row starts alone and the two nearest groups join until one is left, which gives segments within segments.
// Ward (1963) joins where the inertia grows least, average and complete linkage by mean and greatest distance. The dendrogram is exact up to
// `exactRows` rows, at O(rows² d) time (and, but for Ward, 4 rows² bytes); above, the rows are first gathered into small weighted groups by k-means and
// the dendrogram is of these: its lower levels are then k-means', its upper ones nearly the exact ones (`agreement` says how nearly). Average and complete
// follow long shapes and single out outliers; Ward likes round groups of like size. Not for many rows with fine nesting.
import { z } from 'zod';
import type { Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { compact } from '../../kernel/kd-tree.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { copheneticCorrelation, cut, levels, type Dendrogram, type Level, type Linkage } from '../dendrogram.js';
import { requireFinite } from '../../kernel/finite.js';
import { linkage } from '../linkage.js';
import { microClusters } from '../micro-clusters.js';
import { fewCentreForms, type CentreParams } from '../nearest.js';
import { sampleRows } from '../sample.js';
import { assignNearest } from './kmeans.js';

/** Average and complete linkage keep all distances: 1.6 GB of them for so many rows, and no more. */
const matrixRows = 20_000;
/** Rows whose exact dendrogram an approximate one is compared with. */
const agreementRows = 2_000;

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments: where the dendrogram is cut'),
  method: z.enum(['ward', 'average', 'complete']).default('ward').describe('What counts as the distance of two groups'),
  exactRows: z.int().min(2).max(50_000).default(5_000).describe(
    'Above this many rows, the dendrogram is made of micro-clusters (average and complete: above 20,000 rows in any case)'),
  microClusters: z.int().min(100).max(5_000).default(1_000).describe('How many of them'),
  assignBy: z.enum(['member', 'segment']).default('member').describe(
    'A row belongs where its nearest leaf of the dendrogram does (faithful to nested and long shapes), or to the nearest mean of a segment (fast, short)'),
});

export type AgglomerativeOptions = z.output<typeof options>;

/** Centres in the sense of `CentreParams` (the leaves of the dendrogram, or the segments' means) and the dendrogram itself. */
export interface AgglomerativeParams extends CentreParams, Dendrogram {
  readonly method: AgglomerativeOptions['method'];
  /** False where the leaves are micro-clusters. */
  readonly exact: boolean;
  /**
   * Where not exact: correlation of the cophenetic distances in this dendrogram with those in the exact dendrogram of a sample of up to 2,000 of the rows.
   * Chance decides a part of any exact dendrogram too: that of another sample would agree with it no better where there is little structure.
   */
  readonly agreement?: number;
  /** Leaves × d, where `centroids` are the segments' means. */
  readonly leafCentroids?: readonly number[];
  readonly weights: readonly number[];
  readonly merges: readonly number[];
  readonly heights: readonly number[];
  readonly sizes: readonly number[];
}

export interface AgglomerativeFit {
  readonly params: AgglomerativeParams;
  readonly labels: Int32Array;
  readonly counts: Float64Array;
  readonly dendrogram: Linkage;
  /** Leaf of each row: itself, or its micro-cluster. */
  readonly leafOf: Int32Array;
}

export const agglomerative = defineAlgorithm({
  name: 'agglomerative',
  title: 'Agglomerative (nested segments)',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: async (x, chosen, context, kernel): Promise<AgglomerativeParams> => (await fitAgglomerative(x, chosen, context, kernel)).params,
  assign: assignNearest,
  forms: fewCentreForms,
});

/**
 * Fits and keeps the dendrogram and the labels. Segments come largest first.
 * Where rows coincide there can be fewer distinct places than k: segments then share a place, and `assign` gives the first of them.
 * @throws `segment/bad-k`, `segment/not-finite`, `run/aborted`
 */
export async function fitAgglomerative(x: Points, chosen: AgglomerativeOptions, context: Context, kernel: Kernel): Promise<AgglomerativeFit> {
  const { k, method } = chosen;
  const { d } = x;
  if (k < 1 || k > x.rows) throw new ShoalError('segment/bad-k', { k, rows: x.rows });
  requireFinite(x);
  const exact = x.rows <= Math.max(method === 'ward' ? chosen.exactRows : Math.min(chosen.exactRows, matrixRows), k);
  const leaves = exact ? everyRow(x) : await microClusters(x, Math.max(chosen.microClusters, k), context, kernel);
  const dendrogram = await linkage(leaves.values, d, leaves.weights, method, context, kernel);
  const agreement = exact ? undefined : await agreementWithExact(x, dendrogram, leaves.labels, method, context, kernel);
  const groups = cut(dendrogram, k);
  const segments = centresOf(leaves, d, groups, k);
  const values = Array.from(leaves.values);
  const tree = {
    leaves: dendrogram.leaves, weights: Array.from(leaves.weights),
    merges: Array.from(dendrogram.merges), heights: Array.from(dendrogram.heights), sizes: Array.from(dendrogram.sizes),
  };
  return {
    params: {
      k, d, method, exact, ...(agreement !== undefined && { agreement }),
      ...(chosen.assignBy === 'segment' ? { centroids: Array.from(segments.values), leafCentroids: values } : { centroids: values, groups: Array.from(groups) }), ...tree,
    },
    labels: leaves.labels.map((leaf) => groups[leaf]),
    counts: segments.counts,
    dendrogram,
    leafOf: leaves.labels,
  };
}

/** The same model cut into another number of segments, for `assign` and `forms`. @throws `segment/bad-k` */
export function atLevel(params: AgglomerativeParams, k: number): AgglomerativeParams {
  const groups = cut(params, k);
  if (!params.leafCentroids) return { ...params, k, groups: Array.from(groups) };
  const leaves = { values: Float64Array.from(params.leafCentroids), weights: Float64Array.from(params.weights) };
  return { ...params, k, centroids: Array.from(centresOf(leaves, params.d, groups, k).values) };
}

/**
 * Rows at several levels, broadest first: segments, and the micro-segments inside them. Each row goes with its nearest leaf at every level, so that the
 * levels nest for new rows too. @throws `segment/bad-k`
 */
export function assignLevels(params: AgglomerativeParams, x: Points, ks: readonly number[]): (Level & { readonly labels: Int32Array })[] {
  const leaf = assignNearest({ k: params.leaves, d: params.d, centroids: params.leafCentroids ?? params.centroids }, x).labels;
  return levels(params, ks).map((level) => ({ ...level, labels: leaf.map((own) => level.groups[own]) }));
}

/** See `AgglomerativeParams.agreement`. */
async function agreementWithExact(
  x: Points, dendrogram: Dendrogram, leafOf: Int32Array, method: AgglomerativeOptions['method'], context: Context, kernel: Kernel,
): Promise<number | undefined> {
  const rows = sampleRows(x.rows, agreementRows, context.rng('agreement'));
  const sample = everyRow(rowsOf(x, rows));
  const exact = await linkage(sample.values, x.d, sample.weights, method, context, kernel);
  const correlation = copheneticCorrelation(exact, sample.labels, dendrogram, rows.map((row) => leafOf[row]));
  return Number.isFinite(correlation) ? correlation : undefined;
}

interface Leaves {
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly labels: Int32Array;
}

function everyRow(x: Points): Leaves {
  return { values: compact(x), weights: new Float64Array(x.rows).fill(1), labels: Int32Array.from({ length: x.rows }, (_, i) => i) };
}

/** Weighted mean of each group's leaves. */
function centresOf({ values, weights }: Pick<Leaves, 'values' | 'weights'>, d: number, groups: Int32Array, k: number): { values: Float64Array; counts: Float64Array } {
  const means = new Float64Array(k * d);
  const counts = new Float64Array(k);
  for (let leaf = 0; leaf < groups.length; leaf++) {
    counts[groups[leaf]] += weights[leaf];
    for (let j = 0; j < d; j++) means[groups[leaf] * d + j] += weights[leaf] * values[leaf * d + j];
  }
  return { values: means.map((sum, v) => sum / counts[Math.floor(v / d)]), counts };
}

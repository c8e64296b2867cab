// Agglomerative clustering: every row starts alone and the two nearest groups join until one is left, which gives segments within segments.
// Ward (1963) joins where the inertia grows least, average and complete linkage by mean and greatest distance. The dendrogram is exact up to
// `exactRows` rows, at O(rows² d) time (and, but for Ward, rows² / 2 distances in memory); above, the rows are first gathered into small weighted
// groups by k-means and the dendrogram is of these: its lower levels are then k-means', its upper ones nearly the exact ones. Average and complete
// follow long shapes and single out outliers; Ward likes round groups of like size. Not for many rows with fine nesting.
import { z } from 'zod';
import type { Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { requireFinite } from '../finite.js';
import { cut, linkage, type Linkage } from '../linkage.js';
import { microClusters } from '../micro-clusters.js';
import type { CentreParams } from '../nearest.js';
import { assignNearest } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments: where the dendrogram is cut'),
  method: z.enum(['ward', 'average', 'complete']).default('ward').describe('What counts as the distance of two groups'),
  exactRows: z.int().min(2).max(20_000).default(5_000).describe('Above this many rows, the dendrogram is made of micro-clusters'),
  microClusters: z.int().min(100).max(2_000).default(1_000).describe('How many of them'),
  assignBy: z.enum(['member', 'segment']).default('member').describe(
    'A row belongs where its nearest leaf of the dendrogram does (faithful to nested and long shapes), or to the nearest mean of a segment (fast, short)'),
});

export type AgglomerativeOptions = z.output<typeof options>;

/** Centres in the sense of `CentreParams` (the leaves of the dendrogram, or the segments' means) and the dendrogram, in SciPy's form. */
export interface AgglomerativeParams extends CentreParams {
  readonly method: AgglomerativeOptions['method'];
  /** False where the leaves are micro-clusters. */
  readonly exact: boolean;
  readonly leaves: number;
  /** Rows in each leaf. */
  readonly weights: readonly number[];
  /** Nodes joined, two per merge; see `Linkage`. */
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
});

/**
 * Fits and keeps the dendrogram and the labels. Segments come largest first.
 * Where rows coincide there can be fewer distinct places than k: segments then share a place, and `assign` gives the first of them.
 * @throws `segment/bad-k`, `segment/not-finite`, `run/aborted`
 */
export async function fitAgglomerative(x: Points, chosen: AgglomerativeOptions, context: Context, kernel: Kernel): Promise<AgglomerativeFit> {
  const { k, method } = chosen;
  if (k < 1 || k > x.rows) throw new ShoalError('segment/bad-k', { k, rows: x.rows });
  requireFinite(x);
  const exact = x.rows <= Math.max(chosen.exactRows, k);
  const leaves = exact ? everyRow(x) : await microClusters(x, Math.max(chosen.microClusters, k), context, kernel);
  const dendrogram = await linkage(leaves.values, x.d, leaves.weights, method, context);
  const groups = largestFirst(cut(dendrogram, k), leaves.weights, k);
  const segments = centresOf(leaves, x.d, groups, k);
  const centres = chosen.assignBy === 'segment' ? { centroids: Array.from(segments.values) } : { centroids: Array.from(leaves.values), groups: Array.from(groups) };
  const tree = { merges: Array.from(dendrogram.merges), heights: Array.from(dendrogram.heights), sizes: Array.from(dendrogram.sizes) };
  return {
    params: { k, d: x.d, ...centres, method, exact, leaves: dendrogram.leaves, weights: Array.from(leaves.weights), ...tree },
    labels: leaves.labels.map((leaf) => groups[leaf]),
    counts: segments.counts,
    dendrogram,
    leafOf: leaves.labels,
  };
}

/** The segment of each leaf where a fitted dendrogram is cut into another number of segments, largest first. */
export function recut({ leaves, weights, merges }: Pick<AgglomerativeParams, 'leaves' | 'weights' | 'merges'>, k: number): Int32Array {
  if (k < 1 || k > leaves) throw new ShoalError('segment/bad-k', { k, rows: leaves });
  return largestFirst(cut({ leaves, merges: Int32Array.from(merges) }, k), Float64Array.from(weights), k);
}

interface Leaves {
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly labels: Int32Array;
}

function everyRow({ rows, d, stride, data }: Points): Leaves {
  const values = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) values[i * d + j] = data[i * stride + j];
  return { values, weights: new Float64Array(rows).fill(1), labels: Int32Array.from({ length: rows }, (_, i) => i) };
}

/** Renumbers groups by weight; equal ones keep their order. */
function largestFirst(groups: Int32Array, weights: Float64Array, k: number): Int32Array {
  const counts = new Float64Array(k);
  groups.forEach((group, leaf) => { counts[group] += weights[leaf]; });
  const order = Array.from(counts, (_, c) => c).sort((a, b) => counts[b] - counts[a] || a - b);
  const numbers = new Int32Array(k);
  order.forEach((group, rank) => { numbers[group] = rank; });
  return groups.map((group) => numbers[group]);
}

/** Weighted mean of each group's leaves. */
function centresOf({ values, weights }: Leaves, d: number, groups: Int32Array, k: number): { values: Float64Array; counts: Float64Array } {
  const means = new Float64Array(k * d);
  const counts = new Float64Array(k);
  for (let leaf = 0; leaf < groups.length; leaf++) {
    counts[groups[leaf]] += weights[leaf];
    for (let j = 0; j < d; j++) means[groups[leaf] * d + j] += weights[leaf] * values[leaf * d + j];
  }
  return { values: means.map((sum, v) => sum / counts[Math.floor(v / d)]), counts };
}

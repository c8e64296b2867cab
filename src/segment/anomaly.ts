// Isolation forest: rows that random cuts separate from all others quickly are unusual (Liu, Ting & Zhou 2008). Trees on random samples of 256 rows
// each cut a random feature at a random place until every row stands alone or the tree is 8 deep. O(trees × 256) to fit, O(rows × trees × 8) to score.
// A score for every row, not segments. Weak where unusual means an unusual combination of many features that are each ordinary.
import { z } from 'zod';
import { breath, type Context } from '../context.js';
import { compact } from '../kernel/kd-tree.js';
import type { Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';
import { requireFinite } from '../kernel/finite.js';
import { sampleRows } from './sample.js';

export const anomalyOptions = z.strictObject({
  trees: z.int().min(1).max(10_000).default(100).describe('Random trees to average'),
  sampleRows: z.int().min(2).default(256).describe('Rows each tree is grown on'),
});

export type AnomalyOptions = z.output<typeof anomalyOptions>;

/** All trees in one list of nodes: plain data. A node's left child is the next node. */
export interface AnomalyParams {
  readonly d: number;
  /** Rows each tree was grown on. */
  readonly sample: number;
  /** First node of each tree. */
  readonly roots: readonly number[];
  /** Feature each node cuts, −1 for a leaf. */
  readonly features: readonly number[];
  /** Where it cuts (≤ goes left); for a leaf, the expected number of cuts that isolate a row there. */
  readonly values: readonly number[];
  readonly right: readonly number[];
}

/** Grows the forest; the same seed and rows give the same one. @throws `segment/not-finite`, `run/aborted` */
export async function fitAnomaly(x: Points, chosen: AnomalyOptions, context: Context): Promise<AnomalyParams> {
  const rng = context.rng('anomaly');
  requireFinite(x);
  const values = compact(x);
  const sample = Math.min(chosen.sampleRows, x.rows);
  const forest: Forest = { d: x.d, features: [], values: [], right: [] };
  const depth = Math.ceil(Math.log2(Math.max(2, sample)));
  const roots: number[] = [];
  for (let t = 0; t < chosen.trees; t++) {
    if (t % 10 === 0) await breath(context);
    roots.push(forest.features.length);
    grow(forest, values, sampleRows(x.rows, sample, rng), 0, depth, rng);
  }
  return { sample, roots, ...forest };
}

/**
 * How unusual each row is: 2^(−mean cuts to isolate it / the same for a random row), in (0, 1). About 0.5 is ordinary, near 1 an outlier.
 * 0.5 for everyone where fewer than two rows were fitted.
 */
export function scoreAnomaly(params: AnomalyParams, x: Points): Float64Array {
  const { d, sample, roots } = params;
  requireFinite(x);
  const from = compact(x);
  const features = Int32Array.from(params.features);
  const values = Float64Array.from(params.values);
  const right = Int32Array.from(params.right);
  const usual = isolationPath(sample);
  const scores = new Float64Array(x.rows).fill(0.5);
  if (usual === 0) return scores;
  for (let i = 0; i < x.rows; i++) {
    let cuts = 0;
    for (const root of roots) {
      let node = root;
      while (features[node] >= 0) node = from[i * d + features[node]] <= values[node] ? node + 1 : right[node];
      cuts += values[node];
    }
    scores[i] = 2 ** (-cuts / roots.length / usual);
  }
  return scores;
}

/** Expected number of random cuts that isolate one of `n` rows: that of an unsuccessful search in a random binary tree. */
export function isolationPath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + eulerGamma) - (2 * (n - 1)) / n;
}

const eulerGamma = 0.5772156649015329;

interface Forest {
  readonly d: number;
  readonly features: number[];
  readonly values: number[];
  readonly right: number[];
}

function grow(forest: Forest, values: Float64Array, rows: Int32Array, depth: number, limit: number, rng: Rng): void {
  const node = forest.features.push(-1) - 1;
  forest.values.push(depth + isolationPath(rows.length));
  forest.right.push(0);
  if (rows.length <= 1 || depth === limit) return;
  const cut = randomCut(values, forest.d, rows, rng);
  if (!cut) return;
  const goesLeft = (row: number) => values[row * forest.d + cut.feature] <= cut.at;
  forest.features[node] = cut.feature;
  forest.values[node] = cut.at;
  grow(forest, values, rows.filter(goesLeft), depth + 1, limit, rng);
  forest.right[node] = forest.features.length;
  grow(forest, values, rows.filter((row) => !goesLeft(row)), depth + 1, limit, rng);
}

/** A random feature that varies in these rows, and a uniform place between its least and greatest value; nothing where all rows are alike. */
function randomCut(values: Float64Array, d: number, rows: Int32Array, rng: Rng): { feature: number; at: number } | undefined {
  const untried = Array.from({ length: d }, (_, j) => j);
  while (untried.length > 0) {
    const pick = rng.int(untried.length);
    const feature = untried[pick];
    let low = Infinity;
    let high = -Infinity;
    for (const row of rows) {
      const value = values[row * d + feature];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high > low) {
      const at = low + rng.next() * (high - low);
      // Rounding may give the greatest value, which would leave the right side empty.
      return { feature, at: at < high ? at : low };
    }
    untried[pick] = untried[untried.length - 1];
    untried.pop();
  }
  return undefined;
}

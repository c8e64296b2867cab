import { breath, type Context } from '../context.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { assignInBatches, meanOf, moved, rowsOf } from './batches.js';
import { sampleRows } from './sample.js';

/** Many small groups standing for many rows. */
export interface MicroClusters {
  /** Groups × d: the mean of each group's rows. */
  readonly values: Float64Array;
  /** Rows in each group, at least 1. */
  readonly weights: Float64Array;
  /** Group of each row. */
  readonly labels: Int32Array;
}

/** Rows that place the first centres, and Lloyd passes over them. */
const seedRows = 10_000;
const seedPasses = 6;

/**
 * Up to `count` small groups of many rows: k-means++ and a few Lloyd passes on a sample, then one pass over all rows that moves every centre to the
 * mean of its rows. Centres nobody is nearest to are dropped. O(rows × d × count).
 * @throws `run/aborted`
 */
export async function microClusters(x: Points, count: number, context: Context, kernel: Kernel): Promise<MicroClusters> {
  const { d } = x;
  const rng = context.rng('micro-clusters');
  const origin = meanOf(x);
  const sample = rowsOf(x, sampleRows(x.rows, Math.max(seedRows, 2 * count), rng));
  await breath(context);
  const draws = Float64Array.from({ length: count }, () => rng.next());
  const k = Math.min(count, sample.rows);
  const values = await converge(moved(sample, origin, 0, sample.rows, kernel), k, draws, context, kernel);
  const labels = new Int32Array(x.rows);
  const { sums, counts } = await assignInBatches(x, origin, { k, d, values }, context, kernel, labels);
  const kept = Array.from(counts, (_, c) => c).filter((c) => counts[c] > 0);
  const numbers = new Int32Array(k);
  kept.forEach((c, rank) => { numbers[c] = rank; });
  return {
    values: Float64Array.from(kept.flatMap((c) => Array.from({ length: d }, (_, j) => sums[c * d + j] / counts[c] + origin[j]))),
    weights: Float64Array.from(kept, (c) => counts[c]),
    labels: labels.map((c) => numbers[c]),
  };
}

/** k-means++ and a few Lloyd passes; frees the points. */
async function converge(points: Points, k: number, draws: Float64Array, context: Context, kernel: Kernel): Promise<Float64Array> {
  const { d } = points;
  try {
    let { values } = kernel.cluster([{ points, k, draws, trials: 1, maxIterations: 1, tolerance: 0 }])[0];
    for (let pass = 1; pass < seedPasses; pass++) {
      await breath(context);
      const { sums, counts } = kernel.assign(points, { k, d, values });
      values = values.map((value, v) => (counts[Math.floor(v / d)] > 0 ? sums[v] / counts[Math.floor(v / d)] : value));
    }
    return values;
  } finally {
    kernel.free(points);
  }
}

// Mini-batch k-means: centres move a little with every small batch of random rows, each to the mean of all rows it has served so far (Sculley 2010), starting
// from a k-means on the first few batches. The same step keeps a fitted model true to rows that keep arriving: `update`, in which what was seen before can
// fade (as in Spark's StreamingKMeans). Cost O(batch rows × d × k) per batch, whatever the number of rows. For streams, and where not even one pass over
// all rows is wanted; where there is time for a few, k-means has the lower inertia.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { requireFinite } from '../../kernel/finite.js';
import { centreForms, type CentreParams } from '../nearest.js';
import { sampleRows } from '../sample.js';
import { assignNearest, fitKMeans, kmeans } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  batchRows: z.int().min(10).default(1024).describe('Rows per batch'),
  startBatches: z.int().min(1).max(1000).default(3).describe('Batches the first k-means is fitted on'),
  batches: z.int().min(0).max(1_000_000).default(200).describe('Batches at most, after the first k-means'),
  patience: z.int().min(1).default(20).describe('Stops after so many batches without a lower (smoothed) inertia'),
});

export type MiniBatchOptions = z.output<typeof options>;

/** Centres, and how many rows (or how much weight) each stands for: what the next rows are weighed against. */
export interface MiniBatchParams extends CentreParams {
  readonly counts: readonly number[];
}

export interface UpdateOptions {
  /** What everything seen before still counts, 0 (forgotten) to 1 (as much as when it was new). */
  readonly decay?: number;
}

export const miniBatchKMeans = defineAlgorithm({
  name: 'mini-batch-kmeans',
  title: 'Mini-batch k-means (streams)',
  options,
  traits: { soft: false, outliers: false, online: true },
  fit,
  assign: (params: MiniBatchParams, x) => assignNearest(params, x),
  forms: (params) => centreForms(params),
  update,
});

async function fit(x: Points, chosen: MiniBatchOptions, context: Context, kernel: Kernel): Promise<MiniBatchParams> {
  const { k, batchRows, startBatches, batches, patience } = chosen;
  if (k > x.rows) throw new ShoalError('segment/bad-k', { k, rows: x.rows });
  requireFinite(x);
  const rng = context.rng('mini-batch-kmeans');
  const first = rowsOf(x, sampleRows(x.rows, Math.max(k, batchRows * startBatches), rng));
  const start = await fitKMeans(first, kmeans.options.parse({ k }), context, kernel);
  let params: MiniBatchParams = { ...start.params, counts: Array.from(start.counts) };
  let smoothed = start.inertia / first.rows;
  let least = smoothed;
  const share = Math.min(1, (2 * batchRows) / (x.rows + 1));
  for (let batch = 0, since = 0; batch < batches && since < patience && first.rows < x.rows; batch++) {
    if (batch % 8 === 0) await breath(context);
    const rows = rowsOf(x, Int32Array.from({ length: batchRows }, () => rng.int(x.rows)));
    const step = moved(params, rows, 1);
    params = step.params;
    smoothed += share * (step.inertia / batchRows - smoothed);
    since = smoothed < least ? 0 : since + 1;
    least = Math.min(least, smoothed);
    context.progress({ stage: 'segment', note: 'mini-batch k-means', done: (batch + 1) / batches });
  }
  return largestFirst(params);
}

/**
 * The model after more rows: each centre becomes the weighted mean of where it was, counting `decay` × its count, and of the new rows nearest to it. Segments
 * keep their numbers. Rows of one update may come in any order; a centre that nothing reaches stays. @throws `segment/not-finite`
 */
export function update(params: MiniBatchParams, x: Points, { decay = 1 }: UpdateOptions = {}): MiniBatchParams {
  requireFinite(x);
  return moved(params, x, decay).params;
}

/** The decay of an update of so many rows under which what was seen before counts half after `halfLife` more rows, however they are cut into updates. */
export const decayOf = (rows: number, halfLife: number): number => 0.5 ** (rows / halfLife);

function moved(params: MiniBatchParams, x: Points, decay: number): { params: MiniBatchParams; inertia: number } {
  const { d, centroids } = params;
  const { labels } = assignNearest(params, x);
  const sums = new Float64Array(centroids.length);
  const added = new Float64Array(params.counts.length);
  let inertia = 0;
  for (let i = 0; i < x.rows; i++) {
    added[labels[i]]++;
    for (let j = 0; j < d; j++) {
      const away = x.data[i * x.stride + j] - centroids[labels[i] * d + j];
      sums[labels[i] * d + j] += away;
      inertia += away * away;
    }
  }
  const counts = params.counts.map((count, c) => decay * count + added[c]);
  return { params: { ...params, centroids: centroids.map((value, v) => value + (sums[v] / counts[Math.floor(v / d)] || 0)), counts }, inertia };
}

function largestFirst(params: MiniBatchParams): MiniBatchParams {
  const { d, centroids, counts } = params;
  const order = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  return { ...params, centroids: order.flatMap((c) => centroids.slice(c * d, (c + 1) * d)), counts: order.map((c) => counts[c]) };
}

import type { Context } from '../context.js';
import type { SegmentStability } from '../domain/segment.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { contingency } from '../util/agreement.js';
import type { Rng } from '../util/rng.js';
import { assignNearest } from './algorithms/kmeans.js';
import { breath } from './breath.js';
import { groupsOf, type CentreParams } from './nearest.js';
import { bestOf } from './restarts.js';
import { gather, sampleRows } from './sample.js';
import { silhouetteOf } from './score.js';

export interface StabilityOptions {
  /** Bootstrap samples; 30 by default. */
  readonly samples?: number;
  /** Rows that are resampled; 1,500 by default. */
  readonly rows?: number;
}

/**
 * How steady and separate each segment is. Steadiness: the rows are drawn anew with replacement, clustered from fresh random starts, and each segment
 * is compared with the most similar one of the new clustering by the Jaccard coefficient of their drawn rows (Hennig 2007); the interval holds 90 %
 * of the coefficients. Separation: distance to the nearest other segment's centre over the sum of both mean radii (above 1: the balls of typical
 * members do not touch). All on a bounded random sample.
 * @throws `run/aborted`
 */
export async function stability(
  x: Points, params: CentreParams, options: StabilityOptions, context: Context, kernel: Kernel,
): Promise<SegmentStability[]> {
  const rng = context.rng('stability');
  const rows = sampleRows(x.rows, options.rows ?? 1_500, rng);
  const points = gather(x, rows, kernel);
  try {
    const own = assignNearest(params, points).labels;
    const samples = options.samples ?? 30;
    const jaccards: Float64Array[] = [];
    for (let done = 0; done < samples; done += 8) {
      await breath(context);
      const drawn = Array.from({ length: Math.min(8, samples - done) }, () => draw(points.rows, rng));
      const wanted = drawn.map((weights) => ({ points, k: groupsOf(params).length, weights }));
      bestOf(wanted, fresh, rng, kernel).forEach((fit, s) => jaccards.push(similarities(own, fit.labels, drawn[s], params)));
    }
    const [sums] = kernel.distanceSums(points, [own], params.k);
    const silhouettes = silhouetteOf(sums, own, params.k);
    const separations = separation(points, own, params);
    return Array.from({ length: params.k }, (_, segment) => {
      const seen = Float64Array.from(jaccards.map((one) => one[segment]).filter((value) => !Number.isNaN(value))).sort();
      return {
        segment,
        jaccard: mean(seen),
        interval: [quantile(seen, 0.05), quantile(seen, 0.95)] as const,
        separation: separations[segment],
        silhouette: mean(silhouettes.filter((_, i) => own[i] === segment)),
      };
    });
  } finally {
    kernel.free(points);
  }
}

/** How each resample is clustered: from nothing, as the rows themselves would be. */
const fresh = { starts: 2, finalists: 1, maxIterations: 40, tolerance: 0 };

/** How often each row is drawn. */
function draw(rows: number, rng: Rng): Float32Array {
  const weights = new Float32Array(rows);
  for (let r = 0; r < rows; r++) weights[rng.int(rows)]++;
  return weights;
}

/** For each segment, its Jaccard coefficient with the most similar new one, over the rows drawn; NaN where none of its rows was drawn. */
function similarities(own: Int32Array, found: Int32Array, weights: Float32Array, params: CentreParams): Float64Array {
  const drawn = Array.from(own.keys()).filter((i) => weights[i] > 0);
  const old = drawn.map((i) => own[i]);
  const { table, rows, columns, rowSums, columnSums } = contingency(old, merged(drawn.map((i) => found[i]), old, params));
  return Float64Array.from({ length: params.k }, (_, segment) => {
    if (segment >= rows || rowSums[segment] === 0) return Number.NaN;
    let best = 0;
    for (let c = 0; c < columns; c++) {
      const both = table[segment * columns + c];
      best = Math.max(best, both / (rowSums[segment] + columnSums[c] - both));
    }
    return best;
  });
}

/** Where segments have several centres, new clusters count together when most of their rows are of the same segment. */
function merged(found: number[], old: number[], { groups }: CentreParams): number[] {
  if (!groups) return found;
  const { table, rows, columns } = contingency(old, found);
  const home = Array.from({ length: columns }, (_, c) => {
    let most = 0;
    for (let r = 1; r < rows; r++) if (table[r * columns + c] > table[most * columns + c]) most = r;
    return most;
  });
  return found.map((label) => home[label]);
}

function separation({ rows, d, stride, data }: Points, labels: Int32Array, params: CentreParams): number[] {
  const { k, centroids } = params;
  const groups = groupsOf(params);
  const radius = new Float64Array(groups.length);
  const counts = new Float64Array(groups.length);
  for (let i = 0; i < rows; i++) {
    let least = Infinity;
    let own = 0;
    groups.forEach((g, c) => {
      if (g !== labels[i]) return;
      let square = 0;
      for (let j = 0; j < d; j++) square += (data[i * stride + j] - centroids[c * d + j]) ** 2;
      if (square < least) {
        least = square;
        own = c;
      }
    });
    radius[own] += Math.sqrt(least);
    counts[own]++;
  }
  const typical = (c: number) => (counts[c] > 0 ? radius[c] / counts[c] : 0);
  return Array.from({ length: k }, (_, segment) => {
    let nearest = Infinity;
    groups.forEach((g, a) => {
      if (g !== segment) return;
      groups.forEach((h, b) => {
        if (h === segment) return;
        let square = 0;
        for (let j = 0; j < d; j++) square += (centroids[a * d + j] - centroids[b * d + j]) ** 2;
        const reach = typical(a) + typical(b);
        if (reach > 0) nearest = Math.min(nearest, Math.sqrt(square) / reach);
      });
    });
    return nearest === Infinity ? 0 : nearest;
  });
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return 0;
  const position = p * (sorted.length - 1);
  const i = Math.floor(position);
  return i + 1 < sorted.length ? sorted[i] + (position - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

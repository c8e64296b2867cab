// How steady a partition is: fitted again on rows drawn anew, from other starts, on half of the rows. The same for every algorithm; k-means takes a short cut.
import { breath, type Context, within } from '../context.js';
import type { Recovery, SegmentStability, Steadiness } from '../domain/segment.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { adjustedRand, contingency } from '../util/agreement.js';
import type { Rng } from '../util/rng.js';
import { kmeans } from './algorithms/kmeans.js';
import { rowsOf } from './batches.js';
import { algorithmNamed } from './catalog.js';
import { memberMeans } from './members.js';
import { groupsOf, type CentreParams } from './nearest.js';
import { bestOf } from './restarts.js';
import { gather, sampleRows } from './sample.js';
import { silhouetteOf } from './score.js';

export interface StabilityOptions {
  /** Draws of rows; 30 by default for k-means, 10 for others. */
  readonly samples?: number;
  /** Refits from other starts, and as many on halves; 5 by default for k-means, 3 for others. */
  readonly refits?: number;
  /** Rows that are drawn from; 1,500 by default. Where sizes or radii in the options are meant for all rows, give their number. */
  readonly rows?: number;
}

/** A model of any algorithm, and what it was asked for. */
export interface FittedModel {
  readonly algorithm: string;
  readonly options: unknown;
  readonly params: unknown;
}

/**
 * How steady and separate a partition is. Per segment: the rows are drawn anew with replacement, clustered from fresh random starts, and each segment is
 * compared with the most similar one of the new clustering by the Jaccard coefficient of their drawn rows (Hennig 2007); the interval holds 90 % of the
 * coefficients. Where density decides, rows drawn twice would look dense: there 80 % of the rows are drawn without replacement. Separation: distance to the
 * nearest other segment's centre over the sum of both mean radii (above 1: the balls of typical members do not touch). Of the whole: the adjusted Rand
 * index of refits from other starts, and on halves of the rows, with the partition. All on a bounded random sample.
 * @throws `run/aborted`
 */
export async function stability(x: Points, model: FittedModel, options: StabilityOptions, context: Context, kernel: Kernel): Promise<Steadiness> {
  const rng = context.rng('stability');
  const rows = sampleRows(x.rows, options.rows ?? 1_500, rng);
  const points = gather(x, rows, kernel);
  try {
    const { k, own, centres, quick, thin, refit } = subject(model, points, rows, x.rows, context, kernel);
    const draws = options.samples ?? (quick ? 30 : 10);
    const jaccards: Float64Array[] = [];
    for (let done = 0; done < draws; done += 8) {
      await breath(context);
      const drawn = Array.from({ length: Math.min(8, draws - done) }, () => (thin ? part(points.rows, 0.8, k, rng) : draw(points.rows, rng)));
      const found = await refit(drawn, rng, 'draw');
      found.forEach((labels, s) => jaccards.push(similarities(own, labels, drawn[s], k)));
    }
    const refits = options.refits ?? (quick ? 5 : 3);
    const again = context.rng('stability/refits');
    const agreement = async (weights: Float32Array[], name: string) => recovery((await refit(weights, again, name)).map((labels) => adjustedRand(shifted(own), shifted(labels))));
    const seeds = await agreement(Array.from({ length: refits }, () => new Float32Array(points.rows).fill(1)), 'seed');
    await breath(context);
    const subsamples = await agreement(Array.from({ length: refits }, () => part(points.rows, 0.5, k, again)), 'half');
    return { segments: described(points, own, k, centres, jaccards, kernel), seeds, subsamples };
  } finally {
    kernel.free(points);
  }
}

/** A model on the sample, and how it is fitted again. */
interface Subject {
  readonly k: number;
  readonly own: Int32Array;
  readonly centres: CentreParams;
  readonly quick: boolean;
  /** Draws without replacement. */
  readonly thin: boolean;
  /** Labels of all rows of the sample after fits on rows as often as the weights (whole numbers) say. */
  refit(weights: readonly Float32Array[], rng: Rng, name: string): Promise<Int32Array[]>;
}

function subject(model: FittedModel, points: Points, rows: Int32Array, all: number, context: Context, kernel: Kernel): Subject {
  const { k } = model.params as { k: number };
  const algorithm = algorithmNamed(model.algorithm);
  const own = algorithm.assign(model.params, points).labels;
  // k-means takes weights, so that many refits run side by side, and its segments may have several centres.
  if (algorithm.name === kmeans.name) {
    const params = model.params as CentreParams;
    const refit = async (weights: readonly Float32Array[], rng: Rng) =>
      bestOf(weights.map((own) => ({ points, k: groupsOf(params).length, weights: own })), fresh, rng, kernel)
        .map(({ labels }, s) => (params.groups ? merged(labels, own, weights[s]) : labels));
    return { k, own, centres: params, quick: true, thin: false, refit };
  }
  const options = algorithm.options.safeParse(model.options).data ?? model.options;
  let fits = 0;
  const refit = async (weights: readonly Float32Array[], _: Rng, name: string) => {
    const found: Int32Array[] = [];
    for (const weight of weights) {
      const drawn = Int32Array.from(Array.from(weight.keys()).flatMap((i) => new Array<number>(weight[i]).fill(i)));
      const asked = algorithm.forRows?.(options, drawn.map((i) => rows[i]), all) ?? options;
      const params = await algorithm.fit(rowsOf(points, drawn), asked, within(context, `stability/${name}/${fits++}`), kernel);
      found.push(algorithm.assign(params, points).labels);
    }
    return found;
  };
  return { k, own, centres: { k, d: points.d, centroids: Array.from(memberMeans(points, own, k)) }, quick: false, thin: algorithm.traits.outliers, refit };
}

/** How each resample is clustered: from nothing, as the rows themselves would be. */
const fresh = { starts: 2, finalists: 1, maxIterations: 40, tolerance: 0 };

/** How often each row is drawn. */
function draw(rows: number, rng: Rng): Float32Array {
  const weights = new Float32Array(rows);
  for (let r = 0; r < rows; r++) weights[rng.int(rows)]++;
  return weights;
}

/** 1 for a share of the rows, `least` at least, 0 for the others. */
function part(rows: number, share: number, least: number, rng: Rng): Float32Array {
  const weights = new Float32Array(rows);
  for (const i of sampleRows(rows, Math.max(least, Math.ceil(share * rows)), rng)) weights[i] = 1;
  return weights;
}

/** Labels from 0: outliers are one more label, the first. */
const shifted = (labels: Int32Array) => labels.map((label) => label + 1);

function recovery(agreements: readonly number[]): Recovery {
  return { mean: mean(Float64Array.from(agreements)), least: agreements.length > 0 ? Math.min(...agreements) : 0, refits: agreements.length };
}

/** For each segment, its Jaccard coefficient with the most similar new one, over the rows drawn; NaN where none of its rows was drawn. */
function similarities(own: Int32Array, found: Int32Array, weights: Float32Array, k: number): Float64Array {
  const drawn = Array.from(own.keys()).filter((i) => weights[i] > 0);
  const { table, rows, columns, rowSums, columnSums } = contingency(drawn.map((i) => own[i] + 1), drawn.map((i) => found[i] + 1));
  return Float64Array.from({ length: k }, (_, segment) => {
    const row = segment + 1;
    if (row >= rows || rowSums[row] === 0) return Number.NaN;
    let best = 0;
    for (let c = 1; c < columns; c++) {
      const both = table[row * columns + c];
      best = Math.max(best, both / (rowSums[row] + columnSums[c] - both));
    }
    return best;
  });
}

/** Where segments have several centres, new clusters count together when most of their drawn rows are of the same segment. */
function merged(found: Int32Array, own: Int32Array, weights: Float32Array): Int32Array {
  const drawn = Array.from(own.keys()).filter((i) => weights[i] > 0);
  const { table, rows, columns } = contingency(drawn.map((i) => own[i]), drawn.map((i) => found[i]));
  const home = Array.from({ length: columns }, (_, c) => {
    let most = 0;
    for (let r = 1; r < rows; r++) if (table[r * columns + c] > table[most * columns + c]) most = r;
    return most;
  });
  return found.map((label) => home[label] ?? 0);
}

function described(points: Points, own: Int32Array, k: number, centres: CentreParams, jaccards: readonly Float64Array[], kernel: Kernel): SegmentStability[] {
  const inside = own.some((label) => label < 0) ? Int32Array.from(Array.from(own.keys()).filter((i) => own[i] >= 0)) : undefined;
  const few = inside ? gather(points, inside, kernel) : points;
  const labels = inside ? inside.map((i) => own[i]) : own;
  const [sums] = kernel.distanceSums(few, [labels], k);
  const silhouettes = silhouetteOf(sums, labels, k);
  const separations = separation(few, labels, centres);
  if (inside) kernel.free(few);
  return Array.from({ length: k }, (_, segment) => {
    const seen = Float64Array.from(jaccards.map((one) => one[segment]).filter((value) => !Number.isNaN(value))).sort();
    return {
      segment,
      jaccard: mean(seen),
      interval: [quantile(seen, 0.05), quantile(seen, 0.95)] as const,
      separation: separations[segment],
      silhouette: mean(silhouettes.filter((_, i) => labels[i] === segment)),
    };
  });
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

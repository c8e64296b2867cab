// A mixture of normal distributions whose number is not given: of every kind of covariance the number of components with the least BIC (Schwarz 1978;
// Fraley & Raftery 2002), and of these the one with the least BIC among those that two halves of the rows find alike. The second condition is what makes
// the first useful: where groups are no ellipsoids (rings, bars, one skewed cloud), BIC asks for many components to draw their outlines, and those lie
// elsewhere in every sample.
import { breath, type Context } from '../context.js';
import type { PairDip } from '../domain/choice.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { dip, dipP } from '../util/dip.js';
import { assignLikeliest, fitFromPartition, gaussianMixture, type GaussianMixtureParams } from './algorithms/gaussian-mixture.js';
import { meanOf, moved } from './batches.js';
import { requireFinite } from '../kernel/finite.js';
import { breadthOf, dipThreshold, joined, leastBreadth, predictionStrength, strengthThreshold } from './gates.js';
import type { CovarianceKind } from '../kernel/mixture.js';
import { bestOf } from './restarts.js';
import { gather, shuffled } from './sample.js';
import { groupCount } from './structure.js';

/** What is known of the best number of components of one kind. */
export interface MixtureTrial {
  readonly covariance: CovarianceKind;
  readonly k: number;
  /** Per row, so that it does not depend on how many were looked at. */
  readonly bicPerRow: number;
  /** Prediction strength between halves, the mean of both directions; absent where k is 1. */
  readonly strength?: number;
}

/** Segments 0 … k − 1 of the rows. */
export interface Partition {
  readonly k: number;
  readonly labels: Int32Array;
}

export interface MixtureChoice {
  readonly trials: readonly MixtureTrial[];
  /** The best one that is found again, on the rows given. */
  readonly params?: GaussianMixtureParams;
  /** Groups of its components left after joining pairs without a trough between them on held-out rows. */
  readonly apart: number;
}

/** Full matrices have d² / 2 numbers to learn each. */
const mostForMatrices = 12;
/** A kind of covariance is considered where its BIC per row is at most this much above the best kind's: it describes a row almost as well. */
const asGood = 0.1;
/** Rows that one more component must stand for, and more where it has more numbers to learn. */
const rowsPerComponent = 10;
/** Components from which a kind that is far behind is given up. */
const many = 16;

/**
 * @param most components at most
 * @param known partitions of the rows, found otherwise, to start from as well
 * @throws `segment/not-finite`, `run/aborted`
 */
export async function chooseMixture(x: Points, most: number, known: readonly Partition[], context: Context, kernel: Kernel): Promise<MixtureChoice> {
  requireFinite(x);
  const origin = meanOf(x);
  const points = moved(x, origin, 0, x.rows, kernel);
  const order = shuffled(Int32Array.from({ length: x.rows }, (_, i) => i), context.rng('mixture-choice'));
  const halves = [gather(points, order.subarray(0, x.rows >> 1), kernel), gather(points, order.subarray(x.rows >> 1), kernel)] as const;
  try {
    const { params, ...choice } = await chosenOf(points, halves, most, known, context, kernel);
    return params ? { ...choice, params: { ...params, means: params.means.map((mean, v) => mean + origin[v % x.d]) } } : choice;
  } finally {
    for (const held of [points, ...halves]) kernel.free(held);
  }
}

async function chosenOf(
  x: Points, halves: readonly [Points, Points], most: number, known: readonly Partition[], context: Context, kernel: Kernel,
): Promise<MixtureChoice> {
  const kinds: CovarianceKind[] = x.d === 1 ? ['diagonal', 'spherical'] : x.d <= mostForMatrices ? ['full', 'tied', 'diagonal', 'spherical'] : ['diagonal', 'spherical'];
  const least = await leastBics(x, kinds, most, known, context, kernel);
  const trials: MixtureTrial[] = [];
  for (const params of least) {
    const bicPerRow = params.bic / x.rows;
    if (bicPerRow - least[0].bic / x.rows > asGood) break;
    const judged = params.k > 1 ? await foundAgain(halves, params, context, kernel) : undefined;
    trials.push({ covariance: params.covariance, k: params.k, bicPerRow, ...(judged && { strength: judged.strength }) });
    if (judged && judged.strength >= strengthThreshold) return { trials, params, apart: judged.apart };
  }
  return { trials, apart: 1 };
}

/** The best fit of every kind of covariance that could be among the best. */
async function leastBics(x: Points, kinds: readonly CovarianceKind[], most: number, known: readonly Partition[], context: Context, kernel: Kernel): Promise<GaussianMixtureParams[]> {
  const climbs = kinds.map((covariance) => climbing(x, covariance, most, known, context, kernel));
  for (const climb of climbs) await climb.tryKnown();
  let open = climbs;
  while (open.length > 0) {
    for (const climb of open) await climb.step();
    const leading = Math.min(...climbs.map(({ bic }) => bic()));
    // Simple kinds are behind until they have enough components; one that is behind with many does not catch up before it draws outlines.
    open = open.filter((climb) => climb.open() && !(climb.k() >= many && climb.bic() - leading > 3 * asGood * x.rows));
  }
  const leading = Math.min(...climbs.map(({ bic }) => bic()));
  const fits: GaussianMixtureParams[] = [];
  for (const climb of climbs) if (climb.bic() - leading <= 2 * asGood * x.rows) fits.push(await climb.top());
  return fits.sort((a, b) => a.bic - b.bic);
}

/** Climbs through growing numbers of components, ever farther apart, until the BIC has risen twice; then looks between the neighbours of the best. */
function climbing(x: Points, covariance: CovarianceKind, most: number, known: readonly Partition[], context: Context, kernel: Kernel) {
  const numbers = { full: (x.d * (x.d + 3)) / 2, tied: x.d, diagonal: 2 * x.d, spherical: x.d }[covariance];
  const last = Math.max(1, Math.min(most, Math.floor(x.rows / Math.max(rowsPerComponent, numbers))));
  const tried = new Map<number, GaussianMixtureParams>();
  const bic = async (k: number) => {
    if (!tried.has(k)) tried.set(k, await fit(x, k, covariance, search, known, context, kernel));
    return tried.get(k)!.bic;
  };
  let k = 0;
  let best = 1;
  /** The least BIC on the way up, and how often it has been missed since. */
  let least = Infinity;
  let risen = 0;
  return {
    k: () => k,
    bic: () => tried.get(best)!.bic,
    open: () => risen < 2 && next(k) <= last,
    async step() {
      k = next(k);
      if ((await bic(k)) <= least) [least, risen] = [tried.get(k)!.bic, 0];
      else risen++;
      if (tried.get(k)!.bic < tried.get(best)!.bic) best = k;
    },
    async tryKnown() {
      await bic(1);
      for (const partition of known) if (partition.k <= last && (await bic(partition.k)) < (await bic(best))) best = partition.k;
    },
    async top() {
      for (let step = Math.ceil(best / 10); best > 7 && step >= 1; step >>= 1) {
        for (const other of [best - step, best + step]) if (other <= last && (await bic(other)) < (await bic(best))) best = other;
      }
      return best === 1 ? tried.get(1)! : fit(x, best, covariance, final, known, context, kernel);
    },
  };
}

const next = (k: number): number => (k < 8 ? k + 1 : Math.ceil(k * 1.2));

/** How much is tried for one fit: k-means starts of which the best is taken, and first guesses that are taken as they come (for long groups k-means misleads). */
interface Effort {
  readonly starts: number;
  readonly guesses: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

const search: Effort = { starts: 8, guesses: 1, tolerance: 1e-3, maxIterations: 30 };
const again: Effort = { starts: 12, guesses: 2, tolerance: 1e-3, maxIterations: 50 };
const final: Effort = { starts: 16, guesses: 5, tolerance: 1e-4, maxIterations: 100 };

/** The best of several climbs; known partitions into as many segments are starts as well. */
async function fit(x: Points, k: number, covariance: CovarianceKind, effort: Effort, known: readonly Partition[], context: Context, kernel: Kernel): Promise<GaussianMixtureParams> {
  const chosen = gaussianMixture.options.parse({ k, covariance, tolerance: effort.tolerance, maxIterations: effort.maxIterations });
  const rng = context.rng(`mixture-choice/${covariance}/${k}`);
  const want = { points: x, k };
  const starts = known.filter((partition) => partition.k === k).map(({ labels }) => labels);
  starts.push(bestOf([want], { starts: effort.starts, finalists: 2, maxIterations: 100, tolerance: 0 }, rng, kernel)[0].labels);
  for (let guess = 0; guess < effort.guesses && k > 1; guess++) starts.push(bestOf([want], { starts: 1, finalists: 1, maxIterations: 1, tolerance: 0 }, rng, kernel)[0].labels);
  let best: GaussianMixtureParams | undefined;
  for (const labels of starts) {
    await breath(context);
    const found = await fitFromPartition(x, labels, chosen, context, kernel);
    if (!best || found.bic < best.bic) best = found;
  }
  return best!;
}

/** How well each half predicts the other's components, and how many of the first half's are apart in the second. */
async function foundAgain(
  [first, second]: readonly [Points, Points], { k, covariance }: GaussianMixtureParams, context: Context, kernel: Kernel,
): Promise<{ strength: number; apart: number }> {
  if (k > Math.min(first.rows, second.rows)) return { strength: 0, apart: 1 };
  const [a, b] = [await fit(first, k, covariance, again, [], context, kernel), await fit(second, k, covariance, again, [], context, kernel)];
  const predicted = assignLikeliest(a, second).labels;
  const strength = (predictionStrength(assignLikeliest(b, second).labels, predicted) + predictionStrength(assignLikeliest(a, first).labels, assignLikeliest(b, first).labels)) / 2;
  return { strength, apart: strength >= strengthThreshold ? groupsApart(a, second, predicted) : 1 };
}

/** Groups of components after joining every pair whose held-out rows have one mode along the line that tells the two apart best. */
function groupsApart(params: GaussianMixtureParams, held: Points, labels: Int32Array): number {
  const { k, d, means } = params;
  const members: number[][] = Array.from({ length: k }, () => []);
  labels.forEach((label, i) => members[label].push(i));
  const pairs: PairDip[] = [];
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const axis = discriminant(params, a, b);
      const along = Float64Array.from([...members[a], ...members[b]], (i) => axis.reduce((sum, t, j) => sum + t * held.data[i * held.stride + j], 0)).sort();
      const value = dip(along);
      const p = dipP(value, along.length);
      pairs.push({ a, b, dip: value, p, separated: p < dipThreshold && breadthOf({ k, d, values: Float64Array.from(means) }, a, b) >= leastBreadth(d) });
    }
  }
  return groupCount(joined(k, pairs));
}

/** Fisher's direction between two components: the difference of their means in the mean of their metrics. */
function discriminant({ d, means, factors, covariance }: GaussianMixtureParams, a: number, b: number): Float64Array {
  const difference = Float64Array.from({ length: d }, (_, j) => means[b * d + j] - means[a * d + j]);
  const axis = new Float64Array(d);
  for (const c of [a, b]) {
    if (covariance === 'spherical' || covariance === 'diagonal') {
      for (let j = 0; j < d; j++) axis[j] += factors[covariance === 'spherical' ? c : c * d + j] ** 2 * difference[j];
      continue;
    }
    const at = covariance === 'tied' ? 0 : c * d * d;
    for (let r = 0; r < d; r++) {
      let whitened = 0;
      for (let j = 0; j <= r; j++) whitened += factors[at + r * d + j] * difference[j];
      for (let j = 0; j <= r; j++) axis[j] += factors[at + r * d + j] * whitened;
    }
  }
  return axis;
}

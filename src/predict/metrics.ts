// Scores of predictions. Two answers: y is 0 or 1, p the probability of 1. Weights are per row, in the order of the rows; absent = 1 each.
// Equal to scikit-learn's functions of the same name where it has one (test/golden/metrics.py).
import { radixOrder } from '../util/radix-order.js';

type Numbers = ArrayLike<number>;

/** Rows from the greatest prediction to the least: what every score of an order is read from. Sorted once, scored under any weights. */
export interface Ranking {
  readonly order: Int32Array;
  /** Answers and predictions in that order. */
  readonly y: Float64Array;
  readonly p: Float64Array;
}

/** Sorts the rows by their prediction. O(n). */
export function rank(y: Numbers, p: Float64Array): Ranking {
  const order = radixOrder(p, true);
  return { order, y: Float64Array.from(order, (i) => y[i]), p: Float64Array.from(order, (i) => p[i]) };
}

/** Calls `visit` once per distinct prediction, greatest first, with the weight of its rows that are 1 and 0, and the place after its last row. */
function runs({ order, y, p }: Ranking, weights: Numbers | undefined, visit: (ones: number, zeros: number, end: number) => void): void {
  const n = p.length;
  for (let r = 0; r < n; ) {
    let ones = 0;
    let zeros = 0;
    const value = p[r];
    for (; r < n && p[r] === value; r++) {
      const w = weights ? weights[order[r]] : 1;
      ones += w * y[r];
      zeros += w * (1 - y[r]);
    }
    visit(ones, zeros, r);
  }
}

/** Chance that a random 1 is ranked before a random 0, ties counting half (Mann–Whitney); NaN where there is only one of them. */
export function auc(ranking: Ranking, weights?: Numbers): number {
  let ones = 0;
  let zeros = 0;
  let before = 0;
  runs(ranking, weights, (one, zero) => {
    before += zero * (ones + one / 2);
    ones += one;
    zeros += zero;
  });
  return before / (ones * zeros);
}

/** Σ (Rₙ − Rₙ₋₁) Pₙ over distinct predictions; NaN where there is no 1. */
export function averagePrecision(ranking: Ranking, weights?: Numbers): number {
  let ones = 0;
  let all = 0;
  let sum = 0;
  runs(ranking, weights, (one, zero) => {
    ones += one;
    all += one + zero;
    if (one > 0) sum += (one * ones) / all;
  });
  return sum / ones;
}

/** Share of all ones (or of the total of y, none negative) that the first `share` of the rows holds; rows that tie at the cut count in part. */
export function captured(ranking: Ranking, share: number, weights?: Numbers): number {
  const { order, y, p } = ranking;
  const n = p.length;
  let all = 0;
  let total = 0;
  for (let r = 0; r < n; r++) {
    const w = weights ? weights[order[r]] : 1;
    all += w;
    total += w * y[r];
  }
  const cut = share * all;
  let seen = 0;
  let held = 0;
  for (let r = 0; r < n && seen < cut; ) {
    let rows = 0;
    let here = 0;
    const value = p[r];
    for (; r < n && p[r] === value; r++) {
      const w = weights ? weights[order[r]] : 1;
      rows += w;
      here += w * y[r];
    }
    held += seen + rows <= cut ? here : (here * (cut - seen)) / rows;
    seen += rows;
  }
  return held / total;
}

const epsilon = 2 ** -52;
const inside = (p: number) => Math.min(1 - epsilon, Math.max(epsilon, p));

/** Mean −ln of the probability that was given to what happened, in nats; probabilities are kept 2⁻⁵² off 0 and 1. */
export function logLoss(y: Numbers, p: Numbers, weights?: Numbers): number {
  return mean(y.length, (i) => -Math.log(inside(y[i] > 0.5 ? p[i] : 1 - p[i])), weights);
}

/** Mean squared difference of probability and answer. */
export function brier(y: Numbers, p: Numbers, weights?: Numbers): number {
  return mean(y.length, (i) => (p[i] - y[i]) ** 2, weights);
}

/** Log loss of several classes: `p` is rows × classes, y the index of the class. */
export function logLossOfClasses(y: Numbers, p: Numbers, classes: number, weights?: Numbers): number {
  return mean(y.length, (i) => -Math.log(inside(p[i * classes + y[i]])), weights);
}

/** Σ over classes of the squared differences, 0–2. */
export function brierOfClasses(y: Numbers, p: Numbers, classes: number, weights?: Numbers): number {
  return mean(y.length, (i) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += (p[i * classes + c] - (y[i] === c ? 1 : 0)) ** 2;
    return sum;
  }, weights);
}

export function meanSquaredError(y: Numbers, p: Numbers, weights?: Numbers): number {
  return mean(y.length, (i) => (p[i] - y[i]) ** 2, weights);
}

export function meanAbsoluteError(y: Numbers, p: Numbers, weights?: Numbers): number {
  return mean(y.length, (i) => Math.abs(p[i] - y[i]), weights);
}

/** 1 − squared error / that of the mean; NaN or −∞ where y does not vary. */
export function r2(y: Numbers, p: Numbers, weights?: Numbers): number {
  const centre = mean(y.length, (i) => y[i], weights);
  return 1 - meanSquaredError(y, p, weights) / mean(y.length, (i) => (y[i] - centre) ** 2, weights);
}

/** Mean loss of a predicted quantile q: q (y − p) where y is above, (1 − q)(p − y) where below. */
export function pinball(y: Numbers, p: Numbers, quantile: number, weights?: Numbers): number {
  return mean(y.length, (i) => Math.max(quantile * (y[i] - p[i]), (quantile - 1) * (y[i] - p[i])), weights);
}

/** Weighted mean of something over the rows. */
export function mean(n: number, of: (row: number) => number, weights?: Numbers): number {
  let sum = 0;
  let all = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i] : 1;
    if (w === 0) continue;
    sum += w * of(i);
    all += w;
  }
  return sum / all;
}

/** Weight of the rows by answer and decision, saying yes from `threshold` on. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export function confusion(y: Numbers, p: Numbers, threshold: number, weights?: Numbers): Confusion {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < y.length; i++) counts[(p[i] >= threshold ? 2 : 0) + (y[i] > 0.5 ? 1 : 0)] += weights ? weights[i] : 1;
  const [trueNegatives, falseNegatives, falsePositives, truePositives] = counts;
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** 2 TP / (2 TP + FP + FN); NaN where there is nothing to find and nothing was found. */
export function f1({ truePositives, falsePositives, falseNegatives }: Confusion): number {
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** Rows × columns: weight of the rows by true class and predicted class. */
export function confusionOfClasses(y: Numbers, predicted: Numbers, classes: number, weights?: Numbers): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < y.length; i++) table[y[i]][predicted[i]] += weights ? weights[i] : 1;
  return table;
}

/** The likeliest class of every row, the first where equal. `p` is rows × classes. */
export function likeliest(p: Numbers, classes: number): Int32Array {
  return Int32Array.from({ length: p.length / classes }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (p[i * classes + c] > p[i * classes + best]) best = c;
    return best;
  });
}

/**
 * The bin of each row, 0 = the least predictions: `bins` of about equal weight; equal predictions are never parted, so there may be fewer. Bins are counted
 * without gaps.
 */
export function equalMassBins({ order, p }: Ranking, bins: number, weights?: Numbers): Int32Array {
  const n = p.length;
  let all = 0;
  for (let i = 0; i < n; i++) all += weights ? weights[i] : 1;
  const bin = new Int32Array(n);
  let seen = 0;
  let used = -1;
  let last = -1;
  for (let r = n - 1; r >= 0; ) {
    const value = p[r];
    const first = r;
    let rows = 0;
    for (; r >= 0 && p[r] === value; r--) rows += weights ? weights[order[r]] : 1;
    const own = Math.min(bins - 1, Math.floor(((seen + rows / 2) / all) * bins));
    if (own !== last) used++;
    last = own;
    for (let t = first; t > r; t--) bin[order[t]] = used;
    seen += rows;
  }
  return bin;
}

/** Weight, mean prediction and mean answer of each bin. */
export interface BinMeans {
  readonly weight: Float64Array;
  readonly predicted: Float64Array;
  readonly observed: Float64Array;
}

export function binMeans(y: Numbers, p: Numbers, bin: Int32Array, weights?: Numbers): BinMeans {
  const bins = bin.reduce((most, b) => Math.max(most, b + 1), 0);
  const [weight, predicted, observed] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  for (let i = 0; i < bin.length; i++) {
    const w = weights ? weights[i] : 1;
    weight[bin[i]] += w;
    predicted[bin[i]] += w * p[i];
    observed[bin[i]] += w * y[i];
  }
  for (let b = 0; b < bins; b++) {
    predicted[b] /= weight[b] || 1;
    observed[b] /= weight[b] || 1;
  }
  return { weight, predicted, observed };
}

/** Expected calibration error over bins. */
export function calibrationError({ weight, predicted, observed }: BinMeans): number {
  return mean(weight.length, (b) => Math.abs(predicted[b] - observed[b]), weight);
}

/** Murphy's parts of the Brier score over bins: Brier = reliability − resolution + uncertainty + what lies within the bins. */
export function brierParts({ weight, predicted, observed }: BinMeans): { reliability: number; resolution: number; uncertainty: number } {
  const rate = mean(weight.length, (b) => observed[b], weight);
  return {
    reliability: mean(weight.length, (b) => (predicted[b] - observed[b]) ** 2, weight),
    resolution: mean(weight.length, (b) => (observed[b] - rate) ** 2, weight),
    uncertainty: rate * (1 - rate),
  };
}

/** One point per distinct prediction, greatest first: weight said yes to that is 1 and 0. */
export function cumulated(ranking: Ranking, weights?: Numbers): { threshold: Float64Array; ones: Float64Array; zeros: Float64Array } {
  const threshold: number[] = [];
  const ones: number[] = [];
  const zeros: number[] = [];
  let one = 0;
  let zero = 0;
  runs(ranking, weights, (o, z, end) => {
    one += o;
    zero += z;
    threshold.push(ranking.p[end - 1]);
    ones.push(one);
    zeros.push(zero);
  });
  return { threshold: Float64Array.from(threshold), ones: Float64Array.from(ones), zeros: Float64Array.from(zeros) };
}

/**
 * Structural components of DeLong, DeLong & Clarke-Pearson (1988) by mid-ranks (Sun & Xu 2014), O(n log n): per row that is 1 the share of zeros ranked
 * after it, per row that is 0 the share of ones ranked before it, ties half. AUC is the mean of either.
 */
export function placements({ order, y, p }: Ranking): Float64Array {
  const n = p.length;
  const total = y.reduce((sum, value) => sum + value, 0);
  const placement = new Float64Array(n);
  let ones = 0;
  let zeros = 0;
  for (let r = 0; r < n; ) {
    const start = r;
    let one = 0;
    const value = p[r];
    for (; r < n && p[r] === value; r++) one += y[r];
    const zero = r - start - one;
    for (let t = start; t < r; t++) placement[order[t]] = y[t] > 0.5 ? (n - total - zeros - zero / 2) / (n - total) : (ones + one / 2) / total;
    ones += one;
    zeros += zero;
  }
  return placement;
}

/** Variance of the mean placement, of one ranking or of the difference of two on the same rows. */
export function deLongVariance(y: Numbers, placement: Numbers): number {
  let variance = 0;
  for (const side of [0, 1]) {
    let n = 0;
    let sum = 0;
    for (let i = 0; i < y.length; i++) if (y[i] === side) { n++; sum += placement[i]; }
    let squares = 0;
    for (let i = 0; i < y.length; i++) if (y[i] === side) squares += (placement[i] - sum / n) ** 2;
    variance += n > 1 ? squares / (n - 1) / n : Number.NaN;
  }
  return variance;
}

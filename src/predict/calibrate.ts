// From scores or probabilities that are off to probabilities that hold: of those given 0.3, about 30 in 100. Learnt on predictions of rows that the model has not
// seen (out of fold), never on its training predictions.
import type { Answers } from '../domain/examples.js';
import type { Calibration } from '../domain/prediction.js';
import { radixOrder } from '../util/radix-order.js';
import { logLoss, logLossOfClasses, mean } from './metrics.js';

/** One calibration, or one per class, after which the classes of a row are made to sum up to 1. */
export type Calibrations = readonly Calibration[];

/** The calibrated probability of one score. */
export function calibrated(calibration: Calibration, score: number): number {
  if (calibration.method === 'none') return score;
  if (calibration.method === 'platt') return 1 / (1 + Math.exp(calibration.a * (calibration.logOdds ? logOdds(score) : score) + calibration.b));
  return between(calibration.at, calibration.value, score);
}

/** Calibrated predictions, as `Predictor.predict` gives them: of one class, or of all classes of a row one after the other. */
export function applyCalibrations(calibrations: Calibrations, predicted: Float64Array): Float64Array {
  const k = calibrations.length;
  const out = predicted.map((score, v) => calibrated(calibrations[v % k], score));
  if (k === 1) return out;
  for (let at = 0; at < out.length; at += k) {
    let total = 0;
    for (let c = at; c < at + k; c++) total += out[c];
    for (let c = at; c < at + k; c++) out[c] = total > 0 ? out[c] / total : 1 / k;
  }
  return out;
}

/**
 * The non-decreasing function with the least squared error (pool adjacent violators: Ayer et al. 1955; in one pass, O(n log n)). Equal scores are one.
 * Between blocks it goes straight; a block keeps its first and last score.
 */
export function isotonic(scores: Float64Array, y: ArrayLike<number>, weights?: ArrayLike<number>): Calibration {
  const order = radixOrder(scores);
  const blocks: { from: number; to: number; weight: number; sum: number }[] = [];
  for (let r = 0; r < order.length; ) {
    const value = scores[order[r]];
    let block = { from: value, to: value, weight: 0, sum: 0 };
    for (; r < order.length && scores[order[r]] === value; r++) {
      const w = weights ? weights[order[r]] : 1;
      block.weight += w;
      block.sum += w * y[order[r]];
    }
    for (let last = blocks.at(-1); last && last.sum * block.weight >= block.sum * last.weight; last = blocks.at(-1)) {
      block = { from: last.from, to: block.to, weight: last.weight + block.weight, sum: last.sum + block.sum };
      blocks.pop();
    }
    blocks.push(block);
  }
  const at: number[] = [];
  const value: number[] = [];
  for (const { from, to, weight, sum } of blocks) {
    for (const score of from === to ? [from] : [from, to]) {
      at.push(score);
      value.push(sum / weight);
    }
  }
  return { method: 'isotonic', at, value };
}

/**
 * A sigmoid of the score by Newton's method with backtracking, towards targets a little off 0 and 1 so that it cannot run away (Platt 1999; Lin, Lin & Weng 2007).
 * `logOdds`: scores are probabilities, and the sigmoid is of their log odds.
 */
export function platt(scores: ArrayLike<number>, y: ArrayLike<number>, weights?: ArrayLike<number>, { logOdds: asOdds = false }: { logOdds?: boolean } = {}): Calibration {
  const n = scores.length;
  const s = Float64Array.from(scores, (score) => (asOdds ? logOdds(score) : score));
  const w = (i: number) => (weights ? weights[i] : 1);
  const target = softened(y, weights);
  const objective = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const f = a * s[i] + b;
      sum += w(i) * (f >= 0 ? target[i] * f + Math.log1p(Math.exp(-f)) : (target[i] - 1) * f + Math.log1p(Math.exp(f)));
    }
    return sum;
  };
  const rate = mean(n, (i) => target[i], weights);
  let [a, b] = [0, Math.log((1 - rate) / rate)];
  let value = objective(a, b);
  for (let step = 0; step < 100; step++) {
    let [h11, h22, h21, g1, g2] = [1e-12, 1e-12, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(a * s[i] + b));
      const bend = w(i) * p * (1 - p);
      h11 += s[i] * s[i] * bend;
      h22 += bend;
      h21 += s[i] * bend;
      const slope = w(i) * (target[i] - p);
      g1 += s[i] * slope;
      g2 += slope;
    }
    if (Math.abs(g1) < 1e-8 && Math.abs(g2) < 1e-8) break;
    const determinant = h11 * h22 - h21 * h21;
    const da = -(h22 * g1 - h21 * g2) / determinant;
    const db = -(-h21 * g1 + h11 * g2) / determinant;
    const slope = g1 * da + g2 * db;
    let length = 1;
    for (; length >= 1e-10; length /= 2) {
      const next = objective(a + length * da, b + length * db);
      if (next < value + 1e-4 * length * slope) {
        [a, b, value] = [a + length * da, b + length * db, next];
        break;
      }
    }
    if (length < 1e-10) break;
  }
  return { method: 'platt', a, b, logOdds: asOdds };
}

/**
 * The calibration of out-of-fold probabilities that does best on folds of them that it has not seen, by log loss: none, a sigmoid of the log odds, or isotonic;
 * each has to beat the one before it clearly (by one standard error of the difference). Several classes: one against the rest.
 * `fold` says which part each row was predicted in. Isotonic is not considered with fewer than 200 of either class.
 */
export function chooseCalibrations(answers: Answers, predicted: Float64Array, fold: Int32Array): Calibrations {
  return calibrateAcross(answers, predicted, fold).calibration;
}

/** The same, and every row calibrated by what was learnt on the folds that it is not in: predictions that have seen nothing of it. */
export function calibrateAcross({ task, classes, values, weights }: Answers, predicted: Float64Array, fold: Int32Array): { readonly calibration: Calibrations; readonly outOfFold: Float64Array } {
  if (task === 'regression') return { calibration: [{ method: 'none' }], outOfFold: predicted };
  const k = task === 'multiclass' ? classes!.length : 1;
  const ofClass = Array.from({ length: k }, (_, c) => ({
    scores: Float64Array.from({ length: values.length }, (_, i) => predicted[i * k + c]),
    y: Float64Array.from(values, (value) => (k === 1 ? value : value === c ? 1 : 0)),
  }));
  const enough = ofClass.every(({ y }) => { const ones = y.reduce((sum, value) => sum + value, 0); return ones >= 200 && y.length - ones >= 200; });
  const methods: ((scores: Float64Array, y: Float64Array, w?: Float64Array) => Calibration)[] = [
    () => ({ method: 'none' }),
    (scores, y, w) => platt(scores, y, w, { logOdds: true }),
    ...(enough ? [(scores: Float64Array, y: Float64Array, w?: Float64Array) => isotonic(scores, softened(y, w), w)] : []),
  ];
  const folds = [...new Set(fold)];
  const tried = methods.map((method) => {
    const out = new Float64Array(predicted.length);
    for (const f of folds) {
      const learn = rowsOf(fold, (other) => other !== f);
      const test = rowsOf(fold, (other) => other === f);
      const calibrations = ofClass.map(({ scores, y }) => method(at(scores, learn), at(y, learn), weights && at(weights, learn)));
      const found = applyCalibrations(calibrations, Float64Array.from({ length: test.length * k }, (_, v) => predicted[test[Math.floor(v / k)] * k + (v % k)]));
      test.forEach((row, r) => { for (let c = 0; c < k; c++) out[row * k + c] = found[r * k + c]; });
    }
    return { out, losses: Float64Array.from(values, (value, i) => (k === 1 ? logLoss([value], [out[i]]) : logLossOfClasses([value], out.subarray(i * k, (i + 1) * k), k))) };
  });
  let best = 0;
  for (let m = 1; m < methods.length; m++) if (folds.length > 1 && clearlyLess(tried[m].losses, tried[best].losses, weights)) best = m;
  return { calibration: ofClass.map(({ scores, y }) => methods[best](scores, y, weights)), outOfFold: folds.length > 1 ? tried[best].out : predicted };
}

/** Answers a little off 0 and 1, the more the fewer there are: (n₁ + 1)/(n₁ + 2) and 1/(n₀ + 2) (Platt 1999). */
function softened(y: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  let [ones, zeros] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    if (y[i] > 0.5) ones += weights ? weights[i] : 1;
    else zeros += weights ? weights[i] : 1;
  }
  return Float64Array.from(y, (value) => (value > 0.5 ? (ones + 1) / (ones + 2) : 1 / (zeros + 2)));
}

function clearlyLess(a: Float64Array, b: Float64Array, weights: Float64Array | undefined): boolean {
  let [all, sum, squares] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const w = weights ? weights[i] : 1;
    all += w;
    sum += w * (b[i] - a[i]);
    squares += w * (b[i] - a[i]) ** 2;
  }
  const gain = sum / all;
  return gain > Math.sqrt(Math.max(0, squares / all - gain * gain) / a.length);
}

const logOdds = (p: number) => {
  const inside = Math.min(1 - 1e-12, Math.max(1e-12, p));
  return Math.log(inside / (1 - inside));
};

function between(at: readonly number[], value: readonly number[], score: number): number {
  let [low, high] = [0, at.length - 1];
  if (score <= at[low]) return value[low];
  if (score >= at[high]) return value[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at[middle] <= score) low = middle;
    else high = middle;
  }
  return value[low] + ((value[high] - value[low]) * (score - at[low])) / (at[high] - at[low]);
}

function rowsOf(fold: Int32Array, keep: (fold: number) => boolean): Int32Array {
  return Int32Array.from(fold.keys()).filter((i) => keep(fold[i]));
}

function at(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let r = 0; r < rows.length; r++) out[r] = values[rows[r]];
  return out;
}

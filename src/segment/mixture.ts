// The E and M steps of a Gaussian mixture (Dempster, Laird & Rubin 1977), in one pass over the rows that keeps no responsibilities: second moments are
// taken around the old means and moved to the new ones, so that nothing cancels however far from 0 the data lies.
import type { Context } from '../context.js';
import type { Points } from '../kernel/kernel.js';
import { cholesky, invertLower } from '../util/cholesky.js';
import { breath } from './breath.js';

export type CovarianceKind = 'full' | 'tied' | 'diagonal' | 'spherical';

/**
 * k normal distributions. `factors` are inverses of the Cholesky factors of the covariances (lower triangular, row-major): per component d × d (full),
 * d (diagonal) or 1 (spherical) numbers; tied has one d × d for all.
 */
export interface Mixture {
  readonly k: number;
  readonly d: number;
  readonly covariance: CovarianceKind;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly factors: Float64Array;
}

/** What a pass gives: total log-likelihood under the mixture it was made with; weight, first and second moments around its means. */
export interface Moments {
  logLikelihood: number;
  readonly weights: Float64Array;
  readonly first: Float64Array;
  /** Lower triangles per component (full), one for all (tied), or diagonals per component. */
  readonly second: Float64Array;
}

/** Multiplications between two chances to stop. */
const workPerBreath = 30_000_000;

/** Terms e⁻⁴⁰ times smaller than the largest cannot change a double. */
const negligible = -40;

/** One E step over all rows. @throws `run/aborted` */
export async function expectation(x: Points, mixture: Mixture, context: Context): Promise<Moments> {
  const { k, d } = mixture;
  const moments = emptyMoments(mixture);
  const density = densityOf(mixture);
  const logs = new Float64Array(k);
  const step = Math.max(1, Math.floor(workPerBreath / (k * (isMatrix(mixture.covariance) ? d * d : 2 * d) + 1)));
  for (let start = 0; start < x.rows; start += step) {
    await breath(context);
    for (let i = start; i < Math.min(x.rows, start + step); i++) {
      density.logsOf(x, i, logs);
      moments.logLikelihood += responsibilities(logs);
      for (let c = 0; c < k; c++) if (logs[c] > 0) collect(moments, mixture, density.away, c, logs[c]);
    }
  }
  return moments;
}

/** The moments when every row belongs wholly to one component: the step that turns a k-means into a mixture. */
export function momentsOf(x: Points, labels: Int32Array, mixture: Mixture): Moments {
  const { d, means } = mixture;
  const moments = emptyMoments(mixture);
  const away = new Float64Array(means.length);
  for (let i = 0; i < x.rows; i++) {
    const c = labels[i];
    for (let j = 0; j < d; j++) away[c * d + j] = x.data[i * x.stride + j] - means[c * d + j];
    collect(moments, mixture, away, c, 1);
  }
  return moments;
}

/** One M step: weights, means and covariances (plus `regularisation` on their diagonals) of the moments. */
export function maximise({ k, d, covariance, means }: Mixture, moments: Moments, regularisation: number): Mixture {
  // As in scikit-learn: a component that lost every row keeps its place instead of dividing by 0.
  const counts = moments.weights.map((weight) => weight + 10 * Number.EPSILON);
  const all = counts.reduce((a, b) => a + b, 0);
  const shift = moments.first.map((sum, v) => sum / counts[Math.floor(v / d)]);
  const factors = isMatrix(covariance)
    ? matrixFactors(covariance, k, d, counts, shift, moments.second, regularisation)
    : axisFactors(covariance, k, d, counts, shift, moments.second, regularisation);
  return { k, d, covariance, weights: counts.map((count) => count / all), means: means.map((mean, v) => mean + shift[v]), factors };
}

/** A mixture that only says where its means are: the start of an M step. */
export function placed(covariance: CovarianceKind, k: number, d: number, means: Float64Array): Mixture {
  return { k, d, covariance, weights: new Float64Array(k).fill(1 / k), means, factors: new Float64Array(0) };
}

/** Free numbers of a mixture: weights, means and covariances. */
export function freeParameters(covariance: CovarianceKind, k: number, d: number): number {
  const shape = { full: (k * d * (d + 1)) / 2, tied: (d * (d + 1)) / 2, diagonal: k * d, spherical: k }[covariance];
  return shape + k * d + k - 1;
}

/** Turns log densities (with weights) into responsibilities in place and gives the log of their sum, by log-sum-exp. */
export function responsibilities(logs: Float64Array): number {
  let most = -Infinity;
  for (let c = 0; c < logs.length; c++) if (logs[c] > most) most = logs[c];
  let sum = 0;
  for (let c = 0; c < logs.length; c++) {
    const below = logs[c] - most;
    const value = below < negligible ? 0 : Math.exp(below);
    logs[c] = value;
    sum += value;
  }
  for (let c = 0; c < logs.length; c++) logs[c] /= sum;
  return most + Math.log(sum);
}

/** Log of weight × density of a row under every component; `away` then holds the row's difference from every mean. */
export interface Density {
  readonly away: Float64Array;
  logsOf(x: Points, i: number, into: Float64Array): void;
}

/** Prepares a mixture for evaluation. */
export function densityOf(mixture: Mixture): Density {
  const { k, d, covariance, weights, means, factors } = mixture;
  const away = new Float64Array(k * d);
  const constants = new Float64Array(k);
  const matrix = isMatrix(covariance);
  const scales = matrix ? factors : spherical(mixture);
  for (let c = 0; c < k; c++) {
    let logDeterminant = 0;
    for (let j = 0; j < d; j++) logDeterminant += Math.log(matrix ? factors[(covariance === 'tied' ? 0 : c * d * d) + j * d + j] : scales[c * d + j]);
    constants[c] = Math.log(weights[c]) + logDeterminant - (d / 2) * Math.log(2 * Math.PI);
  }
  const perComponent = covariance === 'tied' ? 0 : d * d;
  return {
    away,
    logsOf: matrix
      ? (x, i, into) => matrixLogs(x, i, into, k, d, means, away, scales, perComponent, constants)
      : (x, i, into) => axisLogs(x, i, into, k, d, means, away, scales, constants),
  };
}

function matrixLogs(
  { data, stride }: Points, i: number, into: Float64Array, k: number, d: number, means: Float64Array, away: Float64Array, factors: Float64Array,
  perComponent: number, constants: Float64Array,
): void {
  for (let c = 0; c < k; c++) {
    const at = c * d;
    let square = 0;
    for (let j = 0; j < d; j++) {
      away[at + j] = data[i * stride + j] - means[at + j];
      const row = c * perComponent + j * d;
      let sum = 0;
      for (let l = 0; l <= j; l++) sum += factors[row + l] * away[at + l];
      square += sum * sum;
    }
    into[c] = constants[c] - square / 2;
  }
}

function axisLogs(
  { data, stride }: Points, i: number, into: Float64Array, k: number, d: number, means: Float64Array, away: Float64Array, scales: Float64Array,
  constants: Float64Array,
): void {
  for (let c = 0; c < k; c++) {
    const at = c * d;
    let square = 0;
    for (let j = 0; j < d; j++) {
      const t = data[i * stride + j] - means[at + j];
      away[at + j] = t;
      const scaled = t * scales[at + j];
      square += scaled * scaled;
    }
    into[c] = constants[c] - square / 2;
  }
}

function emptyMoments({ k, d, covariance }: Mixture): Moments {
  const second = { full: k * d * d, tied: d * d, diagonal: k * d, spherical: k * d }[covariance];
  return { logLikelihood: 0, weights: new Float64Array(k), first: new Float64Array(k * d), second: new Float64Array(second) };
}

function collect({ weights, first, second }: Moments, { d, covariance }: Mixture, away: Float64Array, c: number, share: number): void {
  const at = c * d;
  weights[c] += share;
  if (covariance === 'full' || covariance === 'tied') {
    const base = covariance === 'tied' ? 0 : c * d * d;
    for (let j = 0; j < d; j++) {
      const t = share * away[at + j];
      first[at + j] += t;
      const row = base + j * d;
      for (let l = 0; l <= j; l++) second[row + l] += t * away[at + l];
    }
  } else {
    for (let j = 0; j < d; j++) {
      const t = share * away[at + j];
      first[at + j] += t;
      second[at + j] += t * away[at + j];
    }
  }
}

function matrixFactors(
  covariance: CovarianceKind, k: number, d: number, counts: Float64Array, shift: Float64Array, second: Float64Array, regularisation: number,
): Float64Array {
  const tied = covariance === 'tied';
  const all = counts.reduce((a, b) => a + b, 0);
  const factors = new Float64Array(second.length);
  for (let c = 0; c < (tied ? 1 : k); c++) {
    const matrix = new Float64Array(d * d);
    for (let j = 0; j < d; j++) {
      for (let l = 0; l <= j; l++) {
        let value = second[c * d * d + j * d + l] / (tied ? all : counts[c]);
        if (tied) for (let o = 0; o < k; o++) value -= (counts[o] / all) * shift[o * d + j] * shift[o * d + l];
        else value -= shift[c * d + j] * shift[c * d + l];
        matrix[j * d + l] = matrix[l * d + j] = value;
      }
      matrix[j * d + j] = Math.max(0, matrix[j * d + j]) + regularisation;
    }
    factors.set(invertLower(safeCholesky(matrix, d), d), c * d * d);
  }
  return factors;
}

/** Where rounding has eaten the least eigenvalue (features that repeat each other, at a large scale), the diagonal grows until it is back. */
function safeCholesky(matrix: Float64Array, d: number): Float64Array {
  let raised = matrix;
  for (let part = 1e-14; ; part *= 10) {
    const lower = cholesky(raised, d);
    if (lower) return lower;
    raised = matrix.map((value, v) => (v % (d + 1) === 0 ? value * (1 + part) + Number.MIN_VALUE : value));
  }
}

function axisFactors(
  covariance: CovarianceKind, k: number, d: number, counts: Float64Array, shift: Float64Array, second: Float64Array, regularisation: number,
): Float64Array {
  const variances = second.map((sum, v) => Math.max(0, sum / counts[Math.floor(v / d)] - shift[v] ** 2) + regularisation);
  if (covariance === 'diagonal') return variances.map((variance) => 1 / Math.sqrt(variance));
  return Float64Array.from({ length: k }, (_, c) => 1 / Math.sqrt(variances.subarray(c * d, (c + 1) * d).reduce((a, b) => a + b, 0) / d));
}

function spherical({ k, d, covariance, factors }: Mixture): Float64Array {
  return covariance === 'spherical' ? Float64Array.from({ length: k * d }, (_, v) => factors[Math.floor(v / d)]) : factors;
}

function isMatrix(covariance: CovarianceKind): boolean {
  return covariance === 'full' || covariance === 'tied';
}

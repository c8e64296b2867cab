// The E and M steps of a Gaussian mixture (Dempster, Laird & Rubin 1977). The E step is the kernel's: one pass over the rows that keeps no responsibilities.
// Second moments are taken around the old means and moved to the new ones here, so that nothing cancels however far from 0 the data lies.
import { breath, type Context } from '../context.js';
import { isMatrix } from '../kernel/density.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import type { CovarianceKind, Mixture, Moments } from '../kernel/mixture.js';
import { collect, emptyMoments } from '../kernel/reference-mixture.js';
import { cholesky, invertLower } from '../util/cholesky.js';

/** Multiplications between two chances to stop. */
const workPerBreath = 100_000_000;

/** One E step over all rows. @throws `run/aborted` */
export async function expectation(x: Points, mixture: Mixture, context: Context, kernel: Kernel): Promise<Moments> {
  const { k, d, covariance } = mixture;
  const step = Math.max(256, Math.floor(workPerBreath / (k * (isMatrix(covariance) ? d * d : 4 * d) + 1)));
  let moments = emptyMoments(mixture);
  for (let start = 0; start < x.rows; start += step) {
    await breath(context);
    moments = added(moments, kernel.expectation(x, mixture, start, Math.min(x.rows, start + step)));
  }
  return moments;
}

function added(a: Moments, b: Moments): Moments {
  const sum = (u: Float64Array, v: Float64Array) => u.map((value, i) => value + v[i]);
  return {
    logLikelihood: a.logLikelihood + b.logLikelihood, weights: sum(a.weights, b.weights), first: sum(a.first, b.first), second: sum(a.second, b.second),
  };
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

// Log densities of a Gaussian mixture, row by row, in double precision.
import type { Points } from './kernel.js';
import { negligible, type CovarianceKind, type Mixture } from './mixture.js';

/** Log of weight × density of a row under every component; `away` then holds the row's difference from every mean. */
export interface Density {
  readonly away: Float64Array;
  logsOf(x: Points, i: number, into: Float64Array): void;
}

/** Prepares a mixture for evaluation. */
export function densityOf(mixture: Mixture): Density {
  const { k, d, covariance, means } = mixture;
  const away = new Float64Array(k * d);
  const constants = normalisers(mixture);
  const scales = scalesOf(mixture);
  const perComponent = covariance === 'tied' ? 0 : d * d;
  return {
    away,
    logsOf: isMatrix(covariance)
      ? (x, i, into) => matrixLogs(x, i, into, k, d, means, away, scales, perComponent, constants)
      : (x, i, into) => axisLogs(x, i, into, k, d, means, away, scales, constants),
  };
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

/** Per component, the log of weight × density at its mean. */
export function normalisers(mixture: Mixture): Float64Array {
  const { d, covariance, weights } = mixture;
  const scales = scalesOf(mixture);
  return weights.map((weight, c) => {
    let logDeterminant = 0;
    for (let j = 0; j < d; j++) logDeterminant += Math.log(isMatrix(covariance) ? scales[(covariance === 'tied' ? 0 : c * d * d) + j * d + j] : scales[c * d + j]);
    return Math.log(weight) + logDeterminant - (d / 2) * Math.log(2 * Math.PI);
  });
}

/** The factors, one per component and feature where they are not matrices. */
export function scalesOf({ k, d, covariance, factors }: Mixture): Float64Array {
  return covariance === 'spherical' ? Float64Array.from({ length: k * d }, (_, v) => factors[Math.floor(v / d)]) : factors;
}

export function isMatrix(covariance: CovarianceKind): boolean {
  return covariance === 'full' || covariance === 'tied';
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

import { densityOf, isMatrix, responsibilities } from './density.js';
import type { Points } from './kernel.js';
import { secondMoments, type Mixture, type Moments } from './mixture.js';

/**
 * One E step over rows [from, to), with the sums an M step needs in the same pass and no responsibilities kept: moments are taken around the means, so that
 * nothing cancels however far from 0 the data lies.
 */
export function expectation(points: Points, mixture: Mixture, from: number, to: number): Moments {
  const sums = emptyMoments(mixture);
  const density = densityOf(mixture);
  const logs = new Float64Array(mixture.k);
  let logLikelihood = 0;
  for (let i = from; i < to; i++) {
    density.logsOf(points, i, logs);
    logLikelihood += responsibilities(logs);
    for (let c = 0; c < logs.length; c++) if (logs[c] > 0) collect(sums, mixture, density.away, c, logs[c]);
  }
  return { ...sums, logLikelihood };
}

/** Moments of no rows. */
export function emptyMoments(mixture: Pick<Mixture, 'k' | 'd' | 'covariance'>): Moments {
  const { k, d } = mixture;
  return { logLikelihood: 0, weights: new Float64Array(k), first: new Float64Array(k * d), second: new Float64Array(secondMoments(mixture)) };
}

/** Adds a row that belongs to component `c` by `share` and lies `away` (k × d) from the means. */
export function collect({ weights, first, second }: Moments, { d, covariance }: Pick<Mixture, 'd' | 'covariance'>, away: Float64Array, c: number, share: number): void {
  const at = c * d;
  weights[c] += share;
  if (isMatrix(covariance)) {
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

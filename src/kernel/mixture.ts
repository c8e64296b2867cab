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

/** What an E step gives: total log-likelihood of its rows under the mixture; per component the weight, first and second moments around its mean. */
export interface Moments {
  readonly logLikelihood: number;
  readonly weights: Float64Array;
  readonly first: Float64Array;
  /** Lower triangles (d × d, row-major) per component (full) or one for all (tied), or diagonals per component. */
  readonly second: Float64Array;
}

/** Responsibilities e⁻²⁵ times smaller than a row's largest are taken for none: no estimate can tell. */
export const negligible = -25;

/** Numbers of second moments. */
export const secondMoments = ({ k, d, covariance }: Pick<Mixture, 'k' | 'd' | 'covariance'>): number =>
  ({ full: k * d * d, tied: d * d, diagonal: k * d, spherical: k * d })[covariance];

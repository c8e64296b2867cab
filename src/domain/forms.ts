/**
 * One place a row can belong to. How far an encoded row z is from it: `offset + ‖F (z − centre)‖²`, where F is the identity, a diagonal (`scale`, d numbers)
 * or any matrix (`factor`, p × d numbers, row by row). Several forms may stand for one segment.
 */
export interface Form {
  readonly segment: number;
  readonly offset: number;
  readonly centre: readonly number[];
  readonly scale?: readonly number[];
  readonly factor?: readonly number[];
}

/**
 * A model as the least of a list of quadratic forms: what nearest centres, Gaussian mixtures, projections before centres and core points within a radius
 * have in common. A model that can say itself so can be scored in SQL and in the browser by one generator each, with nothing per algorithm.
 */
export interface Forms {
  readonly d: number;
  /** Categories: columns after the d features, 1 where a feature is a code (in single precision) and 0 elsewhere. Centres, scales and factors then span features and indicators. */
  readonly indicators?: readonly { readonly feature: number; readonly code: number }[];
  /** Number of segments. */
  readonly k: number;
  readonly forms: readonly Form[];
  /**
   * How firmly a row is in its segment, from the least value `own` and the least value `next` of another segment. `margin`: 1 − √own / √next (centres);
   * `odds`: 1 − exp((own − next) / 2), where values are −2 log densities; `reach`: 1 − √(own / limit).
   */
  readonly strength: 'margin' | 'odds' | 'reach';
  /** A row whose least value is beyond this is an outlier (−1). */
  readonly limit?: number;
}

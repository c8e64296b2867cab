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
  /** Number of segments. */
  readonly k: number;
  readonly forms: readonly Form[];
  /** `margin`: 1 − √own/√next; `share`: the segment's part of Σ exp(−value/2) (responsibility of a mixture). */
  readonly strength: 'margin' | 'share';
  /** A row whose least value is beyond this is an outlier (−1). */
  readonly limit?: number;
}

/** A small group of rows, much denser than what lies around it, that was found on one half of the rows and again on the other. */
export interface RareGroup {
  /** Rows in it, of all rows; and their share. */
  readonly size: number;
  readonly share: number;
  /** Mean of its rows, in encoded space. */
  readonly centre: readonly number[];
  /** How many times fewer rows there are in the emptiest place on the way to its surroundings than in its own middle: on held-out rows, on the way where that is least. */
  readonly densityRatio: number;
  /** What sets it apart, the most telling first: (mean inside − mean outside) / standard deviation outside. */
  readonly features: readonly { readonly feature: number; readonly difference: number }[];
  /** The half that took no part in finding it: rows of the group there, and the probability of such troughs all round in one continuous cloud (Bonferroni over all candidates). */
  readonly heldOut: { readonly rows: number; readonly share: number; readonly p: number };
  /** The present segment that most of its rows are in, and how many of them (share). */
  readonly inside?: { readonly segment: number; readonly share: number };
  /** Which rows belong: Σ weight × value > threshold for every side, and Σ (scale × (value − centre))² ≤ radius². */
  readonly region: {
    readonly sides: readonly { readonly weights: readonly number[]; readonly threshold: number }[];
    readonly middle: readonly number[];
    readonly scales: readonly number[];
    readonly radius: number;
  };
}

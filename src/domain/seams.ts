/** Where a partition cuts through what is one, or joins what is two. */
export interface Seams {
  /** Share of the rows that are nearest to the mean of their own segment. Below 0.9 segments are no round groups, and nothing else is tested. */
  readonly round: number;
  /** Neighbouring segments with no sign of a trough between them on rows that placed neither (Hartigan's dip test). */
  readonly joins: readonly { readonly a: number; readonly b: number; readonly p: number }[];
  /** Segments that come apart into parts which are found again on other rows and have troughs between them: the two gates, passed inside. */
  readonly splits: readonly { readonly segment: number; readonly parts: number; readonly strength: number }[];
}

/** How many members a segment needs for an effect in it to be seen. */
export interface ActionableSize {
  /** Members, those left alone included. */
  readonly members: number;
  readonly baseRate: number;
  /** Relative: 0.1 is a rise by a tenth. */
  readonly uplift: number;
  /** Share left alone to compare with. */
  readonly control: number;
  readonly power: number;
  readonly error: number;
}

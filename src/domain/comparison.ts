/** A number with the interval that holds it with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number];
}

/** One of two segmentations that are compared. */
export interface ComparedSide {
  readonly name: string;
  readonly segments: number;
  readonly outliers: number;
  /** On a sample of the entities that are in a segment both times. */
  readonly silhouette: number;
  readonly daviesBouldin: number;
  /** Mean bootstrap Jaccard of a member's segment, where stability is known. */
  readonly jaccard?: number;
  /** Held-out accuracy of its rules, where known. */
  readonly fidelity?: number;
  /** Share of the value's variance that lies between segments (η²), where there is a value. */
  readonly explained?: Estimate;
  /** The segment with the most value: what share of all value it holds, and what share of the entities. */
  readonly top?: { readonly segment: number; readonly name: string; readonly valueShare: number; readonly entityShare: number };
}

/** Entities that are in segment `from` of the first and in `to` of the second, which are not matched with one another; −1: outliers. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly entities: number;
  /** Of the entities of `from`. */
  readonly share: number;
  /** What they differ in from those of `from` who moved with it, in pooled standard deviations (Cohen's d), greatest first. */
  readonly differ: readonly { readonly feature: string; readonly d: number; readonly interval: readonly [number, number] }[];
}

/** One question on which either may be better. */
export interface Aspect {
  readonly question: 'steadier' | 'more separable' | 'easier to tell by rules' | 'more valuable';
  readonly a: number;
  readonly b: number;
  /** b − a, where it was measured on the same entities. */
  readonly difference?: Estimate;
  /** Absent where there is no difference that matters. */
  readonly better?: 'a' | 'b';
  readonly sentence: string;
}

/** Two segmentations of the same entities, side by side. */
export interface Comparison {
  readonly entities: number;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  readonly agreement: {
    readonly adjustedRand: Estimate;
    readonly adjustedMutualInformation: Estimate;
    /** Harmonic mean of homogeneity and completeness. */
    readonly vMeasure: Estimate;
    /** Share of what the first says that the second tells, and the other way round. */
    readonly homogeneity: number;
    readonly completeness: number;
    /** Share of the entities that stay in their segment when segments are matched one to one. */
    readonly unchanged: Estimate;
  };
  /** Segments of both that belong together; b is −1 where there is none left. */
  readonly matches: readonly { readonly a: number; readonly b: number; readonly entities: number; readonly shareOfA: number; readonly shareOfB: number }[];
  /** Largest first. */
  readonly moves: readonly Move[];
  readonly aspects: readonly Aspect[];
  /** What follows, in words, from these numbers only. */
  readonly verdict: string;
  /** All of it for a person. */
  readonly text: string;
}

/** Scores of one candidate number of segments. Reported, not obeyed, but for the two gates. */
export interface KScores {
  readonly k: number;
  readonly inertia: number;
  /** Held-out prediction strength (Tibshirani & Walther 2005), worst segment, 0–1. */
  readonly predictionStrength: number;
  readonly silhouette: number;
  readonly daviesBouldin: number;
  readonly calinskiHarabasz: number;
  /** Groups left after joining neighbours with no dip between them, where it was tested. */
  readonly modalGroups?: number;
}

export interface PairDip {
  readonly a: number;
  readonly b: number;
  readonly dip: number;
  readonly p: number;
  /** About how many features carry the difference between the two (participation ratio of their squared differences). */
  readonly breadth?: number;
  readonly separated: boolean;
}

/** One of the usual criteria for the number of segments: its value per k, and the k it would choose. None decides. */
export interface Criterion {
  readonly name: 'prediction-strength' | 'silhouette' | 'davies-bouldin' | 'calinski-harabasz' | 'gap' | 'bic' | 'elbow';
  /** How it chooses, in words. */
  readonly rule: string;
  /** 1: no segments. */
  readonly k: number;
  readonly values: readonly { readonly k: number; readonly value: number; readonly error?: number }[];
}

/** How the number of segments was chosen, and whether there is structure at all. */
export interface Choice {
  readonly verdict: 'segments' | 'no-proven-structure';
  /** Segments delivered: proven ones, or the convenience partition's. */
  readonly k: number;
  readonly candidates: readonly KScores[];
  readonly strengthThreshold: number;
  readonly dipThreshold: number;
  /** Largest k that passes the first gate (1 = none). */
  readonly largestStableK: number;
  /** Second gate at that k: neighbouring pairs and how many groups remain. */
  readonly pairs: readonly PairDip[];
  readonly modalGroups: number;
  /** Where an algorithm was asked for: its title, how many segments are proven (1 = none), and the adjusted Rand index of the two. */
  readonly asked?: { readonly title: string; readonly proven: number; readonly agreement: number };
  /** Where they were asked for: what each of the usual criteria would have chosen. */
  readonly criteria?: readonly Criterion[];
  /** One paragraph for a person: what was tested, what came out. */
  readonly reason: string;
  /** What could have been missed ("a group under 3 % …"). */
  readonly power: string;
}

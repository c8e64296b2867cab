import type { EncodedFeature } from './matrix.js';

/** A fitted partition: plain data, enough to assign any new row. */
export interface SegmentModel {
  readonly id: string;
  readonly algorithm: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Numbers, strings and (nested) arrays only. For k-means: { k, d, centroids: number[k*d] } in encoded space;
   * where segments have several centres, there are more of them and `groups` names the segment of each. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly encoder: { readonly features: readonly EncodedFeature[] };
  readonly seed: number;
  readonly trainedOn: { readonly rows: number; readonly asOf: number; readonly fingerprint: string };
  readonly kind: 'found' | 'convenience';
}

/** Which segment each row is in (index into the model's segments; −1 = outlier, where the algorithm has them) and how firmly, 0–1. */
export interface Assignment {
  readonly labels: Int32Array;
  /** Margin: 1 − d(own)/d(next), 0 on the border, near 1 at the core. */
  readonly strength: Float32Array;
  /** The nearest other segment. */
  readonly second: Int32Array;
}

/** How steady and separate one segment is. */
export interface SegmentStability {
  readonly segment: number;
  /** Mean bootstrap Jaccard (Hennig 2007); ≥ .75 steady, < .6 shaky. */
  readonly jaccard: number;
  /** Holds 90 % of the bootstrap coefficients. */
  readonly interval: readonly [number, number];
  readonly separation: number;
  readonly silhouette: number;
}

/** How well refits agree with a partition: adjusted Rand index, 1 = the same, 0 = as by chance. */
export interface Recovery {
  readonly mean: number;
  readonly least: number;
  readonly refits: number;
}

/** How steady a partition is as a whole, and each of its segments. */
export interface Steadiness {
  readonly segments: readonly SegmentStability[];
  /** Fitted again on the same rows from other starts. */
  readonly seeds: Recovery;
  /** Fitted again on half of the rows, compared on all of them. */
  readonly subsamples: Recovery;
}

/** A segment of one level of a hierarchy: broad segments at the first, micro-segments inside them at the next. */
export interface LevelSegment {
  /** Position in its level, and that of the segment of the level before which it lies in. */
  readonly segment: number;
  readonly parent?: number;
  /** Unique in its level; says what sets it apart inside its parent. */
  readonly name: string;
  /** One line: how many, and what is typical of them against the others in the parent. */
  readonly narrative: string;
  readonly entities: number;
  /** Of all, and of the parent. */
  readonly share: number;
  readonly shareOfParent: number;
}

/** A part of a segment, by how many entities two segments share. */
export interface Overlap {
  /** Id of the other segment. */
  readonly id: string;
  readonly entities: number;
  /** Of the entities of this segment that were there both times (outliers among them), 0–1. */
  readonly share: number;
}

/**
 * What became of a segment of the fit before (in the spirit of MONIC, Spiliopoulou et al. 2006). `survived`: most of it is one segment still;
 * `split`: it is two or more segments that are mostly it; `merged`: it is in one segment together with another that was found whole there too;
 * `died`: none of these.
 */
export interface Fate {
  readonly id: string;
  readonly kind: 'survived' | 'split' | 'merged' | 'died';
  /** Entities before, and those of them that are no longer there. */
  readonly entities: number;
  readonly left: number;
  /** What it became: one segment, the parts of a split, none where it died. */
  readonly into: readonly string[];
  /** Where those still there are now, largest part first. */
  readonly parts: readonly Overlap[];
}

/** Where a segment of the new fit comes from. `born`: no segment before became it. */
export interface Origin {
  readonly id: string;
  readonly kind: 'survived' | 'split' | 'merged' | 'born';
  /** Entities now, and those of them that were not there before. */
  readonly entities: number;
  readonly entered: number;
  /** The segments before that became it. */
  readonly from: readonly string[];
  /** Where those already there were before, largest part first. */
  readonly parts: readonly Overlap[];
}

/** Identity of segments across two fits. */
export interface Alignment {
  /** The lasting id of each new segment, by its label: that of the segment it continues, or a new one that was never used. */
  readonly ids: readonly string[];
  /** Label before → label now, −1 where its id ends. */
  readonly continuedBy: readonly number[];
  readonly fates: readonly Fate[];
  readonly origins: readonly Origin[];
  readonly migration: Migration;
}

/**
 * Who went where. `counts[from][to]`: one row per segment before, then outliers, then entities that were not there; one column per new segment, then
 * outliers, then entities no longer there. Rows sum to the sizes before, columns to the sizes now.
 */
export interface Migration {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

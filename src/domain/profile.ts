/** One feature that sets a segment apart. */
export interface Trait {
  readonly feature: string;
  readonly title: string;
  readonly direction: 'high' | 'low';
  /** Typical value here and among everyone else (median; mean for shares and flags), raw units. */
  readonly here: number;
  readonly elsewhere: number;
  /** Both as a person reads them: "£1,204", "38 %", "22:40". */
  readonly hereText: string;
  readonly elsewhereText: string;
  /** Standardised mean difference (Cohen's d on encoded values) with its 95 % interval. */
  readonly effect: number;
  readonly interval: readonly [number, number];
  /** Cliff's delta, −1…1: how often a member exceeds a non-member. */
  readonly cliff: number;
  /** True where the feature took part in making the segments (so no p-value is given: it would be circular). */
  readonly usedToSegment: boolean;
  /** Only for features that did not make the segments, corrected (Benjamini–Hochberg). */
  readonly p?: number;
}

/** A short readable rule that reproduces a segment, measured on rows it has not seen. */
export interface SegmentRule {
  readonly text: string;
  readonly conditions: readonly { readonly feature: string; readonly op: '<=' | '>'; readonly value: number; readonly text: string }[];
  /** Held-out: of the rows the rule picks, the share in the segment; of the segment, the share picked; their harmonic mean. */
  readonly precision: number;
  readonly recall: number;
  readonly fidelity: number;
}

export interface TypicalMember {
  readonly entity: string;
  readonly strength: number;
  readonly values: Readonly<Record<string, string>>;
}

/** What makes a segment itself. */
export interface Profile {
  readonly segment: number;
  /** Lasting: the slug of the first name it had, kept while it lives on from run to run. */
  readonly id: string;
  readonly name: string;
  /** Two to four sentences with numbers. */
  readonly narrative: string;
  readonly traits: readonly Trait[];
  readonly rule: SegmentRule;
  readonly typical: readonly TypicalMember[];
  readonly entities: number;
  readonly share: number;
  readonly revenue?: number;
  readonly revenueShare?: number;
  /** Wilson 95 % interval of the share. */
  readonly shareInterval: readonly [number, number];
  /** Nearest other segment and what tells them apart. */
  readonly nearest?: { readonly segment: number; readonly difference: string };
}

/** Why one entity is where it is, and what would move it. */
export interface Explanation {
  readonly entity: string;
  /** −1 for an outlier: `segmentName` is then that of the nearest segment, which it is not in. */
  readonly segment: number;
  readonly segmentName: string;
  readonly strength: number;
  /** Where segments overlap: how much it belongs to each that it belongs to by at least a hundredth, most first. */
  readonly memberships?: readonly { readonly segment: number; readonly segmentName: string; readonly share: number }[];
  readonly sentences: readonly string[];
  /** What the model holds for the own segment before any feature is looked at (a mixture: how large and how wide it is); absent = 0. */
  readonly base?: number;
  readonly contributions: readonly { readonly feature: string; readonly title: string; readonly value: string; readonly weight: number }[];
  /** The smallest change, on movable features, that puts it into the next segment; verified by assigning. */
  readonly moves: readonly {
    readonly segment: number;
    readonly segmentName: string;
    readonly changes: readonly { readonly feature: string; readonly title: string; readonly from: string; readonly to: string }[];
    readonly sentence: string;
  }[];
}

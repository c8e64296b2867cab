export type Goal = 'win back' | 'upsell' | 'reward' | 'nurture' | 'leave alone';

/** What to do about one segment. */
export interface Brief {
  readonly segment: number;
  readonly goal: Goal;
  /** Why that goal, with the numbers that decided it. */
  readonly reason: string;
  /** When they act: circular mean hour with its spread and the busiest weekday; absent when the data has no clock times. */
  readonly reach?: {
    readonly hour: string;
    readonly hourShare: number;
    readonly weekday?: string;
    readonly weekdayShare?: number;
    /** What the hours were read from ("e-mail opens", "browsing", "orders"). */
    readonly from: string;
  };
  /** What they take more than others do, most over-represented first. */
  readonly products: readonly { readonly name: string; readonly share: number; readonly lift: number }[];
  readonly avoid: readonly { readonly name: string; readonly share: number; readonly lift: number }[];
  readonly priceLevel?: { readonly typical: string; readonly text: string };
  readonly channels: readonly string[];
  /** The brief as two or three sentences. */
  readonly text: string;
}

/** A classic mistake, spoken up about. */
export interface Lint {
  readonly kind:
    | 'too-many' | 'too-small' | 'too-large' | 'unstable' | 'not-reachable' | 'stale' | 'poor-data' | 'dominant-feature' | 'protected-attribute' | 'overlap' | 'circular-label'
    | 'over-segmented' | 'under-segmented' | 'too-small-to-test';
  readonly severity: 'note' | 'warning';
  readonly segment?: number;
  readonly sentence: string;
}

/** Quantile tiers on recency, frequency and monetary value: what is offered beside, or instead of, proven segments. */
export interface Tier {
  readonly name: string;
  readonly rule: string;
  readonly entities: number;
  readonly share: number;
  readonly revenue?: number;
  readonly revenueShare?: number;
}

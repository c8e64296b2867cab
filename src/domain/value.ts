// What customers are worth from now on, as it is reported: over everyone and per segment, nothing of anyone in particular.

/** People with so many repeat purchases until the cut: what was expected of each of them after it, and what happened. */
export interface FrequencyGroup {
  readonly from: number;
  readonly to?: number;
  readonly entities: number;
  readonly expected: number;
  readonly happened: number;
}

/** What was told of the last part of the time from the rest of it, against what happened. Everything is of those who had bought before the cut. */
export interface HeldOut {
  /** The last day that was known, ms. */
  readonly cut: number;
  readonly days: number;
  readonly entities: number;
  readonly expected: number;
  readonly happened: number;
  /** expected / happened − 1; absent where nothing happened. */
  readonly error?: number;
  /** Of what was expected of each and what each did; absent where all were expected to do, or did, the same. */
  readonly correlation?: number;
  /** The share whose purchases lay in their interval (at least `level` if the intervals are right: counts are whole numbers). */
  readonly covered: number;
  readonly byFrequency: readonly FrequencyGroup[];
  /** Money expected and spent after the cut, undiscounted. */
  readonly value?: { readonly expected: number; readonly happened: number; readonly error?: number; readonly correlation?: number };
  /** The same told by the naive rate: that everyone goes on buying as often as so far. `behind`: how many standard errors its squared error per customer is above the model's. */
  readonly naive: { readonly expected: number; readonly error?: number; readonly correlation?: number; readonly behind: number };
  /** Purchases from the cut until each of these days after it, the last one its end. */
  readonly curve: readonly { readonly day: number; readonly expected: number; readonly happened: number }[];
}

export interface SegmentValue {
  readonly segment: string;
  readonly entities: number;
  /** Entities expected not to have left; absent where that cannot be told. */
  readonly alive?: number;
  readonly purchases: number;
  readonly value?: number;
  /** In which the sum lies with the probability `level`: of value, or of purchases without amounts. */
  readonly interval: readonly [number, number];
  /** Of the value of all, 0 … 1. */
  readonly share: number;
  /** Spent so far, with nothing taken off; absent without amounts. */
  readonly spent?: number;
  /** Per month from now, the last one until the horizon: purchases expected, and what is spent (not discounted). */
  readonly months: readonly { readonly purchases: number; readonly spent?: number }[];
}

/** What a report says of the worth of customers who buy and fall silent. */
export interface PurchaseWorth {
  readonly kind: 'purchases';
  /** 'model': a purchase model; 'rate': everyone goes on as so far, where the model was worse than that. */
  readonly by: 'model' | 'rate';
  readonly model: string;
  /** Why this kind and this model, in sentences. */
  readonly why: readonly string[];
  /** The end of the last day that is known, ms. */
  readonly asOf: number;
  readonly horizonDays: number;
  readonly monthlyDiscount: number;
  readonly level: number;
  /** What the intervals hold and what they do not, in a sentence. */
  readonly covers: string;
  /** How it did on what was held back, in a sentence; says so where it did badly. */
  readonly trial: string;
  readonly all: SegmentValue;
  /** In the order of the segments of the run; null where nobody of a segment has bought. */
  readonly segments: readonly (SegmentValue | null)[];
  readonly heldOut?: HeldOut;
  /** The features that hold it for everyone. */
  readonly features: readonly string[];
  readonly notes: readonly string[];
}

/** How many are still there after each time. */
export interface StayingCurve {
  readonly entities: number;
  readonly ends: number;
  readonly running: number;
  /** Time by which half have left, and the interval of it; absent where more than half are there at the end. */
  readonly median?: number;
  readonly medianLow?: number;
  readonly medianHigh?: number;
  /** The share still there after each time, and the interval of 95 in 100; at most 120 points. */
  readonly points: readonly { readonly time: number; readonly share: number; readonly low: number; readonly high: number; readonly atRisk: number }[];
}

/** What a report says of subscriptions with a known end. */
export interface SubscriptionWorth {
  readonly kind: 'subscriptions';
  readonly why: readonly string[];
  /** The column that time is counted by; its unit is the data's. */
  readonly time: string;
  readonly horizon: number;
  readonly all: StayingCurve & { readonly stays: number; readonly value?: number };
  /** In the order of the segments of the run; null where nobody of one has ended. */
  readonly segments: readonly ((StayingCurve & { readonly stays: number; readonly value?: number }) | null)[];
  /** Factors by which columns change the risk to end, the strongest first. */
  readonly risks: readonly { readonly name: string; readonly ratio: number; readonly low: number; readonly high: number }[];
  /** Of two who were held back, how often the one with the higher risk ended first. */
  readonly concordance?: number;
  readonly features: readonly string[];
  readonly notes: readonly string[];
}

/** What a report says where the data cannot tell, in sentences. */
export interface NoWorth {
  readonly kind: 'none';
  readonly why: readonly string[];
}

export type Worth = PurchaseWorth | SubscriptionWorth | NoWorth;

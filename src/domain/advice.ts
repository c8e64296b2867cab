/** What a segmentation is for. */
export const adviceGoals = ['retention', 'growth', 'value', 'engagement', 'pricing', 'product'] as const;
export type AdviceGoal = (typeof adviceGoals)[number];

/** What is known about the data before anything is segmented. Shares 0–1. */
export interface DataFacts {
  readonly rows: number;
  /** Variables that decide (a category and its values are one), and the columns of the matrix they make. */
  readonly variables: number;
  readonly columns: number;
  /** Variables that are categories or yes/no. */
  readonly categoricalShare: number;
  /** Participation ratio of the columns' correlations: how many independent directions they amount to. */
  readonly effectiveDimensions: number;
  /** Of the numeric variables, those with a skewness of 1 or more in raw units. */
  readonly skewedShare: number;
  /** Of the numeric variables, those where more than a fifth of the rows share one value. */
  readonly piledShare: number;
  /** Of the values, those that are missing; and the variable that lacks most. */
  readonly missingShare: number;
  readonly mostMissing?: { readonly title: string; readonly share: number };
  /** Of a sample, the rows whose fifth neighbour is farther off than the upper quartile by three times the spread of the middle half (log distances). */
  readonly isolatedShare: number;
  /** Titles of the numeric variables with more than one hump (dip test, p < 0.001). */
  readonly multimodal: readonly string[];
  readonly structure: {
    /** From a choice by the two gates; or, without one, from a look at a sample. */
    readonly from: 'choice' | 'sample';
    readonly verdict: 'groups' | 'continuum';
    /** Groups proven, or seen. */
    readonly groups?: number;
    /**
     * Dense groups in the sample (HDBSCAN*) of a tenth of the rows or more, the share outside all, how well as many k-means segments agree (adjusted Rand
     * index), and the category whose values they merely are.
     */
    readonly dense?: { readonly groups: number; readonly outside: number; readonly agreement: number; readonly merely?: string };
    /** A full Gaussian mixture against round segments with as many: agreement of the two, and whether its BIC is lower. */
    readonly ellipsoids?: { readonly agreement: number; readonly better: boolean };
  };
}

/** What to do, from computed facts only. */
export interface Advice {
  readonly goal?: AdviceGoal;
  readonly facts: DataFacts;
  /** `name` is in the catalog of algorithms, or 'tiers'. */
  readonly algorithm: { readonly name: string; readonly options: Readonly<Record<string, unknown>>; readonly reason: string };
  readonly alternatives: readonly { readonly name: string; readonly reason: string }[];
  readonly ruledOut: readonly { readonly name: string; readonly reason: string }[];
  /** The variables that matter most, most first. */
  readonly variables: readonly { readonly features: readonly string[]; readonly title: string; readonly reasons: readonly string[] }[];
  /** How many segments so many rows can bear. */
  readonly segments: { readonly from: number; readonly to: number; readonly smallest: number; readonly reason: string };
  readonly questions: {
    readonly can: readonly { readonly question: string; readonly from: readonly string[] }[];
    readonly cannot: readonly { readonly question: string; readonly needs: string }[];
  };
  readonly validation: readonly { readonly how: 'held-out' | 'stability' | 'experiment' | 'face'; readonly sentence: string }[];
  /** What an experiment in one segment takes. */
  readonly experiment: {
    readonly metric: string;
    /** Rate among everyone now; 0.5, the worst case, where `assumed`. */
    readonly rate: number;
    readonly assumed: boolean;
    /** Change of the rate to be seen, and the entities it takes in each of two arms (5 % two-sided, 80 % power). */
    readonly change: number;
    readonly perArm: number;
    /** Least change that equal segments could show, for the fewest and the most segments advised. */
    readonly leastChange: readonly [number, number];
  };
  /** All of it to read: paragraphs with headings. */
  readonly text: string;
}

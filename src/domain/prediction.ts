import { z } from 'zod';
import type { Evaluation, ModelComparison, ThresholdChoice } from './evaluation.js';
import type { Input, Task } from './examples.js';

const happening = z.string().min(1).max(200).describe("What happens: 'orders', the name of a file of events, or a kind of event in it");
const within = z.number().positive('must be more than 0').max(3660, 'must be at most 3660').describe('Length of the time that is looked ahead');
const unit = z.enum(['days', 'weeks', 'months']).default('days').describe('A month is 30 days');
const column = z.string().min(1).max(200);

/** No event of a kind within some time: churn, lapse. `active`: only of those who had one in as many days before; others have lapsed already. */
const noneTarget = z.strictObject({ none: happening, within, unit, active: z.number().positive().max(3660).optional().describe('Only those with such an event in as many days before') });
/** An event of a kind within some time: a repeat purchase, an upgrade. */
const anyTarget = z.strictObject({ any: happening, within, unit });
/** The money of a kind of event within some time: the sum, or with `over` whether it is more than that. */
const amountTarget = z.strictObject({ amount: happening, over: z.number().optional().describe('Ask whether it is more than this, instead of how much'), within, unit });
/** What a column of the data says. `is`: whether it has this value; else what it says. */
const labelTarget = z.strictObject({ label: column.describe('Column that holds the answer'), is: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional().describe('The value that is predicted') });
/** A query that gives `entity` and `answer`; `$cut` and `$end` stand for the instants between which it may look. */
const sqlTarget = z.strictObject({ sql: z.string().min(1).max(20_000), within, unit });

/** What is to be predicted, declared plainly. */
export const targetSchema = z.union([noneTarget, anyTarget, amountTarget, labelTarget, sqlTarget], {
  error: "must be one of { none: 'orders', within: 90 }, { any: 'orders', within: 30 }, { amount: 'orders', within: 365 }, { label: 'churn' }, { sql: 'SELECT entity, answer …', within: 30 }",
});

export type Target = z.output<typeof targetSchema>;
export type TargetInput = z.input<typeof targetSchema>;
export type LabelTarget = z.output<typeof labelTarget>;
/** A target about what happens in some time ahead. */
export type TimedTarget = Exclude<Target, LabelTarget>;

const unitDays = { days: 1, weeks: 7, months: 30 } as const;

/** How far a target looks ahead, days. */
export const horizonDays = ({ within: length, unit: of }: TimedTarget): number => length * unitDays[of];

/** A probability said in words: who acts on predictions acts on these. */
export type Band = 'very likely' | 'likely' | 'open' | 'unlikely' | 'very unlikely';

/** What is predicted for one entity, or for one row where rows are predicted. */
export interface Prediction {
  readonly entity: string;
  /** Two answers: the chance of the one that is predicted. */
  readonly probability?: number;
  /** Several answers: the likeliest, and its chance is `probability`. */
  readonly answer?: string;
  /** A number: what is expected. */
  readonly value?: number;
  /** The range that holds the number in 80 of 100 cases. Of rows that were learnt from it is the model's own, unlike `value`: it knows their answers, and holds them more often. */
  readonly low?: number;
  readonly high?: number;
  readonly band?: Band;
  /** Whether a capacity or a cost chose them. */
  readonly chosen?: boolean;
  /** What weighs most, in words, the most first; ▲ raises what is predicted, ▼ lowers it. */
  readonly reasons?: readonly string[];
}

/** A column that a model is not made from, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: 'label' | 'twin' | 'untimed' | 'sensitive' | 'empty' | 'later';
  readonly sentence: string;
}

/** Rows that a model learnt from or was tested on. */
export interface Period {
  /** Instants that features are as of, ms; empty where the data has no times. */
  readonly cuts: readonly number[];
  /** When the last answer of these rows was known, ms. */
  readonly until?: number;
  readonly rows: number;
  readonly entities: number;
  /** Share of rows whose answer is the one that is predicted; the mean of a number. */
  readonly rate: number;
}

/** How a model does among some. */
export interface SegmentScore {
  readonly segment: string;
  readonly rows: number;
  /** What happened, and what was predicted, on average. */
  readonly observed: number;
  readonly predicted: number;
  /** Two answers, both present in at least ten rows. */
  readonly auc?: number;
}

/** How much a column moves the answer on average: mean size of its Shapley values, of chances in log odds; the largest first. */
export interface Importance {
  readonly input: string;
  readonly title: string;
  readonly value: number;
}

/** What there is to know about a model before it is used, in words and numbers. */
export interface ModelCard {
  readonly title: string;
  /** What is predicted, as a question: "Does this customer order within 90 days?" */
  readonly question: string;
  /** Why this target and this horizon, where nobody chose them. */
  readonly reason?: string;
  readonly data: readonly string[];
  readonly result: readonly string[];
  readonly limits: readonly string[];
  readonly learned: Period;
  readonly tested: Period;
  readonly segments: readonly { readonly by: string; readonly scores: readonly SegmentScore[] }[];
  readonly importance: readonly Importance[];
}

/** One predictor that was tried, by its score on held-out folds of the rows it may learn from. */
export interface Candidate {
  readonly predictor: string;
  readonly title: string;
  readonly options?: unknown;
  readonly score: string;
  readonly mean: number;
  readonly error: number;
  readonly chosen: boolean;
  /** Rows of the small sample that it was tried on, where it did not go on to the others'. */
  readonly rows?: number;
}

/** A map from a score to a probability; plain JSON. */
export type Calibration =
  | { readonly method: 'none' }
  /** p = 1 / (1 + e^(a s + b)) of the score s, or of its log odds where scores are probabilities. */
  | { readonly method: 'platt'; readonly a: number; readonly b: number; readonly logOdds: boolean }
  /** Straight between the points, constant beyond. */
  | { readonly method: 'isotonic'; readonly at: readonly number[]; readonly value: readonly number[] };

/** How the range of a number is found: two quantiles, each end moved outwards by a margin. */
export interface PredictedInterval {
  /** Share of cases that it holds, 0–1. */
  readonly level: number;
  readonly margin: number;
  /** What boosted trees of the lower and of the upper quantile were fitted to. */
  readonly low: unknown;
  readonly high: unknown;
  /** The least and the greatest number that were learnt from: no range goes beyond. */
  readonly least: number;
  readonly most: number;
}

/** A model that predicts, as plain data: it can be kept, compared and asked again. */
export interface PredictionModel {
  /** Its content's. */
  readonly id: string;
  readonly target: Target;
  readonly task: Task;
  /** Names of the answers; of two the second is the one that is predicted. */
  readonly classes?: readonly string[];
  readonly predictor: string;
  readonly options: unknown;
  readonly params: unknown;
  /** How raw predictions become calibrated ones, one per output. */
  readonly calibration: readonly Calibration[];
  /** Of a number: its range. */
  readonly interval?: PredictedInterval;
  readonly inputs: readonly Input[];
  readonly leftOut: readonly LeftOut[];
  readonly threshold?: ThresholdChoice;
  readonly candidates: readonly Candidate[];
  readonly evaluation: Evaluation;
  /** The naive predictor on the same rows. */
  readonly naive: Evaluation;
  /** Against an earlier model of the same target, on the same rows. */
  readonly comparison?: ModelComparison;
  readonly card: ModelCard;
  readonly seed: number;
  /** Of a label: entities whose draw, by the seed and their id alone, is less were not learnt from. A later model can be compared with this one on them. */
  readonly unseenBelow?: number;
  /** The instant of the predictions made with it, ms; 0 where the data has no times. */
  readonly asOf: number;
}

/** What a report says of a target: its model without what it was fitted to, and what is predicted of everyone. */
export interface PredictionStory extends Omit<PredictionModel, 'params' | 'calibration' | 'options' | 'interval'> {
  /** Safe as a name: 'any_orders_90d'. */
  readonly name: string;
  /** The feature that holds it for everyone; absent where there are several answers. */
  readonly feature?: string;
  /** How many are so likely, the likeliest first (of several answers: how many are expected to give each), and how many it does not ask about. */
  readonly counts: readonly { readonly of: string; readonly entities: number }[];
  readonly unasked: number;
  /** Mean of the prediction in each segment; NaN as null where it says nothing of anyone there. */
  readonly segments: readonly (number | null)[];
}

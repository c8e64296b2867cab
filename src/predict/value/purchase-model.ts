import type { Rng } from '../../util/rng.js';
import type { DistinctHistories } from './histories.js';

/** Parameters of a model in the order of its `parameters`, all more than 0. */
export type Values = ArrayLike<number>;

/** The log-likelihood of histories at given parameters; its derivative by each is written into `gradient`. */
export type Likelihood = (p: Values, gradient: Float64Array) => number;

/**
 * How people buy again and when they stop. Every model here is closed under learning: one who is still there at time T after x repeat purchases buys on as a new one
 * would under other parameters (`after`). So a model says only what a fresh one does; what a known one will do follows (see `predict.ts`).
 */
export interface PurchaseModel {
  readonly name: string;
  readonly title: string;
  /** What it holds true of people, in a sentence. */
  readonly says: string;
  /** Purchases at any time, or at given opportunities (every month's drive). */
  readonly time: 'continuous' | 'discrete';
  readonly parameters: readonly string[];
  /** Which of the parameters are times, in the unit of the histories. */
  readonly times: readonly number[];
  /** Where the search for the best parameters begins. */
  start(histories: DistinctHistories): readonly number[];
  /** Without the combinatorial constant, as published. */
  likelihood(histories: DistinctHistories): Likelihood;
  /** The probability that one with this history has not left for good. */
  alive(p: Values, repeats: number, last: number, age: number): number;
  /** Parameters as of now of one who is still there, with `repeats` purchases after the first in the time `age`. */
  after(p: Values, repeats: number, age: number): Values;
  /** Purchases expected in the time t from now of one who is there now. */
  expected(p: Values, t: number): number;
  /** The probabilities of 0, 1, … `most` purchases in the time t from now of one who is there now. */
  counts(p: Values, t: number, most: number): Float64Array;
  /** The history of a new one who is watched for the time `age`. */
  draw(p: Values, age: number, rng: Rng): { readonly repeats: number; readonly last: number };
}

/** What is needed of a model to foretell with it. */
export interface Foreteller extends Pick<PurchaseModel, 'time' | 'alive' | 'after' | 'expected' | 'counts'> {
  /** What it foretells follows the age closely, so that no ages may be taken together. */
  readonly exactAge?: true;
}

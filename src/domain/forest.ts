import type { Input } from './examples.js';

/** How a sum becomes a prediction: as it is, by 1 / (1 + e^−s), or by a softmax over the outputs. */
export type Link = 'identity' | 'logistic' | 'softmax';

/**
 * Decision trees whose leaves are summed: a boosted model, a random forest (its leaves divided by the number of trees), a single tree, or one read
 * from another tool. The one form that explanations, generated SQL, generated JavaScript and live scoring know.
 */
export interface Forest {
  readonly inputs: readonly Input[];
  /** Sums per row: 1, or one per class. */
  readonly outputs: number;
  /** What each output starts from. */
  readonly base: Float64Array;
  readonly link: Link;
  readonly trees: readonly DecisionTree[];
}

/** One tree, its nodes in arrays of equal length; node 0 is the root, and children come after their parent. */
export interface DecisionTree {
  /** Which sum its leaves are added to. */
  readonly output: number;
  /** Input that a node asks about; −1 = a leaf. */
  readonly input: Int32Array;
  /** A row with value ≤ threshold goes left. In raw units, double precision. Unused where `categories` says otherwise. */
  readonly threshold: Float64Array;
  /** For nodes that ask for categories: the codes that go left. Missing and all others go where `missingLeft` says and right respectively. */
  readonly categories: Readonly<Record<number, Int32Array>>;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** What a leaf adds; for an inner node what it would add were it a leaf. */
  readonly value: Float64Array;
  /** Weight of the training rows that came through each node. */
  readonly cover: Float64Array;
}

/** A weighted sum of inputs: base + Σ weight × f(input). What logistic and linear models are outside their fitting. */
export interface LinearModel {
  readonly inputs: readonly Input[];
  readonly outputs: number;
  readonly base: Float64Array;
  readonly link: Link;
  readonly terms: readonly LinearTerm[];
}

/** One term: of a number ((x ?? fill) − centre) × scale, or 1 where a categorical input is `category` (−1 = where it is missing), else 0. */
export interface LinearTerm {
  readonly input: number;
  readonly category?: number;
  readonly fill: number;
  readonly centre: number;
  readonly scale: number;
  /** One per output. */
  readonly weights: Float64Array;
}

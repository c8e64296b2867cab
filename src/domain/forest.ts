import type { Input } from './examples.js';

/** How a sum becomes a prediction: as it is, by 1 / (1 + e^−s), by e^s (counts and amounts), or by a softmax over the outputs. */
export type Link = 'identity' | 'logistic' | 'exponential' | 'softmax';

/** Turns sums (rows × outputs) into predictions, in place, and gives them. */
export function applyLink(link: Link, sums: Float64Array, outputs: number): Float64Array {
  if (link === 'logistic') for (let i = 0; i < sums.length; i++) sums[i] = 1 / (1 + Math.exp(-sums[i]));
  if (link === 'exponential') for (let i = 0; i < sums.length; i++) sums[i] = Math.exp(sums[i]);
  if (link === 'softmax') for (let i = 0; i < sums.length; i += outputs) softmax(sums, i, i + outputs);
  return sums;
}

function softmax(sums: Float64Array, from: number, to: number): void {
  let most = -Infinity;
  for (let i = from; i < to; i++) if (sums[i] > most) most = sums[i];
  let total = 0;
  for (let i = from; i < to; i++) total += sums[i] = Math.exp(sums[i] - most);
  for (let i = from; i < to; i++) sums[i] /= total;
}

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
  /** For nodes that ask for categories: the codes that go left; all other codes go right, and what is missing goes where `missingLeft` says. */
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

/** One node of a tree that is still being put together; `missingLeft` is 0 or 1. */
export type TreeNode = { [K in 'input' | 'threshold' | 'left' | 'right' | 'missingLeft' | 'value' | 'cover']: number };

/** A tree of its nodes, in their order. */
export const treeOfNodes = (nodes: readonly TreeNode[], { output, categories }: Pick<DecisionTree, 'output' | 'categories'>): DecisionTree => ({
  output,
  categories,
  input: Int32Array.from(nodes, (node) => node.input),
  threshold: Float64Array.from(nodes, (node) => node.threshold),
  left: Int32Array.from(nodes, (node) => node.left),
  right: Int32Array.from(nodes, (node) => node.right),
  missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
  value: Float64Array.from(nodes, (node) => node.value),
  cover: Float64Array.from(nodes, (node) => node.cover),
});

/** Where a node sends a value of its input. */
export function goesLeft(tree: DecisionTree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return tree.missingLeft[node] === 1;
  const codes = tree.categories[node];
  return codes ? codes.includes(value) : value <= tree.threshold[node];
}

/** A weighted sum of inputs: base + Σ weight × f(input). What logistic and linear models are outside their fitting. */
export interface LinearModel {
  readonly inputs: readonly Input[];
  readonly outputs: number;
  readonly base: Float64Array;
  readonly link: Link;
  readonly terms: readonly LinearTerm[];
}

/**
 * One term. Of a number: (t(x) − centre) × scale, where x is `fill` if missing, then kept within [low, high], and t is ln(1 + |x|) with the sign of x if
 * `log`, else x itself. Of a category: 1 where the input is `category`, else 0; −1 = where the input (a number too) is missing.
 */
export interface LinearTerm {
  readonly input: number;
  readonly category?: number;
  readonly fill: number;
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly centre: number;
  readonly scale: number;
  /** One per output. */
  readonly weights: Float64Array;
  /** Mean of the term over the training rows: what a weight is measured from in explanations. */
  readonly mean: number;
}

/** A term of one value of its input, before its weight. */
export function termValue({ category, fill, low, high, log, centre, scale }: Omit<LinearTerm, 'weights' | 'mean'>, value: number): number {
  if (category !== undefined) return category < 0 ? (value === value ? 0 : 1) : value === category ? 1 : 0;
  const x = Math.min(high, Math.max(low, value === value ? value : fill));
  return ((log ? Math.sign(x) * Math.log1p(Math.abs(x)) : x) - centre) * scale;
}

/** The same of a whole column, into `out` from `at` on, `step` apart. */
export function termValues({ category, fill, low, high, log, centre, scale }: Omit<LinearTerm, 'weights' | 'mean'>, column: Float64Array, out: Float64Array, at = 0, step = 1): void {
  const n = column.length;
  if (category !== undefined) {
    for (let i = 0, k = at; i < n; i++, k += step) out[k] = column[i] === category || (category < 0 && column[i] !== column[i]) ? 1 : 0;
    return;
  }
  for (let i = 0, k = at; i < n; i++, k += step) {
    const value = column[i];
    const x = Math.min(high, Math.max(low, value === value ? value : fill));
    out[k] = ((log ? Math.sign(x) * Math.log1p(Math.abs(x)) : x) - centre) * scale;
  }
}

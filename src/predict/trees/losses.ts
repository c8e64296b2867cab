// What boosted trees lower: each loss with its start, its derivatives and its mean over rows.
import { outputsOf, type Answers } from '../../domain/examples.js';
import { applyLink, type Link } from '../../domain/forest.js';
import type { TreeRows } from '../../kernel/tree-rows.js';

export interface Loss {
  readonly outputs: number;
  readonly link: Link;
  /** What every row starts from, per output. */
  readonly base: Float64Array;
  /** Called at the beginning of each round, before the derivatives of its outputs. */
  begin(rows: TreeRows): void;
  /** Gives the rows their derivatives for a tree of that output. */
  derive(rows: TreeRows, output: number): void;
  /** Where leaves are better given another value than −g / (h + lambda): the value for the rows of a leaf. */
  renew?(rows: TreeRows, leaf: Int32Array): number;
  /** Weighted mean over rows with those margins (rows × outputs). */
  mean(margins: Float64Array, answers: Answers): number;
}

export type LossName = 'log-loss' | 'squared' | 'quantile';

/** Certainty is never complete: a start at log-odds of ±∞ would be the end. */
const leastShare = 1e-12;

export function lossOf(name: LossName, quantile: number, answers: Answers): Loss {
  if (name === 'squared') return squared(answers);
  if (name === 'quantile') return pinball(answers, quantile);
  return answers.task === 'multiclass' ? multinomial(answers) : binary(answers);
}

function binary(answers: Answers): Loss {
  const { values, weights } = answers;
  const share = Math.min(1 - leastShare, Math.max(leastShare, weightedMean(values, weights)));
  return {
    outputs: 1,
    link: 'logistic',
    base: Float64Array.of(Math.log(share / (1 - share))),
    begin() {},
    derive: (rows) => rows.logistic(values, weights),
    mean: (margins, { values: truth, weights: heavy }) => weightedMean(truth.map((y, i) => softplus(y === 1 ? -margins[i] : margins[i])), heavy),
  };
}

function multinomial(answers: Answers): Loss {
  const { values, weights } = answers;
  const k = outputsOf(answers);
  const n = values.length;
  const shares = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i] : 1;
    shares[values[i]] += w;
    total += w;
  }
  const chances = new Float64Array(n * k);
  const g = new Float64Array(n);
  const h = new Float64Array(n);
  // The diagonal of the Hessian understates it; Friedman's factor makes up for it.
  const factor = k / (k - 1);
  return {
    outputs: k,
    link: 'softmax',
    base: shares.map((share) => Math.log(Math.max(leastShare, share / total))),
    begin({ margins }) {
      for (let c = 0; c < k; c++) for (let i = 0; i < n; i++) chances[i * k + c] = margins[c][i];
      applyLink('softmax', chances, k);
    },
    derive(rows, c) {
      for (let i = 0; i < n; i++) {
        const p = chances[i * k + c];
        const w = weights ? weights[i] : 1;
        g[i] = w * (p - (values[i] === c ? 1 : 0));
        h[i] = w * factor * p * (1 - p);
      }
      rows.derivatives(g, h);
    },
    mean: (margins, { values: truth, weights: heavy }) => weightedMean(truth.map((y, i) => logSumExp(margins, i * k, k) - margins[i * k + y]), heavy),
  };
}

function squared({ values, weights }: Answers): Loss {
  const g = new Float64Array(values.length);
  const h = weights ?? new Float64Array(values.length).fill(1);
  return {
    outputs: 1,
    link: 'identity',
    base: Float64Array.of(weightedMean(values, weights)),
    begin() {},
    derive(rows) {
      for (let i = 0; i < g.length; i++) g[i] = h[i] * (rows.margins[0][i] - values[i]);
      rows.derivatives(g, h);
    },
    mean: (margins, { values: truth, weights: heavy }) => weightedMean(truth.map((y, i) => (y - margins[i]) ** 2), heavy),
  };
}

/** Its derivative only says on which side a row is; so leaves are given the quantile of what is left of their rows (Friedman 2001). */
function pinball({ values, weights }: Answers, quantile: number): Loss {
  const g = new Float64Array(values.length);
  const h = weights ?? new Float64Array(values.length).fill(1);
  const every = Int32Array.from(values.keys());
  return {
    outputs: 1,
    link: 'identity',
    base: Float64Array.of(weightedQuantile(every, (i) => values[i], quantile, weights)),
    begin() {},
    derive(rows) {
      for (let i = 0; i < g.length; i++) g[i] = h[i] * (values[i] < rows.margins[0][i] ? 1 - quantile : -quantile);
      rows.derivatives(g, h);
    },
    renew: ({ margins }, leaf) => weightedQuantile(leaf, (i) => values[i] - margins[0][i], quantile, weights),
    mean: (margins, { values: truth, weights: heavy }) =>
      weightedMean(truth.map((y, i) => (y < margins[i] ? (1 - quantile) * (margins[i] - y) : quantile * (y - margins[i]))), heavy),
  };
}

/** Where the weight below reaches the quantile, with straight lines between the middles of the rows' weights. */
function weightedQuantile(rows: Int32Array, valueOf: (row: number) => number, quantile: number, weights?: Float64Array): number {
  if (!weights) return plainQuantile(rows, valueOf, quantile);
  const sorted = Array.from(rows, (i) => ({ value: valueOf(i), weight: weights[i] })).sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  let before: { value: number; at: number } | undefined;
  for (const { value, weight } of sorted) {
    const at = (below + weight / 2) / total;
    if (at >= quantile) return before ? before.value + ((value - before.value) * (quantile - before.at)) / (at - before.at) : value;
    before = { value, at };
    below += weight;
  }
  return sorted[sorted.length - 1].value;
}

/** The same where every row weighs 1. */
function plainQuantile(rows: Int32Array, valueOf: (row: number) => number, quantile: number): number {
  const n = rows.length;
  const sorted = new Float64Array(n);
  for (let r = 0; r < n; r++) sorted[r] = valueOf(rows[r]);
  sorted.sort();
  const at = quantile * n - 0.5;
  if (at <= 0) return sorted[0];
  if (at >= n - 1) return sorted[n - 1];
  const below = Math.floor(at);
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (at - below);
}

function weightedMean(values: Float64Array, weights?: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const w = weights ? weights[i] : 1;
    sum += w * values[i];
    total += w;
  }
  return sum / total;
}

/** ln(1 + e^x). */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function logSumExp(values: Float64Array, at: number, count: number): number {
  let most = -Infinity;
  for (let c = 0; c < count; c++) most = Math.max(most, values[at + c]);
  let sum = 0;
  for (let c = 0; c < count; c++) sum += Math.exp(values[at + c] - most);
  return most + Math.log(sum);
}

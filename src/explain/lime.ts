import type { Context } from '../context.js';
import { assert } from '../errors.js';
import type { Examples } from '../domain/examples.js';
import { cholesky, solveLower } from '../util/cholesky.js';
import { type Ask, takeRows } from './ask.js';

export interface Lime {
  /** What is said where every input has another row's value. */
  readonly base: number;
  /** Per input, how much its own value adds to what is said, others being known or not. */
  readonly weights: Float64Array;
  /** Share of what the model says around the row that the weights account for (weighted R²), 0–1. */
  readonly fit: number;
  /** How alike the weights are when they are worked out again from other draws: mean correlation, −1 to 1. Below some 0.8, ask for more samples or do not show them. */
  readonly stability: number;
}

/** Draws are made in so many sets, whose weights are compared. */
const sets = 4;
/** A draw that keeps this share fewer of the row's values counts 1/e as much. */
const width = 0.5;
const ridge = 1e-6;

/**
 * Idea: LIME (Ribeiro, Singh & Guestrin 2016): the row is mixed with background rows, each input keeping its value or not by a coin; what the model says of the
 * mixtures, those nearer to the row counting more, is fitted by a weighted sum. For models that are neither trees nor sums; where they are, Shapley values are
 * exact and this is not. The same seed gives the same bits. Cost: `samples` questions and O(samples × inputs²).
 */
export function lime(ask: Ask, x: Examples, row: number, background: Examples, context: Pick<Context, 'rng'>, samples = 2000): Lime {
  const d = x.inputs.length;
  const rng = context.rng('lime');
  const each = Math.max(d + 2, Math.ceil(samples / sets));
  const parts = Array.from({ length: sets }, () => {
    const others = takeRows(background, Int32Array.from({ length: each }, () => rng.int(background.rows)));
    const kept = new Uint8Array(each * d);
    for (let i = 0; i < each; i++) {
      // How many are kept is drawn first, so that all sizes are seen however many inputs there are; the first draw is the row itself.
      const share = i === 0 ? 1 : rng.next();
      for (let j = 0; j < d; j++) if (rng.next() < share) keep(i, j);
    }
    function keep(i: number, j: number): void {
      kept[i * d + j] = 1;
      others.columns[j][i] = x.columns[j][row];
    }
    return { kept, said: ask(others) };
  });
  const kept = Uint8Array.from(parts.flatMap((part) => Array.from(part.kept)));
  const said = Float64Array.from(parts.flatMap((part) => Array.from(part.said)));
  const { weights, base, fit } = fitted(kept, said, d);
  const again = parts.map((part) => fitted(part.kept, part.said, d).weights);
  const pairs = again.flatMap((a, p) => again.slice(p + 1).map((b) => alike(a, b)));
  return { base, weights, fit, stability: pairs.reduce((sum, one) => sum + one, 0) / pairs.length };
}

/** Least squares with weights by nearness to the row, and a little ridge so that it always has an answer. */
function fitted(kept: Uint8Array, said: Float64Array, d: number): { weights: Float64Array; base: number; fit: number } {
  const n = said.length;
  const p = d + 1;
  const matrix = new Float64Array(p * p);
  const right = new Float64Array(p);
  const near = new Float64Array(n);
  let total = 0, mean = 0;
  for (let i = 0; i < n; i++) {
    const row = kept.subarray(i * d, (i + 1) * d);
    let lost = 0;
    for (let j = 0; j < d; j++) lost += 1 - row[j];
    near[i] = Math.exp(-((lost / d / width) ** 2));
    total += near[i];
    mean += near[i] * said[i];
    const value = (j: number) => (j < d ? row[j] : 1);
    for (let j = 0; j < p; j++) {
      if (value(j) === 0) continue;
      right[j] += near[i] * said[i];
      for (let k = 0; k <= j; k++) matrix[j * p + k] += near[i] * value(k);
    }
  }
  for (let j = 0; j < d; j++) matrix[j * p + j] += ridge * total;
  for (let j = 0; j < p; j++) for (let k = j + 1; k < p; k++) matrix[j * p + k] = matrix[k * p + j];
  const lower = cholesky(matrix, p);
  assert(lower !== undefined, 'the first draw keeps every input, and the ridge does the rest');
  const solved = solveLower(lower, right);
  mean /= total;
  let left = 0, all = 0;
  for (let i = 0; i < n; i++) {
    let guess = solved[d];
    for (let j = 0; j < d; j++) if (kept[i * d + j]) guess += solved[j];
    left += near[i] * (said[i] - guess) ** 2;
    all += near[i] * (said[i] - mean) ** 2;
  }
  return { weights: solved.slice(0, d), base: solved[d], fit: all > 0 ? Math.max(0, 1 - left / all) : 1 };
}

/** Correlation about zero: a weight of nothing is nothing, not an average. 1 where there is nothing on either side. */
function alike(a: Float64Array, b: Float64Array): number {
  let ab = 0, aa = 0, bb = 0;
  for (let j = 0; j < a.length; j++) {
    ab += a[j] * b[j];
    aa += a[j] * a[j];
    bb += b[j] * b[j];
  }
  if (aa === 0 && bb === 0) return 1;
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

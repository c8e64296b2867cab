// Idea: the plane with the widest margin between two classes; what lies on the wrong side of its margin costs. Dual coordinate descent (Hsieh, Chang, Lin, Keerthi &
// Sundararajan 2008, LIBLINEAR), the intercept penalised as a weight of its own. O(rows × inputs) a pass, some tens to hundreds of passes.
// A margin is no probability: a sigmoid is learnt on margins of rows that were left out (Platt 1999), so the whole costs six fits. Not where the size of a risk matters
// more than which side of a line somebody is on: logistic regression says it directly.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import { answersAt } from '../../domain/examples.js';
import type { LinearModel } from '../../domain/forest.js';
import { platt } from '../calibrate.js';
import { balanced as evenly } from '../balanced.js';
import { type DesignRows, designRows, fitDesign, linearModel } from '../design.js';
import { folds } from '../folds.js';
import { predictLinear } from '../linear-model.js';
import { definePredictor } from '../predictor.js';

export const linearSvm = definePredictor({
  name: 'linear-svm',
  title: 'Linear support vector machine',
  options: z.strictObject({
    cost: z.number().min(1e-6).max(1e6).default(0.1).describe('What a row on the wrong side of its margin costs, against the width of the margin: C.'),
    loss: z.enum(['hinge', 'squared-hinge']).default('squared-hinge').describe('How the cost grows with the distance from the margin.'),
    even: z.boolean().default(true).describe('Take the logarithm of skewed numbers and pull in what lies far beyond all others.'),
    balanced: z.boolean().default(false).describe('Count both classes the same, however rare.'),
  }),
  traits: { tasks: ['binary'], complexity: 2 },
  fit: async (x, y, { cost, loss, even, balanced }, context): Promise<LinearModel> => {
    const design = fitDesign(x, y.weights, { even });
    const rows = designRows(design, x);
    const weights = (balanced ? evenly(y) : y).weights ?? new Float64Array(x.rows).fill(1);
    const problem = (only: Int32Array, name: string): Promise<Plane> => widestMargin({ rows, only, y: y.values, cost: weights.map((w) => w * cost), squared: loss === 'squared-hinge' }, name, context);
    const all = Int32Array.from(y.values.keys());
    const whole = await problem(all, 'all');
    const margin = new Float64Array(x.rows).fill(Number.NaN);
    for (const [f, { train, test }] of folds(y, { count: 5 }, context.rng('folds')).entries()) {
      const plane = await problem(train, `${f}`);
      for (const i of test) margin[i] = marginOf(plane, rows, i);
    }
    const told = all.filter((i) => margin[i] === margin[i]);
    // Where nothing could be left out the training margins must do; the targets of the sigmoid keep it from certainty.
    const [use, known] = told.length > 0 ? [margin, told] : [Float64Array.from(all, (i) => marginOf(whole, rows, i)), all];
    const answers = answersAt(y, known);
    const sigmoid = platt(Float64Array.from(known, (i) => use[i]), answers.values, answers.weights);
    const { a, b } = sigmoid as Extract<typeof sigmoid, { method: 'platt' }>;
    return linearModel(design, whole.weights.map((w) => -a * w), Float64Array.of(-a * whole.intercept - b), 'logistic');
  },
  predict: (model: LinearModel, x) => predictLinear(model, x),
  linear: (model) => model,
});

interface Plane {
  readonly weights: Float64Array;
  readonly intercept: number;
}

interface MarginProblem {
  readonly rows: DesignRows;
  /** Rows to learn from. */
  readonly only: Int32Array;
  /** 0 or 1. */
  readonly y: Float64Array;
  /** Per row. */
  readonly cost: Float64Array;
  readonly squared: boolean;
}

const mostPasses = 1000;
/** Stop when no slope of the dual is further from its bound than this. */
const tolerance = 1e-4;

/** The plane with the least ½ |w|² + ½ b² + Σ cost × loss. @throws `run/aborted` */
export async function widestMargin({ rows, only, y, cost, squared }: MarginProblem, name: string, context: Pick<Context, 'rng' | 'signal'>, precision = tolerance, passes = mostPasses): Promise<Plane> {
  const rng = context.rng(`margin/${name}`);
  const { columns, numbers, dense, slots, codes } = rows;
  const weights = new Float64Array(columns);
  let intercept = 0;
  const alpha = new Float64Array(only.length);
  const order = Int32Array.from(only.keys());
  const curvature = Float64Array.from(only, (i) => {
    let sum = 1 + (squared ? 0.5 / cost[i] : 0);
    for (let j = 0, at = i * numbers; j < numbers; j++, at++) sum += dense[at] * dense[at];
    for (let s = i * slots; s < (i + 1) * slots; s++) if (codes[s] >= 0) sum += 1;
    return sum;
  });
  for (let pass = 0; pass < passes; pass++) {
    if (pass % 16 === 0) await breath(context);
    for (let k = order.length - 1; k > 0; k--) {
      const other = rng.int(k + 1);
      [order[k], order[other]] = [order[other], order[k]];
    }
    let [greatest, least] = [-Infinity, Infinity];
    for (const r of order) {
      const i = only[r];
      const sign = y[i] > 0.5 ? 1 : -1;
      let sum = intercept;
      for (let j = 0, at = i * numbers; j < numbers; j++, at++) sum += dense[at] * weights[j];
      for (let s = i * slots; s < (i + 1) * slots; s++) if (codes[s] >= 0) sum += weights[codes[s]];
      const slope = sign * sum - 1 + (squared ? (alpha[r] * 0.5) / cost[i] : 0);
      const bound = squared ? Infinity : cost[i];
      const projected = alpha[r] === 0 ? Math.min(slope, 0) : alpha[r] === bound ? Math.max(slope, 0) : slope;
      greatest = Math.max(greatest, projected);
      least = Math.min(least, projected);
      if (projected === 0) continue;
      const next = Math.min(bound, Math.max(0, alpha[r] - slope / curvature[r]));
      const change = sign * (next - alpha[r]);
      alpha[r] = next;
      intercept += change;
      for (let j = 0, at = i * numbers; j < numbers; j++, at++) weights[j] += change * dense[at];
      for (let s = i * slots; s < (i + 1) * slots; s++) if (codes[s] >= 0) weights[codes[s]] += change;
    }
    if (greatest - least < precision) break;
  }
  return { weights, intercept };
}

function marginOf({ weights, intercept }: Plane, { numbers, dense, slots, codes }: DesignRows, row: number): number {
  let sum = intercept;
  for (let j = 0, at = row * numbers; j < numbers; j++, at++) sum += dense[at] * weights[j];
  for (let s = row * slots; s < (row + 1) * slots; s++) if (codes[s] >= 0) sum += weights[codes[s]];
  return sum;
}

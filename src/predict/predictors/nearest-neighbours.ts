// Idea: somebody does what those most like them did. Rows are points (numbers standardised, a different category counting like a difference of one deviation) in a kd-tree.
// Learning costs nothing but memory; a prediction looks at few rows up to about 15 columns and at ever more beyond. Not for many columns that say nothing: all count alike.
import { z } from 'zod';
import { type Answers, outputsOf } from '../../domain/examples.js';
import { KdTree } from '../../kernel/kd-tree.js';
import { stratifiedSample } from '../../util/stratified-sample.js';
import { type Design, designRows, type DesignRows, fitDesign, fullRows } from '../design.js';
import { definePredictor } from '../predictor.js';

export interface NeighboursParams {
  readonly design: Design;
  readonly k: number;
  /** Rows × columns of the design. */
  readonly points: Float64Array;
  readonly columns: number;
  /** Number or class, and weight, of each row. */
  readonly values: Float64Array;
  readonly weights: Float64Array;
  /** Classes; 0 for a number. */
  readonly classes: number;
  /** Mean, or share of each class, of all rows. */
  readonly prior: Float64Array;
}

export const nearestNeighbours = definePredictor({
  name: 'nearest-neighbours',
  title: 'Nearest neighbours',
  options: z.strictObject({
    k: z.int().min(1).max(10_000).default(25).describe('How many of the most alike are asked.'),
    mostRows: z.int().min(10).max(1_000_000).default(20_000).describe('At most so many rows are kept, drawn from each class in its share.'),
    even: z.boolean().default(true).describe('Take the logarithm of skewed numbers and pull in what lies far beyond all others.'),
  }),
  traits: { tasks: ['binary', 'multiclass', 'regression'], complexity: 4 },
  fit: async (x, y, { k, mostRows, even }, context): Promise<NeighboursParams> => {
    const design = fitDesign(x, y.weights, { even });
    const classes = y.task === 'regression' ? 0 : y.task === 'binary' ? 2 : outputsOf(y);
    const { rows } = stratifiedSample(Int32Array.from(y.values, (value) => (classes > 0 ? value : 0)), Math.max(1, classes), mostRows, 1, context.rng('rows'));
    const all = designRows(design, x);
    const full = points(all);
    const kept = new Float64Array(rows.length * all.columns);
    rows.forEach((row, r) => kept.set(full.subarray(row * all.columns, (row + 1) * all.columns), r * all.columns));
    return { design, k, points: kept, columns: all.columns, values: Float64Array.from(rows, (i) => y.values[i]), weights: Float64Array.from(rows, (i) => y.weights?.[i] ?? 1), classes, prior: priorOf(y, classes) };
  },
  predict: (params: NeighboursParams, x) => {
    const { design, k, columns, values, weights, classes, prior } = params;
    const rows = designRows(design, x);
    const from = points(rows);
    const tree = treeOf(params);
    const count = Math.min(k, columns > 0 ? values.length : 0);
    const [squares, positions] = [new Float64Array(Math.max(1, count)), new Int32Array(Math.max(1, count))];
    const outputs = classes > 2 ? classes : 1;
    const predicted = new Float64Array(x.rows * outputs);
    const votes = new Float64Array(Math.max(1, classes));
    for (let i = 0; i < x.rows; i++) {
      // One vote of all rows keeps a prediction off certainty.
      votes.set(prior);
      let total = 1;
      const found = count > 0 ? tree.nearest(from, i * columns, count, squares, positions) : 0;
      if (classes === 0 && found > 0) votes[0] = total = 0;
      for (let p = 0; p < found; p++) {
        const row = tree.rows[positions[p]];
        total += weights[row];
        if (classes === 0) votes[0] += weights[row] * values[row];
        else votes[values[row]] += weights[row];
      }
      if (outputs === 1) predicted[i] = votes[classes === 2 ? 1 : 0] / total;
      else for (let c = 0; c < classes; c++) predicted[i * classes + c] = votes[c] / total;
    }
    return predicted;
  },
});

/** Coordinates: two rows of different categories are one apart. */
function points(rows: DesignRows): Float64Array {
  const full = fullRows(rows);
  for (let i = 0; i < rows.rows; i++) for (let j = rows.numbers; j < rows.columns; j++) full[i * rows.columns + j] *= Math.SQRT1_2;
  return full;
}

function priorOf({ values, weights }: Answers, classes: number): Float64Array {
  const prior = new Float64Array(Math.max(1, classes));
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const w = weights?.[i] ?? 1;
    total += w;
    if (classes === 0) prior[0] += w * values[i];
    else prior[values[i]] += w;
  }
  return prior.map((sum) => sum / total);
}

const trees = new WeakMap<Float64Array, KdTree>();

/** The tree over the rows of a model, kept as long as they are. */
function treeOf({ points: data, columns: d, values }: NeighboursParams): KdTree {
  const kept = trees.get(data);
  if (kept) return kept;
  const tree = new KdTree({ rows: d > 0 ? values.length : 0, d, stride: d, data });
  trees.set(data, tree);
  return tree;
}

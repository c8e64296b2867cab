// A random forest (Breiman 2001): the mean of deep trees, each grown on rows drawn with replacement, whose nodes look at a few inputs only. Hard to do wrong: little depends on its options,
// and it does not overfit with more trees. Inputs are in at most 255 quantile bins; categories are ordered by their mean answer once. Cost O(trees × rows × √inputs × depth).
// Boosted trees are usually a little better and much smaller; not for extrapolation.
import { z } from 'zod';
import { definePredictor } from '../predictor.js';
import { balanced } from '../balanced.js';
import { sharedBins } from '../trees/bins.js';
import { growForest, predictForest, type ForestParams } from '../trees/forest.js';

const options = z.strictObject({
  trees: z.int().min(1).max(10_000).default(200).describe('Trees to average'),
  leafRows: z.int().min(1).default(5).describe('Rows per leaf at least'),
  depth: z.int().min(1).max(200).default(60).describe('Questions from the root to a leaf at most'),
  inputs: z.int().min(1).optional().describe('Inputs that a node looks at; by default the square root of all, for numbers a third'),
  balanced: z.boolean().default(false).describe('Let every class weigh the same'),
});

export const randomForest = definePredictor({
  name: 'random-forest',
  title: 'Random forest',
  options,
  traits: { tasks: ['binary', 'multiclass', 'regression'], complexity: 6 },
  async fit(x, y, chosen: z.output<typeof options>, context, kernel, shared): Promise<ForestParams> {
    const d = x.inputs.length;
    const usual = y.task === 'regression' ? Math.ceil(d / 3) : Math.floor(Math.sqrt(d));
    const rules = { tries: Math.max(1, chosen.inputs ?? usual), minRows: chosen.leafRows, maxDepth: chosen.depth, bootstrap: true };
    return growForest(x, chosen.balanced ? balanced(y) : y, chosen.trees, rules, context, kernel, shared);
  },
  prepare: sharedBins,
  predict: predictForest,
  forest: ({ forest }: ForestParams) => forest,
});

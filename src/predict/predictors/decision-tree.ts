// One classification or regression tree (Breiman et al. 1984): questions about one input each, in an order that anyone can follow. Cost O(rows × inputs × depth). Choose it to
// be read, not to be right: boosted trees predict better, and another sample may give quite another tree.
import { z } from 'zod';
import { definePredictor } from '../predictor.js';
import { balanced } from '../balanced.js';
import { sharedBins } from '../trees/bins.js';
import { growForest, predictForest, type ForestParams } from '../trees/forest.js';

const options = z.strictObject({
  depth: z.int().min(1).max(60).default(5).describe('Questions from the root to a leaf at most'),
  leafRows: z.int().min(1).default(20).describe('Rows per leaf at least'),
  balanced: z.boolean().default(false).describe('Let every class weigh the same'),
});

export const decisionTree = definePredictor({
  name: 'decision-tree',
  title: 'Decision tree',
  options,
  traits: { tasks: ['binary', 'multiclass', 'regression'], complexity: 2, rowOrder: true },
  async fit(x, y, chosen: z.output<typeof options>, context, kernel, shared): Promise<ForestParams> {
    const rules = { tries: Math.max(1, x.inputs.length), minRows: chosen.leafRows, maxDepth: chosen.depth, bootstrap: false };
    return growForest(x, chosen.balanced ? balanced(y) : y, 1, rules, context, kernel, shared);
  },
  prepare: sharedBins,
  predict: predictForest,
  forest: ({ forest }: ForestParams) => forest,
});

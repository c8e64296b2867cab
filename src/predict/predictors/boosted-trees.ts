// Gradient-boosted trees on histograms (Friedman 2001; Ke et al. 2017, LightGBM): inputs in at most 255 quantile bins, trees grown best leaf first, missing values sent to the side
// that suits them, categories split by subsets in the order of their derivatives. The best all-round predictor for tables. Cost O(trees × rows × inputs). Not for extrapolation
// (outside what was seen they are flat), nor below a few hundred rows, where a linear model is as good and steadier.
import { z } from 'zod';
import { type Context, within } from '../../context.js';
import { answersAt, examplesAt, type Answers, type Examples } from '../../domain/examples.js';
import { ShoalError } from '../../errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { closest } from '../../util/closest.js';
import { mostBins, type Bins } from '../../kernel/tree-rows.js';
import { definePredictor, type Shared } from '../predictor.js';
import { balanced } from '../balanced.js';
import { folds } from '../folds.js';
import { scorer } from '../score.js';
import { sharedBins } from '../trees/bins.js';
import { boost, type Boosted, type BoostRules } from '../trees/boost.js';
import { heldOut } from '../trees/held-out.js';

const options = z.strictObject({
  trees: z.int().min(1).max(10_000).default(500).describe('Rounds at most: a tree each, or one per class'),
  learningRate: z.number().min(0.001).max(1).default(0.05).describe('Part of each tree that is added'),
  leaves: z.int().min(2).max(1024).optional().describe('Leaves per tree at most; by default 6 of fewer than 10,000 rows, 15 of fewer than 20,000, else 31'),
  depth: z.int().min(1).max(64).default(64).describe('Questions from the root to a leaf at most'),
  leafRows: z.int().min(1).default(20).describe('Rows per leaf at least'),
  leafHessian: z.number().min(0).default(1e-3).describe('Sum of second derivatives per leaf at least'),
  categoryRows: z.int().min(1).default(10).describe('Rows of a leaf that a category needs to be asked about; with many categories chance favours some rare one'),
  lambda: z.number().min(0).default(5).describe('L2 penalty on leaf values'),
  minGain: z.number().min(0).default(0).describe('What a split must gain'),
  bins: z.int().min(2).max(255).default(255).describe('Bins per input at most'),
  inputShare: z.number().min(0.01).max(1).default(0.6).describe('Share of the inputs, drawn for each tree, that it may ask about'),
  patience: z.int().min(0).max(1000).default(30).describe('Stop after so many rounds in which held-out rows were predicted no better; 0 = never stop early'),
  heldOutShare: z.number().min(0.02).max(0.5).default(0.15).describe('Share of the rows held out to know when to stop; of few rows each in turn'),
  balanced: z.boolean().default(false).describe('Let every class weigh the same'),
  loss: z.enum(['default', 'quantile']).default('default').describe('default = log loss for classes, squared error for numbers; quantile = the quantile of a number'),
  quantile: z.number().min(0.001).max(0.999).default(0.5).describe('Which quantile'),
  monotone: z.record(z.string(), z.union([z.literal(-1), z.literal(1)])).default({}).describe('By input: 1 = the prediction may not fall as it rises, −1 = may not rise'),
});

export type BoostedTreesOptions = z.output<typeof options>;

/** Below this there is too little to hold any out. */
const leastToHoldOut = 500;
/** Up to so many rows, the held-out ones are given back: everything is learnt once more, for as many rounds as were best. */
const cheapTwice = 100_000;
/** Up to so many rows, each is held out once: a small part alone says little of when to stop. */
const everyPart = 3_000;

export const boostedTrees = definePredictor({
  name: 'boosted-trees',
  title: 'Gradient-boosted trees',
  options,
  traits: { tasks: ['binary', 'multiclass', 'regression'], complexity: 5 },
  async fit(x: Examples, y: Answers, chosen: BoostedTreesOptions, context: Context, kernel: Kernel, shared?: Shared): Promise<Boosted> {
    const rules = { ...rulesOf(x, y, chosen), ...(shared && chosen.bins === mostBins && { bins: shared.made as readonly Bins[] }) };
    const answers = chosen.balanced ? balanced(y) : y;
    if (chosen.patience === 0 || x.rows < leastToHoldOut) return boost(x, answers, rules, context, kernel);
    const stopped = (kept: Int32Array, held: Int32Array, own: Context) =>
      boost(examplesAt(x, kept), answersAt(answers, kept), { ...rules, stop: { x: examplesAt(x, held), y: answersAt(answers, held), patience: chosen.patience } }, own, kernel);
    if (x.rows > everyPart) {
      const { kept, held } = heldOut(y, chosen.heldOutShare, context.rng('held-out'));
      const found = await stopped(kept, held, context);
      if (x.rows > cheapTwice) return found;
      return { ...(await boost(x, answers, { ...rules, rounds: found.rounds }, context, kernel)), history: found.history };
    }
    const histories: (readonly number[])[] = [];
    for (const [k, { train, test }] of folds(y, { count: 5 }, context.rng('held-out')).entries()) histories.push((await stopped(train, test, within(context, `${k}`))).history);
    const history = meanOf(histories);
    return { ...(await boost(x, answers, { ...rules, rounds: history.indexOf(Math.min(...history)) + 1 }, context, kernel)), history };
  },
  predict: ({ forest }: Boosted, x) => scorer(forest).all(x),
  prepare: sharedBins,
  settled: (chosen, { rounds }: Boosted) => ({ ...chosen, trees: Math.max(1, rounds), patience: 0 }),
  forest: ({ forest }: Boosted) => forest,
});

/** Round by round; of those that ended earlier their last. Rows that no tree could be grown on say nothing. */
function meanOf(histories: readonly (readonly number[])[]): number[] {
  const told = histories.filter(({ length }) => length > 0);
  const rounds = Math.max(0, ...told.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, r) => told.reduce((sum, one) => sum + (one[r] ?? one[one.length - 1]), 0) / told.length);
}

/** Few rows fill few leaves. */
const leavesFor = (rows: number) => (rows < 10_000 ? 6 : rows < 20_000 ? 15 : 31);

function rulesOf(x: Examples, y: Answers, chosen: BoostedTreesOptions): BoostRules {
  const { depth, leafRows, leafHessian, categoryRows, lambda, minGain, trees, learningRate, inputShare, loss, quantile, bins } = chosen;
  if (loss === 'quantile' && y.task !== 'regression') throw new ShoalError('config/invalid', { problems: `- loss: quantile needs a number to predict, not ${y.task === 'binary' ? 'one of two answers' : 'a class'}.` });
  const usual = y.task === 'regression' ? 'squared' : 'log-loss';
  return {
    rounds: trees, learningRate, inputShare, quantile, maxBins: bins, loss: loss === 'default' ? usual : loss,
    grow: { maxLeaves: chosen.leaves ?? leavesFor(x.rows), maxDepth: depth, minRows: leafRows, minHessian: leafHessian, categoryRows, lambda, minGain, monotone: directions(x, chosen.monotone) },
  };
}

/** @throws `config/invalid` where there is no such input, or it has no order */
function directions({ inputs }: Examples, wanted: BoostedTreesOptions['monotone']): Int8Array | undefined {
  const names = inputs.map(({ name }) => name);
  const problems = Object.keys(wanted).flatMap((name) => {
    const at = names.indexOf(name);
    if (at < 0) return [`- monotone: there is no input '${name}'. Did you mean '${closest(name, names)}'?`];
    return inputs[at].categories ? [`- monotone: '${name}' holds categories, which do not rise.`] : [];
  });
  if (problems.length > 0) throw new ShoalError('config/invalid', { problems: problems.join('\n') });
  return Object.keys(wanted).length > 0 ? Int8Array.from(names, (name) => wanted[name] ?? 0) : undefined;
}

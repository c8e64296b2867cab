// Trees that stand by themselves, averaged (Breiman 2001): each on rows drawn with replacement, each node looking at some inputs only, so that their errors are not the same.
import { breath, type Context } from '../../context.js';
import { outputsOf, type Answers, type Examples } from '../../domain/examples.js';
import type { DecisionTree, Forest } from '../../domain/forest.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { ForestRules, ForestTree } from '../../kernel/forest-rows.js';
import { mostBins, type Bins } from '../../kernel/tree-rows.js';
import type { Shared } from '../predictor.js';
import { scorer } from '../score.js';
import { binsOf } from './bins.js';

export interface ForestParams {
  readonly forest: Forest;
  /** What comes out are shares of classes. */
  readonly shares: boolean;
}

/** What the trees say on average. */
export function predictForest({ forest, shares }: ForestParams, x: Examples): Float64Array {
  const predicted = scorer(forest).all(x);
  // Shares of many trees may add up to a little more than 1.
  if (shares) for (let i = 0; i < predicted.length; i++) predicted[i] = Math.min(1, predicted[i]);
  return predicted;
}

/** Rows times trees between two breaths, and bytes that they may take. */
const workAtOnce = 1_000_000;
const bytesAtOnce = 1e9;

/** The mean of `trees` trees. @throws `run/aborted` */
export async function growForest(x: Examples, y: Answers, trees: number, rules: ForestRules, context: Context, kernel: Kernel, shared?: Shared): Promise<ForestParams> {
  const outputs = outputsOf(y);
  const forest = { inputs: x.inputs, outputs, base: new Float64Array(outputs), link: 'identity' as const };
  const shares = y.task !== 'regression';
  const classes = y.task === 'regression' ? 0 : y.task === 'binary' ? 2 : outputs;
  if (x.inputs.length === 0) return { forest: { ...forest, base: means(y, classes), trees: [] }, shares };
  const bins = binsOf(x, mostBins, context.rng('bins'), kernel, scoresOf(y, classes), shared?.made as readonly Bins[] | undefined);
  const centre = classes === 0 ? means(y, classes)[0] : 0;
  // Numbers far from zero would leave few digits for their differences.
  const targets = centre === 0 ? y.values : y.values.map((value) => value - centre);
  const rows = kernel.forestRows({ rows: x.rows, columns: x.columns, bins, classes, targets, ...(y.weights && { weights: y.weights }) });
  try {
    const rng = context.rng('trees');
    const grown: DecisionTree[] = [];
    const most = Math.max(1, Math.min(Math.floor(bytesAtOnce / (x.rows * 100)), Math.max(kernel.threads, Math.ceil(workAtOnce / x.rows))));
    for (let done = 0; done < trees; ) {
      await breath(context);
      context.progress({ stage: 'predict', note: `tree ${done + 1} of ${trees}`, done: done / trees });
      const seeds = Uint32Array.from({ length: Math.min(most, trees - done) }, () => rng.int(2 ** 32));
      for (const tree of rows.grow(seeds, rules)) grown.push(...keptTrees(tree, bins, classes, trees));
      done += seeds.length;
    }
    return { forest: { ...forest, base: forest.base.fill(centre), trees: grown }, shares };
  } finally {
    rows.release();
  }
}

/** What categories are put in order by: the number, or whether a row is of class 1, with more classes of the commonest. */
function scoresOf({ values }: Answers, classes: number): Float64Array {
  if (classes === 0) return values;
  const counts = new Float64Array(classes);
  for (const c of values) counts[c]++;
  const commonest = classes === 2 ? 1 : counts.indexOf(Math.max(...counts));
  return values.map((c) => (c === commonest ? 1 : 0));
}

/** The mean, or the share of each class (of two: of class 1). */
function means({ values, weights }: Answers, classes: number): Float64Array {
  const sums = new Float64Array(Math.max(1, classes));
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const w = weights ? weights[i] : 1;
    sums[classes === 0 ? 0 : values[i]] += classes === 0 ? w * values[i] : w;
    total += w;
  }
  for (let c = 0; c < sums.length; c++) sums[c] /= total;
  return classes === 2 ? sums.subarray(1) : sums;
}

/** A tree as it is kept, once per output: with shares or means, of so many trees. */
function keptTrees({ input, bin, missingLeft, left, right, sums }: ForestTree, bins: readonly Bins[], classes: number, trees: number): DecisionTree[] {
  const count = input.length;
  const width = classes === 0 ? 2 : classes;
  const threshold = new Float64Array(count);
  const categories: Record<number, Int32Array> = {};
  const cover = new Float64Array(count);
  for (let node = 0; node < count; node++) {
    cover[node] = classes === 0 ? sums[node * 2 + 1] : sums.subarray(node * width, (node + 1) * width).reduce((a, b) => a + b, 0);
    if (input[node] < 0) continue;
    const { cuts, codes } = bins[input[node]];
    if (codes) categories[node] = Int32Array.from([...codes.keys()].filter((code) => codes[code] <= bin[node]));
    // Past the last cut only missing values go right.
    else threshold[node] = bin[node] < cuts.length ? cuts[bin[node]] : Number.MAX_VALUE;
  }
  const valuesOf = (slot: number) => Float64Array.from(cover, (weight, node) => sums[node * width + slot] / weight / trees);
  const shape = { input, threshold, categories, left, right, missingLeft, cover };
  if (classes === 0) return [{ ...shape, output: 0, value: valuesOf(0) }];
  if (classes === 2) return [{ ...shape, output: 0, value: valuesOf(1) }];
  return Array.from({ length: classes }, (_, output) => ({ ...shape, output, value: valuesOf(output) }));
}

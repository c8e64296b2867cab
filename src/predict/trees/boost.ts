// Gradient boosting (Friedman 2001): each tree is grown on the derivatives of the loss where the trees before it have come to.
import { breath, type Context } from '../../context.js';
import type { Answers, Examples } from '../../domain/examples.js';
import type { DecisionTree, Forest } from '../../domain/forest.js';
import type { Kernel } from '../../kernel/kernel.js';
import { mostBins, type Bins, type TreeRows } from '../../kernel/tree-rows.js';
import { binsOf } from './bins.js';
import { coversBy, growTree, keptTree, type GrowRules } from './grow.js';
import { lossOf, type Loss, type LossName } from './losses.js';
import { leafFinder } from './leaf-finder.js';

export interface BoostRules {
  readonly rounds: number;
  readonly learningRate: number;
  readonly loss: LossName;
  readonly quantile: number;
  readonly maxBins?: number;
  /** Bins that are there already, in place of those of the rows. */
  readonly bins?: readonly Bins[];
  /** Share of the inputs, drawn anew for each tree, that it may ask about; where nothing can be asked of those, it may ask about all. */
  readonly inputShare: number;
  readonly grow: Omit<GrowRules, 'allowed'>;
  /** Stops when the loss of held-out rows has not fallen for so many rounds, and takes back what came after the best. */
  readonly stop?: { readonly x: Examples; readonly y: Answers; readonly patience: number };
}

export interface Boosted {
  readonly forest: Forest;
  /** Per input: what its splits gained, altogether. */
  readonly gains: Float64Array;
  readonly rounds: number;
  /** Mean loss of the held-out rows after each round. */
  readonly history: readonly number[];
}

/** @throws `run/aborted` */
export async function boost(x: Examples, y: Answers, rules: BoostRules, context: Context, kernel: Kernel): Promise<Boosted> {
  const loss = lossOf(rules.loss, rules.quantile, y);
  const bins = rules.bins ?? binsOf(x, rules.maxBins ?? mostBins, context.rng('bins'), kernel);
  const rows = kernel.treeRows(x.columns, bins, x.rows, rules.grow.maxLeaves, loss.outputs);
  try {
    loss.base.forEach((base, output) => rows.margins[output].fill(base));
    const watch = rules.stop && watchFor(rules.stop, loss);
    const gains = new Float64Array(bins.length);
    const trees: { tree: DecisionTree; gains: Float64Array }[] = [];
    const draw = inputDraw(bins.length, rules.inputShare, context);
    for (let round = 0; round < rules.rounds && !watch?.done(); round++) {
      await breath(context);
      context.progress({ stage: 'predict', note: `tree ${round + 1} of ${rules.rounds}`, done: round / rules.rounds });
      loss.begin(rows);
      const grown = Array.from({ length: loss.outputs }, (_, output) => growOne(rows, loss, output, { ...rules.grow, allowed: draw() }, rules.learningRate, y));
      if (grown.every(({ tree }) => tree.input[0] < 0)) break;
      trees.push(...grown);
      watch?.add(grown.map(({ tree }) => tree));
    }
    const rounds = watch ? watch.best() : trees.length / loss.outputs;
    const kept = trees.slice(0, rounds * loss.outputs);
    for (const one of kept) for (let j = 0; j < gains.length; j++) gains[j] += one.gains[j];
    const forest = { inputs: x.inputs, outputs: loss.outputs, base: loss.base, link: loss.link, trees: kept.map(({ tree }) => tree) };
    return { forest, gains, rounds, history: watch?.history ?? [] };
  } finally {
    rows.release();
  }
}

function growOne(rows: TreeRows, loss: Loss, output: number, rules: GrowRules, rate: number, { weights }: Answers) {
  loss.derive(rows, output);
  const drawn = growTree(rows, rules);
  // Inputs that were not drawn may tell what these do not.
  const grown = drawn.leaves.length > 1 || rules.allowed.every(Boolean) ? drawn : growTree(rows, { ...rules, allowed: rules.allowed.map(() => 1) });
  if (loss.renew) for (let leaf = 0; leaf < grown.leaves.length; leaf++) grown.nodes[grown.leaves[leaf]].value = loss.renew(rows, rows.rowsOf(leaf));
  const tree = keptTree(grown, rows.bins, output, rate);
  if (weights) coversBy(weights, tree, grown, rows);
  rows.add(output, Float64Array.from(grown.leaves, (node) => tree.value[node]));
  const gains = new Float64Array(rows.bins.length);
  for (const { split, gain } of grown.nodes) if (split) gains[split.input] += gain!;
  return { tree, gains };
}

/** A share of the inputs, at least one, anew at each call. */
function inputDraw(count: number, share: number, context: Context): () => Uint8Array {
  const all = new Uint8Array(count).fill(1);
  if (share >= 1) return () => all;
  const rng = context.rng('inputs');
  // Of few inputs rather one more: a tree of one input alone knows nothing of what only two together tell.
  const wanted = Math.max(1, Math.ceil(count * share - 1e-9));
  return () => {
    const allowed = new Uint8Array(count);
    let left = wanted;
    for (let j = 0; j < count; j++) {
      if (rng.next() * (count - j) >= left) continue;
      allowed[j] = 1;
      left--;
    }
    return allowed;
  };
}

function watchFor({ x, y, patience }: NonNullable<BoostRules['stop']>, { outputs, base, mean }: Loss) {
  const margins = new Float64Array(x.rows * outputs);
  for (let i = 0; i < x.rows; i++) margins.set(base, i * outputs);
  let least = mean(margins, y);
  let best = 0;
  const history: number[] = [];
  return {
    history,
    add(trees: readonly DecisionTree[]) {
      for (const tree of trees) {
        const leafOf = leafFinder(tree, x.columns);
        for (let i = 0; i < x.rows; i++) margins[i * outputs + tree.output] += tree.value[leafOf(i)];
      }
      history.push(mean(margins, y));
      if (history[history.length - 1] < least) {
        least = history[history.length - 1];
        best = history.length;
      }
    },
    done: () => history.length - best >= patience,
    best: () => best,
  };
}

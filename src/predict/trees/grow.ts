// One tree, grown leaf by leaf: always the leaf whose split gains most is split next (best first; Shi 2007, LightGBM 2017).
import type { DecisionTree } from '../../domain/forest.js';
import { leafValue } from '../../kernel/split-search.js';
import { unbounded, type Bins, type Bounds, type RowSums, type Split, type SplitRules, type TreeRows } from '../../kernel/tree-rows.js';

export interface GrowRules extends SplitRules {
  readonly maxLeaves: number;
  readonly maxDepth: number;
}

/** A grown tree: its leaves as the rows know them, and as it will be kept. */
export interface GrownTree {
  readonly nodes: readonly GrownNode[];
  /** Node of each leaf of the rows. */
  readonly leaves: readonly number[];
}

export interface GrownNode {
  readonly sums: RowSums;
  readonly depth: number;
  readonly bounds: Bounds;
  /** −g / (h + lambda) within the bounds. */
  value: number;
  split?: Split;
  /** What its split gains. */
  gain?: number;
  left: number;
  right: number;
}

/** Grows a tree on all rows, or on a sample of them. */
export function growTree(rows: TreeRows, rules: GrowRules, sample?: Int32Array): GrownTree {
  const nodes: GrownNode[] = [];
  const leaves: number[] = [];
  const open = new Map<number, Split>();
  const add = (sums: RowSums, depth: number, bounds: Bounds, smoothing = 0) => {
    nodes.push({ sums, depth, bounds, value: leafValue(sums, rules.lambda + smoothing, bounds), left: -1, right: -1 });
    return nodes.length - 1;
  };
  const look = (...asked: number[]) => {
    const able = asked.filter((leaf) => nodes[leaves[leaf]].depth < rules.maxDepth && nodes[leaves[leaf]].sums.n >= 2 * rules.minRows);
    if (able.length === 0) return;
    rows.best(able.map((leaf) => ({ leaf, sums: nodes[leaves[leaf]].sums, bounds: nodes[leaves[leaf]].bounds })), rules).forEach((split, k) => {
      if (split) open.set(able[k], split);
    });
  };
  leaves.push(add(rows.plant(sample), 0, unbounded));
  if (rules.maxLeaves > 1) look(0);
  while (leaves.length < rules.maxLeaves && open.size > 0) {
    const leaf = mostGain(open, nodes, leaves, rules);
    const split = open.get(leaf)!;
    open.delete(leaf);
    const parent = nodes[leaves[leaf]];
    const { left, right } = boundsBelow(parent.bounds, split, rules);
    parent.split = split;
    parent.gain = gainOver(parent, split, rules);
    parent.left = add(split.left, parent.depth + 1, left, split.smoothing);
    parent.right = add(split.right, parent.depth + 1, right, split.smoothing);
    const other = leaves.length;
    rows.split(leaf, other, split);
    leaves[leaf] = parent.left;
    leaves.push(parent.right);
    if (leaves.length < rules.maxLeaves) look(leaf, other);
  }
  return { nodes, leaves };
}

function mostGain(open: ReadonlyMap<number, Split>, nodes: readonly GrownNode[], leaves: readonly number[], rules: SplitRules): number {
  let best = -1;
  let most = -Infinity;
  for (const [leaf, split] of open) {
    const gain = gainOver(nodes[leaves[leaf]], split, rules);
    if (gain > most || (gain === most && leaf < best)) {
      most = gain;
      best = leaf;
    }
  }
  return best;
}

function gainOver({ sums, bounds }: GrownNode, { gain }: Split, { lambda }: SplitRules): number {
  const value = leafValue(sums, lambda, bounds);
  return gain + 2 * sums.g * value + (sums.h + lambda) * value * value;
}

/** Below a split of a monotone input, one side stays under the middle of both values and the other above it. */
function boundsBelow(bounds: Bounds, { input, left, right, smoothing }: Split, { lambda, monotone }: SplitRules): { left: Bounds; right: Bounds } {
  const direction = monotone?.[input] ?? 0;
  if (direction === 0) return { left: bounds, right: bounds };
  const middle = (leafValue(left, lambda + smoothing, bounds) + leafValue(right, lambda + smoothing, bounds)) / 2;
  const below = { lower: bounds.lower, upper: middle };
  const above = { lower: middle, upper: bounds.upper };
  return direction > 0 ? { left: below, right: above } : { left: above, right: below };
}

/** The tree as it is kept: values times `scale`, cuts and categories in the units of the inputs. */
export function keptTree({ nodes }: Pick<GrownTree, 'nodes'>, bins: readonly Bins[], output: number, scale: number): DecisionTree {
  const count = nodes.length;
  const tree = {
    output, input: new Int32Array(count).fill(-1), threshold: new Float64Array(count), categories: {} as Record<number, Int32Array>,
    left: new Int32Array(count).fill(-1), right: new Int32Array(count).fill(-1), missingLeft: new Uint8Array(count),
    value: new Float64Array(count), cover: new Float64Array(count),
  };
  nodes.forEach(({ sums, value, split, left, right }, i) => {
    tree.value[i] = value * scale;
    tree.cover[i] = sums.n;
    if (!split) return;
    const { cuts, codes, count: missing } = bins[split.input];
    tree.input[i] = split.input;
    tree.left[i] = left;
    tree.right[i] = right;
    tree.missingLeft[i] = split.missingLeft ? 1 : 0;
    if (split.bins) tree.categories[i] = Int32Array.from([...codes!.keys()].filter((code) => (codes![code] === missing ? split.missingLeft : split.bins!.includes(codes![code]))));
    // Past the last cut only missing values go right.
    else tree.threshold[i] = split.bin < cuts.length ? cuts[split.bin] : Number.MAX_VALUE;
  });
  return tree;
}

/** Puts the weight of a tree's training rows in place of their number. */
export function coversBy(weights: Float64Array, tree: DecisionTree, { leaves }: GrownTree, rows: Pick<TreeRows, 'rowsOf'>): void {
  leaves.forEach((node, leaf) => {
    tree.cover[node] = 0;
    for (const i of rows.rowsOf(leaf)) tree.cover[node] += weights[i];
  });
  for (let node = tree.input.length - 1; node >= 0; node--) {
    if (tree.input[node] >= 0) tree.cover[node] = tree.cover[tree.left[node]] + tree.cover[tree.right[node]];
  }
}

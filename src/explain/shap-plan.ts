import type { DecisionTree, Forest } from '../domain/forest.js';
import type { ShapPlan } from '../kernel/shap-plan.js';
import { gaussLegendre } from '../util/gauss-legendre.js';

/** The share of a node's training rows that went left; a half where the cover says nothing. */
export function leftShare({ cover, left, right }: DecisionTree, node: number): number {
  const [l, r] = [cover[left[node]], cover[right[node]]];
  return l + r > 0 ? l / (l + r) : 0.5;
}

/** Constants in one plan, from which on the next tree begins another: a forest of large trees would fill the memory. */
const most = 4_000_000;

/**
 * What the kernel needs to give Shapley values of the path-dependent game (an input that is not known splits the row by the cover of the children): one plan
 * after the other, of trees that follow each other, to be added up.
 */
export function* shapPlans({ inputs, outputs, trees }: Pick<Forest, 'inputs' | 'outputs' | 'trees'>, room = most): Generator<ShapPlan> {
  const empty = (): Growing => ({ trees: [], nodes: [], thresholds: [], sets: [], leaves: [], constants: [] });
  let plan = empty();
  for (const tree of trees) {
    if (tree.input[0] < 0) continue;
    addTree(plan, tree);
    if (plan.constants.length < room) continue;
    yield packed(plan, inputs.length, outputs);
    plan = empty();
  }
  if (plan.trees.length > 0) yield packed(plan, inputs.length, outputs);
}

function packed(plan: Growing, d: number, outputs: number): ShapPlan {
  return {
    d,
    outputs,
    trees: Int32Array.from(plan.trees),
    nodes: Int32Array.from(plan.nodes),
    thresholds: Float64Array.from(plan.thresholds),
    sets: Int32Array.from(plan.sets),
    leaves: Float64Array.from(plan.leaves),
    constants: Float64Array.from(plan.constants),
  };
}

type Growing = { readonly [K in 'trees' | 'nodes' | 'thresholds' | 'sets' | 'leaves' | 'constants']: number[] };

/** An inner node with what its path has asked about its own input before. */
interface Inner {
  readonly from: number;
  /** The node above that asked about the same input last, its place and the state in which it leads here; −1 = none. */
  readonly above: number;
  readonly state: number;
  /** Share of the cover that all edges of that input above have let through. */
  readonly share: number;
}

interface Asked {
  readonly at: number;
  readonly state: number;
  readonly share: number;
}

function addTree(plan: Growing, tree: DecisionTree): void {
  const { inner, leaves, slots, inputs } = walk(tree);
  const q = 2 * Math.ceil(Math.max(1, inputs) / 4);
  plan.trees.push(plan.thresholds.length, inner.length, plan.leaves.length, leaves.length, q, plan.constants.length, tree.output, 0);
  const slot = (node: number) => (tree.input[node] >= 0 ? slots.get(node)! : inner.length + slots.get(node)!);
  const rule = gaussLegendre(q);
  for (const { from, above, state, share } of inner) {
    const codes = tree.categories[from];
    plan.nodes.push(tree.input[from], tree.missingLeft[from], codes ? plan.sets.length : -1, slot(tree.left[from]), slot(tree.right[from]), above, state, 0);
    plan.thresholds.push(tree.threshold[from]);
    if (codes) addSet(plan.sets, codes);
    plan.constants.push(...constantsOf(leftShare(tree, from), share, above >= 0, rule));
  }
  for (const leaf of leaves) plan.leaves.push(tree.value[leaf]);
}

/** Inner nodes (parent before child) and leaves, the place of each in its list, and how many inputs the longest path asks about. */
function walk(tree: DecisionTree) {
  const inner: Inner[] = [];
  const leaves: number[] = [];
  const slots = new Map<number, number>();
  let inputs = 0;
  const stack: { node: number; asked: ReadonlyMap<number, Asked> }[] = [{ node: 0, asked: new Map() }];
  while (stack.length > 0) {
    const { node, asked } = stack.pop()!;
    const input = tree.input[node];
    if (input < 0) {
      slots.set(node, leaves.push(node) - 1);
      inputs = Math.max(inputs, asked.size);
      continue;
    }
    const { at: above, state, share } = asked.get(input) ?? { at: -1, state: 0, share: 1 };
    const at = inner.push({ from: node, above, state, share }) - 1;
    slots.set(node, at);
    const left = leftShare(tree, node);
    stack.push({ node: tree.right[node], asked: new Map(asked).set(input, { at, state: 2, share: share * (1 - left) }) });
    stack.push({ node: tree.left[node], asked: new Map(asked).set(input, { at, state: 1, share: share * left }) });
  }
  return { inner, leaves, slots, inputs };
}

function addSet(sets: number[], codes: Int32Array): void {
  const words = new Int32Array(codes.reduce((most, code) => Math.max(most, (code >> 5) + 1), 0));
  for (const code of codes) words[code >> 5] |= 1 << (code & 31);
  sets.push(words.length, ...words);
}

/**
 * See `ShapPlan.constants`. Of an input whose edges let through the share z of the cover, a row that follows them has the factor t + z (1 − t) and the weight
 * (1 − z) / (t + z (1 − t)); one that does not has z (1 − t) and −1 / (1 − t). An edge below another of its input replaces the factor and the weight of that one.
 */
function constantsOf(left: number, share: number, below: boolean, { points, weights }: { points: Float64Array; weights: Float64Array }): number[] {
  const factor = (z: number, t: number) => t + z * (1 - t);
  const nothing = new Array<number>(2 * points.length).fill(0);
  const constants = [...points.map(() => left), ...nothing];
  for (const goesLeft of [true, false]) {
    const z = share * (goesLeft ? left : 1 - left);
    const own = Array.from(points, (t) => (goesLeft ? factor(z, t) : share * left * (1 - t)) / (below ? factor(share, t) : 1));
    const before = Array.from(points, (t) => (below ? (1 - share) / factor(share, t) : 0));
    const follows = Array.from(points, (t, p) => weights[p] * ((1 - z) / factor(z, t) - before[p]));
    const leaves = Array.from(points, (t, p) => weights[p] * (-1 / (1 - t) - before[p]));
    constants.push(...own, ...(goesLeft ? follows : leaves), ...(goesLeft ? leaves : follows));
  }
  return constants;
}

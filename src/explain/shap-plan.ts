import type { DecisionTree, Forest } from '../domain/forest.js';
import { type ShapPlan, tabled, tableSize } from '../kernel/shap-plan.js';
import { gaussLegendre } from '../util/gauss-legendre.js';

/** The share of a node's training rows that went left; a half where the cover says nothing. */
export function leftShare({ cover, left, right }: DecisionTree, node: number): number {
  const [l, r] = [cover[left[node]], cover[right[node]]];
  return l + r > 0 ? l / (l + r) : 0.5;
}

/** Constants and numbers in tables of one plan, from which on the next tree begins another: a large forest would fill the memory. */
const most = 8_000_000;

/** Inner nodes that a part of a tree has at most, unless a leaf lies deeper. */
const packedNodes = 10;

type Rule = ReturnType<typeof gaussLegendre>;

/**
 * What the kernel needs to give Shapley values of the path-dependent game (an input that is not known splits the row by the cover of the children): one plan
 * after the other, of trees that follow each other, to be added up.
 */
export function* shapPlans({ inputs, outputs, trees }: Pick<Forest, 'inputs' | 'outputs' | 'trees'>, room = most): Generator<ShapPlan> {
  const empty = (): Growing => ({ trees: [], inputs: [], nodes: [], thresholds: [], sets: [], leaves: [], constants: [] });
  const rules = new Map<number, Rule>();
  let plan = empty(), taken = 0;
  for (const tree of trees) {
    if (tree.input[0] < 0) continue;
    for (const part of partsOf(tree)) taken += addPart(plan, tree, part, rules);
    if (taken < room) continue;
    yield packed(plan, inputs.length, outputs);
    [plan, taken] = [empty(), 0];
  }
  if (plan.trees.length > 0) yield packed(plan, inputs.length, outputs);
}

function packed(plan: Growing, d: number, outputs: number): ShapPlan {
  return {
    d,
    outputs,
    trees: Int32Array.from(plan.trees),
    inputs: Int32Array.from(plan.inputs),
    nodes: Int32Array.from(plan.nodes),
    thresholds: Float64Array.from(plan.thresholds),
    sets: Int32Array.from(plan.sets),
    leaves: Float64Array.from(plan.leaves),
    constants: Float64Array.from(plan.constants),
  };
}

type Growing = { readonly [K in 'trees' | 'inputs' | 'nodes' | 'thresholds' | 'sets' | 'leaves' | 'constants']: number[] };

/**
 * A tree parted by its leaves into trees that are small enough for tables, each with the nodes on the paths to its leaves; leaves that lie too deep are one of them.
 * Where all these paths together are much more than the tree, it stays whole.
 */
function partsOf(tree: DecisionTree): ReadonlySet<number>[] {
  const nodes = tree.input.length;
  const deep = new Set<number>();
  const parts = [deep];
  let part = new Set<number>(), inner = 0, all = 0;
  const stack: { node: number; path: readonly number[] }[] = [{ node: 0, path: [] }];
  while (stack.length > 0) {
    const { node, path } = stack.pop()!;
    if (tree.input[node] >= 0) {
      for (const child of [tree.right[node], tree.left[node]]) stack.push({ node: child, path: [...path, node] });
      continue;
    }
    const newIn = (some: ReadonlySet<number>) => path.reduce((count, n) => count + Number(!some.has(n)), 0);
    const isDeep = path.length > tabled;
    if (!isDeep && (parts.length === 1 || inner + newIn(part) > Math.max(packedNodes, path.length))) {
      parts.push((part = new Set()));
      inner = 0;
    }
    const into = isDeep ? deep : part;
    const more = newIn(into);
    if (!isDeep) inner += more;
    all += more;
    if (all > 2 * nodes) return [new Set(tree.input.keys())];
    for (const n of path) into.add(n);
    into.add(node);
  }
  return parts.filter(({ size }) => size > 0);
}

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

/** Adds what the leaves in `part` give; the others are worth nothing. What it gives back is how much room that takes. */
function addPart(plan: Growing, tree: DecisionTree, part: ReadonlySet<number>, rules: Map<number, Rule>): number {
  const { inner, leaves, slots, most } = walk(tree, part);
  const q = 2 * Math.ceil(Math.max(1, most) / 4);
  const inputs = [...new Set(inner.map(({ from }) => tree.input[from]))];
  plan.trees.push(plan.thresholds.length, inner.length, plan.leaves.length, leaves.length, q, plan.constants.length, tree.output, plan.inputs.length, inputs.length, 0, 0, 0);
  plan.inputs.push(...inputs);
  const places = new Map(inputs.map((input, place) => [input, place]));
  const slot = (node: number) => (tree.input[node] >= 0 && part.has(node) ? slots.get(node)! : inner.length + slots.get(node)!);
  const rule = rules.get(q) ?? gaussLegendre(q);
  rules.set(q, rule);
  for (const { from, above, state, share } of inner) {
    const codes = tree.categories[from];
    plan.nodes.push(tree.input[from], tree.missingLeft[from], codes ? plan.sets.length : -1, slot(tree.left[from]), slot(tree.right[from]), above, state, places.get(tree.input[from])!);
    plan.thresholds.push(tree.threshold[from]);
    if (codes) addSet(plan.sets, codes);
    addConstants(plan.constants, leftShare(tree, from), share, above >= 0, rule);
  }
  for (const leaf of leaves) plan.leaves.push(part.has(leaf) ? tree.value[leaf] : 0);
  return inner.length * 9 * q + (inner.length <= tabled ? tableSize(inner.length, inputs.length) : 0);
}

/** Inner nodes of the part (parent before child) and what they lead to, the place of each in its list, and how many inputs the longest path asks about. */
function walk(tree: DecisionTree, part: ReadonlySet<number>) {
  const inner: Inner[] = [];
  const leaves: number[] = [];
  const slots = new Map<number, number>();
  let most = 0;
  const stack: { node: number; asked: ReadonlyMap<number, Asked> }[] = [{ node: 0, asked: new Map() }];
  while (stack.length > 0) {
    const { node, asked } = stack.pop()!;
    const input = tree.input[node];
    if (input < 0 || !part.has(node)) {
      slots.set(node, leaves.push(node) - 1);
      if (part.has(node)) most = Math.max(most, asked.size);
      continue;
    }
    const { at: above, state, share } = asked.get(input) ?? { at: -1, state: 0, share: 1 };
    const at = inner.push({ from: node, above, state, share }) - 1;
    slots.set(node, at);
    const left = leftShare(tree, node);
    stack.push({ node: tree.right[node], asked: new Map(asked).set(input, { at, state: 2, share: share * (1 - left) }) });
    stack.push({ node: tree.left[node], asked: new Map(asked).set(input, { at, state: 1, share: share * left }) });
  }
  return { inner, leaves, slots, most };
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
function addConstants(constants: number[], left: number, share: number, below: boolean, { points, weights }: Rule): void {
  const q = points.length;
  const factor = (z: number, t: number) => t + z * (1 - t);
  const before = (t: number) => (below ? (1 - share) / factor(share, t) : 0);
  for (let p = 0; p < q; p++) constants.push(left);
  for (let p = 0; p < 2 * q; p++) constants.push(0);
  for (const goesLeft of [true, false]) {
    const z = share * (goesLeft ? left : 1 - left);
    for (const t of points) constants.push((goesLeft ? factor(z, t) : share * left * (1 - t)) / (below ? factor(share, t) : 1));
    for (const follows of [goesLeft, !goesLeft]) {
      for (let p = 0; p < q; p++) constants.push(weights[p] * ((follows ? (1 - z) / factor(z, points[p]) : -1 / (1 - points[p])) - before(points[p])));
    }
  }
}

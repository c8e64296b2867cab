import { columnsFor, type Examples } from '../domain/examples.js';
import { applyLink, type DecisionTree, type Forest } from '../domain/forest.js';

/** A forest made ready to be asked quickly: the same numbers whether rows come one by one or all together. */
export interface Scorer {
  readonly outputs: number;
  /** Sums before the link of one row, its values in the order of the forest's inputs; into `out` where given. */
  sums(row: ArrayLike<number>, out?: Float64Array): Float64Array;
  /** Predictions of one row. */
  one(row: ArrayLike<number>, out?: Float64Array): Float64Array;
  /** Sums before the link, rows × outputs. @throws `predict/no-input` */
  allSums(x: Examples): Float64Array;
  /** Predictions, rows × outputs. @throws `predict/no-input` */
  all(x: Examples): Float64Array;
}

/** Rows that are taken through one tree after the other while they lie in the nearest cache. */
const block = 128;

/** Flattens the forest once (all trees in two arrays, the two children of a node side by side); a row then costs the depth of each tree. */
export function scorer(forest: Forest): Scorer {
  const { outputs, base, link } = forest;
  const d = forest.inputs.length;
  const flat = flatten(forest.trees);
  const { roots, output } = flat;
  const single = outputs === 1;
  const scratch = new Float64Array(d);

  function sums(row: ArrayLike<number>, out: Float64Array = new Float64Array(outputs)): Float64Array {
    for (let j = 0; j < d; j++) scratch[j] = row[j];
    if (single) {
      let sum = base[0];
      for (let t = 0; t < roots.length; t++) sum += leafOf(flat, roots[t], scratch, 0);
      out[0] = sum;
      return out;
    }
    out.set(base);
    for (let t = 0; t < roots.length; t++) out[output[t]] += leafOf(flat, roots[t], scratch, 0);
    return out;
  }

  function allSums(x: Examples): Float64Array {
    const columns = columnsFor(forest.inputs, x);
    const out = new Float64Array(x.rows * outputs);
    const rows = new Float64Array(block * d);
    for (let start = 0; start < x.rows; start += block) {
      const count = Math.min(block, x.rows - start);
      for (let j = 0; j < d; j++) {
        const column = columns[j];
        for (let i = 0; i < count; i++) rows[i * d + j] = column[start + i];
      }
      for (let i = 0; i < count; i++) for (let o = 0; o < outputs; o++) out[(start + i) * outputs + o] = base[o];
      for (let t = 0; t < roots.length; t++) addTree(flat, roots[t], rows, d, count, out, start * outputs + output[t], outputs);
    }
    return out;
  }

  return {
    outputs,
    sums,
    one: (row, out) => applyLink(link, sums(row, out), outputs),
    allSums,
    all: (x) => applyLink(link, allSums(x), outputs),
  };
}

/** All trees of a forest. Four integers per node: input (−1 = a leaf), left child (the right one follows it), child of a missing value, categories. */
interface Flat {
  readonly nodes: Int32Array;
  /** Threshold of a node, or what a leaf adds. */
  readonly numbers: Float64Array;
  /** Sets of codes: each its length in words, then its bits. */
  readonly sets: Int32Array;
  readonly roots: Int32Array;
  readonly output: Int32Array;
}

function flatten(trees: readonly DecisionTree[]): Flat {
  const size = trees.reduce((sum, tree) => sum + tree.input.length, 0);
  const nodes = new Int32Array(size * 4);
  const numbers = new Float64Array(size);
  const sets: number[] = [];
  let end = 0;
  const roots = trees.map((tree) => {
    const root = end++;
    // Breadth first: the top of a tree, where every row passes, lies together.
    const queue: [from: number, to: number][] = [[0, root]];
    for (const [from, to] of queue) {
      const input = tree.input[from];
      nodes[to * 4] = input;
      numbers[to] = input < 0 ? tree.value[from] : tree.threshold[from];
      if (input < 0) continue;
      const codes = tree.categories[from];
      nodes.set([end, end + (tree.missingLeft[from] ? 0 : 1), codes ? sets.length : -1], to * 4 + 1);
      if (codes) sets.push(...bitsOf(codes));
      queue.push([tree.left[from], end], [tree.right[from], end + 1]);
      end += 2;
    }
    return root;
  });
  return { nodes, numbers, sets: Int32Array.from(sets), roots: Int32Array.from(roots), output: Int32Array.from(trees, (tree) => tree.output) };
}

function bitsOf(codes: Int32Array): number[] {
  const words = new Int32Array(codes.reduce((most, code) => Math.max(most, (code >> 5) + 1), 0));
  for (const code of codes) words[code >> 5] |= 1 << (code & 31);
  return [words.length, ...words];
}

/** What the tree at `root` adds for the row that begins at `at`. */
function leafOf({ nodes, numbers, sets }: Flat, root: number, rows: Float64Array, at: number): number {
  let node = root;
  for (let input = nodes[node << 2]; input >= 0; input = nodes[node << 2]) {
    const value = rows[at + input];
    const set = nodes[(node << 2) + 3];
    if (value !== value) node = nodes[(node << 2) + 2];
    else if (set < 0) node = nodes[(node << 2) + 1] + (value <= numbers[node] ? 0 : 1);
    else node = nodes[(node << 2) + 1] + (holds(sets, set, value) ? 0 : 1);
  }
  return numbers[node];
}

function holds(sets: Int32Array, set: number, value: number): boolean {
  const code = value | 0;
  return code === value && code >= 0 && code >> 5 < sets[set] && ((sets[set + 1 + (code >> 5)] >> (code & 31)) & 1) === 1;
}

function addTree(flat: Flat, root: number, rows: Float64Array, d: number, count: number, out: Float64Array, at: number, step: number): void {
  for (let i = 0; i < count; i++) out[at + i * step] += leafOf(flat, root, rows, i * d);
}

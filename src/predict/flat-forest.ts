import type { DecisionTree } from '../domain/forest.js';

/** All trees of a forest. Four integers per node: input (−1 = a leaf), left child (the right one follows it), child of a missing value, categories. */
export interface Flat {
  readonly nodes: Int32Array;
  /** Threshold of a node, or what a leaf adds. */
  readonly numbers: Float64Array;
  /** Sets of codes: each its length in words, then its bits. */
  readonly sets: Int32Array;
  readonly roots: Int32Array;
  readonly output: Int32Array;
}

/** The trees flattened, each breadth first: its top, where every row passes, lies together. */
export function flatten(trees: readonly DecisionTree[]): Flat {
  const size = trees.reduce((sum, tree) => sum + tree.input.length, 0);
  const nodes = new Int32Array(size * 4);
  const numbers = new Float64Array(size);
  const sets: number[] = [];
  let end = 0;
  const roots = trees.map((tree) => {
    const root = end++;
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

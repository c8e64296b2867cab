import { columnsFor, type Examples } from '../../domain/examples.js';
import type { DecisionTree, Forest } from '../../domain/forest.js';

/** Rows scored together, so that a tree stays in the cache. */
const block = 1024;

/** What the trees add up to from the base: rows × outputs. @throws `predict/no-input` */
export function forestMargins({ inputs, base, outputs, trees }: Forest, x: Examples): Float64Array {
  const margins = new Float64Array(x.rows * outputs);
  for (let i = 0; i < x.rows; i++) margins.set(base, i * outputs);
  const columns = columnsFor(inputs, x);
  const leaves = trees.map((tree) => leafFinder(tree, columns));
  for (let start = 0; start < x.rows; start += block) {
    const end = Math.min(x.rows, start + block);
    trees.forEach((tree, t) => {
      const leafOf = leaves[t];
      for (let i = start; i < end; i++) margins[i * outputs + tree.output] += tree.value[leafOf(i)];
    });
  }
  return margins;
}

/** The leaf that a row comes to. */
export function leafFinder(tree: DecisionTree, columns: readonly Float64Array[]): (row: number) => number {
  const { input, threshold, left, right, missingLeft } = tree;
  const sets = new Map(Object.entries(tree.categories).map(([node, codes]) => [Number(node), new Set(codes)]));
  if (sets.size === 0) {
    return (row) => {
      let node = 0;
      for (let asked = input[0]; asked >= 0; asked = input[node]) {
        const value = columns[asked][row];
        node = value <= threshold[node] || (value !== value && missingLeft[node] === 1) ? left[node] : right[node];
      }
      return node;
    };
  }
  return (row) => {
    let node = 0;
    while (input[node] >= 0) {
      const value = columns[input[node]][row];
      const goesLeft = value !== value ? missingLeft[node] === 1 : (sets.get(node)?.has(value) ?? value <= threshold[node]);
      node = goesLeft ? left[node] : right[node];
    }
    return node;
  };
}

/** Margins (rows × outputs) through the link, in place. */
export function throughLink(margins: Float64Array, { outputs, link }: Pick<Forest, 'outputs' | 'link'>): Float64Array {
  if (link === 'logistic') for (let i = 0; i < margins.length; i++) margins[i] = 1 / (1 + Math.exp(-margins[i]));
  else if (link === 'softmax') for (let at = 0; at < margins.length; at += outputs) softmax(margins, at, outputs);
  return margins;
}

/** Of `count` numbers from `at`, in place. */
export function softmax(values: Float64Array, at: number, count: number): void {
  let most = -Infinity;
  for (let k = at; k < at + count; k++) most = Math.max(most, values[k]);
  let total = 0;
  for (let k = at; k < at + count; k++) total += values[k] = Math.exp(values[k] - most);
  for (let k = at; k < at + count; k++) values[k] /= total;
}

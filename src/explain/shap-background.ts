import { columnsFor, type Examples } from '../domain/examples.js';
import { goesLeft, type DecisionTree, type Forest } from '../domain/forest.js';
import type { Shap } from './shap.js';

/**
 * Exact Shapley values of the interventional game: an unknown input has the value that it has in a background row, and the answer is the mean over the
 * background rows (interventional TreeSHAP, Lundberg et al. 2020). Unlike `treeShap` it gives nothing to an input that the model never asks for, however
 * it goes with others. O(rows × background rows × nodes): some 100 background rows are enough. @throws `predict/no-input`
 */
export function treeShapAgainst(forest: Forest, x: Examples, background: Examples): Shap {
  const d = forest.inputs.length;
  const { outputs } = forest;
  const rows = rowsOf(forest, x);
  const others = rowsOf(forest, background);
  const values = new Float64Array(x.rows * outputs * d);
  const base = forest.base.slice();
  for (const tree of forest.trees) {
    const game = openGame(tree);
    for (const other of others) base[tree.output] += game.leafOf(other) / others.length;
    rows.forEach((row, i) => {
      const own = values.subarray((i * outputs + tree.output) * d, (i * outputs + tree.output + 1) * d);
      for (const other of others) game.add(row, other, own, 1 / others.length);
    });
  }
  return { rows: x.rows, outputs, inputs: d, base, values };
}

function rowsOf({ inputs }: Forest, x: Examples): Float64Array[] {
  const columns = columnsFor(inputs, x);
  return Array.from({ length: x.rows }, (_, i) => Float64Array.from(columns, (column) => column[i]));
}

/** One tree, asked with the values of two rows mixed. */
function openGame(tree: DecisionTree) {
  const weights: number[][] = [];
  /** What this path has asked of each input: 1 = only the row satisfies it, 2 = only the other row does. */
  const asked = new Map<number, 1 | 2>();
  let row: Float64Array, other: Float64Array, values: Float64Array, share: number;

  /** What is below for the sets in which the row's inputs are known, and minus that for those of the other: a of the path's inputs only the row satisfies, b only the other row. */
  function below(node: number, a: number, b: number): [gained: number, lost: number] {
    const input = tree.input[node];
    if (input < 0) {
      const value = tree.value[node] * share;
      return [a > 0 ? value * weightOf(a - 1, b) : 0, b > 0 ? -value * weightOf(a, b - 1) : 0];
    }
    const [left, right] = [tree.left[node], tree.right[node]];
    const own = goesLeft(tree, node, row[input]) ? left : right;
    const others = goesLeft(tree, node, other[input]) ? left : right;
    const before = asked.get(input);
    if (before !== undefined || own === others) return below(before === 2 ? others : own, a, b);
    asked.set(input, 1);
    const known = below(own, a + 1, b);
    asked.set(input, 2);
    const unknown = below(others, a, b + 1);
    asked.delete(input);
    values[input] += known[0] + unknown[1];
    return [known[0] + unknown[0], known[1] + unknown[1]];
  }

  /** a! b! / (a + b + 1)! */
  function weightOf(a: number, b: number): number {
    const known = weights[a]?.[b];
    if (known !== undefined) return known;
    let weight = 1 / (a + b + 1);
    for (let k = 1; k <= b; k++) weight *= k / (a + k);
    return ((weights[a] ??= [])[b] = weight);
  }

  return {
    add(ofRow: Float64Array, ofOther: Float64Array, into: Float64Array, weight: number): void {
      [row, other, values, share] = [ofRow, ofOther, into, weight];
      below(0, 0, 0);
    },
    leafOf(of: Float64Array): number {
      let node = 0;
      while (tree.input[node] >= 0) node = goesLeft(tree, node, of[tree.input[node]]) ? tree.left[node] : tree.right[node];
      return tree.value[node];
    },
  };
}

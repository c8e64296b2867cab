import { createRng, type Rng } from '../util/rng.js';
import type { Examples, Input } from './examples.js';
import { type DecisionTree, type Forest, type Link, treeOfNodes } from './forest.js';

export interface RandomForest {
  readonly seed: number;
  /** Numeric inputs, then categorical ones with 5 categories each. */
  readonly numeric: number;
  readonly categorical?: number;
  readonly trees: number;
  readonly leaves: number;
  readonly outputs?: number;
  readonly link?: Link;
}

/** Trees grown at random: whichever leaf is split next, on whichever input, with missing values either way and covers that add up. */
export function randomForest({ seed, numeric, categorical = 0, trees, leaves, outputs = 1, link = 'logistic' }: RandomForest): Forest {
  const rng = createRng(seed, 'forest');
  const inputs = Array.from({ length: numeric + categorical }, (_, j): Input =>
    j < numeric ? { name: `x${j}`, title: `Input ${j}` } : { name: `c${j}`, categories: ['a', 'b', 'c', 'd', 'e'] });
  return {
    inputs,
    outputs,
    base: Float64Array.from({ length: outputs }, () => rng.normal()),
    link,
    trees: Array.from({ length: trees }, (_, t) => randomTree(rng, inputs, leaves, t % outputs)),
  };
}

function randomTree(rng: Rng, inputs: readonly Input[], leaves: number, output: number): DecisionTree {
  const nodes = [{ input: -1, threshold: 0, left: -1, right: -1, missingLeft: 0, value: rng.normal() / 10, cover: 1000 }];
  const categories: Record<number, Int32Array> = {};
  const open = [0];
  for (let made = 1; made < leaves; made++) {
    const [at] = open.splice(rng.int(open.length), 1);
    const input = rng.int(inputs.length);
    const share = 0.05 + 0.9 * rng.next();
    const named = inputs[input].categories;
    if (named) categories[at] = Int32Array.from(named.keys()).filter(() => rng.next() < 0.4);
    const child = (part: number) => nodes.push({ input: -1, threshold: 0, left: -1, right: -1, missingLeft: 0, value: rng.normal() / 10, cover: nodes[at].cover * part }) - 1;
    nodes[at] = { ...nodes[at], input, threshold: Math.round(rng.normal() * 8) / 8, missingLeft: rng.int(2), left: child(share), right: child(1 - share) };
    open.push(nodes[at].left, nodes[at].right);
  }
  return treeOfNodes(nodes, { output, categories });
}

/** Rows for a forest: values that often lie on a threshold, an infinity now and then, one in ten missing, codes within and beyond the categories. */
export function randomRows({ inputs }: Pick<Forest, 'inputs'>, rows: number, seed = 1): Examples {
  const rng = createRng(seed, 'rows');
  const columns = inputs.map(({ categories }) => Float64Array.from({ length: rows }, () => {
    if (rng.next() < 0.1) return Number.NaN;
    if (categories) return rng.int(categories.length + 1);
    return rng.next() < 0.01 ? (rng.next() < 0.5 ? Infinity : -Infinity) : Math.round(rng.normal() * 16) / 16;
  }));
  return { rows, inputs, columns };
}

/** The sums of one row as the words of `Forest` say, tree by tree. */
export function sumsOf(forest: Forest, row: ArrayLike<number>): number[] {
  const sums = Array.from(forest.base);
  for (const tree of forest.trees) {
    let node = 0;
    while (tree.input[node] >= 0) {
      const value = row[tree.input[node]];
      const codes = tree.categories[node];
      const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : codes ? codes.includes(value) : value <= tree.threshold[node];
      node = goesLeft ? tree.left[node] : tree.right[node];
    }
    sums[tree.output] += tree.value[node];
  }
  return sums;
}

/** Row i of the examples, in the order of their inputs. */
export const rowOf = (x: Examples, i: number): Float64Array => Float64Array.from(x.columns, (column) => column[i]);

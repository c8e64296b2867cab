import type { DecisionTree } from '../../domain/forest.js';

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

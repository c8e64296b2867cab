import type { Forest } from '../domain/forest.js';
import type { Calibration } from '../domain/prediction.js';
import { flatten } from './flat-forest.js';
import { modelJs } from './model-js.js';

/** A whole forest as a JavaScript module (see `modelJs`): the same bits as the library's. */
export function forestJs(forest: Forest, calibration?: readonly Calibration[]): string {
  const { nodes, numbers, sets, roots, output } = flatten(forest.trees);
  return modelJs(
    forest,
    { nodes, numbers, sets, roots, output },
    '  for (let t = 0; t < roots.length; t++) sums[output[t]] += leafOf(roots[t], x);',
    `
/** Four integers per node: input (-1 = a leaf), left child (the right one follows it), child of an unknown value, set of categories (-1 = a threshold). */
function leafOf(root, x) {
  let at = root;
  for (let input = nodes[at * 4]; input >= 0; input = nodes[at * 4]) {
    const value = x[input], left = nodes[at * 4 + 1], set = nodes[at * 4 + 3];
    at = value !== value ? nodes[at * 4 + 2] : left + ((set < 0 ? value <= numbers[at] : holds(set, value)) ? 0 : 1);
  }
  return numbers[at];
}

/** A set is its length in words, then its bits. */
function holds(set, value) {
  const code = value | 0;
  return code === value && code >= 0 && code >> 5 < sets[set] && ((sets[set + 1 + (code >> 5)] >> (code & 31)) & 1) === 1;
}
`,
    calibration,
  );
}

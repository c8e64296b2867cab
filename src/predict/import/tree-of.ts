import { type DecisionTree, type TreeNode, treeOfNodes } from '../../domain/forest.js';

/** A node as another tool's file has it. `R` says where a child is to be found. */
export type Step<R> =
  | { readonly leaf: number; readonly cover: number }
  | {
    readonly input: number;
    readonly threshold: number;
    readonly codes?: Int32Array;
    readonly missingLeft: boolean;
    readonly left: R;
    readonly right: R;
    readonly value: number;
    readonly cover: number;
  };

/** Nobody trains deeper trees, and what walks a tree may call itself once per level. */
const deepest = 1000;

/**
 * The tree that is found by following the steps from its root, its nodes numbered parent before child. `most` is how many nodes there may be:
 * a file whose nodes lead back to each other has no end. `fail` throws the sentence given to it.
 */
export function treeOf<R>(output: number, root: R, step: (at: R) => Step<R>, most: number, fail: (problem: string) => never): DecisionTree {
  const nodes: TreeNode[] = [];
  const categories: Record<number, Int32Array> = {};
  const stack: { at: R; depth: number; arrive: (node: number) => void }[] = [{ at: root, depth: 0, arrive: () => {} }];
  while (stack.length > 0) {
    const { at, depth, arrive } = stack.pop()!;
    if (nodes.length >= most || depth > deepest) fail(nodes.length >= most ? 'its nodes lead back to each other' : `a tree is more than ${deepest} questions deep, or its nodes lead back to each other`);
    const found = step(at);
    const node = { input: -1, threshold: 0, left: -1, right: -1, missingLeft: 0, value: 'leaf' in found ? found.leaf : found.value, cover: found.cover };
    const index = nodes.push(node) - 1;
    arrive(index);
    if ('leaf' in found) continue;
    node.input = found.input;
    node.threshold = found.threshold;
    node.missingLeft = found.missingLeft ? 1 : 0;
    if (found.codes) categories[index] = found.codes;
    stack.push({ at: found.right, depth: depth + 1, arrive: (child) => (node.right = child) }, { at: found.left, depth: depth + 1, arrive: (child) => (node.left = child) });
  }
  return treeOfNodes(nodes, { output, categories });
}

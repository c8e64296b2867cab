/**
 * A forest as its Shapley values are worked out of it: trees that sum to it, with constants per inner node at points of integration. Inner nodes of a tree come parent
 * before child; a *slot* is an inner node's place in its tree, or their number + the place of a leaf.
 */
export interface ShapPlan {
  /** Columns of a row. */
  readonly d: number;
  readonly outputs: number;
  /**
   * Per tree `treeWords` integers: first inner node, inner nodes (at least one), first leaf, leaves, points (even), where its constants begin, output, where its inputs
   * begin, their number; 0 three times.
   */
  readonly trees: Int32Array;
  /** The inputs of each tree, each once. */
  readonly inputs: Int32Array;
  /**
   * Per inner node `nodeWords` integers: input; 1 where a missing value goes left; where its set of categories begins (−1 = a threshold); slot of the left
   * child, of the right one; the node above whose edge asks about the same input last (−1 = none), the state of that node on this side of it (1 or 2); the place of
   * its input among those of the tree.
   */
  readonly nodes: Int32Array;
  /** One per inner node. */
  readonly thresholds: Float64Array;
  /** Sets of codes: each its length in words, then its bits. */
  readonly sets: Int32Array;
  /** What each leaf adds. */
  readonly leaves: Float64Array;
  /**
   * Per inner node of a tree with q points 9 q numbers: for each state (0 = the row does not follow the input's edges above, 1 = it goes left, 2 = right) the left
   * child's factor, and the weights of the left and of the right child's sums in the value of the input, each at q points.
   */
  readonly constants: Float64Array;
}

export const treeWords = 12;
export const nodeWords = 8;

/**
 * Inner nodes that a tree may have for a table. The values of a tree depend on nothing but which way the row goes at each of its inner nodes, so with so few of them
 * they can be worked out beforehand for all that is possible (the idea of Fast TreeSHAP v2, Yang 2021), where many rows are to come.
 */
export const tabled = 13;

/** Numbers that the table of a tree takes. */
export const tableSize = (inner: number, inputs: number) => 2 ** inner * ((inputs + 1) & ~1);

/** Shapley values of rows, one block after the other. */
export interface Shap {
  /** Adds, for each of `count` rows (column after column, `count` values each; NaN is missing), the value of each input in each output into `values` (count × outputs × d). */
  add(columns: Float64Array, count: number, values: Float64Array): void;
  release(): void;
}

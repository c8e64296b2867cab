import type { Bins } from './tree-rows.js';

/** What trees that stand by themselves are grown from. Bins of categories are taken in their order. */
export interface ForestPlan {
  readonly rows: number;
  readonly columns: readonly Float64Array[];
  readonly bins: readonly Bins[];
  /** Classes: at least 2, and `targets` are their indices. Numbers: 0. */
  readonly classes: number;
  readonly targets: Float64Array;
  readonly weights?: Float64Array;
}

export interface ForestRules {
  /** Inputs looked at per node, drawn anew; more only while none of them can part its rows. */
  readonly tries: number;
  /** Rows of a leaf at least: one that was drawn several times is one. */
  readonly minRows: number;
  readonly maxDepth: number;
  /** Each tree sees as many rows as there are, drawn with replacement. */
  readonly bootstrap: boolean;
}

/** A tree as it was grown: nodes in arrays, a node before its children, the left child right behind it. */
export interface ForestTree {
  /** −1 = a leaf. */
  readonly input: Int32Array;
  /** The last bin that goes left. */
  readonly bin: Int32Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Per node: the weight of each class, or Σ weight × number and Σ weight. */
  readonly sums: Float64Array;
}

/** Binned rows that whole trees are grown on, each by one thread. */
export interface ForestRows {
  /** A tree per seed, the same whatever the number of threads. */
  grow(seeds: Uint32Array, rules: ForestRules): ForestTree[];
  release(): void;
}

/** How the values of one input become bins. Bin `count` is for missing values (NaN). */
export interface Bins {
  /** Numbers: ascending, finite; a value is in the first bin whose cut is at least it, in the last where none is. Empty for categories. */
  readonly cuts: Float64Array;
  /** Categories: the bin of every code; `count` and codes beyond are as missing. Absent for numbers. */
  readonly codes?: Uint8Array;
  /** Bins of values, 1–255. */
  readonly count: number;
}

/** Most bins of values of one input: with the one for missing values a byte. */
export const mostBins = 255;

/** Sums over rows: of first and second derivatives of the loss, and their number. */
export interface RowSums {
  readonly g: number;
  readonly h: number;
  readonly n: number;
}

/** A way to part the rows of a leaf. */
export interface Split {
  readonly input: number;
  /** Numbers: the last bin that goes left. */
  readonly bin: number;
  /** Categories: the bins that go left. */
  readonly bins?: readonly number[];
  readonly missingLeft: boolean;
  /** What is gained over leaving the leaf whole: Σ g² / (h + lambda) of both sides less that of the leaf (in the bounds, where there are any). */
  readonly gain: number;
  readonly left: RowSums;
  readonly right: RowSums;
  /** Added to lambda in both sides' values. */
  readonly smoothing: number;
}

/** What a split must hold to. */
export interface SplitRules {
  readonly lambda: number;
  readonly minRows: number;
  readonly minHessian: number;
  readonly minGain: number;
  /** Rows of the leaf that a category needs for an input of more than three to be split by it; absent = 10. */
  readonly categoryRows?: number;
  /** Per input: 1 = may be asked about. */
  readonly allowed: Uint8Array;
  /** Per input: 1 = what is predicted may not fall as it rises, −1 = may not rise, 0 = free. Absent: all are free. */
  readonly monotone?: Int8Array;
}

/** Between what a leaf's value must stay, so that monotone inputs above it hold. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export const unbounded: Bounds = { lower: -Infinity, upper: Infinity };

/**
 * Binned rows that trees are grown on, one tree at a time. A leaf is a number below `leaves`; its rows stay in ascending order. Derivatives are kept in fixed point, so
 * that sums are exact: they do not depend on the order of rows, nor on the number of threads.
 */
export interface TreeRows {
  readonly rows: number;
  readonly bins: readonly Bins[];
  /** What the trees so far add up to, one array of `rows` per output. To be written to freely. */
  readonly margins: readonly Float64Array[];
  /** Derivatives of the weighted logistic loss at the margins of output 0: g = w (p − y), h = w p (1 − p). */
  logistic(targets: Float64Array, weights?: Float64Array): void;
  /** Any derivatives, h ≥ 0. */
  derivatives(g: Float64Array, h: Float64Array): void;
  /** Begins a tree: all rows, or those given (ascending; a row may come more than once), are leaf 0. */
  plant(sample?: Int32Array): RowSums;
  /** Parts the rows of a leaf: the left ones stay in `leaf`, the right ones are leaf `right`. */
  split(leaf: number, right: number, split: Split): void;
  /** The best splits of leaves: undefined where none is allowed. Ties go to the lower input, then to missing on the right, then to the lower bin. */
  best(leaves: readonly { readonly leaf: number; readonly sums: RowSums; readonly bounds: Bounds }[], rules: SplitRules): (Split | undefined)[];
  /** Rows of a leaf. Valid until the next call. */
  rowsOf(leaf: number): Int32Array;
  /** Adds to the margins of the rows of leaf l `values[l]`. */
  add(output: number, values: Float64Array): void;
  release(): void;
}

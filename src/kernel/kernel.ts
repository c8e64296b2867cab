import type { ForestPlan, ForestRows } from './forest-rows.js';
import type { Mixture, Moments } from './mixture.js';
import type { Shap, ShapPlan } from './shap-plan.js';
import type { Bins, TreeRows } from './tree-rows.js';

/** Rows of numbers, row-major. `stride` ≥ `d` numbers per row; the padding between them is 0. */
export interface Points {
  readonly rows: number;
  readonly d: number;
  readonly stride: number;
  readonly data: Float32Array | Float64Array;
}

/** Points in the kernel's own memory: what `allocate` gives. Writing into `data` writes into the kernel, with no copy later. */
export interface KernelPoints extends Points {
  readonly data: Float32Array;
}

/** k centres × d, row-major, no padding. */
export interface Centres {
  readonly k: number;
  readonly d: number;
  readonly values: Float64Array;
}

/** What one pass over the points gives: per centre, the sum of its points (k × d) and how many there are. */
export interface Sums {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** Per centre: the sum of squared distances and the sum of distances of its points, by direct differences in double precision. */
export interface Spread {
  readonly squares: Float64Array;
  readonly distances: Float64Array;
}

/** Passes of k-means over the same rows; the kernel keeps what it needs from one to the next until `release`. */
export interface Passes {
  /** Sums and counts of the rows nearest to each of the centres (k × d). */
  pass(values: Float64Array): Sums;
  release(): void;
}

/**
 * One k-means from seeding to convergence, small enough for one thread. Many jobs run side by side.
 * Either `start` (first centres) or `draws` is given.
 */
export interface ClusterJob {
  readonly points: Points;
  readonly k: number;
  /** Weight of each row (bootstrap counts, coresets); absent = 1. */
  readonly weights?: Float32Array;
  readonly start?: Float64Array;
  /** Uniform numbers in [0, 1) for greedy k-means++: `k × trials` of them. */
  readonly draws?: Float64Array;
  /** Candidates tried per centre, 1–4. */
  readonly trials: number;
  readonly maxIterations: number;
  /** Stops when the squared movement of all centres together is at most this. */
  readonly tolerance: number;
}

export interface ClusterResult {
  readonly k: number;
  readonly d: number;
  /** k × d. */
  readonly values: Float64Array;
  readonly labels: Int32Array;
  /** Rows (or weight) per centre. */
  readonly counts: Float64Array;
  /** Sum of (weighted) squared distances to the own centre, by direct differences in double precision. */
  readonly inertia: number;
  readonly iterations: number;
}

/** Weighted groups in the kernel's memory, to be joined by Ward's measure. */
export interface WardGroups {
  /** Centroids, count × d, no value greater than 1e15. Writing here moves a group; Infinity (as at first) takes it away. */
  readonly values: Float64Array;
  /** 1 / weight of each group, at first 1. */
  readonly inverses: Float64Array;
  /**
   * For each asked group x the group y ≠ x with the least 2 |x − y|² / (1/wx + 1/wy): twice what joining them adds to the inertia. −1 and Infinity where
   * there is none. By direct differences in double precision. O(asked × count × d).
   */
  nearest(asked: Int32Array): { readonly neighbours: Int32Array; readonly distances: Float64Array };
  release(): void;
}

/**
 * The hot loops. Two implementations: `reference.ts` (readable, any machine) and `simd.ts` (WebAssembly SIMD on threads); a test holds them
 * equal. Calls are synchronous and short (callers yield between them), and give the same bits for any number of threads.
 * Ties go to the lowest index.
 */
export interface Kernel {
  readonly name: 'reference' | 'simd';
  readonly threads: number;
  /** Zeroed memory for rows × d single-precision numbers; `stride` is a multiple of 4. */
  allocate(rows: number, d: number): KernelPoints;
  /** The points in the kernel's memory: themselves where they already are, else a copy that `release` frees. Saves a copy per call. */
  adopt(points: Points): { readonly points: Points; release(): void };
  /** Gives memory of `allocate` back. The points must not be used afterwards. */
  free(points: Points): void;
  /** Nearest centre of every row into `labels` (where given), and the (weighted) sums and counts per centre. */
  assign(points: Points, centres: Centres, labels?: Int32Array, weights?: Float32Array): Sums;
  spread(points: Points, centres: Centres, labels: Int32Array, weights?: Float32Array): Spread;
  /** Passes over the same rows one after the other, as `assign` makes them, each the cheaper the less the centres have moved since the one before. */
  passes(points: Points, k: number, weights?: Float32Array): Passes;
  cluster(jobs: readonly ClusterJob[]): ClusterResult[];
  /**
   * For every row and every labelling: the sum of its Euclidean distances to the rows of each label, as rows × k numbers per labelling
   * (what a silhouette is made of). O(rows² d).
   */
  distanceSums(points: Points, labelings: readonly Int32Array[], k: number): Float64Array[];
  /** Room for `count` groups of d features, none of them there yet. */
  wardGroups(count: number, d: number): WardGroups;
  /** Sorts the rows into boxes and keeps them in the kernel's memory until `release`. @throws `segment/not-finite` */
  search(points: Points): Search;
  /** One E step of a Gaussian mixture over rows [from, to), in double precision: O((to − from) × k × d) or, with matrices, × d². */
  expectation(points: Points, mixture: Mixture, from: number, to: number): Moments;
  /** A forest made ready to have its rows explained, in the kernel's memory until `release`: some `rows` are to come. O(rows × nodes × points), or less where they are many. */
  shap(plan: ShapPlan, rows: number): Shap;
  /** Sorts columns of equal length in place: ascending, −0 before 0, NaN last. */
  sort(columns: readonly Float64Array[]): void;
  /** Puts rows into bins to grow trees of at most `leaves` leaves on, for so many outputs. Columns are not kept. */
  treeRows(columns: readonly Float64Array[], bins: readonly Bins[], rows: number, leaves: number, outputs: number): TreeRows;
  /** Puts rows into bins to grow trees on that stand by themselves. At most 255 classes. */
  forestRows(plan: ForestPlan): ForestRows;
  close(): Promise<void>;
}

/**
 * Nearest rows of rows, on a kd-tree. A *position* is a row's place in the order of the tree: positions that follow each other lie together. Distances are
 * squared and exact in double precision: single precision only rules rows out, with room for all it can round.
 */
export interface Search {
  readonly n: number;
  readonly d: number;
  /** Original row of each position. */
  readonly rows: Int32Array;
  /**
   * The k positions nearest to each of the positions from, from + 1, … (themselves among them), no farther than `within` (squared), nearest first and
   * equal ones by position, into `squares` and `positions` (count × k; free places hold Infinity and −1). With `any`: k of those within, whichever.
   * With `leaves`, each looks at no more leaves of the tree, the likeliest first: then rows may be missed.
   */
  nearest(from: number, count: number, k: number, within: number, any: boolean, squares: Float64Array, positions: Int32Array, leaves?: number): void;
  /**
   * Betters full lists of k near positions (count × k, in place) by what their links are linked with: `links` holds as many positions for every position,
   * −1 after the last. NN-descent (Dong, Moses & Li 2011) repeats it with the lists and their reverse as links.
   * The same array of links given again is taken to hold the same links.
   */
  improve(from: number, count: number, k: number, links: Int32Array, squares: Float64Array, positions: Int32Array): void;
  /** Squared core distance of every position: no distance of a position is less than its core distance. */
  setCores(cores: Float64Array): void;
  /** Component of every position; −1: in none, never found. */
  setComponents(components: Int32Array): void;
  /**
   * For each of some positions that are in a component, the nearest one of another component that is nearer than its bound (squared): its distance and position; the bound and −1
   * where there is none. `sharing`: positions of one component that follow each other (within 32) look for one nearest together, so only the nearest of them is sure to be found.
   */
  foreign(queries: Int32Array, bounds: Float64Array, sharing: boolean, squares: Float64Array, positions: Int32Array): void;
  release(): void;
}

// What can be done with a dendrogram, whatever made it: cutting it into segments, nesting several cuts, and comparing two of them.
import { ShoalError } from '../errors.js';

/**
 * A dendrogram in the form SciPy uses: merge i joins nodes merges[2i] < merges[2i + 1] at heights[i] into node `leaves + i`, which holds sizes[i]
 * rows. Nodes below `leaves` are the leaves. Heights never decrease. A Ward height is the square root of twice the inertia the merge adds.
 */
export interface Dendrogram {
  readonly leaves: number;
  /** Rows in each leaf. */
  readonly weights: ArrayLike<number>;
  readonly merges: ArrayLike<number>;
  readonly heights: ArrayLike<number>;
  readonly sizes: ArrayLike<number>;
}

/** A dendrogram as it is made, in typed arrays. */
export interface Linkage extends Dendrogram {
  readonly weights: Float64Array;
  readonly merges: Int32Array;
  readonly heights: Float64Array;
  readonly sizes: Float64Array;
}

/** Two groups joining, each named by any one of its leaves. */
export interface Join {
  readonly a: number;
  readonly b: number;
  readonly height: number;
}

/** A dendrogram cut into k groups, and where each of them lies in the next broader level. */
export interface Level {
  readonly k: number;
  /** Group of each leaf, largest group first. */
  readonly groups: Int32Array;
  /** Rows in each group. */
  readonly sizes: readonly number[];
  /** The group of the next broader level that holds each group; undefined at the broadest. */
  readonly parents?: readonly number[];
  /** The cut lies between these two heights: the last merge made (0 where none is) and the first not made (∞ where all are). */
  readonly between: readonly [number, number];
}

/** Sorts joins by height and numbers the nodes they make. Joins must come with parts before unions, as equal heights keep their order. */
export function dendrogramOf(joins: readonly Join[], weights: Float64Array): Linkage {
  const leaves = weights.length;
  const sorted = [...joins].sort((p, q) => p.height - q.height);
  const parent = Int32Array.from({ length: 2 * leaves - 1 }, (_, i) => i);
  const size = new Float64Array(2 * leaves - 1);
  size.set(weights);
  const root = (node: number) => {
    while (parent[node] !== node) node = parent[node] = parent[parent[node]];
    return node;
  };
  const merges = new Int32Array(2 * sorted.length);
  sorted.forEach(({ a, b }, i) => {
    const [p, q] = [root(a), root(b)];
    merges[2 * i] = Math.min(p, q);
    merges[2 * i + 1] = Math.max(p, q);
    parent[p] = parent[q] = leaves + i;
    size[leaves + i] = size[p] + size[q];
  });
  return { leaves, weights, merges, heights: Float64Array.from(sorted, ({ height }) => height), sizes: size.slice(leaves) };
}

/** The group of each leaf when the dendrogram is cut into k, largest group first (by rows; equal ones by their first leaf). @throws `segment/bad-k` */
export function cut({ leaves, weights, merges }: Dendrogram, k: number): Int32Array {
  if (!(k >= 1 && k <= leaves)) throw new ShoalError('segment/bad-k', { k, rows: leaves });
  const parent = Int32Array.from({ length: 2 * leaves - 1 }, (_, i) => i);
  for (let i = 0; i < leaves - k; i++) parent[merges[2 * i]] = parent[merges[2 * i + 1]] = leaves + i;
  // A parent's number is higher than its children's, so from the top down every parent is final before its children look at it.
  for (let node = parent.length - 1; node >= 0; node--) parent[node] = parent[parent[node]];
  const rows = new Map<number, number>();
  for (let leaf = 0; leaf < leaves; leaf++) rows.set(parent[leaf], (rows.get(parent[leaf]) ?? 0) + weights[leaf]);
  const rank = new Map([...rows].sort(([, a], [, b]) => b - a).map(([root], g) => [root, g]));
  return Int32Array.from({ length: leaves }, (_, leaf) => rank.get(parent[leaf])!);
}

/** How many groups are left once every merge up to `height` is made. */
export function groupsAt({ leaves, heights }: Dendrogram, height: number): number {
  let merged = 0;
  while (merged < heights.length && heights[merged] <= height) merged++;
  return leaves - merged;
}

/**
 * Nested cuts, broadest first: segments, and the micro-segments inside them. Each group of a level lies inside one of the level before.
 * @throws `segment/bad-k`
 */
export function levels(dendrogram: Dendrogram, ks: readonly number[]): Level[] {
  const { leaves, weights, heights } = dendrogram;
  const found: Level[] = [];
  for (const k of [...new Set(ks)].sort((a, b) => a - b)) {
    const groups = cut(dendrogram, k);
    const broader = found.at(-1);
    const sizes = new Array<number>(k).fill(0);
    const parents = new Array<number>(k).fill(0);
    groups.forEach((group, leaf) => {
      sizes[group] += weights[leaf];
      if (broader) parents[group] = broader.groups[leaf];
    });
    const between = [k < leaves ? heights[leaves - k - 1] : 0, k > 1 ? heights[leaves - k] : Infinity] as const;
    found.push({ k, groups, sizes, ...(broader && { parents }), between });
  }
  return found;
}

/** Height at which each two leaves first lie in one group, leaves × leaves; 0 on the diagonal. */
export function cophenetic({ leaves, merges, heights }: Dendrogram): Float64Array {
  const between = new Float64Array(leaves * leaves);
  const members: Int32Array[] = Array.from({ length: leaves }, (_, leaf) => Int32Array.of(leaf));
  for (let i = 0; i < heights.length; i++) {
    const [left, right] = [members[merges[2 * i]], members[merges[2 * i + 1]]];
    for (const a of left) for (const b of right) between[a * leaves + b] = between[b * leaves + a] = heights[i];
    const both = new Int32Array(left.length + right.length);
    both.set(left);
    both.set(right, left.length);
    members.push(both);
    members[merges[2 * i]] = members[merges[2 * i + 1]] = new Int32Array(0);
  }
  return between;
}

/**
 * Pearson correlation of two dendrograms' cophenetic distances over all pairs of rows (Sokal & Rohlf 1962), where `leafA` and `leafB` give the leaf of each row:
 * 1 where they nest the rows alike, about 0 where they have nothing to do with each other, not a number where one has no heights. O(rows²), 8 leaves² bytes each.
 */
export function copheneticCorrelation(a: Dendrogram, leafA: Int32Array, b: Dendrogram, leafB: Int32Array): number {
  const [inA, inB] = [cophenetic(a), cophenetic(b)];
  const rows = leafA.length;
  let [n, meanA, meanB, squareA, squareB, product] = [0, 0, 0, 0, 0, 0];
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [inA[leafA[i] * a.leaves + leafA[j]] - meanA, inB[leafB[i] * b.leaves + leafB[j]] - meanB];
      n++;
      meanA += x / n;
      meanB += y / n;
      squareA += (x * x * (n - 1)) / n;
      squareB += (y * y * (n - 1)) / n;
      product += (x * y * (n - 1)) / n;
    }
  }
  return product / Math.sqrt(squareA * squareB);
}

// Parts of the data with empty space between them, whatever their shapes. The spanning tree under mutual reachability (as in HDBSCAN*) is cut where two
// groups of rows meet at a density far below what is typical of either, by more than chance explains. The reasoning: the ball that holds a row's m − 1
// nearest others is, at the place where two groups meet, ρ times larger in volume than typically inside them; were the density there the typical one, it
// would hold ρ (m − 1) rows. Rows fall at random (Poisson), so the log-likelihood ratio is (m − 1)(ρ − 1 − ln ρ), and it must exceed 2 ln n: n places could
// have been a gap, and the rest is a margin. Volumes are radii to the power of the dimension the rows really fill (Levina & Bickel 2005), near each group.
// Several m are looked at: few neighbours see narrow gaps, many see through noise. Source of the idea of pruning a cluster tree by confidence: Chaudhuri,
// Dasgupta, Kpotufe & von Luxburg 2014; Chazal et al. 2013 (ToMATo). Cost: that of HDBSCAN* per m.
import type { Context } from '../context.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { rowsOf } from './batches.js';
import { neighbours, spanningTree, type Neighbours, type SpanningTree } from './spanning-tree.js';
import { UnionFind } from './union-find.js';

export interface DensityParts {
  /** Number of parts; 1 where no gap is beyond doubt. */
  readonly k: number;
  /** Part of each row; every row is in one. */
  readonly labels: Int32Array;
  /** Rows nearby that were looked at, oneself counted. */
  readonly neighbours: number;
  /** Log-likelihood ratio of the least certain gap; absent where there is none. */
  readonly evidence?: number;
  /** Core distance of each row at that many neighbours. */
  readonly cores: Float64Array;
  /** How many dimensions the rows fill, on average over the places they are at. */
  readonly dimension: number;
  /** For how many of the neighbour numbers tried just this many parts were found. */
  readonly agreeing: number;
  /** How many neighbour numbers were tried. */
  readonly looks: number;
}

/** Log-likelihood ratio from which a gap among so many rows counts. */
export const gapNeeded = (rows: number): number => 2 * Math.log(rows);

/** Share of the rows below which a group is no part of its own. */
const leastShare = 0.005;

/** Fewest neighbours see the narrowest gaps; with two the estimate of a density is too rough. */
const looks = [3, 4, 6, 10, 20, 40];

/**
 * The most parts that any of several neighbour numbers shows (among equals, the most certain). Equal rows are one place: repetition is no density, and a
 * place with no extent would make every gap beside it certain.
 * @throws `segment/not-finite`, `run/aborted`
 */
export async function densityParts(x: Points, context: Context, kernel: Kernel): Promise<DensityParts> {
  const { first, placeOf } = places(x);
  if (first.length === x.rows) return partsOf(x, context, kernel);
  const found = await partsOf(rowsOf(x, first), context, kernel);
  return { ...found, labels: placeOf.map((place) => found.labels[place]), cores: Float64Array.from(placeOf, (place) => found.cores[place]) };
}

/** The first row of each place, and the place of each row. */
function places({ rows, d, stride, data }: Points): { first: Int32Array; placeOf: Int32Array } {
  const seen = new Map<string, number>();
  const first: number[] = [];
  const placeOf = Int32Array.from({ length: rows }, (_, i) => {
    const key = data.subarray(i * stride, i * stride + d).join();
    const known = seen.get(key);
    if (known !== undefined) return known;
    seen.set(key, first.length);
    return first.push(i) - 1;
  });
  return { first: Int32Array.from(first), placeOf };
}

async function partsOf(x: Points, context: Context, kernel: Kernel): Promise<DensityParts> {
  const search = kernel.search(x);
  const found: DensityParts[] = [];
  try {
    for (const m of looks) {
      if (m * 2 > x.rows) break;
      const near = await neighbours(search, m, context);
      found.push(partsAt(search.rows, x.d, near, m, await spanningTree(search, near, context)));
    }
  } finally {
    search.release();
  }
  if (found.length === 0) return { k: 1, labels: new Int32Array(x.rows), neighbours: 1, cores: new Float64Array(x.rows), dimension: x.d, agreeing: 0, looks: 0 };
  const [best] = [...found].sort((a, b) => b.k - a.k || (b.evidence ?? 0) - (a.evidence ?? 0));
  return { ...best, agreeing: found.filter(({ k }) => k === best.k).length, looks: found.length };
}

/** A group of positions while the tree is put together. */
interface Group {
  readonly positions: number[];
  /** Whether it holds parts already told apart. */
  parted: boolean;
}

function partsAt(rows: Int32Array, d: number, near: Neighbours, m: number, { a, b, weight }: SpanningTree): DensityParts {
  const n = rows.length;
  const cores = Float64Array.from(near.cores, Math.sqrt);
  const inverseDimensions = inverseDimensionsOf(near, n);
  const least = Math.max(m + 1, 8, leastShare * n);
  const needed = gapNeeded(n);
  const sets = new UnionFind(n);
  const groups: Group[] = Array.from({ length: n }, (_, p) => ({ positions: [p], parted: false }));
  const joins = new UnionFind(n);
  let evidence = Infinity;

  const evidenceFor = ({ positions, parted }: Group, saddle: number): number => {
    if (parted) return Infinity;
    if (positions.length < least) return 0;
    const typical = median(positions, cores);
    const volume = (saddle / typical) ** Math.min(d, 1 / meanOver(positions, inverseDimensions));
    return volume > 1 ? (m - 1) * (volume - 1 - Math.log(volume)) : 0;
  };

  const order = Int32Array.from(weight, (_, e) => e).sort((e, f) => weight[e] - weight[f] || e - f);
  for (const e of order) {
    const [p, q] = [sets.find(a[e]), sets.find(b[e])];
    const [large, small] = groups[p].positions.length >= groups[q].positions.length ? [groups[p], groups[q]] : [groups[q], groups[p]];
    let certain = evidenceFor(small, weight[e]);
    if (certain >= needed) certain = Math.min(certain, evidenceFor(large, weight[e]));
    if (certain >= needed) evidence = Math.min(evidence, certain);
    else joins.union(a[e], b[e]);
    for (const position of small.positions) large.positions.push(position);
    large.parted ||= small.parted || certain >= needed;
    sets.union(p, q);
    groups[sets.find(p)] = large;
  }

  const labels = new Int32Array(n);
  const numbers = new Map<number, number>();
  const byRow = new Float64Array(n);
  for (let p = 0; p < n; p++) {
    const set = joins.find(p);
    if (!numbers.has(set)) numbers.set(set, numbers.size);
    labels[rows[p]] = numbers.get(set)!;
    byRow[rows[p]] = cores[p];
  }
  const dimension = Math.min(d, 1 / meanOver(Array.from(rows.keys()), inverseDimensions));
  return { k: numbers.size, labels, dimension, neighbours: m, ...(evidence < Infinity && { evidence }), cores: byRow, agreeing: 1, looks: 1 };
}

/** One over the dimension around each position (inverses can be averaged: MacKay & Ghahramani 2005); NaN where all neighbours are equally far. */
function inverseDimensionsOf({ k, squares }: Neighbours, n: number): Float64Array {
  const used = Math.min(k, 8);
  return Float64Array.from({ length: n }, (_, p) => {
    const far = squares[p * k + used - 1];
    let sum = 0;
    let count = 0;
    for (let c = 1; c < used - 1; c++) {
      const square = squares[p * k + c];
      if (square === 0) continue;
      sum += Math.log(far / square) / 2;
      count++;
    }
    return count > 0 && sum > 0 ? sum / count : NaN;
  });
}

function meanOver(positions: readonly number[], values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const p of positions) {
    if (Number.isNaN(values[p])) continue;
    sum += values[p];
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function median(positions: readonly number[], values: Float64Array): number {
  return Float64Array.from(positions, (p) => values[p]).sort()[positions.length >> 1];
}

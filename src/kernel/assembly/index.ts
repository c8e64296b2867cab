// The kernel's operations. Each takes the number of a piece of work and the address of its arguments (written by simd.ts), so that any thread
// can do any piece; pieces never depend on the number of threads.
import { assignRows, pack as packCentres } from './assign';
import { boundedRows, Bounds } from './bounded';
import { clusterJob, Job } from './cluster';
import { distanceSumRows } from './distances';
import { foreignOf, improveOf, nearestOf, Tree } from './search';
import { expectationRows, Step } from './mixture';
import { Forest, shapRows, shapTable } from './shap';
import { spreadRows } from './spread';
import { binBlock, Binning, sortColumn } from './bins';
import { growTree, Grove } from './forest';
import { addBlock, deriveBlock, logisticBlock, step, Trees, wordBlock } from './trees';
import { boxOf, nearestRows, Ward } from './ward';

@unmanaged
class Pass {
  points: usize; rows: i32; d: i32; stride: i32;
  k: i32; blocks: usize; halves: usize; values: usize;
  labels: usize; slots: usize; slot: i32; piece: i32;
  weights: usize;
}

@unmanaged
class Pairs {
  points: usize; rows: i32; d: i32; stride: i32;
  k: i32; labels: usize; labellings: i32; out: usize;
  scratch: usize; slot: i32; piece: i32;
}

@unmanaged
class Queries {
  tree: usize; from: i32; count: i32; piece: i32;
  k: i32; any: i32; squares: usize; positions: usize;
  queries: usize; bounds: usize; scratch: usize; slot: i32;
  within: f64; sharing: i32; leaves: i32;
  links: usize; m: i32; seen: usize; seenBytes: i32;
}

export function pack(values: usize, k: i32, d: i32, blocks: usize, halves: usize): void {
  packCentres(values, k, d, blocks, halves);
}

/** Labels, and into the piece's own slot: k counts, then k × stride sums (doubles). */
export function assign(piece: i32, args: usize): void {
  const a = changetype<Pass>(args);
  const start = piece * a.piece;
  const slot = a.slots + <usize>piece * <usize>a.slot;
  memory.fill(slot, 0, <usize>a.slot);
  assignRows(
    a.points, a.stride, a.d, start, min(start + a.piece, a.rows), a.k, a.blocks, a.halves, a.labels, slot + <usize>(a.k << 3), slot, a.weights,
  );
}

/** Into the piece's own slot: k sums of squares, then k sums of distances. */
export function spread(piece: i32, args: usize): void {
  const a = changetype<Pass>(args);
  const start = piece * a.piece;
  const slot = a.slots + <usize>piece * <usize>a.slot;
  memory.fill(slot, 0, <usize>a.slot);
  spreadRows(a.points, a.stride, a.d, start, min(start + a.piece, a.rows), a.values, a.labels, slot, slot + <usize>(a.k << 3), a.weights);
}

export function cluster(piece: i32, args: usize): void {
  clusterJob(changetype<Job>(args + <usize>(piece * offsetof<Job>())));
}

export function distanceSums(piece: i32, args: usize): void {
  const a = changetype<Pairs>(args);
  const block = a.scratch + <usize>piece * <usize>a.slot;
  const table = block + <usize>(a.d << 4);
  const end = min((piece + 1) * a.piece, a.rows);
  for (let start = piece * a.piece; start < end; start += 4) {
    distanceSumRows(a.points, a.stride, a.d, a.rows, start, a.labels, a.labellings, a.k, block, table, a.out);
  }
}

export function wardBoxes(piece: i32, args: usize): void {
  boxOf(changetype<Ward>(args), piece);
}

export function wardNearest(piece: i32, args: usize): void {
  const a = changetype<Ward>(args);
  const start = piece * a.piece;
  nearestRows(a, start, min(start + a.piece, a.count), a.scratch + <usize>piece * <usize>a.slot);
}

/** The k nearest of positions from, from + 1, … */
export function nearest(piece: i32, args: usize): void {
  const a = changetype<Queries>(args);
  const end = min((piece + 1) * a.piece, a.count);
  for (let i = piece * a.piece; i < end; i++) {
    nearestOf(
      changetype<Tree>(a.tree), a.scratch + <usize>(piece * a.slot), a.from + i, a.k, a.within, a.any != 0, a.leaves,
      a.squares + <usize>(i * a.k << 3), a.positions + <usize>(i * a.k << 2),
    );
  }
}

/** Betters the lists of positions from, from + 1, … by what is linked with their links. */
export function improve(piece: i32, args: usize): void {
  const a = changetype<Queries>(args);
  const end = min((piece + 1) * a.piece, a.count);
  const seen = a.seen + <usize>(piece * (a.seenBytes + a.m * a.m * 4));
  for (let i = piece * a.piece; i < end; i++) {
    improveOf(
      changetype<Tree>(a.tree), a.scratch + <usize>(piece * a.slot), a.from + i, a.k, a.links, a.m, seen, seen + <usize>a.seenBytes,
      a.squares + <usize>(i * a.k << 3), a.positions + <usize>(i * a.k << 2),
    );
  }
}

/** The nearest of another component for each query. With `sharing`, queries of one component that follow each other in a piece share what they found. */
export function foreign(piece: i32, args: usize): void {
  const a = changetype<Queries>(args);
  const tree = changetype<Tree>(a.tree);
  const end = min((piece + 1) * a.piece, a.count);
  let last = -1; // no query is in none
  let least: f64 = 0;
  for (let i = piece * a.piece; i < end; i++) {
    const p = load<i32>(a.queries + <usize>(i << 2));
    const component = load<i32>(tree.components + <usize>(p << 2));
    let bound = load<f64>(a.bounds + <usize>(i << 3));
    if (a.sharing && component == last) bound = min(bound, least);
    foreignOf(tree, a.scratch + <usize>(piece * a.slot), p, bound, a.squares + <usize>(i << 3), a.positions + <usize>(i << 2));
    last = component;
    least = load<f64>(a.squares + <usize>(i << 3));
  }
}

export function expectation(piece: i32, args: usize): void {
  expectationRows(changetype<Step>(args), piece);
}

export function bounded(piece: i32, args: usize): void {
  boundedRows(changetype<Bounds>(args), piece);
}

/** Adds the Shapley values of a block of rows. */
export function shap(piece: i32, args: usize): void {
  shapRows(changetype<Forest>(args), piece);
}

export function shapTables(piece: i32, args: usize): void {
  shapTable(changetype<Forest>(args), piece);
}

export function treeBins(piece: i32, args: usize): void {
  binBlock(changetype<Binning>(args), piece);
}

export function treeLogistic(piece: i32, args: usize): void {
  logisticBlock(changetype<Trees>(args), piece);
}

export function treeDerive(piece: i32, args: usize): void {
  deriveBlock(changetype<Trees>(args), piece);
}

export function treeStep(_: i32, args: usize): void {
  step(changetype<Trees>(args));
}

export function treeAdd(piece: i32, args: usize): void {
  addBlock(changetype<Trees>(args), piece);
}

export function treeWords(piece: i32, args: usize): void {
  wordBlock(changetype<Trees>(args), piece);
}

/** Columns of doubles, one after the other; as much scratch; 2048 words of scratch each. */
@unmanaged
class Sorting {
  columns: usize; scratch: usize; length: i32; tallies: usize;
}

export function sortColumns(piece: i32, args: usize): void {
  const a = changetype<Sorting>(args);
  const offset = <usize>piece * <usize>a.length << 3;
  sortColumn(a.columns + offset, a.scratch + offset, a.length, a.tallies + <usize>(piece << 13));
}

export function growForestTree(piece: i32, args: usize): void {
  growTree(changetype<Grove>(args), piece);
}

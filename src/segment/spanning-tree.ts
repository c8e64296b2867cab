// Minimum spanning tree under mutual reachability: the distance of two rows is the largest of their own distance and both core distances.
// Borůvka 1926 on a kd-tree with component pruning (March, Ram & Gray 2010; McInnes & Healy 2017): each round, every component finds its nearest
// row outside; boxes that lie inside it or beyond the best found are skipped. Neighbour lists answer most rows, and what a search proved in one
// round ("nothing nearer than this outside") stays proven in all later ones. Exact in any number of dimensions: about O(n log² n) in few, towards
// O(n² d) above some 15, where boxes and balls rule out little; for that, `nearNeighbours` gives approximate lists, and so an approximate tree.
import { breath, type Context } from '../context.js';
import type { Search } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';
import { UnionFind } from './union-find.js';

/** The nearest `k` positions of every position (itself among them), nearest first, and the squared core distances. */
export interface Neighbours {
  readonly k: number;
  readonly positions: Int32Array;
  readonly squares: Float64Array;
  /** Squared distance to the `minSamples`-th nearest row, oneself counted. */
  readonly cores: Float64Array;
  /** Whether nearer rows may have been missed. */
  readonly approximate?: boolean;
}

/** n − 1 edges between positions, in the order found; `weight` is a distance (not squared). */
export interface SpanningTree {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly weight: Float64Array;
}

/** With fewer rows than `minSamples`, all of them count. @throws `run/aborted` */
export async function neighbours(search: Search, minSamples: number, context: Context): Promise<Neighbours> {
  const { n, d } = search;
  const k = Math.min(n, Math.max(minSamples, d > 15 ? 16 : 8));
  const positions = new Int32Array(n * k);
  const squares = new Float64Array(n * k);
  const step = Math.max(64, Math.floor(20_000 / d));
  for (let from = 0; from < n; from += step) {
    const count = Math.min(step, n - from);
    search.nearest(from, count, k, Infinity, false, squares.subarray(from * k, (from + count) * k), positions.subarray(from * k, (from + count) * k));
    await breath(context);
    context.progress({ stage: 'segment', note: 'distances to neighbours', done: from / n });
  }
  const core = Math.min(n, minSamples) - 1;
  return { k, positions, squares, cores: Float64Array.from({ length: n }, (_, p) => squares[p * k + core]) };
}

/**
 * Near rows rather than the nearest, by NN-descent (Dong, Moses & Li 2011): lists from a few leaves of the tree, bettered by the lists of the rows in them
 * until hardly any changes. Far less work than `neighbours` where boxes rule little out. @throws `run/aborted`
 */
export async function nearNeighbours(search: Search, minSamples: number, context: Context): Promise<Neighbours> {
  const { n } = search;
  const k = Math.min(n, Math.max(minSamples, 16));
  const positions = new Int32Array(n * k);
  const squares = new Float64Array(n * k);
  const part = <T extends Int32Array | Float64Array>(values: T, from: number, count: number) => values.subarray(from * k, (from + count) * k) as T;
  const rng = context.rng('near neighbours');
  const inSteps = async (work: (from: number, count: number) => void) => {
    for (let from = 0; from < n; from += 4096) {
      work(from, Math.min(4096, n - from));
      await breath(context);
    }
  };
  await inSteps((from, count) => search.nearest(from, count, k, Infinity, false, part(squares, from, count), part(positions, from, count), Math.max(8, Math.ceil(k / 8))));
  for (let round = 0, before = Infinity; round < mostRounds; round++) {
    context.progress({ stage: 'segment', note: 'distances to neighbours', done: round / mostRounds });
    const links = linksOf(positions, n, k, rng);
    await inSteps((from, count) => search.improve(from, count, k, links, part(squares, from, count), part(positions, from, count)));
    const total = squares.reduce((sum, square) => sum + Math.sqrt(square), 0);
    if (total > 0.999 * before) break;
    before = total;
  }
  const core = Math.min(n, minSamples) - 1;
  return { k, positions, squares, cores: Float64Array.from({ length: n }, (_, p) => squares[p * k + core]), approximate: true };
}

const mostRounds = 12;

/**
 * Of every position up to 12 it has in its list, some at random (leaves of one branch know only each other), and as many as there is room for of those that
 * have it in theirs: 28 places, −1 after the last.
 */
function linksOf(positions: Int32Array, n: number, k: number, rng: Rng): Int32Array {
  const each = Math.min(12, k);
  const room = 2 * each + 4;
  const links = new Int32Array(n * room).fill(-1);
  const used = new Int32Array(n);
  const add = (p: number, q: number) => {
    if (used[p] < room) links[p * room + used[p]++] = q;
  };
  for (let p = 0; p < n; p++) {
    for (let i = 0; i < each; i++) add(p, positions[p * k + i]);
    for (let i = 0; i < 4; i++) add(p, rng.int(n));
  }
  for (let i = 1; i < each; i++) for (let p = 0; p < n; p++) add(positions[p * k + i], p);
  return links;
}

/** Where lists are approximate, so is the tree: what a list holds is taken for the nearest, and only components that no list leads out of are searched from. @throws `run/aborted` */
export async function spanningTree(search: Search, near: Neighbours, context: Context): Promise<SpanningTree> {
  const { n } = search;
  const { cores } = near;
  const sets = new UnionFind(n);
  const component = new Int32Array(n);
  /** Nothing outside the own component is nearer than this (squared), now or later. */
  const proven = Float64Array.from(cores);
  const candidate = new Int32Array(n).fill(-1);
  const candidateSquare = new Float64Array(n);
  const listStart = new Int32Array(n);
  const best = new Float64Array(n);
  const bestFrom = new Int32Array(n);
  const edges = { a: new Int32Array(Math.max(0, n - 1)), b: new Int32Array(Math.max(0, n - 1)), weight: new Float64Array(Math.max(0, n - 1)) };
  search.setCores(cores);
  let count = 0;

  while (count < n - 1) {
    for (let p = 0; p < n; p++) component[p] = sets.find(p);
    best.fill(Infinity);
    for (let p = 0; p < n; p++) {
      if (candidate[p] < 0 || component[candidate[p]] === component[p]) fromList(p);
      if (candidate[p] >= 0) offer(p);
    }
    await searchBeyondLists();
    for (let c = 0; c < n; c++) {
      if (component[c] !== c || best[c] === Infinity) continue;
      const p = bestFrom[c];
      if (!sets.union(p, candidate[p])) continue;
      edges.a[count] = p;
      edges.b[count] = candidate[p];
      edges.weight[count++] = Math.sqrt(best[c]);
    }
    await breath(context);
    context.progress({ stage: 'segment', note: 'joining rows', done: n > 1 ? count / (n - 1) : 1 });
  }
  return edges;

  function offer(p: number): void {
    const c = component[p];
    if (candidateSquare[p] < best[c]) {
      best[c] = candidateSquare[p];
      bestFrom[c] = p;
    }
  }

  /** The best neighbour outside the own component that the list of `p` knows, and what the list proves about all others. */
  function fromList(p: number): void {
    const { k, positions, squares } = near;
    const own = component[p];
    let at = listStart[p];
    while (at < k && component[positions[p * k + at]] === own) at++;
    listStart[p] = at;
    candidate[p] = -1;
    let least = Infinity;
    for (; at < k && squares[p * k + at] < least; at++) {
      const q = positions[p * k + at];
      if (component[q] === own) continue;
      const square = Math.max(squares[p * k + at], cores[p], cores[q]);
      if (square < least) {
        least = square;
        candidate[p] = q;
      }
    }
    candidateSquare[p] = least;
    const beyond = k === n ? Infinity : squares[p * k + k - 1];
    proven[p] = Math.max(proven[p], Math.min(least, beyond));
  }

  /** Searches for the rows whose lists leave open whether something nearer is outside; in batches, so that what one finds spares others their search. */
  async function searchBeyondLists(): Promise<void> {
    search.setComponents(component);
    const stranded = Uint8Array.from(best, (square) => (square === Infinity ? 1 : 0));
    const batch = new Int32Array(batchSize);
    const squares = new Float64Array(batchSize);
    const positions = new Int32Array(batchSize);
    for (let p = 0; p < n; ) {
      let size = 0;
      for (; p < n && size < batchSize; p++) if (proven[p] < best[component[p]] && (!near.approximate || stranded[component[p]] === 1)) batch[size++] = p;
      const queries = batch.subarray(0, size);
      search.foreign(queries, Float64Array.from(queries, (q) => best[component[q]]), true, squares.subarray(0, size), positions.subarray(0, size));
      queries.forEach((q, i) => {
        proven[q] = squares[i];
        if (positions[i] < 0) return;
        candidate[q] = positions[i];
        candidateSquare[q] = squares[i];
        offer(q);
      });
      await breath(context);
    }
  }
}

const batchSize = 1024;

// Minimum spanning tree under mutual reachability: the distance of two rows is the largest of their own distance and both core distances.
// Borůvka 1926 on a kd-tree with component pruning (March, Ram & Gray 2010; McInnes & Healy 2017): each round, every component finds its nearest
// row outside; boxes that lie inside it or beyond the best found are skipped. Neighbour lists answer most rows, and what a search proved in one
// round ("nothing nearer than this outside") stays proven in all later ones. Exact in any number of dimensions: about O(n log² n) in few, towards
// O(n² d) above some 15, where boxes prune little and only the longer neighbour lists help.
import type { Context } from '../context.js';
import type { Search } from '../kernel/kernel.js';
import { breath } from './breath.js';
import { UnionFind } from './union-find.js';

/** The nearest `k` positions of every position (itself among them), nearest first, and the squared core distances. */
export interface Neighbours {
  readonly k: number;
  readonly positions: Int32Array;
  readonly squares: Float64Array;
  /** Squared distance to the `minSamples`-th nearest row, oneself counted. */
  readonly cores: Float64Array;
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

/** @throws `run/aborted` */
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
    const batch = new Int32Array(batchSize);
    const squares = new Float64Array(batchSize);
    const positions = new Int32Array(batchSize);
    for (let p = 0; p < n; ) {
      let size = 0;
      for (; p < n && size < batchSize; p++) if (proven[p] < best[component[p]]) batch[size++] = p;
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

// Minimum spanning tree under mutual reachability: the distance of two rows is the largest of their own distance and both core distances.
// Borůvka 1926 on a kd-tree with component pruning (March, Ram & Gray 2010; McInnes & Healy 2017): each round, every component finds its nearest
// row outside; boxes that lie inside it or beyond the best found are skipped. Neighbour lists answer most rows, and what a search proved in one
// round ("nothing nearer than this outside") stays proven in all later ones. Exact in any number of dimensions: about O(n log² n) in few, towards
// O(n² d) above some 15, where boxes prune little and only the longer neighbour lists help.
import type { Context } from '../context.js';
import { breath } from './breath.js';
import { type KdTree, squareDistance } from './kd-tree.js';
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
export async function neighbours(tree: KdTree, minSamples: number, context: Context): Promise<Neighbours> {
  const { n, d, data } = tree;
  const k = Math.min(n, Math.max(minSamples, d > 15 ? 16 : 8));
  const positions = new Int32Array(n * k);
  const squares = new Float64Array(n * k);
  const cores = new Float64Array(n);
  const core = Math.min(n, minSamples) - 1;
  for (let p = 0; p < n; p++) {
    if (p % 256 === 0) {
      await breath(context);
      if (p % 8192 === 0) context.progress({ stage: 'segment', note: 'distances to neighbours', done: p / n });
    }
    tree.nearest(data, p * d, k, squares, positions, p * k);
    cores[p] = squares[p * k + core];
  }
  return { k, positions, squares, cores };
}

/** @throws `run/aborted` */
export async function spanningTree(tree: KdTree, near: Neighbours, context: Context): Promise<SpanningTree> {
  const { n, nodes, start, end, right } = tree;
  const { cores } = near;
  const sets = new UnionFind(n);
  const component = new Int32Array(n);
  const nodeComponent = new Int32Array(nodes);
  const nodeCore = leastCores(tree, cores);
  /** Nothing outside the own component is nearer than this (squared), now or later. */
  const proven = Float64Array.from(cores);
  const candidate = new Int32Array(n).fill(-1);
  const candidateSquare = new Float64Array(n);
  const listStart = new Int32Array(n);
  const best = new Float64Array(n);
  const bestFrom = new Int32Array(n);
  const edges = { a: new Int32Array(Math.max(0, n - 1)), b: new Int32Array(Math.max(0, n - 1)), weight: new Float64Array(Math.max(0, n - 1)) };
  const search = foreignSearch(tree, cores, nodeCore, component, nodeComponent);
  let count = 0;

  while (count < n - 1) {
    for (let p = 0; p < n; p++) component[p] = sets.find(p);
    for (let node = nodes - 1; node >= 0; node--) nodeComponent[node] = sharedComponent(node);
    best.fill(Infinity);
    for (let p = 0; p < n; p++) {
      if (candidate[p] < 0 || component[candidate[p]] === component[p]) fromList(p);
      if (candidate[p] >= 0) offer(p);
    }
    let searches = 0;
    for (let p = 0; p < n; p++) {
      const bound = best[component[p]];
      if (proven[p] >= bound) continue;
      if (searches++ % 256 === 0) await breath(context);
      const found = search(p, bound);
      if (found.position < 0) proven[p] = bound;
      else {
        candidate[p] = found.position;
        candidateSquare[p] = found.square;
        proven[p] = found.square;
        offer(p);
      }
    }
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

  function sharedComponent(node: number): number {
    if (right[node] !== 0) {
      const left = nodeComponent[node + 1];
      return left === nodeComponent[right[node]] ? left : -1;
    }
    const first = component[start[node]];
    for (let p = start[node] + 1; p < end[node]; p++) if (component[p] !== first) return -1;
    return first;
  }
}

/** Searches the nearest position outside the own component that is nearer than a bound; `position` −1 where there is none. */
function foreignSearch(
  tree: KdTree, cores: Float64Array, nodeCore: Float64Array, component: Int32Array, nodeComponent: Int32Array,
): (p: number, bound: number) => { position: number; square: number } {
  const { d, data, start, end, right } = tree;
  const stack = new Int32Array(128);
  const reach = new Float64Array(128);
  const found = { position: -1, square: 0 };
  return (p, bound) => {
    const own = component[p];
    const core = cores[p];
    const from = p * d;
    const hopeful = (node: number) => nodeComponent[node] !== own && nodeCore[node] < bound;
    found.position = -1;
    let top = 0;
    stack[0] = 0;
    reach[0] = 0;
    while (top >= 0) {
      let node = stack[top];
      if (reach[top--] >= bound) continue;
      let open = hopeful(node);
      while (open && right[node] !== 0) {
        let near = node + 1;
        let far = right[node];
        let nearSquare = hopeful(near) ? tree.distanceToBox(near, data, from) : Infinity;
        let farSquare = hopeful(far) ? tree.distanceToBox(far, data, from) : Infinity;
        if (farSquare < nearSquare) {
          [near, far] = [far, near];
          [nearSquare, farSquare] = [farSquare, nearSquare];
        }
        if (farSquare < bound) {
          stack[++top] = far;
          reach[top] = farSquare;
        }
        open = nearSquare < bound;
        node = near;
      }
      if (!open) continue;
      for (let q = start[node], stop = end[node]; q < stop; q++) {
        if (component[q] === own || cores[q] >= bound) continue;
        const direct = squareDistance(data, q * d, data, from, d, bound);
        if (direct >= bound) continue;
        bound = Math.max(direct, core, cores[q]);
        found.position = q;
        found.square = bound;
        // Nothing can be nearer than the own core distance.
        if (bound <= core) return found;
      }
    }
    return found;
  };
}

function leastCores({ nodes, start, end, right }: KdTree, cores: Float64Array): Float64Array {
  const least = new Float64Array(nodes).fill(Infinity);
  for (let node = nodes - 1; node >= 0; node--) {
    if (right[node] !== 0) least[node] = Math.min(least[node + 1], least[right[node]]);
    else for (let p = start[node]; p < end[node]; p++) least[node] = Math.min(least[node], cores[p]);
  }
  return least;
}

// Agglomerative clustering by the nearest-neighbour chain (Benzécri 1982; Müllner 2011): O(m²) time for linkages that cannot invert.
// Average and complete keep all distances (Lance & Williams 1967); Ward needs only the centroids, so its memory is O(m d).
import type { Context } from '../context.js';
import { breath } from './breath.js';

export type LinkageMethod = 'ward' | 'average' | 'complete';

/**
 * A dendrogram in the form SciPy uses: merge i joins nodes merges[2i] < merges[2i + 1] at heights[i] into node `leaves + i`, which holds sizes[i]
 * rows. Nodes below `leaves` are the leaves. Heights never decrease. A Ward height is the square root of twice the inertia the merge adds.
 */
export interface Linkage {
  readonly leaves: number;
  readonly merges: Int32Array;
  readonly heights: Float64Array;
  readonly sizes: Float64Array;
}

/** What the chain asks of a linkage. */
interface Distances {
  /** Nearest of `active` to x; `preferred` (−1 = none) wins ties, then the earliest. */
  nearest(x: number, active: Int32Array, count: number, preferred: number): { readonly node: number; readonly distance: number };
  /** Makes y the union of x and y; `active` are the others still there, x and y among them. */
  merge(x: number, y: number, active: Int32Array, count: number): void;
  height(distance: number): number;
}

/** Distances looked at between two chances to stop. */
const workPerBreath = 20_000_000;

/**
 * The dendrogram of m weighted points (m × d, row-major).
 * @throws `run/aborted`
 */
export async function linkage(values: Float64Array, d: number, weights: Float64Array, method: LinkageMethod, context: Context): Promise<Linkage> {
  const m = weights.length;
  const own = weights.slice();
  const distances = method === 'ward' ? wardDistances(values.slice(), d, own) : matrixDistances(values, d, own, method);
  const active = Int32Array.from({ length: m }, (_, i) => i);
  let count = m;
  const chain: number[] = [];
  const joined: { a: number; b: number; height: number }[] = [];
  let work = 0;
  while (joined.length < m - 1) {
    if (chain.length === 0) chain.push(active[0]);
    const x = chain[chain.length - 1];
    const before = chain.length > 1 ? chain[chain.length - 2] : -1;
    const { node, distance } = distances.nearest(x, active, count, before);
    work += count * (method === 'ward' ? d : 4);
    if (work > workPerBreath) {
      work = 0;
      await breath(context);
    }
    if (node !== before) {
      chain.push(node);
      continue;
    }
    chain.length -= 2;
    joined.push({ a: x, b: node, height: distances.height(distance) });
    distances.merge(x, node, active, count);
    own[node] += own[x];
    count = without(active, count, x);
  }
  return inOrder(joined, weights);
}

/** The group of each leaf when the dendrogram is cut into k, numbered by first appearance. */
export function cut({ leaves, merges }: Pick<Linkage, 'leaves' | 'merges'>, k: number): Int32Array {
  const parent = Int32Array.from({ length: 2 * leaves - 1 }, (_, i) => i);
  for (let i = 0; i < leaves - k; i++) parent[merges[2 * i]] = parent[merges[2 * i + 1]] = leaves + i;
  // A parent's number is higher than its children's, so from the top down every parent is final before its children look at it.
  for (let node = parent.length - 1; node >= 0; node--) parent[node] = parent[parent[node]];
  const numbers = new Map<number, number>();
  return Int32Array.from({ length: leaves }, (_, leaf) => {
    const root = parent[leaf];
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

/** Squared: 2 wa wb / (wa + wb) × |a − b|², which is the Lance–Williams value without its rounding. `values` and `weights` are updated. */
function wardDistances(values: Float64Array, d: number, weights: Float64Array): Distances {
  const between = (x: number, y: number) => {
    let square = 0;
    for (let j = 0; j < d; j++) {
      const t = values[x * d + j] - values[y * d + j];
      square += t * t;
    }
    return ((2 * weights[x] * weights[y]) / (weights[x] + weights[y])) * square;
  };
  return {
    nearest(x, active, count, preferred) {
      let node = preferred;
      let distance = preferred < 0 ? Infinity : between(x, preferred);
      for (let a = 0; a < count; a++) {
        const y = active[a];
        if (y === x) continue;
        const found = between(x, y);
        if (found < distance || node < 0) {
          distance = found;
          node = y;
        }
      }
      return { node, distance };
    },
    merge(x, y) {
      const share = weights[x] / (weights[x] + weights[y]);
      for (let j = 0; j < d; j++) values[y * d + j] += (values[x * d + j] - values[y * d + j]) * share;
    },
    height: Math.sqrt,
  };
}

function matrixDistances(values: Float64Array, d: number, weights: Float64Array, method: 'average' | 'complete'): Distances {
  const m = weights.length;
  const matrix = new Float64Array((m * (m - 1)) / 2);
  const at = (x: number, y: number) => (x < y ? x * m - (x * (x + 1)) / 2 + y - x - 1 : y * m - (y * (y + 1)) / 2 + x - y - 1);
  for (let x = 0, v = 0; x < m; x++) {
    for (let y = x + 1; y < m; y++, v++) {
      let square = 0;
      for (let j = 0; j < d; j++) square += (values[x * d + j] - values[y * d + j]) ** 2;
      matrix[v] = Math.sqrt(square);
    }
  }
  return {
    nearest(x, active, count, preferred) {
      let node = preferred;
      let distance = preferred < 0 ? Infinity : matrix[at(x, preferred)];
      for (let a = 0; a < count; a++) {
        const y = active[a];
        if (y === x) continue;
        const found = matrix[at(x, y)];
        if (found < distance || node < 0) {
          distance = found;
          node = y;
        }
      }
      return { node, distance };
    },
    merge(x, y, active, count) {
      const [wx, wy] = [weights[x], weights[y]];
      for (let a = 0; a < count; a++) {
        const z = active[a];
        if (z === x || z === y) continue;
        const [fromX, fromY] = [matrix[at(x, z)], matrix[at(y, z)]];
        matrix[at(y, z)] = method === 'complete' ? Math.max(fromX, fromY) : (wx * fromX + wy * fromY) / (wx + wy);
      }
    },
    height: (distance) => distance,
  };
}

/** Removes x and keeps the order, so that ties fall the same way each time. */
function without(active: Int32Array, count: number, x: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (active[middle] < x) low = middle + 1;
    else high = middle;
  }
  active.copyWithin(low, low + 1, count);
  return count - 1;
}

/** Merges by height, each naming the nodes it joins. The chain finds them out of order, and by slots. */
function inOrder(joined: readonly { a: number; b: number; height: number }[], weights: Float64Array): Linkage {
  const leaves = weights.length;
  const sorted = [...joined].sort((p, q) => p.height - q.height);
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
  return { leaves, merges, heights: Float64Array.from(sorted, ({ height }) => height), sizes: size.slice(leaves) };
}

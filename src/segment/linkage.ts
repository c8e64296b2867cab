// Agglomerative clustering by the nearest-neighbour chain (Benzécri 1982; Müllner 2011): O(m²) time for linkages that cannot invert.
// Average and complete keep all distances (Lance & Williams 1967); Ward needs only the centroids, so its memory is O(m d).
import type { Context } from '../context.js';
import { breath } from './breath.js';
import { principalPlane } from './principal-plane.js';

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

/** What the chain asks of a linkage. It knows which nodes are still there. */
interface Distances {
  /** A node that is still there. */
  any(): number;
  /** The nearest other node to x; `preferred` (−1 = none) wins ties. */
  nearest(x: number, preferred: number): { readonly node: number; readonly distance: number };
  /** Makes y the union of x and y; x is no longer there. */
  merge(x: number, y: number): void;
  height(distance: number): number;
  /** Multiplications so far. */
  work(): number;
}

/** Multiplications between two chances to stop. */
const workPerBreath = 30_000_000;

/**
 * The dendrogram of m weighted points (m × d, row-major).
 * @throws `run/aborted`
 */
export async function linkage(values: Float64Array, d: number, weights: Float64Array, method: LinkageMethod, context: Context): Promise<Linkage> {
  const m = weights.length;
  const distances = method === 'ward' ? wardDistances(values.slice(), d, weights.slice()) : matrixDistances(values, d, weights.slice(), method);
  const chain: number[] = [];
  const joined: { a: number; b: number; height: number }[] = [];
  let breathAt = workPerBreath;
  while (joined.length < m - 1) {
    if (chain.length === 0) chain.push(distances.any());
    const x = chain[chain.length - 1];
    const before = chain.length > 1 ? chain[chain.length - 2] : -1;
    const { node, distance } = distances.nearest(x, before);
    if (distances.work() > breathAt) {
      breathAt = distances.work() + workPerBreath;
      await breath(context);
    }
    if (node !== before) {
      chain.push(node);
      continue;
    }
    chain.length -= 2;
    joined.push({ a: x, b: node, height: distances.height(distance) });
    distances.merge(x, node);
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

/** Projections of merged nodes drift from their own by rounding: they prune only with this much to spare. */
const spare = 1 - 1e-9;

/**
 * Squared: 2 wa wb / (wa + wb) × |a − b|², which is the Lance–Williams value without its rounding. Nodes are kept in order of their projection on the
 * direction of most variance: a search goes outwards from x and ends where that difference alone is too much. `values` and `weights` are updated.
 */
function wardDistances(values: Float64Array, d: number, weights: Float64Array): Distances {
  const m = weights.length;
  const least = weights.reduce((a, b) => Math.min(a, b), Infinity);
  const projections = projected(values, d, m);
  const order = Int32Array.from({ length: m }, (_, i) => i).sort((a, b) => projections[a] - projections[b] || a - b);
  const along = Float64Array.from(order, (node) => projections[node]);
  let count = m;
  let work = 0;
  const between = (x: number, y: number, limit: number): number => {
    const factor = (2 * weights[x] * weights[y]) / (weights[x] + weights[y]);
    const most = limit / factor;
    let square = 0;
    let j = 0;
    const atX = x * d;
    const atY = y * d;
    for (; j + 3 < d; j += 4) {
      const t0 = values[atX + j] - values[atY + j];
      const t1 = values[atX + j + 1] - values[atY + j + 1];
      const t2 = values[atX + j + 2] - values[atY + j + 2];
      const t3 = values[atX + j + 3] - values[atY + j + 3];
      square += t0 * t0 + t1 * t1 + t2 * t2 + t3 * t3;
      if (square > most) return Infinity;
    }
    for (; j < d; j++) square += (values[atX + j] - values[atY + j]) ** 2;
    return factor * square;
  };
  const place = (node: number) => {
    let at = lowerBound(along, count, projections[node]);
    while (order[at] !== node) at++;
    return at;
  };
  return {
    any: () => order[0],
    nearest(x, preferred) {
      let node = preferred;
      let distance = preferred < 0 ? Infinity : between(x, preferred, Infinity);
      const centre = projections[x];
      const factor = ((2 * weights[x] * least) / (weights[x] + least)) * spare;
      let left = place(x) - 1;
      let right = left + 2;
      while (left >= 0 || right < count) {
        const toLeft = left >= 0 ? centre - along[left] : Infinity;
        const toRight = right < count ? along[right] - centre : Infinity;
        const gap = toLeft < toRight ? toLeft : toRight;
        if (factor * gap * gap > distance) break;
        const y = toLeft < toRight ? order[left--] : order[right++];
        work += 4;
        const found = between(x, y, distance);
        if (found < distance || node < 0) {
          distance = found;
          node = y;
        }
      }
      return { node, distance };
    },
    merge(x, y) {
      for (const node of [x, y]) {
        const at = place(node);
        order.copyWithin(at, at + 1, count);
        along.copyWithin(at, at + 1, count);
        count--;
      }
      const share = weights[x] / (weights[x] + weights[y]);
      for (let j = 0; j < d; j++) values[y * d + j] += (values[x * d + j] - values[y * d + j]) * share;
      projections[y] += (projections[x] - projections[y]) * share;
      weights[y] += weights[x];
      const at = lowerBound(along, count, projections[y]);
      order.copyWithin(at + 1, at, count);
      along.copyWithin(at + 1, at, count);
      order[at] = y;
      along[at] = projections[y];
      count++;
    },
    height: Math.sqrt,
    work: () => work,
  };
}

/** Each point along the direction of most variance. */
function projected(values: Float64Array, d: number, m: number): Float64Array {
  const every = Math.max(1, Math.floor(m / 2_000));
  const some = Float64Array.from({ length: Math.ceil(m / every) * d }, (_, v) => values[Math.floor(v / d) * every * d + (v % d)]);
  const { directions } = principalPlane({ rows: some.length / d, d, stride: d, data: some });
  return Float64Array.from({ length: m }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (values[i * d + j] - values[j]) * directions[j];
    return sum;
  });
}

/** First of `count` ascending numbers that is not below `value`. */
function lowerBound(numbers: Float64Array | Int32Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function matrixDistances(values: Float64Array, d: number, weights: Float64Array, method: 'average' | 'complete'): Distances {
  const m = weights.length;
  const active = Int32Array.from({ length: m }, (_, i) => i);
  let count = m;
  let work = 0;
  const matrix = new Float64Array((m * (m - 1)) / 2);
  /** The distance of x < y is at row[x] + y. */
  const row = Float64Array.from({ length: m }, (_, x) => x * m - (x * (x + 1)) / 2 - x - 1);
  for (let x = 0, v = 0; x < m; x++) {
    for (let y = x + 1; y < m; y++, v++) {
      let square = 0;
      for (let j = 0; j < d; j++) {
        const t = values[x * d + j] - values[y * d + j];
        square += t * t;
      }
      matrix[v] = Math.sqrt(square);
    }
  }
  const at = (x: number, y: number) => (x < y ? row[x] + y : row[y] + x);
  return {
    any: () => active[0],
    nearest(x, preferred) {
      let node = preferred;
      let distance = preferred < 0 ? Infinity : matrix[at(x, preferred)];
      work += 2 * count;
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
    merge(x, y) {
      const share = weights[x] / (weights[x] + weights[y]);
      work += 4 * count;
      for (let a = 0; a < count; a++) {
        const z = active[a];
        if (z === x || z === y) continue;
        const fromX = matrix[at(x, z)];
        const to = at(y, z);
        const fromY = matrix[to];
        matrix[to] = method === 'average' ? fromY + (fromX - fromY) * share : fromX > fromY ? fromX : fromY;
      }
      weights[y] += weights[x];
      const gone = lowerBound(active, count, x);
      active.copyWithin(gone, gone + 1, count);
      count--;
    },
    height: (distance) => distance,
    work: () => work,
  };
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

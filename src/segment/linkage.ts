// Agglomerative clustering of weighted points. Ward's method is in ward.ts; average and complete linkage keep all distances and follow a chain of nearest
// neighbours (Benzécri 1982; Müllner 2011; updates: Lance & Williams 1967): O(m²) time, 4 m² bytes.
import { breath, type Context } from '../context.js';
import type { Kernel } from '../kernel/kernel.js';
import { dendrogramOf, type Join, type Linkage } from './dendrogram.js';
import { wardJoins } from './ward.js';

export type LinkageMethod = 'ward' | 'average' | 'complete';

/** Multiplications between two chances to stop. */
const workPerBreath = 30_000_000;

/**
 * The dendrogram of m weighted points (m × d, row-major): of rows, of micro-clusters, or of the centres of any partition.
 * @throws `run/aborted`
 */
export async function linkage(
  values: Float64Array, d: number, weights: Float64Array, method: LinkageMethod, context: Context, kernel: Kernel,
): Promise<Linkage> {
  const joins = method === 'ward' ? await wardJoins(values, d, weights, context, kernel) : await chainJoins(values, d, weights, method, context);
  return dendrogramOf(joins, weights);
}

/** Joins of groups by their first leaves, in the order the chain finds them. */
async function chainJoins(values: Float64Array, d: number, weights: Float64Array, method: 'average' | 'complete', context: Context): Promise<Join[]> {
  const distances = await matrixDistances(values, d, weights.slice(), method, context);
  const chain: number[] = [];
  const joins: Join[] = [];
  let breathAt = workPerBreath;
  while (joins.length < weights.length - 1) {
    if (chain.length === 0) chain.push(distances.any());
    const x = chain[chain.length - 1];
    const before = chain.length > 1 ? chain[chain.length - 2] : -1;
    const { node, distance } = distances.nearest(x, before);
    if (distances.work() > breathAt) {
      breathAt = distances.work() + workPerBreath;
      await breath(context);
      context.progress({ stage: 'segment', note: 'joining groups', done: joins.length / weights.length });
    }
    if (node !== before) {
      chain.push(node);
      continue;
    }
    chain.length -= 2;
    joins.push({ a: x, b: node, height: distance });
    distances.merge(x, node);
  }
  return joins;
}

/** What the chain asks of a linkage. It knows which nodes are still there. */
interface Distances {
  /** A node that is still there. */
  any(): number;
  /** The nearest other node to x; `preferred` (−1 = none) wins ties. */
  nearest(x: number, preferred: number): { readonly node: number; readonly distance: number };
  /** Makes y the union of x and y; x is no longer there. */
  merge(x: number, y: number): void;
  /** Multiplications so far. */
  work(): number;
}

async function matrixDistances(
  values: Float64Array, d: number, weights: Float64Array, method: 'average' | 'complete', context: Context,
): Promise<Distances> {
  const m = weights.length;
  const active = Int32Array.from({ length: m }, (_, i) => i);
  let count = m;
  let work = 0;
  const matrix = new Float64Array((m * (m - 1)) / 2);
  /** The distance of x < y is at row[x] + y. */
  const row = Float64Array.from({ length: m }, (_, x) => x * m - (x * (x + 1)) / 2 - x - 1);
  const rowsPerBreath = Math.ceil(workPerBreath / (m * d));
  for (let x = 0, v = 0; x < m; x++) {
    if (x % rowsPerBreath === 0) await breath(context);
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
      const here = lowerBound(active, count, x);
      for (let a = 0; a < here; a++) {
        const found = matrix[row[active[a]] + x];
        if (found < distance || node < 0) {
          distance = found;
          node = active[a];
        }
      }
      const own = row[x];
      for (let a = here + 1; a < count; a++) {
        const found = matrix[own + active[a]];
        if (found < distance || node < 0) {
          distance = found;
          node = active[a];
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
    work: () => work,
  };
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

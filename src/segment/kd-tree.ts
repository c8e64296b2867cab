// kd-tree: rows in nested boxes, so that whole boxes too far away are never looked at (Bentley 1975; tight boxes as in Omohundro 1989).
// Building O(n d log n); a query looks at few leaves up to about 15 dimensions and at ever more beyond, until it is a scan in blocks.
import { ShoalError } from '../errors.js';
import type { Points } from '../kernel/kernel.js';

/**
 * Rows sorted into boxes. A *position* is a row's place in the tree's own order (`data`, `rows`); all distances are squared and in double precision.
 * Queries reuse scratch memory, so a tree serves one query at a time.
 */
export class KdTree {
  readonly n: number;
  readonly d: number;
  /** n × d numbers by position. */
  readonly data: Float64Array;
  /** Original row of each position. */
  readonly rows: Int32Array;
  /** Node boxes: positions [start, end); a node's left child is the next node, its right child `right[node]` (0 = leaf). */
  readonly nodes: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly right: Int32Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #stack = new Int32Array(128);
  readonly #reach = new Float64Array(128);

  /** @throws `segment/not-finite` */
  constructor(x: Points, leafSize = x.d > 15 ? 48 : 24) {
    const { rows: n, d } = x;
    this.n = n;
    this.d = d;
    const values = compact(x);
    const limit = 4 * Math.ceil(n / leafSize) + 3;
    this.start = new Int32Array(limit);
    this.end = new Int32Array(limit);
    this.right = new Int32Array(limit);
    this.#low = new Float64Array(limit * d);
    this.#high = new Float64Array(limit * d);
    this.rows = Int32Array.from({ length: n }, (_, i) => i);
    this.nodes = n === 0 ? 0 : this.#split(values, 0, n, leafSize, 0);
    this.data = new Float64Array(n * d);
    for (let p = 0; p < n; p++) for (let j = 0; j < d; j++) this.data[p * d + j] = values[this.rows[p] * d + j];
  }

  /** Builds the node for positions [start, end) and all below it; returns the next free node. */
  #split(values: Float64Array, start: number, end: number, leafSize: number, node: number): number {
    const { d, rows } = this;
    const low = this.#low.subarray(node * d, node * d + d).fill(Infinity);
    const high = this.#high.subarray(node * d, node * d + d).fill(-Infinity);
    for (let p = start; p < end; p++) {
      for (let j = 0, at = rows[p] * d; j < d; j++, at++) {
        if (values[at] < low[j]) low[j] = values[at];
        if (values[at] > high[j]) high[j] = values[at];
      }
    }
    this.start[node] = start;
    this.end[node] = end;
    if (end - start <= leafSize) return node + 1;
    let widest = 0;
    for (let j = 1; j < d; j++) if (high[j] - low[j] > high[widest] - low[widest]) widest = j;
    const middle = (start + end) >> 1;
    select(rows, values, d, widest, start, end - 1, middle);
    this.right[node] = this.#split(values, start, middle, leafSize, node + 1);
    return this.#split(values, middle, end, leafSize, this.right[node]);
  }

  /** Squared distance from a point to a node's box, 0 inside. */
  distanceToBox(node: number, from: Float64Array, offset: number): number {
    const d = this.d;
    const low = this.#low;
    const high = this.#high;
    let sum = 0;
    for (let j = 0, at = node * d, o = offset; j < d; j++, at++, o++) {
      const v = from[o];
      const under = low[at] - v;
      const over = v - high[at];
      // Twice the gap, exactly, without a branch that processors cannot foresee.
      const gap = under + Math.abs(under) + (over + Math.abs(over));
      sum += gap * gap;
    }
    return 0.25 * sum;
  }

  /**
   * The k positions nearest to a point, nearest first, into `squares` and `positions` at `into`, none farther than `within` (squared).
   * Returns how many there are.
   */
  nearest(
    from: Float64Array, offset: number, k: number, squares: Float64Array, positions: Int32Array, into = 0, within = Infinity,
  ): number {
    const { d, data, start, end, right } = this;
    const stack = this.#stack;
    const reach = this.#reach;
    let found = 0;
    let worst = within;
    let full = false;
    let top = 0;
    stack[0] = 0;
    reach[0] = this.nodes === 0 ? Infinity : this.distanceToBox(0, from, offset);
    while (top >= 0) {
      let node = stack[top];
      const least = reach[top--];
      if (full ? least >= worst : least > worst) continue;
      while (right[node] !== 0) {
        let near = node + 1;
        let far = right[node];
        let nearSquare = this.distanceToBox(near, from, offset);
        let farSquare = this.distanceToBox(far, from, offset);
        if (farSquare < nearSquare) {
          [near, far] = [far, near];
          [nearSquare, farSquare] = [farSquare, nearSquare];
        }
        if (farSquare <= worst) {
          stack[++top] = far;
          reach[top] = farSquare;
        }
        node = near;
      }
      for (let p = start[node], stop = end[node]; p < stop; p++) {
        const square = squareDistance(data, p * d, from, offset, d, worst);
        if (full ? square >= worst : square > worst) continue;
        let at = full ? into + k - 1 : into + found++;
        while (at > into && squares[at - 1] > square) {
          squares[at] = squares[at - 1];
          positions[at] = positions[at - 1];
          at--;
        }
        squares[at] = square;
        positions[at] = p;
        if (found === k) {
          full = true;
          worst = squares[into + k - 1];
        }
      }
    }
    return found;
  }

  /** How many positions lie within a squared distance, counting no further than `enough`. */
  countWithin(from: Float64Array, offset: number, within: number, enough: number): number {
    const { d, data, start, end, right } = this;
    const stack = this.#stack;
    let count = 0;
    let top = this.nodes === 0 || this.distanceToBox(0, from, offset) > within ? -1 : 0;
    stack[0] = 0;
    while (top >= 0 && count < enough) {
      const node = stack[top--];
      if (right[node] !== 0) {
        const left = this.distanceToBox(node + 1, from, offset);
        const other = this.distanceToBox(right[node], from, offset);
        // The nearer one is looked at first: it soon holds enough.
        const leftLast = left > other;
        if (leftLast && left <= within) stack[++top] = node + 1;
        if (other <= within) stack[++top] = right[node];
        if (!leftLast && left <= within) stack[++top] = node + 1;
      } else for (let p = start[node]; p < end[node]; p++) if (squareDistance(data, p * d, from, offset, d, within) <= within) count++;
    }
    return count;
  }

  /** Calls `visit` with the leaves (as nodes) that reach within a squared distance of a point and end after a position. */
  leavesWithin(from: Float64Array, offset: number, within: number, after: number, visit: (leaf: number) => void): void {
    const { end, right } = this;
    const stack = this.#stack;
    let top = this.nodes === 0 ? -1 : 0;
    stack[0] = 0;
    while (top >= 0) {
      const node = stack[top--];
      if (end[node] <= after || this.distanceToBox(node, from, offset) > within) continue;
      if (right[node] === 0) visit(node);
      else {
        stack[++top] = right[node];
        stack[++top] = node + 1;
      }
    }
  }
}

/** Sum of squared differences; may stop early, with a partial sum above `limit`. */
export function squareDistance(a: Float64Array, ao: number, b: Float64Array, bo: number, d: number, limit: number): number {
  let sum = 0;
  let j = 0;
  for (; j + 4 <= d; j += 4) {
    const t0 = a[ao + j] - b[bo + j];
    const t1 = a[ao + j + 1] - b[bo + j + 1];
    const t2 = a[ao + j + 2] - b[bo + j + 2];
    const t3 = a[ao + j + 3] - b[bo + j + 3];
    sum += t0 * t0 + t1 * t1 + (t2 * t2 + t3 * t3);
    if (sum > limit) return sum;
  }
  for (; j < d; j++) {
    const t = a[ao + j] - b[bo + j];
    sum += t * t;
  }
  return sum;
}

/** Beyond this, squared distances overflow. */
const largest = 1e150;

/** The numbers of the points without padding, in double precision. @throws `segment/not-finite` */
export function compact({ rows, d, stride, data }: Points): Float64Array {
  const values = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < d; j++) {
      const value = data[i * stride + j];
      if (!(Math.abs(value) <= largest)) throw new ShoalError('segment/not-finite', { value, row: i, feature: j });
      values[i * d + j] = value;
    }
  }
  return values;
}

/** Moves the row that belongs at `target` there, smaller ones before it (Hoare 1961, median of three); equal values in any order, always the same. */
function select(rows: Int32Array, values: Float64Array, d: number, j: number, left: number, right: number, target: number): void {
  while (left < right) {
    const a = values[rows[left] * d + j];
    const b = values[rows[(left + right) >> 1] * d + j];
    const c = values[rows[right] * d + j];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = left;
    let k = right;
    while (i <= k) {
      while (values[rows[i] * d + j] < pivot) i++;
      while (values[rows[k] * d + j] > pivot) k--;
      if (i <= k) {
        const swap = rows[i];
        rows[i++] = rows[k];
        rows[k--] = swap;
      }
    }
    if (target <= k) right = k;
    else if (target >= i) left = i;
    else return;
  }
}

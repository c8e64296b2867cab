// kd-tree: rows in nested boxes, so that whole boxes too far away are never looked at (Bentley 1975; tight boxes as in Omohundro 1989).
// Building O(n d log n); a query looks at few leaves up to about 15 dimensions and at ever more beyond, until it is a scan in blocks.
import { requireFinite } from './finite.js';
import type { Points } from './kernel.js';

/**
 * Rows sorted into nested boxes. A *position* is a row's place in this order. Node boxes hold positions [start, end); a node's left child is the next
 * node, its right child `right[node]` (0 = leaf). Every leaf starts at a multiple of four.
 */
export interface Boxes {
  readonly n: number;
  readonly d: number;
  /** Original row of each position. */
  readonly rows: Int32Array;
  readonly nodes: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly right: Int32Array;
}

/** Rows in a leaf at most: more where a box rules out little. */
export const leafRows = (d: number) => (d > 15 ? 64 : 32);

/** Halves the rows along the widest feature until at most `leafSize` (8 or more) are left. @throws `segment/not-finite` */
export function sortIntoBoxes(x: Points, leafSize = leafRows(x.d)): Boxes {
  const { rows: n, d, stride, data } = x;
  requireFinite(x);
  const limit = 2 * Math.ceil(n / Math.max(4, (leafSize >> 1) - 3)) + 1;
  const boxes = { n, d, rows: Int32Array.from({ length: n }, (_, i) => i), nodes: 0, start: new Int32Array(limit), end: new Int32Array(limit), right: new Int32Array(limit) };
  const low = new Float64Array(d);
  const high = new Float64Array(d);
  const keys = new Float64Array(n);
  const split = (start: number, end: number) => {
    const node = boxes.nodes++;
    boxes.start[node] = start;
    boxes.end[node] = end;
    if (end - start <= leafSize) return;
    const j = widest(start, end);
    for (let p = start; p < end; p++) keys[p] = data[boxes.rows[p] * stride + j];
    const middle = start + ((((end - start) >> 1) + 3) & ~3);
    select(boxes.rows, keys, start, end - 1, middle);
    split(start, middle);
    boxes.right[node] = boxes.nodes;
    split(middle, end);
  };
  const widest = (start: number, end: number) => {
    low.fill(Infinity);
    high.fill(-Infinity);
    for (let p = start; p < end; p++) {
      for (let j = 0, at = boxes.rows[p] * stride; j < d; j++, at++) {
        const value = data[at];
        if (value < low[j]) low[j] = value;
        if (value > high[j]) high[j] = value;
      }
    }
    let most = 0;
    for (let j = 1; j < d; j++) if (high[j] - low[j] > high[most] - low[most]) most = j;
    return most;
  };
  if (n > 0) split(0, n);
  return boxes;
}

/** A kd-tree on one thread, for points from anywhere: all distances are squared and in double precision. Queries reuse scratch memory: one at a time. */
export class KdTree implements Boxes {
  readonly n: number;
  readonly d: number;
  /** n × d numbers by position. */
  readonly data: Float64Array;
  readonly rows: Int32Array;
  readonly nodes: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly right: Int32Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #stack = new Int32Array(128);
  readonly #reach = new Float64Array(128);

  /** @throws `segment/not-finite` */
  constructor(x: Points, leafSize?: number) {
    const { n, d, rows, nodes, start, end, right } = sortIntoBoxes(x, leafSize);
    this.n = n;
    this.d = d;
    this.rows = rows;
    this.nodes = nodes;
    this.start = start;
    this.end = end;
    this.right = right;
    this.data = new Float64Array(n * d);
    for (let p = 0; p < n; p++) for (let j = 0, at = rows[p] * x.stride; j < d; j++, at++) this.data[p * d + j] = x.data[at];
    this.#low = new Float64Array(nodes * d).fill(Infinity);
    this.#high = new Float64Array(nodes * d).fill(-Infinity);
    for (let node = nodes - 1; node >= 0; node--) {
      if (right[node] === 0) for (let p = start[node]; p < end[node]; p++) this.#widen(node, this.data, this.data, p);
      else for (const child of [node + 1, right[node]]) this.#widen(node, this.#low, this.#high, child);
    }
  }

  #widen(node: number, lows: Float64Array, highs: Float64Array, from: number): void {
    const d = this.d;
    for (let j = 0, at = node * d, other = from * d; j < d; j++, at++, other++) {
      if (lows[other] < this.#low[at]) this.#low[at] = lows[other];
      if (highs[other] > this.#high[at]) this.#high[at] = highs[other];
    }
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
   * The k positions nearest to a point, nearest first (equal ones by position), into `squares` and `positions` at `into`, none farther than `within` (squared).
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
    let top = this.nodes === 0 ? -1 : 0;
    stack[0] = 0;
    reach[0] = 0;
    while (top >= 0) {
      let node = stack[top];
      if (reach[top--] > worst) continue;
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
        if (square > worst) continue;
        if (found === k && square === worst && p > positions[into + k - 1]) continue;
        let at = into + (found === k ? k - 1 : found++);
        for (; at > into && (squares[at - 1] > square || (squares[at - 1] === square && positions[at - 1] > p)); at--) {
          squares[at] = squares[at - 1];
          positions[at] = positions[at - 1];
        }
        squares[at] = square;
        positions[at] = p;
        if (found === k) worst = squares[into + k - 1];
      }
    }
    return found;
  }

}

const kept = new WeakMap<readonly number[], KdTree>();

/** The tree over rows × d plain numbers. It is kept as long as they are: scoring one row after another builds it once. */
export function treeOver(values: readonly number[], d: number): KdTree {
  let tree = kept.get(values);
  if (!tree) {
    tree = new KdTree({ rows: d > 0 ? values.length / d : 0, d, stride: d, data: Float64Array.from(values) });
    kept.set(values, tree);
  }
  return tree;
}

/** Calls `ask` with every row and its numbers, rows that lie together one after another, so that the boxes they need are in the cache. */
export function inPlace(x: Points, ask: (row: number, values: Float64Array) => void): void {
  const values = new Float64Array(x.d);
  for (const row of sortIntoBoxes(x).rows) {
    for (let j = 0, at = row * x.stride; j < x.d; j++, at++) values[j] = x.data[at];
    ask(row, values);
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

/** The numbers of the points without padding, in double precision. */
export function compact({ rows, d, stride, data }: Points): Float64Array {
  const values = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) values[i * d + j] = data[i * stride + j];
  return values;
}
/** Moves the row that belongs at `target` there, those with smaller keys before it (Hoare 1961, median of three); equal keys in any order, always the same. */
function select(rows: Int32Array, keys: Float64Array, left: number, right: number, target: number): void {
  while (left < right) {
    const a = keys[left];
    const b = keys[(left + right) >> 1];
    const c = keys[right];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = left;
    let k = right;
    while (i <= k) {
      while (keys[i] < pivot) i++;
      while (keys[k] > pivot) k--;
      if (i <= k) {
        const row = rows[i];
        const key = keys[i];
        rows[i] = rows[k];
        keys[i++] = keys[k];
        rows[k] = row;
        keys[k--] = key;
      }
    }
    if (target <= k) right = k;
    else if (target >= i) left = i;
    else return;
  }
}

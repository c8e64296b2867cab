import { columnsFor, type Examples } from '../domain/examples.js';
import { applyLink, type Forest } from '../domain/forest.js';
import { type Flat, flatten } from './flat-forest.js';

/** A forest made ready to be asked quickly: the same numbers whether rows come one by one or all together. */
export interface Scorer {
  readonly outputs: number;
  /** Sums before the link of one row, its values in the order of the forest's inputs; into `out` where given. */
  sums(row: ArrayLike<number>, out?: Float64Array): Float64Array;
  /** Predictions of one row. */
  one(row: ArrayLike<number>, out?: Float64Array): Float64Array;
  /** Sums before the link, rows × outputs. @throws `predict/no-input` */
  allSums(x: Examples): Float64Array;
  /** Predictions, rows × outputs. @throws `predict/no-input` */
  all(x: Examples): Float64Array;
}

/** Deeper trees are walked one row after the other: most rows end long before the deepest leaf. */
const deep = 32;
/** Rows that are taken through one tree after the other while they lie in the nearest cache. */
const block = 256;

/**
 * Flattens the forest once (see `flat-forest.ts`). Where a tree asks only for numbers, four walks go side by side (of four rows, or of one row through four
 * trees), each as many steps as the tree is deep, a leaf leading to itself: no branch depends on the values, and no walk waits for another's memory.
 */
export function scorer(forest: Forest): Scorer {
  const { outputs, base, link } = forest;
  const d = forest.inputs.length;
  const flat = flatten(forest.trees);
  const { roots, output } = flat;
  const walk = openWalk(flat);
  const row = new Float64Array(d);
  const four = new Float64Array(4);

  function sums(values: ArrayLike<number>, out: Float64Array = new Float64Array(outputs)): Float64Array {
    for (let j = 0; j < d; j++) row[j] = values[j];
    for (let o = 0; o < outputs; o++) out[o] = base[o];
    let t = 0;
    for (; t + 4 <= roots.length; t += 4) {
      walk.fourTrees(t, row, four);
      for (let k = 0; k < 4; k++) out[output[t + k]] += four[k];
    }
    for (; t < roots.length; t++) out[output[t]] += leafOf(flat, roots[t], row, 0);
    return out;
  }

  function allSums(x: Examples): Float64Array {
    const columns = columnsFor(forest.inputs, x);
    const out = new Float64Array(x.rows * outputs);
    const rows = new Float64Array(block * d);
    for (let start = 0; start < x.rows; start += block) {
      const count = Math.min(block, x.rows - start);
      for (let j = 0; j < d; j++) {
        const column = columns[j];
        for (let i = 0; i < count; i++) rows[i * d + j] = column[start + i];
      }
      for (let i = 0; i < count; i++) for (let o = 0; o < outputs; o++) out[(start + i) * outputs + o] = base[o];
      for (let t = 0; t < roots.length; t++) walk.addRows(t, rows, d, count, out, start * outputs + output[t], outputs);
    }
    return out;
  }

  return {
    outputs,
    sums,
    one: (values, out) => applyLink(link, sums(values, out), outputs),
    allSums,
    all: (x) => applyLink(link, allSums(x), outputs),
  };
}

/** Four walks at once through trees that ask only for numbers; through others one after the other. */
function openWalk(flat: Flat) {
  const { nodes, numbers, roots } = flat;
  const size = numbers.length;
  const input = new Int32Array(size);
  const child = new Int32Array(size);
  const missing = new Uint8Array(size);
  const threshold = new Float64Array(size);
  for (let n = 0; n < size; n++) {
    const leaf = nodes[n * 4] < 0;
    input[n] = leaf ? 0 : nodes[n * 4];
    child[n] = leaf ? n : nodes[n * 4 + 1];
    missing[n] = leaf ? 0 : nodes[n * 4 + 2] - nodes[n * 4 + 1];
    threshold[n] = leaf ? Infinity : numbers[n];
  }
  /** Steps to the deepest leaf; −1 where a node asks for categories or that is too far. */
  const depths = Int32Array.from(roots, (root) => depthOf(flat, root));

  /** One step: right where the value is greater, or where it is missing and belongs there. */
  const next = (n: number, value: number) => child[n] + (Number(value > threshold[n]) | (Number(value !== value) & missing[n]));

  function addRows(t: number, rows: Float64Array, d: number, count: number, out: Float64Array, at: number, step: number): void {
    const root = roots[t], depth = depths[t];
    let i = 0;
    if (depth >= 0) {
      for (; i + 4 <= count; i += 4) {
        const r0 = i * d, r1 = r0 + d, r2 = r1 + d, r3 = r2 + d;
        let n0 = root, n1 = root, n2 = root, n3 = root;
        for (let k = 0; k < depth; k++) {
          n0 = next(n0, rows[r0 + input[n0]]);
          n1 = next(n1, rows[r1 + input[n1]]);
          n2 = next(n2, rows[r2 + input[n2]]);
          n3 = next(n3, rows[r3 + input[n3]]);
        }
        const to = at + i * step;
        out[to] += numbers[n0];
        out[to + step] += numbers[n1];
        out[to + 2 * step] += numbers[n2];
        out[to + 3 * step] += numbers[n3];
      }
    }
    for (; i < count; i++) out[at + i * step] += leafOf(flat, root, rows, i * d);
  }

  function fourTrees(t: number, row: Float64Array, out: Float64Array): void {
    const depth = Math.max(depths[t], depths[t + 1], depths[t + 2], depths[t + 3]);
    if (Math.min(depths[t], depths[t + 1], depths[t + 2], depths[t + 3]) < 0) {
      for (let k = 0; k < 4; k++) out[k] = leafOf(flat, roots[t + k], row, 0);
      return;
    }
    let n0 = roots[t], n1 = roots[t + 1], n2 = roots[t + 2], n3 = roots[t + 3];
    for (let k = 0; k < depth; k++) {
      n0 = next(n0, row[input[n0]]);
      n1 = next(n1, row[input[n1]]);
      n2 = next(n2, row[input[n2]]);
      n3 = next(n3, row[input[n3]]);
    }
    out[0] = numbers[n0];
    out[1] = numbers[n1];
    out[2] = numbers[n2];
    out[3] = numbers[n3];
  }

  return { addRows, fourTrees };
}

function depthOf({ nodes }: Flat, root: number): number {
  let depth = 0;
  for (let level = [root]; level.length > 0; depth++) {
    const inner = level.filter((n) => nodes[n * 4] >= 0);
    if (depth > deep || inner.some((n) => nodes[n * 4 + 3] >= 0)) return -1;
    level = inner.flatMap((n) => [nodes[n * 4 + 1], nodes[n * 4 + 1] + 1]);
  }
  return depth - 1;
}

/** What the tree at `root` adds for the row that begins at `at`. */
function leafOf({ nodes, numbers, sets }: Flat, root: number, rows: Float64Array, at: number): number {
  let node = root;
  for (let input = nodes[node << 2]; input >= 0; input = nodes[node << 2]) {
    const value = rows[at + input];
    const set = nodes[(node << 2) + 3];
    if (value !== value) node = nodes[(node << 2) + 2];
    else if (set < 0) node = nodes[(node << 2) + 1] + (value <= numbers[node] ? 0 : 1);
    else node = nodes[(node << 2) + 1] + (holds(sets, set, value) ? 0 : 1);
  }
  return numbers[node];
}

function holds(sets: Int32Array, set: number, value: number): boolean {
  const code = value | 0;
  return code === value && code >= 0 && code >> 5 < sets[set] && ((sets[set + 1 + (code >> 5)] >> (code & 31)) & 1) === 1;
}

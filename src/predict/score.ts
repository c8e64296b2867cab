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
const block = 64;

/**
 * Flattens the forest once (see `flat-forest.ts`). Where a tree asks only for numbers, walks go side by side (of eight rows, or of one row through four
 * trees), each as many steps as the tree is deep, a leaf leading to itself: no branch depends on the values, and no walk waits for another's memory.
 * A row has each value twice, the second time −∞ where it is missing, so that one comparison sends it either way.
 */
export function scorer(forest: Forest): Scorer {
  const { outputs, base, link } = forest;
  const d = forest.inputs.length;
  const flat = flatten(forest.trees);
  const { roots, output } = flat;
  const walk = openWalk(flat, d);
  const width = 2 * d;
  const row = new Float64Array(width);
  const four = new Float64Array(4);

  function sums(values: ArrayLike<number>, out: Float64Array = new Float64Array(outputs)): Float64Array {
    for (let j = 0; j < d; j++) {
      row[j] = values[j];
      row[d + j] = known(row[j]);
    }
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
    const rows = new Float64Array(block * width);
    for (let start = 0; start < x.rows; start += block) {
      const count = Math.min(block, x.rows - start);
      for (let j = 0; j < d; j++) {
        const column = columns[j];
        for (let i = 0, at = j; i < count; i++, at += width) {
          rows[at] = column[start + i];
          rows[at + d] = known(rows[at]);
        }
      }
      for (let i = 0; i < count; i++) for (let o = 0; o < outputs; o++) out[(start + i) * outputs + o] = base[o];
      for (let t = 0; t < roots.length; t++) walk.addRows(t, rows, width, count, out, start * outputs + output[t], outputs);
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

/** What is missing is below everything. */
const known = (value: number) => (value === value ? value : -Infinity);

/** Walks side by side through trees that ask only for numbers; through others one after the other. */
function openWalk(flat: Flat, d: number) {
  const { nodes, numbers, roots } = flat;
  const size = numbers.length;
  const input = new Int32Array(size);
  const child = new Int32Array(size);
  const threshold = new Float64Array(size);
  for (let n = 0; n < size; n++) {
    const leaf = nodes[n * 4] < 0;
    const left = nodes[n * 4 + 1];
    // A leaf asks for a value that is never missing.
    input[n] = leaf ? d : nodes[n * 4] + (nodes[n * 4 + 2] === left ? d : 0);
    child[n] = leaf ? n : left;
    threshold[n] = leaf ? Infinity : numbers[n];
  }
  /** Steps to the deepest leaf; −1 where a node asks for categories or that is too far. */
  const depths = Int32Array.from(roots, (root) => depthOf(flat, root));

  /** One step: right where the value is greater or missing. */
  const next = (n: number, value: number) => child[n] + Number(!(value <= threshold[n]));

  function addRows(t: number, rows: Float64Array, width: number, count: number, out: Float64Array, at: number, step: number): void {
    const root = roots[t], depth = depths[t];
    let i = 0;
    if (depth >= 0) {
      for (; i + 8 <= count; i += 8) {
        const r0 = i * width, r1 = r0 + width, r2 = r1 + width, r3 = r2 + width, r4 = r3 + width, r5 = r4 + width, r6 = r5 + width, r7 = r6 + width;
        let n0 = root, n1 = root, n2 = root, n3 = root, n4 = root, n5 = root, n6 = root, n7 = root;
        for (let k = 0; k < depth; k++) {
          n0 = next(n0, rows[r0 + input[n0]]);
          n1 = next(n1, rows[r1 + input[n1]]);
          n2 = next(n2, rows[r2 + input[n2]]);
          n3 = next(n3, rows[r3 + input[n3]]);
          n4 = next(n4, rows[r4 + input[n4]]);
          n5 = next(n5, rows[r5 + input[n5]]);
          n6 = next(n6, rows[r6 + input[n6]]);
          n7 = next(n7, rows[r7 + input[n7]]);
        }
        const to = at + i * step;
        out[to] += numbers[n0];
        out[to + step] += numbers[n1];
        out[to + 2 * step] += numbers[n2];
        out[to + 3 * step] += numbers[n3];
        out[to + 4 * step] += numbers[n4];
        out[to + 5 * step] += numbers[n5];
        out[to + 6 * step] += numbers[n6];
        out[to + 7 * step] += numbers[n7];
      }
    }
    for (; i < count; i++) out[at + i * step] += leafOf(flat, root, rows, i * width);
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

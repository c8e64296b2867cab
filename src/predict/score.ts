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

/** Rows that are taken through one tree after the other while they lie in the nearest cache. */
const block = 128;

/** Flattens the forest once (all trees in two arrays, the two children of a node side by side); a row then costs the depth of each tree. */
export function scorer(forest: Forest): Scorer {
  const { outputs, base, link } = forest;
  const d = forest.inputs.length;
  const flat = flatten(forest.trees);
  const { roots, output } = flat;
  const single = outputs === 1;
  const scratch = new Float64Array(d);

  function sums(row: ArrayLike<number>, out: Float64Array = new Float64Array(outputs)): Float64Array {
    for (let j = 0; j < d; j++) scratch[j] = row[j];
    if (single) {
      let sum = base[0];
      for (let t = 0; t < roots.length; t++) sum += leafOf(flat, roots[t], scratch, 0);
      out[0] = sum;
      return out;
    }
    out.set(base);
    for (let t = 0; t < roots.length; t++) out[output[t]] += leafOf(flat, roots[t], scratch, 0);
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
      for (let t = 0; t < roots.length; t++) addTree(flat, roots[t], rows, d, count, out, start * outputs + output[t], outputs);
    }
    return out;
  }

  return {
    outputs,
    sums,
    one: (row, out) => applyLink(link, sums(row, out), outputs),
    allSums,
    all: (x) => applyLink(link, allSums(x), outputs),
  };
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

function addTree(flat: Flat, root: number, rows: Float64Array, d: number, count: number, out: Float64Array, at: number, step: number): void {
  for (let i = 0; i < count; i++) out[at + i * step] += leafOf(flat, root, rows, i * d);
}

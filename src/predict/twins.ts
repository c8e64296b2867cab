import type { Answers, Examples } from '../domain/examples.js';
import type { LeftOut } from '../domain/prediction.js';
import { pearson } from '../util/pearson.js';
import { radixOrder } from '../util/radix-order.js';
import { r2 } from './metrics.js';

/** A column that tells the answer this well on rows it was not looked up on was most likely written down after it. */
const AREA = 0.995;
const R2 = 0.995;
/** Rows of the rarer answer below which nothing is judged. */
const LEAST = 25;
const BINS = 64;

/**
 * Columns that all but hold the answer: twins of the target, or written down because of it. Each is looked up by itself on every other row (its kinds, or its numbers in bins, with what
 * is missing as one more) and asked about the rest.
 */
export function twins({ inputs, columns }: Examples, { task, values, classes }: Answers, known: readonly string[] = []): LeftOut[] {
  const rows = Int32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  const [look, ask] = [rows.filter((_, r) => r % 2 === 0), rows.filter((_, r) => r % 2 === 1)];
  const asked = at(values, ask);
  return inputs.flatMap((input, j): LeftOut[] => {
    if (known.includes(input.name)) return [];
    const bins = input.categories ? kindsOf(columns[j], input.categories.length) : binned(columns[j], look);
    const told = task === 'regression'
      ? (ask.length < LEAST ? 0 : Math.max(r2(asked, lookedUp(bins, values, look, ask)), likeness(at(columns[j], ask), asked)))
      : meanArea(task === 'binary' ? [1] : (classes ?? []).keys(), bins, values, look, ask);
    if (!(told >= (task === 'regression' ? R2 : AREA))) return [];
    return [{ name: input.name, why: 'twin', sentence: `'${input.name}' alone tells the answer nearly always, so it was most likely written down after it. If it was known beforehand, say so (known).` }];
  });
}

function at(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let r = 0; r < rows.length; r++) out[r] = values[rows[r]];
  return out;
}

/**
 * Squared correlation, of the numbers or of their ranks, where both are known: bins blur a number that is the answer itself, or that rises with it. 0 of fewer than half of the rows.
 * Ranks count only of columns with about as many different numbers as the answer has: a flag may well part those with nothing from the others.
 */
function likeness(column: Float64Array, answer: Float64Array): number {
  const known = Int32Array.from(column.keys()).filter((i) => !Number.isNaN(column[i]));
  if (known.length < LEAST || known.length < column.length / 2) return 0;
  const [a, b] = [at(column, known), at(answer, known)];
  const straight = pearson(a, b) ** 2;
  if (straight >= R2 || new Set(a).size < new Set(b).size / 2) return straight;
  return Math.max(straight, pearson(ranks(a), ranks(b)) ** 2);
}

/** The place of each in ascending order; the mean place of those that tie. */
function ranks(values: Float64Array): Float64Array {
  const order = radixOrder(values);
  const out = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let r = from; r < to; r++) out[order[r]] = (from + to - 1) / 2;
  }
  return out;
}

/** Per row its bin from 0 on, the last one of what is missing. */
interface Binned {
  readonly bin: Int32Array;
  readonly count: number;
}

function kindsOf(column: Float64Array, kinds: number): Binned {
  return { bin: Int32Array.from(column.map((value) => (Number.isNaN(value) ? kinds : value))), count: kinds + 1 };
}

function binned(column: Float64Array, rows: Int32Array): Binned {
  const sorted = at(column, rows).filter((value) => !Number.isNaN(value)).sort();
  const edges = Float64Array.from(new Set(Array.from({ length: BINS - 1 }, (_, b) => sorted[Math.floor(((b + 1) * sorted.length) / BINS)])));
  const bin = new Int32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[i] >= edges[middle]) low = middle + 1;
      else high = middle;
    }
    bin[i] = Number.isNaN(column[i]) ? edges.length + 1 : low;
  }
  return { bin, count: edges.length + 2 };
}

/** Mean answer of the looked-up rows in each bin, drawn a little to the mean of all. */
function means({ bin, count }: Binned, answer: (row: number) => number, look: Int32Array): Float64Array {
  const [sums, rows] = [new Float64Array(count), new Float64Array(count)];
  let total = 0;
  for (const i of look) {
    sums[bin[i]] += answer(i);
    rows[bin[i]]++;
    total += answer(i);
  }
  return sums.map((sum, b) => (sum + total / look.length) / (rows[b] + 1));
}

function lookedUp(bins: Binned, values: Float64Array, look: Int32Array, ask: Int32Array): Float64Array {
  const mean = means(bins, (i) => values[i], look);
  return Float64Array.from(ask, (i) => mean[bins.bin[i]]);
}

/** Mean of the areas of the classes that can be judged, each by its rows: a column that parts one of several from the rest does not tell the answer. */
function meanArea(classes: Iterable<number>, bins: Binned, values: Float64Array, look: Int32Array, ask: Int32Array): number {
  let [sum, rows] = [0, 0];
  for (const c of classes) {
    const area = areaOf(bins, values, c, look, ask);
    if (area === undefined) continue;
    const own = ask.reduce((count, i) => count + (values[i] === c ? 1 : 0), 0);
    sum += own * area;
    rows += own;
  }
  return rows > 0 ? sum / rows : 0;
}

/** Area under the curve of the looked-up shares of a class, on the rows that are asked about; undefined where there are too few of either. */
function areaOf(bins: Binned, values: Float64Array, c: number, look: Int32Array, ask: Int32Array): number | undefined {
  const mean = means(bins, (i) => (values[i] === c ? 1 : 0), look);
  const [ones, zeros] = [new Float64Array(bins.count), new Float64Array(bins.count)];
  for (const i of ask) (values[i] === c ? ones : zeros)[bins.bin[i]]++;
  const [allOnes, allZeros] = [ones, zeros].map((counts) => counts.reduce((sum, n) => sum + n, 0));
  if (Math.min(allOnes, allZeros) < LEAST) return undefined;
  const order = Array.from(mean.keys()).sort((a, b) => mean[a] - mean[b]);
  let [below, right] = [0, 0];
  for (let first = 0; first < order.length; ) {
    // Bins of equal share tie, whichever they are.
    let [one, zero] = [0, 0];
    for (const share = mean[order[first]]; first < order.length && mean[order[first]] === share; first++) {
      one += ones[order[first]];
      zero += zeros[order[first]];
    }
    right += one * (below + zero / 2);
    below += zero;
  }
  return right / (allOnes * allZeros);
}

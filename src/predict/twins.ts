import type { Answers, Examples } from '../domain/examples.js';
import type { LeftOut } from '../domain/prediction.js';
import { auc, r2, rank } from './metrics.js';

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
  const rows = Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]));
  const [look, ask] = [rows.filter((_, r) => r % 2 === 0), rows.filter((_, r) => r % 2 === 1)];
  return inputs.flatMap((input, j): LeftOut[] => {
    if (known.includes(input.name)) return [];
    const bins = binned(columns[j], input.categories !== undefined, look);
    const told = task === 'regression'
      ? (ask.length < LEAST ? 0 : Math.max(r2(ask.map((i) => values[i]), lookedUp(bins, values, look, ask)), likeness(ask.map((i) => columns[j][i]), ask.map((i) => values[i]))))
      : Math.max(...(classes ?? ['', '']).flatMap((_, c) => {
          if (task === 'binary' && c === 0) return [];
          const own = values.map((value) => (value === c ? 1 : 0));
          const there = ask.reduce((sum, i) => sum + own[i], 0);
          if (Math.min(there, ask.length - there) < LEAST) return [];
          return [auc(rank(ask.map((i) => own[i]), lookedUp(bins, own, look, ask)))];
        }), 0);
    if (!(told >= (task === 'regression' ? R2 : AREA))) return [];
    return [{ name: input.name, why: 'twin', sentence: `'${input.name}' alone tells the answer nearly always, so it was most likely written down after it. If it was known beforehand, say so (known).` }];
  });
}

/** Squared correlation: bins blur a number that is the answer itself. 0 where a value is missing. */
function likeness(a: readonly number[], b: readonly number[]): number {
  const middle = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [middle(a), middle(b)];
  let [aa, bb, ab] = [0, 0, 0];
  a.forEach((value, i) => {
    aa += (value - ma) ** 2;
    bb += (b[i] - mb) ** 2;
    ab += (value - ma) * (b[i] - mb);
  });
  return aa > 0 && bb > 0 ? ab ** 2 / (aa * bb) : 0;
}

function binned(column: Float64Array, categorical: boolean, rows: readonly number[]): Int32Array {
  if (categorical) return Int32Array.from(column, (value) => (Number.isNaN(value) ? -1 : value));
  const sorted = Float64Array.from(rows, (i) => column[i]).filter((value) => !Number.isNaN(value)).sort();
  const edges = [...new Set(Array.from({ length: BINS - 1 }, (_, b) => sorted[Math.floor(((b + 1) * sorted.length) / BINS)]))];
  return Int32Array.from(column, (value) => {
    if (Number.isNaN(value)) return -1;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value >= edges[middle]) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** Mean answer of the looked-up rows in the same bin, drawn a little to the mean of all. */
function lookedUp(bins: Int32Array, values: Float64Array, look: readonly number[], ask: readonly number[]): Float64Array {
  const sums = new Map<number, [sum: number, n: number]>();
  let total = 0;
  for (const i of look) {
    const entry = sums.get(bins[i]) ?? [0, 0];
    sums.set(bins[i], [entry[0] + values[i], entry[1] + 1]);
    total += values[i];
  }
  const mean = total / look.length;
  return Float64Array.from(ask, (i) => {
    const [sum, n] = sums.get(bins[i]) ?? [0, 0];
    return (sum + mean) / (n + 1);
  });
}

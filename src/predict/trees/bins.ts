// Quantile bins: about as many rows in each, and every distinct value its own where there are few enough.
import type { Examples } from '../../domain/examples.js';
import { mostBins, type Bins } from '../../kernel/tree-rows.js';
import type { Kernel } from '../../kernel/kernel.js';
import { createRng, type Rng } from '../../util/rng.js';

/** Rows that say where the cuts lie. */
const sampledRows = 200_000;

/**
 * Bins of every input, at most `most` each, from some of the rows where there are many. Where `scores` of the rows are given, categories come in the order of their mean score,
 * so that trees may treat them as numbers (Wright & König 2019).
 */
export function binsOf({ rows, inputs, columns }: Examples, most: number, rng: Rng, kernel: Kernel, scores?: Float64Array, numbered?: readonly Bins[]): Bins[] {
  // Where numbers have their bins, categories still follow the rows that are learnt from.
  if (numbered) return inputs.map(({ categories }, j) => (categories && scores ? orderedBins(columns[j], categories.length, scores) : numbered[j]));
  const chosen = rows > sampledRows ? spreadRows(rows, sampledRows, rng) : undefined;
  const numbers = new Map(inputs.flatMap(({ categories }, j) => (categories ? [] : [[j, chosen ? valuesAt(columns[j], chosen) : columns[j].slice(0, rows)] as const])));
  kernel.sort([...numbers.values()]);
  return inputs.map(({ categories }, j) => (categories ? (scores ? orderedBins(columns[j], categories.length, scores) : categoryBins(columns[j], categories.length)) : numberBins(numbers.get(j)!, most)));
}

/** Bins of the inputs alone, as the predictors that grow trees share them: from some of the rows where there are many. */
export const sharedBins = (x: Examples, _: Float64Array | undefined, kernel: Kernel): Bins[] => binsOf(x, mostBins, createRng(x.rows, 'bins'), kernel);

function valuesAt(column: Float64Array, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) values[k] = column[rows[k]];
  return values;
}

/** One row of every stretch of rows. */
function spreadRows(rows: number, count: number, rng: Rng): Int32Array {
  return Int32Array.from({ length: count }, (_, s) => Math.floor(((s + rng.next()) * rows) / count));
}

/** Every category that occurs has its own bin, most frequent first; where there are too many the rest share the last one. One that does not occur is as missing. */
function categoryBins(column: Float64Array, categories: number): Bins {
  const counts = new Float64Array(categories);
  for (const code of column) if (code < categories) counts[code]++;
  const order = Array.from(counts.keys()).filter((code) => counts[code] > 0).sort((a, b) => counts[b] - counts[a] || a - b);
  const count = Math.max(1, Math.min(order.length, mostBins));
  const codes = new Uint8Array(categories).fill(count);
  order.forEach((code, place) => (codes[code] = Math.min(place, mostBins - 1)));
  return { cuts: new Float64Array(0), codes, count };
}

/** Categories by their mean score; where there are too many, neighbours share a bin. */
function orderedBins(column: Float64Array, categories: number, scores: Float64Array): Bins {
  const counts = new Float64Array(categories);
  const sums = new Float64Array(categories);
  for (let i = 0; i < column.length; i++) {
    if (!(column[i] < categories)) continue;
    counts[column[i]]++;
    sums[column[i]] += scores[i];
  }
  const order = Array.from(counts.keys()).sort((a, b) => sums[a] / Math.max(1, counts[a]) - sums[b] / Math.max(1, counts[b]) || a - b);
  const codes = new Uint8Array(categories);
  const count = Math.max(1, Math.min(categories, mostBins));
  order.forEach((code, place) => (codes[code] = Math.floor((place * count) / categories)));
  return { cuts: new Float64Array(0), codes, count };
}

/** Of sorted values, NaN last. */
function numberBins(values: Float64Array, most: number): Bins {
  let present = values.length;
  while (present > 0 && Number.isNaN(values[present - 1])) present--;
  let distinct = present > 0 ? 1 : 0;
  for (let i = 1; i < present && distinct <= most; i++) if (values[i] !== values[i - 1]) distinct++;
  const cuts = distinct <= most ? everyCut(values, present) : evenCuts(values, present, most);
  return { cuts: Float64Array.from(cuts), count: cuts.length + 1 };
}

function everyCut(values: Float64Array, present: number): number[] {
  const cuts: number[] = [];
  for (let i = 1; i < present; i++) if (values[i] !== values[i - 1]) cuts.push(between(values[i - 1], values[i]));
  return cuts;
}

/** A bin is closed when it has its share of the rows that are left, or before a value that is a share by itself. */
function evenCuts(values: Float64Array, present: number, most: number): number[] {
  const cuts: number[] = [];
  let start = 0; // of the open bin
  for (let i = 0; i < present && cuts.length < most - 1; ) {
    const end = endOf(values, i, present);
    if (end === present) break;
    const share = (present - start) / (most - cuts.length);
    const next = endOf(values, end, present) - end;
    if (end - start >= share || (next >= share && end - start >= share / 2)) {
      cuts.push(between(values[end - 1], values[end]));
      start = end;
    }
    i = end;
  }
  return cuts;
}

/** Where the run of equal values that begins at i ends. */
function endOf(values: Float64Array, i: number, present: number): number {
  const value = values[i];
  let end = i + 1;
  while (end < present && values[end] === value) end++;
  return end;
}

/** A finite number c with low ≤ c < high. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  const cut = middle >= low && middle < high ? middle : low;
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, cut));
}

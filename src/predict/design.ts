// From examples to numbers that can be weighted and measured: numbers are filled, kept within what was seen, made even and standardised; categories become
// indicators. The design is plain data, fitted once on the training rows; a weighted sum of its columns is a weighted sum of the raw inputs (`linearModel`).
import { columnsFor, type Examples, type Input } from '../domain/examples.js';
import { type LinearModel, type LinearTerm, type Link, termValues } from '../domain/forest.js';
import { radixOrder } from '../util/radix-order.js';

/** Columns 0, 1, …: first the numbers, then the indicators. */
export interface Design {
  readonly inputs: readonly Input[];
  readonly numbers: readonly Omit<LinearTerm, 'weights'>[];
  readonly indicators: readonly Indicator[];
}

/** 1 where an input is one of `codes` (−1 = where it is missing), else 0. */
export interface Indicator {
  readonly input: number;
  readonly codes: Int32Array;
  /** Share of the training weight. */
  readonly mean: number;
}

/** Rows in the columns of a design. */
export interface DesignRows {
  readonly rows: number;
  readonly columns: number;
  readonly numbers: number;
  /** rows × numbers. */
  readonly dense: Float64Array;
  /** Inputs that have indicators: of each at most one is 1 in a row. */
  readonly slots: number;
  /** rows × slots: the column of the indicator that is 1, −1 = none is. */
  readonly codes: Int32Array;
}

export interface DesignOptions {
  /** Take the logarithm of numbers that are far more even so, and pull in what lies far beyond all others. */
  readonly even: boolean;
}

/** A category with less than this share of the weight is joined with the other rare ones. */
const rare = 0.001;
const mostIndicators = 100;
/** A number missing in at least this share of the weight gets an indicator of it. */
const oftenMissing = 0.01;

/** Columns that vary over the training rows; a constant input has none. O(rows × inputs). */
export function fitDesign(x: Examples, weights: Float64Array | undefined, { even }: DesignOptions): Design {
  const numbers: Omit<LinearTerm, 'weights'>[] = [];
  const indicators: Indicator[] = [];
  x.inputs.forEach(({ categories }, input) => {
    const column = x.columns[input];
    if (categories) indicators.push(...categoryColumns(input, column, categories.length, weights));
    else {
      const number = numberColumn(input, column, weights, even);
      if (number) numbers.push(number);
      const missing = shareOf(column, weights, (value) => value !== value);
      if (missing >= oftenMissing && missing < 1) indicators.push({ input, codes: Int32Array.of(-1), mean: missing });
    }
  });
  return { inputs: x.inputs, numbers, indicators };
}

/** A design and its rows, made once for fits on some of them. */
export interface Designed {
  readonly design: Design;
  readonly rows: DesignRows;
}

/** @throws `predict/no-input` */
export function designed(x: Examples, weights: Float64Array | undefined, options: DesignOptions): Designed {
  const design = fitDesign(x, weights, options);
  return { design, rows: designRows(design, x) };
}

/** The same with even columns, as predictors share it. */
export const evenDesign = (x: Examples, weights: Float64Array | undefined): Designed => designed(x, weights, { even: true });

/** Some of the rows. */
export const designedAt = ({ design, rows }: Designed, at: Int32Array): Designed => ({ design, rows: rowsAt(rows, at) });

/** Some of the rows. */
export function rowsAt({ columns, numbers, dense, slots, codes }: DesignRows, rows: Int32Array): DesignRows {
  const own = { rows: rows.length, columns, numbers, dense: new Float64Array(rows.length * numbers), slots, codes: new Int32Array(rows.length * slots) };
  for (let r = 0; r < rows.length; r++) {
    own.dense.set(dense.subarray(rows[r] * numbers, (rows[r] + 1) * numbers), r * numbers);
    own.codes.set(codes.subarray(rows[r] * slots, (rows[r] + 1) * slots), r * slots);
  }
  return own;
}

/** Numbers of the design's columns. @throws `predict/no-input` */
export function designRows({ inputs, numbers, indicators }: Design, x: Examples): DesignRows {
  const columns = columnsFor(inputs, x);
  const n = x.rows;
  const d = numbers.length;
  const dense = new Float64Array(n * d);
  numbers.forEach((term, j) => termValues(term, columns[term.input], dense, j, d));
  const asked = [...new Set(indicators.map(({ input }) => input))];
  const codes = new Int32Array(n * asked.length).fill(-1);
  asked.forEach((input, slot) => {
    const column = columns[input];
    const place = new Map<number, number>();
    indicators.forEach((indicator, k) => { if (indicator.input === input) for (const code of indicator.codes) place.set(code, d + k); });
    for (let i = 0; i < n; i++) codes[i * asked.length + slot] = place.get(column[i] === column[i] ? column[i] : -1) ?? -1;
  });
  return { rows: n, columns: d + indicators.length, numbers: d, dense, slots: asked.length, codes };
}

/** Weighted sums of a design's columns as sums of the inputs. `weights` is outputs × columns; terms whose weights are all 0 are left out. */
export function linearModel({ inputs, numbers, indicators }: Design, weights: Float64Array, base: Float64Array, link: Link): LinearModel {
  const outputs = base.length;
  const columns = numbers.length + indicators.length;
  const of = (column: number) => Float64Array.from({ length: outputs }, (_, o) => weights[o * columns + column]);
  const terms: LinearTerm[] = [
    ...numbers.map((term, j) => ({ ...term, weights: of(j) })),
    ...indicators.flatMap(({ input, codes, mean }, k) =>
      // Categories of one indicator share its weight, and its mean in equal parts.
      Array.from(codes, (category) => ({ input, category, fill: 0, low: 0, high: 0, centre: 0, scale: 1, weights: of(numbers.length + k), mean: mean / codes.length }))),
  ];
  return { inputs, outputs, base, link, terms: terms.filter((term) => term.weights.some((weight) => weight !== 0)) };
}

/** The same rows in full: rows × columns, 0 and 1 for the indicators. */
export function fullRows({ rows, columns, numbers, dense, slots, codes }: DesignRows): Float64Array {
  const full = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < numbers; j++) full[i * columns + j] = dense[i * numbers + j];
    for (let s = 0; s < slots; s++) if (codes[i * slots + s] >= 0) full[i * columns + codes[i * slots + s]] = 1;
  }
  return full;
}

function numberColumn(input: number, column: Float64Array, weights: Float64Array | undefined, even: boolean): Omit<LinearTerm, 'weights'> | undefined {
  const sorted = finiteOrder(column, weights);
  if (sorted.values.length === 0) return undefined;
  const { values } = sorted;
  let [low, high] = [values[0], values[values.length - 1]];
  if (even) [low, high] = pulledIn(sorted, low, high);
  if (low === high) return undefined;
  const fill = quantile(sorted, 0.5);
  const plain = { input, fill, low, high, centre: 0, scale: 1, mean: 0 };
  const log = even && moreEven(column, weights, plain);
  const term = { ...plain, ...(log && { log }) };
  const { mean, deviation } = moments(termColumn(term, column), weights);
  if (!(deviation > 1e-12 * Math.abs(mean))) return undefined;
  return { ...term, centre: mean, scale: 1 / deviation };
}

interface Sorted {
  readonly values: Float64Array;
  /** Weight up to and including each; absent where every row weighs 1. */
  readonly upTo?: Float64Array;
}

function finiteOrder(column: Float64Array, weights: Float64Array | undefined): Sorted {
  if (!weights) return { values: column.filter((value) => Number.isFinite(value)).sort() };
  const order = radixOrder(column).filter((i) => Number.isFinite(column[i]));
  let sum = 0;
  return { values: Float64Array.from(order, (i) => column[i]), upTo: Float64Array.from(order, (i) => (sum += weights[i])) };
}

/** The least value that at least this share of the weight does not exceed: the same for a row twice as for its weight doubled. */
function quantile({ values, upTo }: Sorted, share: number): number {
  const last = values.length - 1;
  const weightTo = (k: number) => (upTo ? upTo[k] : k + 1);
  const wanted = share * weightTo(last);
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weightTo(middle) >= wanted) high = middle;
    else low = middle + 1;
  }
  return values[low];
}

/** Limits no further from the middle 98 % of the weight than ten times its width. */
function pulledIn(sorted: Sorted, low: number, high: number): [number, number] {
  const [from, to] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  const room = 10 * (to - from);
  return room > 0 ? [Math.max(low, from - room), Math.min(high, to + room)] : [low, high];
}

/** Whether the logarithm of a skewed number is at most half as skewed. */
function moreEven(column: Float64Array, weights: Float64Array | undefined, term: Omit<LinearTerm, 'weights' | 'mean'>): boolean {
  const raw = Math.abs(moments(termColumn(term, column), weights).skewness);
  return raw > 1.5 && Math.abs(moments(termColumn({ ...term, log: true }, column), weights).skewness) < raw / 2;
}

function termColumn(term: Omit<LinearTerm, 'weights' | 'mean'>, column: Float64Array): Float64Array {
  const values = new Float64Array(column.length);
  termValues(term, column, values);
  return values;
}

function moments(values: Float64Array, weights: Float64Array | undefined): { mean: number; deviation: number; skewness: number } {
  let [all, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const w = weights ? weights[i] : 1;
    all += w;
    sum += w * values[i];
  }
  const mean = sum / all;
  let [squares, cubes] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const off = values[i] - mean;
    const w = weights ? weights[i] : 1;
    squares += w * off * off;
    cubes += w * off * off * off;
  }
  const deviation = Math.sqrt(squares / all);
  return { mean, deviation, skewness: cubes / all / deviation ** 3 };
}

/** An indicator per frequent category, one for all rare ones together, one for missing. */
function categoryColumns(input: number, column: Float64Array, categories: number, weights: Float64Array | undefined): Indicator[] {
  const held = new Float64Array(categories + 1);
  for (let i = 0; i < column.length; i++) held[column[i] === column[i] ? column[i] + 1 : 0] += weights ? weights[i] : 1;
  const total = held.reduce((sum, w) => sum + w, 0);
  const seen = Array.from(held, (_, place) => place - 1).filter((code) => held[code + 1] > 0);
  if (seen.length < 2) return [];
  const often = seen.filter((code) => held[code + 1] >= rare * total).sort((a, b) => held[b + 1] - held[a + 1] || a - b).slice(0, mostIndicators).sort((a, b) => a - b);
  const frequent = new Set(often);
  // A category that was never seen is missing to the model: it counts as a rare one where nothing was missing.
  const others = seen.filter((code) => !frequent.has(code));
  const joined = others.length === 0 || seen.includes(-1) ? others : [-1, ...others];
  const indicator = (codes: readonly number[]) => ({ input, codes: Int32Array.from(codes), mean: codes.reduce((sum, code) => sum + held[code + 1], 0) / total });
  return [...often.map((code) => indicator([code])), ...(joined.length > 0 ? [indicator(joined)] : [])].filter(({ mean }) => mean < 1);
}

function shareOf(column: Float64Array, weights: Float64Array | undefined, holds: (value: number) => boolean): number {
  let [all, sum] = [0, 0];
  for (let i = 0; i < column.length; i++) {
    const w = weights ? weights[i] : 1;
    all += w;
    if (holds(column[i])) sum += w;
  }
  return sum / all;
}

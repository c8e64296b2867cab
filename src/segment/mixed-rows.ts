import { z } from 'zod';
import { ShoalError } from '../errors.js';
import type { Points } from '../kernel/kernel.js';

/** The option by which algorithms for mixed data are told what is what. */
export const categoricalColumns = z.array(z.int().min(0).max(1_000_000)).default([])
  .describe('Columns, counted from 0, whose numbers are codes of categories and not amounts');

/** Rows with amounts and categories apart. */
export interface MixedRows {
  readonly rows: number;
  /** Columns of amounts, in order, and how many. */
  readonly numeric: readonly number[];
  readonly p: number;
  /** Columns of categories, in order, and how many. */
  readonly categorical: readonly number[];
  readonly q: number;
  /** rows × p. */
  readonly numbers: Float32Array | Float64Array;
  /** rows × q: places in `categories`. */
  readonly codes: Int32Array;
  /** The codes that occur, in single precision, column after column, ascending in each: column j has those from starts[j] to starts[j + 1]. */
  readonly categories: Float64Array;
  readonly starts: Int32Array;
  /** How many categories there are in all columns together. */
  readonly width: number;
}

/** Splits columns and numbers the categories of each from 0. @throws `segment/bad-column` where a categorical column is not there */
export function splitColumns({ rows, d, stride, data }: Points, chosen: readonly number[]): MixedRows {
  const categorical = [...new Set(chosen)].sort((a, b) => a - b);
  const beyond = categorical.find((column) => column >= d);
  if (beyond !== undefined) throw new ShoalError('segment/bad-column', { column: beyond, columns: d });
  const numeric = Array.from({ length: d }, (_, j) => j).filter((j) => !categorical.includes(j));
  const [p, q] = [numeric.length, categorical.length];
  const numbers = data instanceof Float32Array ? new Float32Array(rows * p) : new Float64Array(rows * p);
  for (let i = 0; i < rows; i++) for (let j = 0; j < p; j++) numbers[i * p + j] = data[i * stride + numeric[j]];
  const codes = new Int32Array(rows * q);
  const starts = new Int32Array(q + 1);
  const categories = categorical.flatMap((column, j) => {
    const places = new Map<number, number>();
    for (let i = 0; i < rows; i++) places.set(Math.fround(data[i * stride + column]), 0);
    const sorted = [...places.keys()].sort((a, b) => a - b);
    sorted.forEach((code, place) => places.set(code, starts[j] + place));
    for (let i = 0; i < rows; i++) codes[i * q + j] = places.get(Math.fround(data[i * stride + column]))!;
    starts[j + 1] = starts[j] + sorted.length;
    return sorted;
  });
  return { rows, numeric, p, categorical, q, numbers, codes, categories: Float64Array.from(categories), starts, width: categories.length };
}

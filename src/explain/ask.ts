import type { Examples } from '../domain/examples.js';

/** A model of which nothing is known but what it answers: one number per row, the chance of a class or what is expected. */
export type Ask = (x: Examples) => Float64Array;

/** Some rows of the examples, one after the other, as columns of their own. */
export function takeRows(x: Examples, rows: ArrayLike<number>): Examples {
  return { rows: rows.length, inputs: x.inputs, columns: x.columns.map((column) => Float64Array.from(rows, (i) => column[i])) };
}

/** One row as often as asked for, to be changed. */
export const repeated = (x: Examples, row: number, times: number): Examples => takeRows(x, new Int32Array(times).fill(row));

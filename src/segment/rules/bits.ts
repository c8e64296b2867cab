import type { RowBits } from '../../domain/answer.js';

/** No row of `rows`. */
export const noRows = (rows: number): RowBits => new Uint32Array((rows + 31) >>> 5);

/** Every row of `rows`; the bits behind the last one stay 0. */
export function allRows(rows: number): RowBits {
  const bits = noRows(rows).fill(0xffffffff);
  if (rows & 31) bits[bits.length - 1] = (1 << (rows & 31)) - 1;
  return bits;
}

/** The rows for which `holds`. */
export function rowsWhere(rows: number, holds: (row: number) => boolean): RowBits {
  const bits = noRows(rows);
  for (let row = 0; row < rows; row++) if (holds(row)) bits[row >>> 5] |= 1 << (row & 31);
  return bits;
}

// Loops rather than `map`: these run over every row for every condition, and a call per word costs eight times the work.

export function and(a: RowBits, b: RowBits): RowBits {
  const bits = new Uint32Array(a.length);
  for (let i = 0; i < bits.length; i++) bits[i] = a[i] & b[i];
  return bits;
}

export function or(a: RowBits, b: RowBits): RowBits {
  const bits = new Uint32Array(a.length);
  for (let i = 0; i < bits.length; i++) bits[i] = a[i] | b[i];
  return bits;
}

export function butNot(a: RowBits, b: RowBits): RowBits {
  const bits = new Uint32Array(a.length);
  for (let i = 0; i < bits.length; i++) bits[i] = a[i] & ~b[i];
  return bits;
}

/** `yes` where `test` holds, `no` elsewhere. */
export function choose(test: RowBits, yes: RowBits, no: RowBits): RowBits {
  const bits = new Uint32Array(test.length);
  for (let i = 0; i < bits.length; i++) bits[i] = (test[i] & yes[i]) | (~test[i] & no[i]);
  return bits;
}

/** How many rows are in. */
export function countRows(bits: RowBits): number {
  let n = 0;
  for (let i = 0; i < bits.length; i++) {
    let word = bits[i];
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    n += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return n;
}

/** The rows that are in, ascending. */
export function rowsIn(bits: RowBits): Int32Array {
  const rows = new Int32Array(countRows(bits));
  let n = 0;
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]; word !== 0; word &= word - 1) rows[n++] = (i << 5) + 31 - Math.clz32(word & -word);
  }
  return rows;
}

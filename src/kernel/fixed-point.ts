/**
 * Derivatives in fixed point: multiplied by a power of two and rounded to the nearest integer, ties to even. Sums over all rows stay below 2⁵³ and, with the number of
 * rows above that of h, below 2⁶³: exact in doubles and in 64-bit integers.
 */
export interface FixedPoint {
  readonly g: number;
  readonly h: number;
}

/** Bits that the number of rows takes. */
export const rowBits = (rows: number): number => Math.floor(Math.log2(Math.max(1, rows))) + 1;

/** Bits that h may take, so that Σ h and the number of rows fit into one integer of 63 bits. */
export const hessianBits = (rows: number): number => Math.min(30, 63 - 2 * rowBits(rows));

/** Factors for derivatives up to these sizes, over at most so many rows. */
export function fixedPoint(rows: number, mostG: number, mostH: number): FixedPoint {
  return { g: 2 ** (Math.min(30, 52 - rowBits(rows)) - exponent(mostG)), h: 2 ** (hessianBits(rows) - exponent(mostH)) };
}

/** The least e with value ≤ 2^e, between −900 and 900. */
const exponent = (value: number) => Math.max(-900, Math.min(900, Math.ceil(Math.log2(value))));

/** To the nearest integer, ties to even: as SIMD rounds. For |x| < 2⁵¹. */
export const nearest = (x: number): number => x + 6755399441055744 - 6755399441055744;

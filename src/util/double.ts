const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
const single = new Float32Array(1);
const words = new Int32Array(single.buffer);

/** The greatest double below a finite x; −Infinity below the least. */
export function doubleBelow(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  double[0] = x;
  bits[0] += x > 0 ? -1n : 1n;
  return double[0];
}

/** The greatest double that rounds to a single-precision number below x, itself one; −Infinity where none is. A double v has fround(v) < x exactly where v is at most that. */
export function lastBelowSingle(x: number): number {
  if (x === -Infinity) return Number.NaN; // nothing is at most NaN
  single[0] = x;
  if (x === 0) words[0] = -0x7fffffff;
  else words[0] += x > 0 ? -1 : 1;
  const below = single[0];
  // What lies half-way goes to the one whose last bit is 0. The infinities lie where the next number would.
  const half = x === Infinity ? below + 2 ** 103 : below === -Infinity ? x - 2 ** 103 : below + (x - below) / 2;
  return (words[0] & 1) === 0 ? half : doubleBelow(half);
}

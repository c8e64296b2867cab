const two20 = 2 ** 20;

/**
 * Positions of `values` in ascending order, NaN left out; equal values keep their order. Values that differ by less than one part in 10⁷
 * count as equal. Up to 2²⁰ values: the sort runs on one float64 per value (order-preserving float32 bits above, position below),
 * which is several times faster than sorting with a comparator.
 */
export function sortOrder(values: Float64Array): Int32Array {
  const n = values.length;
  if (n > two20) throw new RangeError(`sortOrder takes at most ${two20} values, not ${n}`);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  const keys = new Float64Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    float[0] = value === 0 ? 0 : value;
    const b = bits[0];
    const ordered = b & 0x80000000 ? ~b >>> 0 : (b | 0x80000000) >>> 0;
    keys[count++] = ordered * two20 + i;
  }
  const sorted = keys.subarray(0, count).sort();
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = sorted[i] % two20;
  return order;
}

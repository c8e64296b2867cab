/**
 * Positions of `values` in ascending order, NaN left out; equal values keep their order. Values that differ by less than one part in 10⁷
 * count as equal: they are ordered as float32, by three stable passes over eleven of its bits each, which takes a tenth of the time of a sort that compares.
 */
export function sortOrder(values: Float64Array): Int32Array {
  const n = values.length;
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  let keys = new Uint32Array(n);
  let order = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    if (value !== value) continue;
    float[0] = value === 0 ? 0 : value;
    const b = bits[0];
    keys[count] = b & 0x80000000 ? ~b : b | 0x80000000; // ascending as the numbers are
    order[count++] = i;
  }
  let sortedKeys = new Uint32Array(count);
  let sorted = new Int32Array(count);
  const starts = new Int32Array(digits + 1);
  for (let shift = 0; shift < 32; shift += digitBits) {
    starts.fill(0);
    for (let r = 0; r < count; r++) starts[((keys[r] >>> shift) & (digits - 1)) + 1]++;
    for (let d = 0; d < digits; d++) starts[d + 1] += starts[d];
    for (let r = 0; r < count; r++) {
      const to = starts[(keys[r] >>> shift) & (digits - 1)]++;
      sortedKeys[to] = keys[r];
      sorted[to] = order[r];
    }
    [keys, sortedKeys] = [sortedKeys, keys];
    [order, sorted] = [sorted, order];
  }
  return order.subarray(0, count);
}

const digitBits = 11;
const digits = 1 << digitBits;

import type { Kernel, Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';

/** `count` different row numbers out of `rows`, in ascending order; all of them where there are not more. */
export function sampleRows(rows: number, count: number, rng: Rng): Int32Array {
  if (rows <= count) return Int32Array.from({ length: rows }, (_, i) => i);
  const picked = new Int32Array(count);
  let found = 0;
  for (let i = 0; found < count; i++) if (rng.next() * (rows - i) < count - found) picked[found++] = i;
  return picked;
}

/** Copies rows into the kernel's memory; `kernel.free` gives them back. */
export function gather(points: Points, rows: Int32Array, kernel: Kernel): Points {
  const target = kernel.allocate(rows.length, points.d);
  for (let r = 0; r < rows.length; r++) {
    const from = rows[r] * points.stride;
    target.data.set(points.data.subarray(from, from + points.d), r * target.stride);
  }
  return target;
}

/** The same numbers in a random order (Fisher–Yates). */
export function shuffled(numbers: Int32Array, rng: Rng): Int32Array {
  const result = Int32Array.from(numbers);
  for (let i = result.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

import type { Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';

/** Share of different values below which a column counts as rounded. */
const rounded = 0.1;

/**
 * Values of coarse columns (counts, ratings, flags) spread evenly over the steps they stand for, so that equal rows are not taken for dense places and the
 * steps between values not for gaps. Other columns stay as they are.
 */
export function dithered(x: Points, rng: Rng): Points {
  const { rows, d, stride } = x;
  const data = Float64Array.from({ length: rows * d }, (_, v) => x.data[Math.floor(v / d) * stride + (v % d)]);
  for (let j = 0; j < d; j++) {
    const values = Float64Array.from(new Set(Array.from({ length: rows }, (_, i) => data[i * d + j]))).sort();
    const last = values.length - 1;
    if (last < 1 || values.length > rounded * rows) continue;
    const place = new Map(Array.from(values, (value, v) => [value, v]));
    for (let i = 0; i < rows; i++) {
      const value = data[i * d + j];
      const v = place.get(value)!;
      const below = v > 0 ? value - values[v - 1] : values[1] - value;
      const above = v < last ? values[v + 1] - value : value - values[last - 1];
      const at = rng.next() - 0.5;
      data[i * d + j] = value + at * (at < 0 ? below : above);
    }
  }
  return { rows, d, stride: d, data };
}

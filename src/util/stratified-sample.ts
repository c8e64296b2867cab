import type { Rng } from './rng.js';

export interface Sample {
  /** Row numbers, ascending. */
  readonly rows: Int32Array;
  /** How many rows each sampled row stands for; sums to the number of rows, and per stratum to its size. */
  readonly weights: Float64Array;
}

/**
 * At most about `limit` of the rows of `labels` (0…k−1; those below 0 are a stratum of their own), each stratum in proportion but never fewer than `least` of its rows
 * (all, when it has fewer). Everything, with weight 1, when it fits. Knuth's selection sampling (TAOCP 3.4.2 S) per stratum.
 */
export function stratifiedSample(labels: Int32Array, k: number, limit: number, least: number, rng: Rng): Sample {
  const n = labels.length;
  const sizes = new Float64Array(k + 1);
  const stratum = (i: number) => (labels[i] < 0 ? k : labels[i]);
  for (let i = 0; i < n; i++) sizes[stratum(i)]++;
  if (n <= limit) return { rows: Int32Array.from({ length: n }, (_, i) => i), weights: new Float64Array(n).fill(1) };
  const wanted = sizes.map((size) => Math.min(size, Math.max(least, Math.round((size / n) * limit))));
  const weight = sizes.map((size, s) => (wanted[s] > 0 ? size / wanted[s] : 0));
  const need = wanted.slice();
  const left = sizes.slice();
  const total = wanted.reduce((sum, w) => sum + w, 0);
  const rows = new Int32Array(total);
  const weights = new Float64Array(total);
  let taken = 0;
  for (let i = 0; i < n && taken < total; i++) {
    const s = stratum(i);
    if (rng.next() * left[s]-- < need[s]) {
      rows[taken] = i;
      weights[taken++] = weight[s];
      need[s]--;
    }
  }
  return { rows, weights };
}

import type { Points } from '../kernel/kernel.js';

/** Renumbers segments in place so that the largest comes first (ties: the one whose first row comes first). −1 stays. Returns the old number of each new one. */
export function largestFirst(labels: Int32Array, k: number): number[] {
  const counts = new Int32Array(k);
  const first = new Int32Array(k).fill(labels.length);
  for (let i = labels.length - 1; i >= 0; i--) {
    if (labels[i] < 0) continue;
    counts[labels[i]]++;
    first[labels[i]] = i;
  }
  const order = Array.from({ length: k }, (_, c) => c).sort((a, b) => counts[b] - counts[a] || first[a] - first[b]);
  const renamed = new Int32Array(k);
  order.forEach((old, c) => (renamed[old] = c));
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) labels[i] = renamed[labels[i]];
  return order;
}

/** Mean of each segment's rows, k × d; outliers (−1) count nowhere. */
export function memberMeans(x: Points, labels: Int32Array, k: number): Float64Array {
  const { rows, d, stride, data } = x;
  const means = new Float64Array(k * d);
  const counts = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    const c = labels[i];
    if (c < 0) continue;
    counts[c]++;
    for (let j = 0; j < d; j++) means[c * d + j] += (data[i * stride + j] - means[c * d + j]) / counts[c];
  }
  return means;
}

/** The segment other than `own` whose mean is nearest to a row; `own` itself where there is no other. */
export function nearestOther(means: ArrayLike<number>, k: number, x: Points, row: number, own: number): number {
  const { d, stride, data } = x;
  let second = own;
  let least = Infinity;
  for (let c = 0; c < k; c++) {
    if (c === own) continue;
    let square = 0;
    for (let j = 0; j < d; j++) {
      const t = data[row * stride + j] - means[c * d + j];
      square += t * t;
    }
    if (square < least) {
      least = square;
      second = c;
    }
  }
  return second;
}

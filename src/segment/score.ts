import type { Centres, Kernel, Points } from '../kernel/kernel.js';

/** The usual scores of one partition. All are reported; none decides. */
export interface PartitionScores {
  readonly inertia: number;
  readonly silhouette: number;
  readonly daviesBouldin: number;
  readonly calinskiHarabasz: number;
}

/**
 * All scores of a labelling with labels 0 … k − 1, exactly and in double precision: O(n² d), for small data and tests.
 * Same definitions as scikit-learn 1.9 (`silhouette_score`, `davies_bouldin_score`, `calinski_harabasz_score`).
 */
export function score(points: Points, labels: Int32Array, k: number, kernel: Kernel): PartitionScores {
  const { centres, counts } = means(points, labels, k);
  const { squares, distances } = kernel.spread(points, centres, labels);
  const [sums] = kernel.distanceSums(points, [labels], k);
  const silhouettes = silhouetteOf(sums, labels, k);
  return {
    inertia: total(squares),
    silhouette: total(silhouettes) / points.rows,
    daviesBouldin: daviesBouldin(centres, counts, distances),
    calinskiHarabasz: calinskiHarabasz(points, counts, squares),
  };
}

/** Mean of each label's rows. */
export function means({ rows, d, stride, data }: Points, labels: Int32Array, k: number): { centres: Centres; counts: Float64Array } {
  const values = new Float64Array(k * d);
  const counts = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    const c = labels[i];
    counts[c]++;
    for (let j = 0; j < d; j++) values[c * d + j] += data[i * stride + j];
  }
  for (let v = 0; v < values.length; v++) values[v] /= counts[Math.floor(v / d)] || 1;
  return { centres: { k, d, values }, counts };
}

/**
 * The silhouette of each row (Rousseeuw 1987), from its distance sums per label: (b − a) / max(a, b), with a the mean distance to its own label's
 * other rows and b the least mean distance to another label's; 0 for a row alone in its label.
 */
export function silhouetteOf(distanceSums: Float64Array, labels: Int32Array, k: number): Float64Array {
  const counts = new Float64Array(k);
  for (const label of labels) counts[label]++;
  return Float64Array.from(labels, (own, i) => {
    if (counts[own] <= 1) return 0;
    const inside = distanceSums[i * k + own] / (counts[own] - 1);
    let outside = Infinity;
    for (let c = 0; c < k; c++) {
      if (c !== own && counts[c] > 0) outside = Math.min(outside, distanceSums[i * k + c] / counts[c]);
    }
    const larger = Math.max(inside, outside);
    return larger > 0 && outside < Infinity ? (outside - inside) / larger : 0;
  });
}

/** Mean over labels of the worst (scatter + scatter) / distance with another label (Davies & Bouldin 1979); smaller is better. */
export function daviesBouldin({ k, d, values }: Centres, counts: Float64Array, distances: Float64Array): number {
  const scatter = Array.from(counts, (n, c) => (n > 0 ? distances[c] / n : 0));
  let sum = 0;
  for (let a = 0; a < k; a++) {
    let worst = 0;
    for (let b = 0; b < k; b++) {
      if (a === b) continue;
      let square = 0;
      for (let j = 0; j < d; j++) square += (values[a * d + j] - values[b * d + j]) ** 2;
      if (square > 0) worst = Math.max(worst, (scatter[a] + scatter[b]) / Math.sqrt(square));
    }
    sum += worst;
  }
  return sum / k;
}

/** Between- over within-label variance, each per degree of freedom (Caliński & Harabasz 1974); larger is better. */
export function calinskiHarabasz(points: Points, counts: Float64Array, squares: Float64Array): number {
  const k = counts.length;
  const within = total(squares);
  const between = totalSquares(points) - within;
  return within === 0 ? 1 : (between * (points.rows - k)) / (within * (k - 1));
}

/** Sum of squared distances to the overall mean. */
export function totalSquares(points: Points): number {
  const { rows, d, stride, data } = points;
  const { values } = means(points, new Int32Array(rows), 1).centres;
  let sum = 0;
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) sum += (data[i * stride + j] - values[j]) ** 2;
  return sum;
}

/** Mean variance of a feature. */
export function meanVariance(points: Points, kernel: Kernel): number {
  const { rows, d } = points;
  const values = kernel.assign(points, { k: 1, d, values: new Float64Array(d) }).sums.map((sum) => sum / rows);
  return kernel.spread(points, { k: 1, d, values }, new Int32Array(rows)).squares[0] / (rows * d);
}

/** Sum of all values. */
export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

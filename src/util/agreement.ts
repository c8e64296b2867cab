import { linearAssignment } from './linear-assignment.js';

/** How often each pair of labels occurs together: `table[a × columns + b]`. */
export interface Contingency {
  readonly rows: number;
  readonly columns: number;
  readonly total: number;
  readonly table: Float64Array;
  readonly rowSums: Float64Array;
  readonly columnSums: Float64Array;
}

/** Counts label pairs. Labels are integers from 0; O(n + distinct a × distinct b). */
export function contingency(a: ArrayLike<number>, b: ArrayLike<number>): Contingency {
  const rows = greatest(a) + 1;
  const columns = greatest(b) + 1;
  const table = new Float64Array(rows * columns);
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  for (let i = 0; i < a.length; i++) {
    table[a[i] * columns + b[i]]++;
    rowSums[a[i]]++;
    columnSums[b[i]]++;
  }
  return { rows, columns, total: a.length, table, rowSums, columnSums };
}

/** Agreement of two partitions beyond chance, 1 when they are the same (Hubert & Arabie 1985). */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { table, rowSums, columnSums, total } = contingency(a, b);
  const together = pairs(table);
  const inA = pairs(rowSums);
  const inB = pairs(columnSums);
  const expected = total > 1 ? (inA * inB) / ((total * (total - 1)) / 2) : 0;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/** Mutual information over the mean of the two entropies, 0–1. */
export function normalizedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { table, rowSums, columnSums, rows, columns, total } = contingency(a, b);
  let information = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const n = table[r * columns + c];
      if (n > 0) information += (n / total) * Math.log((n * total) / (rowSums[r] * columnSums[c]));
    }
  }
  const mean = (entropy(rowSums, total) + entropy(columnSums, total)) / 2;
  return mean === 0 ? 1 : information / mean;
}

/**
 * Share of each true group that its counterpart holds, averaged over the groups and corrected for chance, 0–1, with groups and segments paired so that this
 * is largest (Gagolewski 2024, `normalized_clustering_accuracy` of genieclust). Unlike accuracy, small groups count as much as large ones.
 */
export function normalizedClusteringAccuracy(truth: ArrayLike<number>, found: ArrayLike<number>): number {
  const { table, rowSums, rows, columns } = contingency(truth, found);
  const groups = Array.from({ length: rows }, (_, r) => r).filter((r) => rowSums[r] > 0);
  const k = groups.length;
  if (k < 2) return 1;
  const cost = groups.flatMap((r) => Array.from({ length: columns }, (_, c) => -table[r * columns + c] / rowSums[r]));
  const held = linearAssignment(cost, k, columns).reduce((sum, c, g) => sum - (c < 0 ? 0 : cost[g * columns + c]), 0);
  return Math.max(0, (held / k - 1 / k) / (1 - 1 / k));
}

function greatest(labels: ArrayLike<number>): number {
  let most = -1;
  for (let i = 0; i < labels.length; i++) if (labels[i] > most) most = labels[i];
  return most;
}

function pairs(counts: Float64Array): number {
  return counts.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
}

function entropy(counts: Float64Array, total: number): number {
  return counts.reduce((sum, n) => (n > 0 ? sum - (n / total) * Math.log(n / total) : sum), 0);
}

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
  return adjustedRandOf(contingency(a, b));
}

/** `adjustedRand` of counted pairs. */
export function adjustedRandOf({ table, rowSums, columnSums, total }: Contingency): number {
  const together = pairs(table);
  const inA = pairs(rowSums);
  const inB = pairs(columnSums);
  const expected = total > 1 ? (inA * inB) / ((total * (total - 1)) / 2) : 0;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/** Mutual information over the mean of the two entropies, 0–1. The same as the V-measure (Rosenberg & Hirschberg 2007) of equal weights. */
export function normalizedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return informationOf(contingency(a, b)).normalized;
}

/** What one partition tells about another, in nats and as shares. */
export interface Information {
  readonly mutual: number;
  /** Share of the first partition's entropy that the second tells: 1 where each label of the second lies in one of the first. */
  readonly homogeneity: number;
  /** Share of the second's entropy that the first tells: 1 where each label of the first lies in one of the second. */
  readonly completeness: number;
  /** Mutual information over the mean entropy: the harmonic mean of both shares. */
  readonly normalized: number;
  /** Mean of the two entropies. */
  readonly entropy: number;
}

export function informationOf({ table, rowSums, columnSums, rows, columns, total }: Contingency): Information {
  let mutual = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const n = table[r * columns + c];
      if (n > 0) mutual += (n / total) * Math.log((n * total) / (rowSums[r] * columnSums[c]));
    }
  }
  const [first, second] = [entropy(rowSums, total), entropy(columnSums, total)];
  const mean = (first + second) / 2;
  const share = (of: number) => (of === 0 ? 1 : mutual / of);
  return { mutual, homogeneity: share(first), completeness: share(second), normalized: share(mean), entropy: mean };
}

/** Mutual information beyond chance over the mean entropy beyond chance (Vinh, Epps & Bailey 2010), 1 when the partitions are the same. */
export function adjustedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const counted = contingency(a, b);
  return adjustedInformation(informationOf(counted), expectedInformation(counted), counted);
}

/** `adjustedMutualInformation` of what is known already. */
export function adjustedInformation({ mutual, entropy: mean }: Information, expected: number, { rowSums, columnSums }: Contingency): number {
  const single = (sums: Float64Array) => sums.filter((n) => n > 0).length <= 1;
  if (single(rowSums) && single(columnSums)) return 1;
  const room = mean - expected;
  return (mutual - expected) / (room < 0 ? Math.min(room, -Number.EPSILON) : Math.max(room, Number.EPSILON));
}

/** Numbers this far from the mean of a hypergeometric law, in deviations and as such, do not occur. */
const unheardOf = 12;

/** The mutual information of two partitions of these sizes that have nothing to do with each other. O(n + rows × columns × √n). */
export function expectedInformation({ rowSums, columnSums, total: n }: Contingency): number {
  const logFactorial = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logFactorial[i] = logFactorial[i - 1] + Math.log(i);
  let expected = 0;
  for (const a of rowSums) {
    for (const b of columnSums) {
      const fixed = logFactorial[a] + logFactorial[b] + logFactorial[n - a] + logFactorial[n - b] - logFactorial[n];
      const mean = (a * b) / n;
      const reach = unheardOf * (1 + Math.sqrt((mean * (n - a) * (n - b)) / (n * Math.max(1, n - 1))));
      const last = Math.min(a, b, Math.ceil(mean + reach));
      for (let both = Math.max(1, a + b - n, Math.floor(mean - reach)); both <= last; both++) {
        const odds = fixed - logFactorial[both] - logFactorial[a - both] - logFactorial[b - both] - logFactorial[n - a - b + both];
        expected += (both / n) * Math.log((n * both) / (a * b)) * Math.exp(odds);
      }
    }
  }
  return expected;
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

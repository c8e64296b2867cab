import { normalTail } from '../util/normal-tail.js';
import type { Column } from './column.js';

/**
 * Per segment against everyone else: Cliff's delta (how often a member exceeds a non-member, minus how often it falls below) and the
 * two-sided rank-sum p-value, normal approximation with ties corrected (on a yes/no feature: Pearson's chi-square). One walk over ascending ties.
 */
export function ranks({ k, raw, labels, weights, order, counts, mass, totalMass }: Column): { readonly cliff: Float64Array; readonly p: Float64Array } {
  const n = order.length;
  const below = new Float64Array(k), group = new Float64Array(k), u = new Float64Array(k);
  let allBelow = 0, ties = 0;
  for (let start = 0, end = 0; start < n; start = end) {
    const value = raw[order[start]];
    let tied = 0;
    for (; end < n && raw[order[end]] === value; end++) {
      group[labels[order[end]]] += weights[order[end]];
      tied += weights[order[end]];
    }
    for (let t = start; t < end; t++) {
      const s = labels[order[t]];
      if (group[s] === 0) continue; // this segment's part of the tie is counted already
      u[s] += group[s] * (allBelow - below[s] + 0.5 * (tied - group[s]));
      below[s] += group[s];
      group[s] = 0;
    }
    allBelow += tied;
    ties += (end - start) ** 3 - (end - start);
  }
  const cliff = new Float64Array(k);
  const p = new Float64Array(k).fill(1);
  for (let s = 0; s < k; s++) {
    const n1 = counts[s], n2 = n - n1;
    if (n1 === 0 || n2 === 0) continue;
    cliff[s] = (2 * u[s]) / (mass[s] * (totalMass - mass[s])) - 1;
    const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)));
    if (variance > 0) p[s] = Math.min(1, 2 * normalTail((Math.abs(cliff[s]) * n1 * n2) / 2 / Math.sqrt(variance)));
  }
  return { cliff, p };
}

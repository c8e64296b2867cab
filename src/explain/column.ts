import { sortOrder } from '../util/sort-order.js';

/** One feature's sampled values with what every statistic of it needs: segment labels, row weights, and the ascending order. */
export interface Column {
  readonly k: number;
  /** Raw values, NaN missing. */
  readonly raw: Float64Array;
  readonly labels: Int32Array;
  readonly weights: Float64Array;
  /** Positions of the known values, ascending. */
  readonly order: Int32Array;
  /** Per segment: sampled rows with a known value, and the rows they stand for. */
  readonly counts: Float64Array;
  readonly mass: Float64Array;
  readonly totalMass: number;
}

export function column(raw: Float64Array, labels: Int32Array, weights: Float64Array, k: number): Column {
  const order = sortOrder(raw);
  const counts = new Float64Array(k);
  const mass = new Float64Array(k);
  let totalMass = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    counts[labels[row]]++;
    mass[labels[row]] += weights[row];
    totalMass += weights[row];
  }
  return { k, raw, labels, weights, order, counts, mass, totalMass };
}

/** The value below which a share q of the known rows lies (unweighted), NaN when nothing is known. */
export function percentile({ order, raw }: Column, q: number): number {
  return order.length === 0 ? Number.NaN : raw[order[Math.min(order.length - 1, Math.floor(q * order.length))]];
}

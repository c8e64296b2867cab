import { circularMean } from '../util/circular.js';
import type { Column } from './column.js';

/** Typical raw value per segment, among everyone else, and over all; NaN where nothing is known. */
export interface Typical {
  readonly here: Float64Array;
  readonly elsewhere: Float64Array;
  readonly all: number;
}

export function medians(column: Column): Typical {
  const { k, counts, mass, totalMass, order } = column;
  const fill = (f: (s: number) => number) => Float64Array.from({ length: k }, (_, s) => f(s));
  return {
    here: fill((s) => (counts[s] > 0 ? medianWhere(column, (own) => own === s, mass[s]) : Number.NaN)),
    elsewhere: fill((s) => (counts[s] < order.length ? medianWhere(column, (own) => own !== s, totalMass - mass[s]) : Number.NaN)),
    all: medianWhere(column, () => true, totalMass),
  };
}

export function means({ k, raw, labels, weights, order, counts, mass, totalMass }: Column): Typical {
  const sum = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    sum[labels[row]] += weights[row] * raw[row];
    total += weights[row] * raw[row];
  }
  return {
    here: sum.map((x, s) => x / mass[s]),
    elsewhere: sum.map((x, s) => (counts[s] < order.length ? (total - x) / (totalMass - mass[s]) : Number.NaN)),
    all: total / totalMass,
  };
}

/** Mean hours on the 24-hour circle: 23:00 and 01:00 meet at midnight. */
export function hourMeans({ k, raw, labels, weights, order }: Column): Typical {
  const mean = (keep: (s: number) => boolean) => {
    const rows = order.filter((row) => keep(labels[row]));
    return circularMean(Float64Array.from(rows, (row) => raw[row]), 24, Float64Array.from(rows, (row) => weights[row])).mean;
  };
  const each = (keep: (s: number, own: number) => boolean) => Float64Array.from({ length: k }, (_, own) => mean((s) => keep(s, own)));
  return { here: each((s, own) => s === own), elsewhere: each((s, own) => s !== own), all: mean(() => true) };
}

function medianWhere({ raw, labels, weights, order }: Column, keep: (segment: number) => boolean, mass: number): number {
  const slack = mass * 1e-12;
  let sum = 0, lower = Number.NaN;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    if (!keep(labels[row])) continue;
    if (!Number.isNaN(lower)) return (lower + raw[row]) / 2;
    sum += weights[row];
    if (sum > mass / 2 + slack) return raw[row];
    if (sum >= mass / 2 - slack) lower = raw[row]; // exactly half lies below: the median is between this value and the next
  }
  return lower;
}

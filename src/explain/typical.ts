import type { Column } from './column.js';

/** Typical raw value per segment, among everyone else, and over all; NaN where nothing is known. */
export interface Typical {
  readonly here: Float64Array;
  readonly elsewhere: Float64Array;
  readonly all: number;
}

/** Weighted medians, all from one walk in ascending order; where exactly half lies below, the mean of the two values around it. */
export function medians({ k, raw, labels, weights, order, mass, totalMass }: Column): Typical {
  const here = halfway(k, mass);
  const elsewhere = halfway(k, mass.map((m) => totalMass - m));
  const all = halfway(1, Float64Array.of(totalMass));
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const value = raw[row], label = labels[row], weight = weights[row];
    if (here.state[label] < 2) advance(here, label, value, weight);
    for (let s = 0; s < k; s++) if (s !== label && elsewhere.state[s] < 2) advance(elsewhere, s, value, weight);
    if (all.state[0] < 2) advance(all, 0, value, weight);
  }
  return { here: here.median, elsewhere: elsewhere.median, all: all.median[0] };
}

interface Halfway {
  readonly sum: Float64Array;
  readonly half: Float64Array;
  readonly median: Float64Array;
  /** 0 below the middle, 1 exactly at it (the next value is averaged in), 2 done. */
  readonly state: Uint8Array;
}

const halfway = (k: number, mass: Float64Array): Halfway => ({ sum: new Float64Array(k), half: mass.map((m) => m / 2), median: new Float64Array(k).fill(Number.NaN), state: new Uint8Array(k) });

function advance({ sum, half, median, state }: Halfway, s: number, value: number, weight: number): void {
  if (state[s] === 1) {
    median[s] = (median[s] + value) / 2;
    state[s] = 2;
    return;
  }
  sum[s] += weight;
  const slack = half[s] * 1e-12;
  if (sum[s] < half[s] - slack) return;
  median[s] = value;
  state[s] = sum[s] > half[s] + slack ? 2 : 1;
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
  const x = new Float64Array(k), y = new Float64Array(k);
  let allX = 0, allY = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const angle = (raw[row] / 12) * Math.PI;
    const dx = weights[row] * Math.cos(angle), dy = weights[row] * Math.sin(angle);
    x[labels[row]] += dx;
    y[labels[row]] += dy;
    allX += dx;
    allY += dy;
  }
  const hour = (dx: number, dy: number) => (dx === 0 && dy === 0 ? Number.NaN : ((Math.atan2(dy, dx) / Math.PI) * 12 + 24) % 24);
  return { here: x.map((_, s) => hour(x[s], y[s])), elsewhere: x.map((_, s) => hour(allX - x[s], allY - y[s])), all: hour(allX, allY) };
}

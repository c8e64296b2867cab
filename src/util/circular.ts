export interface CircularMean {
  /** 0 ≤ mean < period. */
  readonly mean: number;
  /** Mean resultant length: 1 when all agree, near 0 when spread round the clock. */
  readonly concentration: number;
}

/** Mean direction of values on a circle of length `period` (hours: 24), weighted by `weights` where given. */
export function circularMean(values: ArrayLike<number>, period: number, weights?: ArrayLike<number>): CircularMean {
  let x = 0, y = 0, total = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const w = weights ? weights[i] : 1;
    const angle = (values[i] / period) * 2 * Math.PI;
    x += w * Math.cos(angle);
    y += w * Math.sin(angle);
    total += w;
  }
  if (total === 0) return { mean: Number.NaN, concentration: 0 };
  const mean = ((Math.atan2(y, x) / (2 * Math.PI)) * period + period) % period;
  return { mean, concentration: Math.hypot(x, y) / total };
}

/**
 * The busiest point of counts on a circle, and the share of all counts within ± `half` bins of it (the window wraps).
 * Counts are smoothed by a triangle of the same width first, so that one odd bin does not win. Ties: the earliest.
 */
export function circularPeak(counts: ArrayLike<number>, half: number): { readonly bin: number; readonly share: number } {
  const n = counts.length;
  let total = 0;
  for (let i = 0; i < n; i++) total += counts[i];
  let bin = 0, best = -1;
  for (let i = 0; i < n; i++) {
    let height = 0;
    for (let o = -half; o <= half; o++) height += counts[(((i + o) % n) + n) % n] * (half + 1 - Math.abs(o));
    if (height > best) {
      best = height;
      bin = i;
    }
  }
  let within = 0;
  for (let o = -half; o <= half; o++) within += counts[(((bin + o) % n) + n) % n];
  return { bin, share: total > 0 ? within / total : 0 };
}

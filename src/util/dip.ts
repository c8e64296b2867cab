import { dipProbabilities, dipQuantiles, dipSizes } from './dip-table.js';

/**
 * Hartigan's dip of sorted values: the greatest distance between their empirical distribution and the nearest unimodal one, between 1/(2n) and 1/4.
 * Source: Hartigan & Hartigan 1985; AS 217 (P. M. Hartigan 1985) with the corrections of M. Maechler and Y. Lu in R's diptest 0.75
 * (symmetry of the two hulls, termination). O(n).
 */
export function dip(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  if (n < 2 || sorted[0] === sorted[n - 1]) return n === 0 ? 0 : 1 / (2 * n);
  const below = convexMinorant(sorted);
  const above = concaveMajorant(sorted);
  let low = 0;
  let high = n - 1;
  let widest = 1; // in units of 1/(2n)
  for (;;) {
    const minorant = chain(below, high, low);
    const majorant = chain(above, low, high);
    const gap = widestGap(sorted, minorant, majorant);
    if (gap.distance < widest) break;
    widest = Math.max(widest, minorantDip(sorted, minorant, gap.minorant), majorantDip(sorted, majorant, gap.majorant));
    const nextLow = minorant[gap.minorant];
    const nextHigh = majorant[gap.majorant];
    if (low === nextLow && high === nextHigh) break;
    low = nextLow;
    high = nextHigh;
  }
  return widest / (2 * n);
}

/**
 * The probability that n uniform values have a dip of at least `value`: interpolated in √n × dip from a table simulated by
 * `scripts/dip-table.mjs`. 1 for n < 4 (no test); never below the table's last step (see `dipProbabilities`).
 */
export function dipP(value: number, n: number): number {
  if (n < dipSizes[0]) return 1;
  const scaled = value * Math.sqrt(n);
  const above = dipSizes.findIndex((size) => size >= n);
  const upper = above < 0 ? dipSizes.length - 1 : above;
  const lower = above <= 0 ? upper : upper - 1;
  // Between two sizes the quantiles of √n × dip change slowly, about linearly in log n.
  const share = upper === lower ? 0 : Math.log(n / dipSizes[lower]) / Math.log(dipSizes[upper] / dipSizes[lower]);
  const quantiles = dipQuantiles[lower].map((q, i) => q + share * (dipQuantiles[upper][i] - q));
  const last = quantiles.length - 1;
  if (scaled <= quantiles[0]) return 1;
  if (scaled >= quantiles[last]) return 1 - dipProbabilities[last];
  const i = quantiles.findIndex((q) => q > scaled);
  const part = (scaled - quantiles[i - 1]) / (quantiles[i] - quantiles[i - 1]);
  return 1 - (dipProbabilities[i - 1] + part * (dipProbabilities[i] - dipProbabilities[i - 1]));
}

/** For each index, the previous change point of the greatest convex minorant of the distribution up to it. */
function convexMinorant(x: ArrayLike<number>): Int32Array {
  const previous = new Int32Array(x.length);
  for (let j = 1; j < x.length; j++) {
    let a = j - 1;
    while (a > 0 && (x[j] - x[a]) * (a - previous[a]) >= (x[a] - x[previous[a]]) * (j - a)) a = previous[a];
    previous[j] = a;
  }
  return previous;
}

/** For each index, the next change point of the least concave majorant of the distribution from it on. */
function concaveMajorant(x: ArrayLike<number>): Int32Array {
  const end = x.length - 1;
  const next = new Int32Array(x.length).fill(end);
  for (let j = end - 1; j >= 0; j--) {
    let a = j + 1;
    while (a < end && (x[j] - x[a]) * (a - next[a]) >= (x[a] - x[next[a]]) * (j - a)) a = next[a];
    next[j] = a;
  }
  return next;
}

/** The change points from one index to another. */
function chain(step: Int32Array, from: number, to: number): number[] {
  const points = [from];
  while (points[points.length - 1] !== to) points.push(step[points[points.length - 1]]);
  return points;
}

/** The greatest distance between the two hulls, and the positions in each (minorant: high to low; majorant: low to high) where it lies. */
function widestGap(x: ArrayLike<number>, minorant: number[], majorant: number[]): { distance: number; minorant: number; majorant: number } {
  const found = { distance: 0, minorant: minorant.length - 1, majorant: majorant.length - 1 };
  if (minorant.length === 2 && majorant.length === 2) return { ...found, distance: 1 };
  let g = minorant.length - 2;
  let h = 1;
  do {
    const a = minorant[g];
    const b = majorant[h];
    if (a > b) {
      const before = minorant[g + 1];
      const distance = b - before + 1 - ((x[b] - x[before]) * (a - before)) / (x[a] - x[before]);
      h++;
      if (distance >= found.distance) Object.assign(found, { distance, minorant: g + 1, majorant: h - 1 });
    } else {
      const before = majorant[h - 1];
      const distance = ((x[a] - x[before]) * (b - before)) / (x[b] - x[before]) - (a - before - 1);
      g--;
      if (distance >= found.distance) Object.assign(found, { distance, minorant: g + 1, majorant: h });
    }
    g = Math.max(g, 0);
    h = Math.min(h, majorant.length - 1);
  } while (minorant[g] !== majorant[h]);
  return found;
}

function minorantDip(x: ArrayLike<number>, points: number[], from: number): number {
  let most = 0;
  for (let p = from; p < points.length - 1; p++) {
    const start = points[p + 1];
    const end = points[p];
    let worst = 1;
    if (end - start > 1 && x[end] !== x[start]) {
      const slope = (end - start) / (x[end] - x[start]);
      for (let i = start; i <= end; i++) worst = Math.max(worst, i - start + 1 - (x[i] - x[start]) * slope);
    }
    most = Math.max(most, worst);
  }
  return most;
}

function majorantDip(x: ArrayLike<number>, points: number[], from: number): number {
  let most = 0;
  for (let p = from; p < points.length - 1; p++) {
    const start = points[p];
    const end = points[p + 1];
    let worst = 1;
    if (end - start > 1 && x[end] !== x[start]) {
      const slope = (end - start) / (x[end] - x[start]);
      for (let i = start; i <= end; i++) worst = Math.max(worst, (x[i] - x[start]) * slope - (i - start - 1));
    }
    most = Math.max(most, worst);
  }
  return most;
}

// Where a leaf is best split, given the sums of its rows per bin. Shared by the reference and, for categories, by the SIMD kernel.
import type { Bins, Bounds, RowSums, Split, SplitRules } from './tree-rows.js';

/** Per bin of one input in one leaf: sums of derivatives and rows; the last bin holds missing values. */
export interface Histogram {
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly n: Float64Array;
}

/** Of inputs with up to so many categories, missing among them, each is tried against the rest. */
const oneAgainstRest = 4;
/** Categories are ordered by g / (h + this), so that rare ones stay in the middle … */
const categorySmoothing = 10;
/** … values of leaves below a split by several categories are as if lambda were greater by this … */
const categoryLambda = 10;
/** … of which at most so many, and no more than half, go left; those with fewer rows than `categoryRows` (by default as many as this smoothing) go right … */
const mostCategories = 32;
/** … and so many rows for each further split to be tried, and on the right (LightGBM's `min_data_per_group`: subsets are many, and some part any few rows well). */
const leastGroupRows = 100;
/** Gains are differences of great sums: less than this part of them is rounding. */
const rounding = 1e-10;

/** The value that makes a leaf's loss least: −g / (h + lambda), within the bounds. */
export function leafValue({ g, h }: RowSums, lambda: number, { lower, upper }: Bounds): number {
  return Math.min(upper, Math.max(lower, h + lambda > 0 ? -g / (h + lambda) : 0));
}

/** Twice by how much a leaf of that value lowers the loss. */
const gainOf = ({ g, h }: RowSums, lambda: number, value: number) => -(2 * g * value + (h + lambda) * value * value);

/** The gain that a split must exceed. */
export function leastGain(sums: RowSums, { lambda, minGain }: SplitRules, bounds: Bounds): number {
  const own = gainOf(sums, lambda, leafValue(sums, lambda, bounds));
  return own + minGain + rounding * Math.abs(own);
}

/** The best split of one input better than `least` (which includes the leaf's own gain), whose gain is then the whole of both sides. */
export function bestOf(input: number, bins: Bins, histogram: Histogram, sums: RowSums, rules: SplitRules, bounds: Bounds, least: number): Split | undefined {
  return bins.codes ? bestCategories(input, bins, histogram, sums, rules, bounds, least) : bestCut(input, bins, histogram, sums, rules, bounds, least);
}

function bestCut(input: number, { count }: Bins, { g, h, n }: Histogram, sums: RowSums, rules: SplitRules, bounds: Bounds, least: number): Split | undefined {
  let best: Split | undefined;
  const missing = n[count];
  for (const missingLeft of missing > 0 ? [false, true] : [false]) {
    const left = missingLeft ? { g: g[count], h: h[count], n: missing } : { g: 0, h: 0, n: 0 };
    const last = missing > 0 && !missingLeft ? count : count - 1;
    for (let bin = 0; bin < last; bin++) {
      left.g += g[bin];
      left.h += h[bin];
      left.n += n[bin];
      if (left.n < rules.minRows || left.h < rules.minHessian) continue;
      const right = { g: sums.g - left.g, h: sums.h - left.h, n: sums.n - left.n };
      if (right.n < rules.minRows || right.h < rules.minHessian) break;
      const gain = gainOfBoth(left, right, rules.lambda, bounds, rules.monotone?.[input] ?? 0);
      if (gain > (best?.gain ?? least)) {
        // Where nothing is missing, what comes to be missing goes with most rows.
        best = { input, bin, missingLeft: missing > 0 ? missingLeft : left.n > right.n, gain, left: { ...left }, right, smoothing: 0 };
      }
    }
  }
  return best;
}

/** −Infinity where a monotone input would be contradicted. */
function gainOfBoth(left: RowSums, right: RowSums, lambda: number, bounds: Bounds, direction: number): number {
  const a = leafValue(left, lambda, bounds);
  const b = leafValue(right, lambda, bounds);
  if (direction * (b - a) < 0) return -Infinity;
  return gainOf(left, lambda, a) + gainOf(right, lambda, b);
}

/** Few categories: each against the rest. Many: ordered by their mean, the first ones against the rest, from either end (Fisher 1958). */
function bestCategories(input: number, { count, codes }: Bins, { g, h, n }: Histogram, sums: RowSums, rules: SplitRules, bounds: Bounds, least: number): Split | undefined {
  // The last bin gathers what is too rare for a bin of its own: it always goes right. Missing is one more category.
  const others = codes!.filter((bin) => bin === count - 1).length > 1 ? count - 1 : -1;
  const present: number[] = [];
  for (let bin = 0; bin <= count; bin++) if (n[bin] > 0 && bin !== others) present.push(bin);
  const single = count + 1 <= oneAgainstRest;
  const lambda = rules.lambda + (single ? 0 : categoryLambda);
  let best: Split | undefined;
  const offer = (left: RowSums, bins: readonly number[]) => {
    if (left.n < rules.minRows || left.h < rules.minHessian) return;
    const right = { g: sums.g - left.g, h: sums.h - left.h, n: sums.n - left.n };
    if (right.n < rules.minRows || right.h < rules.minHessian) return;
    const gain = gainOfBoth(left, right, lambda, bounds, 0);
    if (gain > (best?.gain ?? least)) {
      best = { input, bin: -1, bins: bins.filter((bin) => bin !== count).sort((a, b) => a - b), missingLeft: n[count] > 0 ? bins.includes(count) : left.n > right.n, gain, left, right, smoothing: lambda - rules.lambda };
    }
  };
  if (single) {
    for (const bin of present) offer({ g: g[bin], h: h[bin], n: n[bin] }, [bin]);
    return best;
  }
  const common = present.filter((bin) => n[bin] >= (rules.categoryRows ?? categorySmoothing));
  const means = common.map((bin) => g[bin] / (h[bin] + categorySmoothing));
  const order = common.map((_, i) => i).sort((a, b) => means[a] - means[b] || a - b).map((i) => common[i]);
  for (const ordered of [order, [...order].reverse()]) {
    const left = { g: 0, h: 0, n: 0 };
    let since = 0;
    for (let taken = 0; taken < Math.min(mostCategories, (ordered.length + 1) >> 1); taken++) {
      const bin = ordered[taken];
      left.g += g[bin];
      left.h += h[bin];
      left.n += n[bin];
      since += n[bin];
      if (sums.n - left.n < leastGroupRows) break;
      if (since < leastGroupRows) continue;
      since = 0;
      offer({ ...left }, ordered.slice(0, taken + 1));
    }
  }
  return best;
}

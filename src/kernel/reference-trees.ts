import { fixedPoint, nearest, type FixedPoint } from './fixed-point.js';
import { logistic } from './logistic.js';
import { bestOf, leastGain, type Histogram } from './split-search.js';
import type { Bins, Bounds, RowSums, Split, SplitRules, TreeRows } from './tree-rows.js';

/** Bin of a value. */
export function binOf(value: number, { cuts, codes, count }: Bins): number {
  if (value !== value) return count;
  if (codes) return value < codes.length ? codes[value] : count;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= cuts[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function treeRows(columns: readonly Float64Array[], bins: readonly Bins[], rows: number, leaves: number, outputs: number): TreeRows {
  const codes = columns.map((column, j) => Uint8Array.from(column, (value) => binOf(value, bins[j])));
  const margins = Array.from({ length: outputs }, () => new Float64Array(rows));
  const g = new Float64Array(rows);
  const h = new Float64Array(rows);
  let fixed: FixedPoint = { g: 1, h: 1 };
  let parts: Int32Array[] = new Array(leaves);

  const set = (i: number, first: number, second: number) => {
    g[i] = nearest(first * fixed.g);
    h[i] = nearest(second * fixed.h);
  };
  const exact = (sums: RowSums): RowSums => ({ g: sums.g / fixed.g, h: sums.h / fixed.h, n: sums.n });
  /** In fixed point: sums of integers below 2⁵³. */
  const histogramOf = (part: Int32Array, j: number): Histogram => {
    const size = bins[j].count + 1;
    const sums = { g: new Float64Array(size), h: new Float64Array(size), n: new Float64Array(size) };
    for (const i of part) {
      const bin = codes[j][i];
      sums.g[bin] += g[i];
      sums.h[bin] += h[i];
      sums.n[bin]++;
    }
    for (let bin = 0; bin < size; bin++) {
      sums.g[bin] /= fixed.g;
      sums.h[bin] /= fixed.h;
    }
    return sums;
  };
  const best = (leaf: number, sums: RowSums, bounds: Bounds, rules: SplitRules): Split | undefined => {
    const own = leastGain(sums, rules, bounds);
    let found: Split | undefined;
    for (let j = 0; j < bins.length; j++) {
      if (rules.allowed[j] === 1) found = bestOf(j, bins[j], histogramOf(parts[leaf], j), sums, rules, bounds, found?.gain ?? own) ?? found;
    }
    return found;
  };

  return {
    rows,
    bins,
    margins,
    logistic(targets, weights) {
      const most = mostOf(weights);
      fixed = fixedPoint(rows, most, most / 4);
      for (let i = 0; i < rows; i++) {
        const p = logistic(margins[0][i]);
        const w = weights ? weights[i] : 1;
        set(i, w * (p - targets[i]), w * (p * (1 - p)));
      }
    },
    derivatives(first, second) {
      fixed = fixedPoint(rows, mostOf(first), mostOf(second));
      for (let i = 0; i < rows; i++) set(i, first[i], second[i]);
    },
    plant(sample) {
      parts = new Array(leaves);
      parts[0] = sample ?? Int32Array.from({ length: rows }, (_, i) => i);
      const sums = { g: 0, h: 0, n: parts[0].length };
      for (const i of parts[0]) {
        sums.g += g[i];
        sums.h += h[i];
      }
      return exact(sums);
    },
    split(leaf, right, split) {
      const goesLeft = sideOf(split, bins[split.input]);
      const part = parts[leaf];
      parts[right] = part.filter((i) => goesLeft[codes[split.input][i]] === 0);
      parts[leaf] = part.filter((i) => goesLeft[codes[split.input][i]] === 1);
    },
    best: (asked, rules) => asked.map(({ leaf, sums, bounds }) => best(leaf, sums, bounds, rules)),
    rowsOf: (leaf) => parts[leaf],
    add(output, values) {
      parts.forEach((part, leaf) => {
        for (const i of part) margins[output][i] += values[leaf];
      });
    },
    release() {},
  };
}

/** Per bin: 1 = goes left. */
export function sideOf({ bin, bins, missingLeft }: Split, { count }: Bins): Uint8Array {
  const left = new Uint8Array(count + 1);
  if (bins) for (const b of bins) left[b] = 1;
  else left.fill(1, 0, bin + 1);
  left[count] = missingLeft ? 1 : 0;
  return left;
}

/** The greatest absolute value; 1 where there are none. */
export function mostOf(values?: Float64Array): number {
  if (!values) return 1;
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

import { afterAll, describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../util/rng.js';
import { openKernel } from './catalog.js';
import type { Kernel } from './kernel.js';
import { logistic } from './logistic.js';
import { referenceKernel } from './reference.js';
import { unbounded, type Bins, type RowSums, type Split, type SplitRules, type TreeRows } from './tree-rows.js';

const reference = referenceKernel();
const kernels = await Promise.all([1, 2, 4].map((threads) => openKernel({ threads })));
afterAll(() => Promise.all(kernels.map((kernel) => kernel.close())));

interface Scene {
  readonly rows: number;
  readonly columns: readonly Float64Array[];
  readonly bins: readonly Bins[];
}

/** Inputs of all kinds: many cuts, few, one bin, categories, all missing, some missing. */
function scene(rows: number, inputs: number, rng: Rng): Scene {
  const columns: Float64Array[] = [];
  const bins: Bins[] = [];
  for (let j = 0; j < inputs; j++) {
    const kind = j % 6;
    const count = kind === 0 ? 254 : kind === 1 ? 3 : kind === 2 ? 0 : 40;
    const missing = kind === 4 ? 1 : kind === 3 || kind === 5 ? 0.2 : 0;
    const cuts = Float64Array.from({ length: kind === 3 ? 0 : count }, () => rng.normal()).sort();
    columns.push(Float64Array.from({ length: rows }, () => (rng.next() < missing ? NaN : kind === 3 ? rng.int(14) : rng.normal())));
    bins.push(kind === 3 ? { cuts, codes: Uint8Array.from({ length: 12 }, (_, code) => (code * 5) % 12), count: 12 } : { cuts, count: cuts.length + 1 });
  }
  return { rows, columns, bins };
}

const open = (kernel: Kernel, { columns, bins, rows }: Scene, leaves: number) => kernel.treeRows(columns, bins, rows, leaves, 1);

/** Grows a tree in a fixed order of leaves and tells all that can be seen of it. */
function story(rows: TreeRows, rules: SplitRules, leaves: number, sample?: Int32Array) {
  const told: unknown[] = [];
  const sums: RowSums[] = [rows.plant(sample)];
  told.push(sums[0]);
  let splits: (Split | undefined)[] = rows.best([{ leaf: 0, sums: sums[0], bounds: unbounded }], rules);
  for (let right = 1; right < leaves; right++) {
    const leaf = splits.findIndex((split) => split);
    const split = splits[leaf];
    if (!split) break;
    told.push(split);
    rows.split(leaf, right, split);
    sums[leaf] = split.left;
    sums[right] = split.right;
    const bounds = { lower: -0.4, upper: 0.3 };
    [splits[leaf], splits[right]] = rows.best([{ leaf, sums: split.left, bounds }, { leaf: right, sums: split.right, bounds: unbounded }], rules);
    told.push(rows.rowsOf(leaf).slice(), rows.rowsOf(right).slice());
  }
  return told;
}

describe('trees in SIMD', () => {
  it.each([[30, 1], [200, 3], [1_001, 9], [9_000, 17], [17_000, 2]])('grow the same tree on %i rows × %i inputs as the reference, on any number of threads', (rows, inputs) => {
    const rng = createRng(rows, 'trees');
    const made = scene(rows, inputs, rng);
    const targets = Float64Array.from({ length: rows }, (_, i) => (made.columns[0][i] + rng.normal() > 0 ? 1 : 0));
    const weights = Float64Array.from({ length: rows }, () => 0.5 + rng.next());
    const start = Float64Array.from({ length: rows }, () => rng.normal() * 3);
    const sample = Int32Array.from({ length: rows }, () => rng.int(rows)).sort();
    const rules: SplitRules = {
      lambda: 0.5, minRows: 3, minHessian: 1e-3, minGain: 0, allowed: Uint8Array.from({ length: inputs }, (_, j) => (j === 7 ? 0 : 1)),
      monotone: Int8Array.from({ length: inputs }, (_, j) => (j === 0 ? 1 : j === 5 ? -1 : 0)),
    };
    const tell = (kernel: Kernel) => {
      const trees = open(kernel, made, 12);
      const told: unknown[] = [];
      for (const heavy of [undefined, weights]) {
        trees.margins[0].set(start);
        trees.logistic(targets, heavy);
        told.push(story(trees, rules, 12));
        trees.add(0, Float64Array.from({ length: 12 }, (_, leaf) => leaf / 7));
        told.push(trees.margins[0].slice());
        trees.derivatives(start.map((s) => s * 1e6), weights);
        told.push(story(trees, { ...rules, monotone: undefined }, 12), story(trees, rules, 12, sample));
      }
      trees.release();
      return told;
    };
    const expected = tell(reference);
    for (const kernel of kernels) expect(tell(kernel)).toEqual(expected);
  });

  it('give back all their memory', () => {
    const made = scene(500, 5, createRng(2, 'memory'));
    const [kernel] = kernels;
    const address = () => {
      const points = kernel.allocate(1, 1);
      kernel.free(points);
      return points.data.byteOffset;
    };
    const before = address();
    const trees = open(kernel, made, 4);
    trees.derivatives(new Float64Array(500).fill(1), new Float64Array(500).fill(1));
    trees.plant();
    trees.release();
    expect(address()).toBe(before);
  });
});

describe('trees', () => {
  const rng = createRng(9, 'brute');
  const made = scene(200, 2, rng);

  it('split where trying every cut, and missing values on either side, gains most', () => {
    const g = Float64Array.from({ length: 200 }, () => rng.normal());
    const h = Float64Array.from({ length: 200 }, () => rng.next() + 0.1);
    const column = made.columns[0].map((value, i) => (i % 9 === 0 ? NaN : value));
    const trees = open(kernels[0], { ...made, columns: [column, made.columns[1]] }, 2);
    trees.derivatives(g, h);
    const sums = trees.plant();
    const lambda = 0.7;
    const [split] = trees.best([{ leaf: 0, sums, bounds: unbounded }], { lambda, minRows: 5, minHessian: 0, minGain: 0, allowed: Uint8Array.of(1, 0) });
    const value = (rows: number[]) => rows.reduce((sum, i) => sum + g[i], 0) ** 2 / (rows.reduce((sum, i) => sum + h[i], 0) + lambda);
    let most = -Infinity;
    for (const cut of made.bins[0].cuts) {
      for (const missingLeft of [false, true]) {
        const sides: number[][] = [[], []];
        column.forEach((v, i) => sides[(Number.isNaN(v) ? missingLeft : v <= cut) ? 0 : 1].push(i));
        if (sides.every((side) => side.length >= 5)) most = Math.max(most, value(sides[0]) + value(sides[1]));
      }
    }
    expect(Math.abs(split!.gain - most)).toBeLessThan(1e-6 * most);
    expect(split!.left.g + split!.right.g).toBe(sums.g);
    expect(split!.left.h + split!.right.h).toBe(sums.h);
    expect(split!.left.n + split!.right.n).toBe(200);
    trees.release();
  });

  it('know the logistic function to twelve digits, and its ends', () => {
    for (let s = -40; s <= 40; s += 0.37) expect(Math.abs(logistic(s) * (1 + Math.exp(-s)) - 1)).toBeLessThan(1e-12);
    expect(logistic(1e9)).toBe(1);
    expect(logistic(-1e9)).toBeGreaterThan(0);
    expect(logistic(-1e9)).toBeLessThan(1e-250);
  });
});

describe('sorting columns', () => {
  it('is that of typed arrays, whatever the numbers', () => {
    const rng = createRng(4, 'sort');
    const columns = Array.from({ length: 5 }, (_, j) =>
      Float64Array.from({ length: 3_000 }, (_, i) => (i % 50 === 0 ? [NaN, 0, -0, Infinity, -Infinity, 5e-324, -1e300][i % 7] : j < 2 ? rng.normal() * 10 ** (j * 200) : rng.int(9) - 4)));
    const expected = columns.map((column) => column.slice().sort());
    for (const kernel of kernels) {
      const sorted = columns.map((column) => column.slice());
      kernel.sort(sorted);
      expect(sorted).toEqual(expected);
    }
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { randomForest, randomRows, rowOf, sumsOf } from '../domain/forest.test.fixture.js';
import type { Examples } from '../domain/examples.js';
import { goesLeft, type DecisionTree, type Forest } from '../domain/forest.js';
import { openKernel } from '../kernel/catalog.js';
import { referenceKernel } from '../kernel/reference.js';
import { type Shap, treeShap } from './shap.js';
import { shapPlans } from './shap-plan.js';
import { treeShapAgainst } from './shap-background.js';

const simd = await openKernel({ threads: 2 });
const reference = referenceKernel();
afterAll(() => simd.close());

/** Paths that ask one input again and again, deep and shallow trees, several outputs, categories, trees of one leaf. */
const shapes = [
  { seed: 1, numeric: 4, trees: 6, leaves: 8 },
  { seed: 2, numeric: 6, categorical: 4, trees: 5, leaves: 31 },
  { seed: 3, numeric: 1, trees: 3, leaves: 12 },
  { seed: 4, numeric: 7, categorical: 1, trees: 6, leaves: 16, outputs: 3 },
  { seed: 5, numeric: 10, trees: 2, leaves: 90 },
  { seed: 6, numeric: 2, trees: 3, leaves: 1 },
];

describe('exact TreeSHAP', () => {
  it.each(shapes)('equals the Shapley values by their definition (seed $seed)', (shape) => {
    const forest = randomForest(shape);
    const x = randomRows(forest, 12);
    expectEqual(treeShap(forest, x, reference), bruteForce(forest, x, pathGame(forest)), 1e-12);
  });

  it.each(shapes)('equals them against a background too (seed $seed)', (shape) => {
    const forest = randomForest(shape);
    const x = randomRows(forest, 6);
    const background = randomRows(forest, 7, 99);
    expectEqual(treeShapAgainst(forest, x, background), bruteForce(forest, x, backgroundGame(forest, background)), 1e-12);
  });

  it.each([...shapes, { seed: 8, numeric: 40, trees: 2, leaves: 900 }, { seed: 9, numeric: 28, categorical: 2, trees: 30, leaves: 31 }])('sums to what the model says (seed $seed)', (shape) => {
    const forest = randomForest(shape);
    const x = randomRows(forest, 60);
    for (const shap of [treeShap(forest, x, reference), treeShapAgainst(forest, { ...x, rows: 4 }, randomRows(forest, 5, 3))]) {
      for (let i = 0; i < shap.rows; i++) {
        const sums = sumsOf(forest, rowOf(x, i));
        for (let o = 0; o < forest.outputs; o++) expect(Math.abs(told(shap, i, o) - sums[o])).toBeLessThan(1e-12);
      }
    }
  });

  it.each([...shapes, { seed: 8, numeric: 40, trees: 3, leaves: 900 }, { seed: 9, numeric: 28, categorical: 2, trees: 30, leaves: 31 }])('gives the same bits on the SIMD kernel and in plain TypeScript (seed $seed)', (shape) => {
    const forest = randomForest(shape);
    const x = randomRows(forest, 333);
    expect(treeShap(forest, x, simd).values).toEqual(treeShap(forest, x, reference).values);
  });

  it('gives the same bits whatever the number of threads, over more rows than are made ready at once', async () => {
    const forest = randomForest({ seed: 12, numeric: 8, trees: 60, leaves: 16 });
    const x = randomRows(forest, 9000);
    const alone = await openKernel({ threads: 1 });
    const shap = treeShap(forest, x, simd);
    expect(treeShap(forest, x, alone).values).toEqual(shap.values);
    const last = { rows: 1, inputs: x.inputs, columns: x.columns.map((column) => column.slice(8999)) };
    expect(treeShap(forest, last, alone).values).toEqual(shap.values.slice(8999 * 8));
    await alone.close();
  });

  it('gives the same bits to few rows as to many, for which it makes tables', () => {
    const forest = randomForest({ seed: 14, numeric: 6, categorical: 2, trees: 8, leaves: 24, outputs: 2 });
    const x = randomRows(forest, 5003);
    const all = treeShap(forest, x, simd);
    for (const [from, to] of [[0, 150], [4900, 5003]]) {
      const some = treeShap(forest, { rows: to - from, inputs: x.inputs, columns: x.columns.map((column) => column.slice(from, to)) }, simd);
      expect(some.values).toEqual(all.values.slice(from * 16, to * 16));
    }
  });

  it('parts a forest that is too large for one plan, to the same bits', () => {
    const forest = randomForest({ seed: 13, numeric: 6, categorical: 1, trees: 20, leaves: 16, outputs: 2 });
    const x = randomRows(forest, 50);
    const columns = Float64Array.from(x.columns.flatMap((column) => [...column]));
    const values = new Float64Array(50 * 2 * 7);
    const plans = [...shapPlans(forest, 2000)];
    expect(plans.length).toBeGreaterThan(2);
    for (const plan of plans) simd.shap(plan, 50).add(columns, 50, values);
    expect(values).toEqual(treeShap(forest, x, simd).values);
  });

  it('gives nothing to an input that is never asked for, and the same to two that do the same', () => {
    // Two copies of one tree, each asking another of two inputs that have the same values.
    const [tree] = randomForest({ seed: 21, numeric: 3, trees: 1, leaves: 14 }).trees;
    const swapped = { ...tree, input: tree.input.map((j) => (j === 0 ? 1 : j === 1 ? 0 : j)) };
    const forest: Forest = { inputs: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'dummy' }], outputs: 1, base: new Float64Array(1), link: 'identity', trees: [tree, swapped] };
    const x = randomRows(forest, 50);
    const twins = { ...x, columns: [x.columns[0], x.columns[0], x.columns[2], x.columns[3]] };
    for (const shap of [treeShap(forest, twins, simd), treeShapAgainst(forest, { ...twins, rows: 10 }, twins)]) {
      for (let i = 0; i < shap.rows; i++) {
        expect(shap.values[i * 4]).toBeCloseTo(shap.values[i * 4 + 1], 13);
        expect(shap.values[i * 4 + 3]).toBe(0);
      }
    }
  });

  it('holds for an edge that no training row went along', () => {
    const forest = randomForest({ seed: 31, numeric: 3, trees: 4, leaves: 12 });
    for (const { cover, left } of forest.trees) cover[left[0]] = 0;
    const x = randomRows(forest, 20);
    expectEqual(treeShap(forest, x, simd), bruteForce(forest, x, pathGame(forest)), 1e-12);
  });

  it('keeps its digits in a chain forty inputs deep', () => {
    const depth = 40;
    const n = 2 * depth + 1;
    const inner = (k: number) => k % 2 === 0 && k < 2 * depth;
    const chain: DecisionTree = {
      output: 0, categories: {},
      input: Int32Array.from({ length: n }, (_, k) => (inner(k) ? k / 2 : -1)), threshold: new Float64Array(n),
      left: Int32Array.from({ length: n }, (_, k) => (inner(k) ? k + 1 : -1)), right: Int32Array.from({ length: n }, (_, k) => (inner(k) ? k + 2 : -1)),
      missingLeft: new Uint8Array(n), value: Float64Array.from({ length: n }, (_, k) => (k === n - 1 ? 1 : 0)), cover: Float64Array.from({ length: n }, (_, k) => 2 ** -Math.ceil(k / 2)),
    };
    const forest: Forest = { inputs: Array.from({ length: depth }, (_, j) => ({ name: `x${j}` })), outputs: 1, base: new Float64Array(1), link: 'identity', trees: [chain] };
    const shap = treeShap(forest, { rows: 1, inputs: forest.inputs, columns: forest.inputs.map(() => Float64Array.of(1)) }, simd);
    // All forty are needed alike, so each has a fortieth.
    for (const value of shap.values) expect(Math.abs(value - (1 - 2 ** -depth) / depth)).toBeLessThan(1e-15);
  });
});

function told(shap: Shap, row: number, output: number): number {
  const from = (row * shap.outputs + output) * shap.inputs;
  return shap.values.subarray(from, from + shap.inputs).reduce((sum, value) => sum + value, shap.base[output]);
}

function expectEqual(found: Shap, expected: Pick<Shap, 'base' | 'values'>, within: number): void {
  expect(found.values.length).toBe(expected.values.length);
  found.values.forEach((value, i) => expect(Math.abs(value - expected.values[i])).toBeLessThan(within));
  found.base.forEach((value, o) => expect(Math.abs(value - expected.base[o])).toBeLessThan(within));
}

type Game = (row: Float64Array, known: number) => number[];

/** Shapley values by their definition: 2^M sets. */
function bruteForce(forest: Forest, x: Examples, game: Game): Pick<Shap, 'base' | 'values'> {
  const d = forest.inputs.length;
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const weight = Array.from({ length: d }, (_, s) => (factorial(s) * factorial(d - s - 1)) / factorial(d));
  const values = new Float64Array(x.rows * forest.outputs * d);
  let base: number[] = [];
  for (let i = 0; i < x.rows; i++) {
    const worth = Array.from({ length: 2 ** d }, (_, known) => game(rowOf(x, i), known));
    base = worth[0];
    for (let known = 0; known < 2 ** d; known++) {
      const size = Array.from({ length: d }, (_, j) => (known >> j) & 1).reduce((a, b) => a + b, 0);
      for (let j = 0; j < d; j++) {
        if ((known >> j) & 1) continue;
        for (let o = 0; o < forest.outputs; o++) values[(i * forest.outputs + o) * d + j] += weight[size] * (worth[known | (1 << j)][o] - worth[known][o]);
      }
    }
  }
  return { base: Float64Array.from(base), values };
}

const pathGame = (forest: Forest): Game => (row, known) => {
  const mean = (tree: DecisionTree, node: number): number => {
    const input = tree.input[node];
    if (input < 0) return tree.value[node];
    if ((known >> input) & 1) return mean(tree, goesLeft(tree, node, row[input]) ? tree.left[node] : tree.right[node]);
    const [l, r] = [tree.cover[tree.left[node]], tree.cover[tree.right[node]]];
    if (l + r === 0) return (mean(tree, tree.left[node]) + mean(tree, tree.right[node])) / 2;
    return (l * mean(tree, tree.left[node]) + r * mean(tree, tree.right[node])) / (l + r);
  };
  const sums = Array.from(forest.base);
  for (const tree of forest.trees) sums[tree.output] += mean(tree, 0);
  return sums;
};

const backgroundGame = (forest: Forest, background: Examples): Game => (row, known) => {
  const sums = new Array<number>(forest.outputs).fill(0);
  for (let b = 0; b < background.rows; b++) {
    const mixed = row.map((value, j) => ((known >> j) & 1 ? value : background.columns[j][b]));
    sumsOf(forest, mixed).forEach((sum, o) => (sums[o] += sum / background.rows));
  }
  return sums;
};

import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Answers, Examples } from '../../domain/examples.js';
import { referenceKernel } from '../../kernel/reference.js';
import { createRng } from '../../util/rng.js';
import { scorer } from '../score.js';
import { boostedTrees, type BoostedTreesOptions } from './boosted-trees.js';

const kernel = referenceKernel();
const fit = (x: Examples, y: Answers, options: Partial<BoostedTreesOptions> = {}, context = createContext()) =>
  boostedTrees.fit(x, y, boostedTrees.options.parse({ patience: 0, trees: 40, learningRate: 0.1, leaves: 15, lambda: 0, inputShare: 1, ...options }), context, kernel);

function examples(rows: number, columns: Record<string, (i: number) => number>, categories: Record<string, readonly string[]> = {}): Examples {
  return {
    rows,
    inputs: Object.keys(columns).map((name) => ({ name, ...(categories[name] && { categories: categories[name] }) })),
    columns: Object.values(columns).map((value) => Float64Array.from({ length: rows }, (_, i) => value(i))),
  };
}

const random = createRng(5, 'boosted-trees');
const noise = Float64Array.from({ length: 8_000 }, () => random.next());
const draw = (i: number, column: number) => noise[(i * 7 + column * 1_301) % noise.length];
const share = (values: Float64Array, holds: (value: number, i: number) => boolean) => values.filter((value, i) => holds(value, i)).length / values.length;

describe('boosted trees', () => {
  it('learn where an answer turns, and say the same through their forest', async () => {
    const x = examples(1_000, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const y: Answers = { task: 'binary', values: x.columns[0].map((a, i) => (a > 0.3 !== x.columns[1][i] > 0.6 ? 1 : 0)) };
    const model = await fit(x, y);
    const predicted = boostedTrees.predict(model, x);
    expect(share(predicted, (p, i) => p > 0.5 === (y.values[i] === 1))).toBeGreaterThan(0.97);
    const margins = scorer(boostedTrees.forest!(model)).allSums(x);
    predicted.forEach((p, i) => expect(Math.abs(1 / (1 + Math.exp(-margins[i])) - p)).toBeLessThan(1e-12));
  });

  it('with their defaults learn what only two inputs together tell, and of little and noisy data hold back', async () => {
    const x = examples(1_000, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const usual = (y: Answers) => boostedTrees.fit(x, y, boostedTrees.options.parse({}), createContext(), kernel);
    const both: Answers = { task: 'binary', values: x.columns[0].map((a, i) => (a > 0.5 !== x.columns[1][i] > 0.5 ? 1 : 0)) };
    const predicted = boostedTrees.predict(await usual(both), x);
    expect(share(predicted, (p, i) => p > 0.5 === (both.values[i] === 1))).toBeGreaterThan(0.95);
    const noise: Answers = { task: 'binary', values: x.columns[0].map((_, i) => (draw(i, 4) > 0.5 ? 1 : 0)) };
    const still = await usual(noise);
    expect(still.rounds).toBeLessThan(20);
  });

  it('with their defaults learn from the one input that tells, though those drawn for a tree may tell nothing', async () => {
    const x = examples(800, { told: (i) => draw(i, 0), rare: (i) => (i % 50 === 0 ? 1 : 0), seldom: (i) => (i % 60 === 7 ? 1 : 0) });
    const y: Answers = { task: 'binary', values: x.columns[0].map((a, i) => (draw(i, 4) < (a > 0.5 ? 0.9 : 0.1) ? 1 : 0)) };
    for (const seed of [1, 2, 3]) {
      const model = await boostedTrees.fit(x, y, boostedTrees.options.parse({}), createContext({ seed }), kernel);
      expect(model.rounds).toBeGreaterThan(5);
      expect(model.history.every(Number.isFinite)).toBe(true);
      expect(share(boostedTrees.predict(model, x), (p, i) => p > 0.5 === (y.values[i] === 1))).toBeGreaterThan(0.85);
    }
  });

  it('do not part a category on few rows, whose order is chance', async () => {
    const names = Array.from({ length: 12 }, (_, c) => `c${c}`);
    const kinds = (rows: number) => examples(rows, { kind: (i) => Math.floor(draw(i, 0) * 12) }, { kind: names });
    const told = (x: Examples): Answers => ({ task: 'binary', values: x.columns[0].map((c, i) => (draw(i, 3) < (c < 4 ? 0.8 : 0.2) ? 1 : 0)) });
    const [few, many] = [kinds(150), kinds(2_000)];
    expect((await fit(few, told(few))).forest.trees).toHaveLength(0);
    const { forest } = await fit(many, told(many), { trees: 1, leaves: 2 });
    expect([...forest.trees[0].categories[0]].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  it('ask nothing of categories with fewer rows than they need', async () => {
    const x = examples(2_000, { kind: (i) => Math.floor(draw(i, 0) * 12) }, { kind: Array.from({ length: 12 }, (_, c) => `c${c}`) });
    const y: Answers = { task: 'binary', values: x.columns[0].map((c, i) => (draw(i, 3) < (c < 4 ? 0.8 : 0.2) ? 1 : 0)) };
    expect((await fit(x, y, { categoryRows: 100 })).forest.trees.length).toBeGreaterThan(0);
    expect((await fit(x, y, { categoryRows: 1_000 })).forest.trees).toHaveLength(0);
  });

  it('never contradict a monotone input, wherever the others are', async () => {
    const x = examples(1_500, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const y: Answers = { task: 'regression', values: x.columns[0].map((a, i) => Math.sin(a * 9) + a + x.columns[1][i] + draw(i, 2)) };
    const model = await fit(x, y, { monotone: { a: 1, b: -1 }, leafRows: 5 });
    for (let b = 0; b <= 1; b += 0.05) {
      const rising = boostedTrees.predict(model, examples(400, { a: (i) => i / 400, b: () => b }));
      for (let i = 1; i < 400; i++) expect(rising[i]).toBeGreaterThanOrEqual(rising[i - 1] - 1e-12);
      const falling = boostedTrees.predict(model, examples(400, { a: () => b, b: (i) => i / 400 }));
      for (let i = 1; i < 400; i++) expect(falling[i]).toBeLessThanOrEqual(falling[i - 1] + 1e-12);
      expect(rising[399] - rising[0]).toBeGreaterThan(1);
    }
  });

  it('lower the training loss with every round, at a small learning rate', async () => {
    const x = examples(600, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const y: Answers = { task: 'binary', values: x.columns[0].map((a, i) => (a + 0.5 * draw(i, 3) > 0.7 ? 1 : 0)) };
    const { forest } = await fit(x, y, { learningRate: 0.03, trees: 60 });
    const loss = (trees: number) =>
      scorer({ ...forest, trees: forest.trees.slice(0, trees) }).allSums(x).reduce((sum, s, i) => sum + Math.log1p(Math.exp(y.values[i] === 1 ? -s : s)), 0);
    for (let trees = 1; trees <= 60; trees++) expect(loss(trees)).toBeLessThan(loss(trees - 1));
  });

  it('do not mind how an input is measured', async () => {
    const x = examples(900, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const y: Answers = { task: 'regression', values: x.columns[0].map((a, i) => Math.sin(6 * a) + x.columns[1][i]) };
    const other = { ...x, columns: [x.columns[0].map((a) => Math.exp(12 * a)), x.columns[1].map((b) => -7 + b ** 3)] };
    const [one, two] = [await fit(x, y), await fit(other, y)];
    expect(boostedTrees.predict(two, other)).toEqual(boostedTrees.predict(one, x));
  });

  it('learn where missing values belong, in each leaf by itself', async () => {
    const x = examples(2_000, { a: (i) => (i % 3 === 0 ? NaN : draw(i, 0)), b: (i) => i % 2 });
    const y: Answers = { task: 'regression', values: x.columns[0].map((a, i) => (Number.isNaN(a) ? (i % 2 === 0 ? 5 : -5) : a)) };
    const model = await fit(x, y, { trees: 100 });
    const [up, down] = boostedTrees.predict(model, examples(2, { a: () => NaN, b: (i) => i }));
    expect(up).toBeGreaterThan(4.9);
    expect(down).toBeLessThan(-4.9);
  });

  it('part categories by subsets that no threshold and no single category could', async () => {
    const names = Array.from({ length: 20 }, (_, c) => `c${c}`);
    const x = examples(4_000, { kind: (i) => Math.floor(draw(i, 0) * 20) }, { kind: names });
    const y: Answers = { task: 'binary', values: x.columns[0].map((c) => (c * 7) % 5 < 2 ? 1 : 0) };
    const { forest } = await fit(x, y, { trees: 1, leaves: 2, learningRate: 1 });
    expect(Array.from(forest.trees[0].categories[0], (c) => (c * 7) % 5 < 2)).toEqual(new Array(forest.trees[0].categories[0].length).fill((forest.trees[0].categories[0][0] * 7) % 5 < 2));
    const predicted = boostedTrees.predict(await fit(x, y, { trees: 30, learningRate: 0.3 }), x);
    expect(share(predicted, (p, i) => p > 0.5 === (y.values[i] === 1))).toBe(1);
  });

  it('give a category that was not there what is given where it is missing or to the rest, never nothing', async () => {
    const x = examples(600, { kind: (i) => i % 3 }, { kind: ['a', 'b', 'c', 'never'] });
    const y: Answers = { task: 'regression', values: x.columns[0].map((c) => c * 10) };
    const model = await fit(x, y);
    for (const code of [3, NaN]) expect(boostedTrees.predict(model, examples(1, { kind: () => code }))[0]).toSatisfy((p: number) => p >= -0.001 && p <= 20.001);
  });

  it('stop when held-out rows are predicted no better, on noise at once', async () => {
    const x = examples(3_000, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const noise: Answers = { task: 'binary', values: x.columns[0].map((_, i) => (draw(i, 4) > 0.5 ? 1 : 0)) };
    const found = await fit(x, noise, { patience: 10, trees: 300 });
    expect(found.rounds).toBeLessThan(20);
    expect(found.forest.trees).toHaveLength(found.rounds);
    expect(found.history.length).toBeLessThan(60);
    const real: Answers = { task: 'binary', values: x.columns[0].map((a, i) => (a + 0.3 * draw(i, 3) > 0.6 ? 1 : 0)) };
    const { rounds, history } = await fit(x, real, { patience: 10, trees: 300 });
    expect(rounds).toBeGreaterThan(20);
    expect(history[rounds - 1]).toBe(Math.min(...history));
  });

  it('cover as many answers with a quantile as it says', async () => {
    const x = examples(4_000, { a: (i) => draw(i, 0) });
    const y: Answers = { task: 'regression', values: x.columns[0].map((a, i) => a * 3 + (1 + 4 * a) * draw(i, 5)) };
    const other = examples(2_000, { a: (i) => draw(i + 5_000, 6) });
    const truth = other.columns[0].map((a, i) => a * 3 + (1 + 4 * a) * draw(i + 4_321, 5));
    for (const quantile of [0.1, 0.5, 0.9]) {
      const predicted = boostedTrees.predict(await fit(x, y, { loss: 'quantile', quantile, leaves: 8 }), other);
      expect(Math.abs(share(truth, (t, i) => t <= predicted[i]) - quantile)).toBeLessThan(0.04);
    }
    await expect(fit(x, { task: 'binary', values: y.values.map((v) => (v > 2 ? 1 : 0)) }, { loss: 'quantile' })).rejects.toThrow('quantile needs a number');
  });

  it('tell several classes apart, with probabilities that add up to 1', async () => {
    const x = examples(1_500, { a: (i) => draw(i, 0), b: (i) => draw(i, 1) });
    const y: Answers = { task: 'multiclass', classes: ['low', 'middle', 'high'], values: x.columns[0].map((a) => Math.floor(a * 3)) };
    const predicted = boostedTrees.predict(await fit(x, y), x);
    expect(share(y.values, (c, i) => predicted[i * 3 + c] > 0.5)).toBeGreaterThan(0.98);
    for (let at = 0; at < predicted.length; at += 3) expect(Math.abs(predicted[at] + predicted[at + 1] + predicted[at + 2] - 1)).toBeLessThan(1e-12);
  });

  it('learn from five positives without despair, and nothing from columns that say nothing', async () => {
    const x = examples(2_000, { a: (i) => draw(i, 0), constant: () => 7, missing: () => NaN });
    const y: Answers = { task: 'binary', values: Float64Array.from({ length: 2_000 }, (_, i) => (i % 400 === 0 ? 1 : 0)) };
    const model = await fit(x, y, { leaves: 4 });
    const predicted = boostedTrees.predict(model, x);
    expect(predicted.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(predicted.reduce((a, b) => a + b) / 2_000).toBeCloseTo(0.0025, 3);
    expect(Array.from(model.gains.subarray(1))).toEqual([0, 0]);
    const constant: Answers = { task: 'regression', values: new Float64Array(2_000).fill(3.25) };
    const still = await fit(x, constant);
    expect(still.forest.trees).toHaveLength(0);
    expect(new Set(boostedTrees.predict(still, x))).toEqual(new Set([3.25]));
  });

  it('count rows by their weights, in covers as well', async () => {
    const x = examples(1_000, { a: (i) => draw(i, 0) });
    const weights = Float64Array.from({ length: 1_000 }, (_, i) => (draw(i, 2) > 0.5 ? 3 : 0.001));
    const y: Answers = { task: 'regression', weights, values: weights.map((w) => (w > 1 ? 10 : -10)) };
    const model = await fit(x, y);
    expect(boostedTrees.predict(model, x).every((p) => p > 9)).toBe(true);
    const total = weights.reduce((a, b) => a + b);
    for (const { cover } of model.forest.trees) expect(Math.abs(cover[0] - total)).toBeLessThan(1e-9 * total);
  });

  it('refuse infinite values by name, and directions of inputs that have none', async () => {
    const x = examples(100, { a: (i) => (i === 40 ? Infinity : i), kind: (i) => i % 2 }, { kind: ['x', 'y'] });
    const y: Answers = { task: 'regression', values: Float64Array.from({ length: 100 }, (_, i) => i) };
    await expect(fit(x, y)).rejects.toThrow("'a'");
    const finite = examples(100, { a: (i) => i, kind: (i) => i % 2 }, { kind: ['x', 'y'] });
    await expect(fit(finite, y, { monotone: { kind: 1 } })).rejects.toThrow('categories');
    await expect(fit(finite, y, { monotone: { aa: 1 } })).rejects.toThrow("Did you mean 'a'");
  });
});

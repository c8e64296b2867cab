import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Answers, Examples } from '../../domain/examples.js';
import { referenceKernel } from '../../kernel/reference.js';
import { createRng } from '../../util/rng.js';
import { forestMargins } from '../trees/margins.js';
import { boostedTrees, type BoostedTreesOptions } from './boosted-trees.js';

const kernel = referenceKernel();
const fit = (x: Examples, y: Answers, options: Partial<BoostedTreesOptions> = {}, context = createContext()) =>
  boostedTrees.fit(x, y, boostedTrees.options.parse({ patience: 0, trees: 40, learningRate: 0.1, ...options }), context, kernel);

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
    const margins = forestMargins(boostedTrees.forest!(model), x);
    predicted.forEach((p, i) => expect(Math.abs(1 / (1 + Math.exp(-margins[i])) - p)).toBeLessThan(1e-12));
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
    }
  });
});

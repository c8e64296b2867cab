import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { openKernel } from './catalog.js';
import type { ForestPlan, ForestRules } from './forest-rows.js';
import { referenceKernel } from './reference.js';

const reference = referenceKernel();
const kernels = await Promise.all([1, 4].map((threads) => openKernel({ threads })));
afterAll(() => Promise.all(kernels.map((kernel) => kernel.close())));

/** Many cuts, few, one bin, categories, missing values; classes or numbers, weights or none. */
function plan(rows: number, inputs: number, classes: number, weighted: boolean): ForestPlan {
  const rng = createRng(rows + classes, 'forest');
  const columns = Array.from({ length: inputs }, (_, j) => Float64Array.from({ length: rows }, () => (j % 4 === 3 && rng.next() < 0.3 ? NaN : j % 5 === 4 ? rng.int(9) : rng.normal())));
  const bins = columns.map((_, j) => {
    if (j % 5 === 4) return { cuts: new Float64Array(0), codes: Uint8Array.from({ length: 8 }, (__, code) => (code * 3) % 8), count: 8 };
    const cuts = Float64Array.from({ length: j % 3 === 2 ? 0 : j % 3 === 1 ? 4 : 254 }, () => rng.normal()).sort();
    return { cuts, count: cuts.length + 1 };
  });
  const score = (i: number) => columns[0][i] + 0.3 * rng.normal();
  const targets = Float64Array.from({ length: rows }, (_, i) => (classes > 0 ? Math.max(0, Math.min(classes - 1, Math.floor(score(i) + classes / 2))) : score(i) * 1e5));
  return { rows, columns, bins, classes, targets, ...(weighted && { weights: Float64Array.from({ length: rows }, () => 0.2 + rng.next()) }) };
}

describe('trees that stand by themselves', () => {
  const rules: ForestRules[] = [
    { tries: 2, minRows: 1, maxDepth: 60, bootstrap: true },
    { tries: 100, minRows: 5, maxDepth: 4, bootstrap: false },
  ];
  it.each([[1, 1, 2, false], [40, 3, 2, true], [400, 7, 3, false], [400, 6, 0, true], [2_500, 9, 2, false]])(
    '%i rows × %i inputs (%i classes, weights: %s) are grown as the reference grows them, on any number of threads',
    (rows, inputs, classes, weighted) => {
      const scene = plan(rows, inputs, classes, weighted);
      const seeds = Uint32Array.of(1, 77, 4_000_000_000);
      for (const rule of rules) {
        const expected = reference.forestRows(scene).grow(seeds, rule);
        for (const kernel of kernels) {
          const forest = kernel.forestRows(scene);
          expect(forest.grow(seeds, rule)).toEqual(expected);
          forest.release();
        }
      }
    },
  );

  it('sum up to their parents, and keep enough rows in every leaf', () => {
    const scene = plan(3_000, 6, 3, false);
    const [tree] = kernels[0].forestRows(scene).grow(Uint32Array.of(5), { tries: 2, minRows: 7, maxDepth: 60, bootstrap: true });
    expect(tree.input.length).toBeGreaterThan(50);
    tree.input.forEach((input, node) => {
      const of = (at: number) => tree.sums.subarray(at * 3, at * 3 + 3);
      if (input >= 0) of(node).forEach((sum, c) => expect(of(tree.left[node])[c] + of(tree.right[node])[c]).toBe(sum));
      else expect(of(node).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(7);
    });
  });
});

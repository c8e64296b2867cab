import { describe, expect, it } from 'vitest';
import { type LinearModel, termValue } from '../domain/forest.js';
import { linearShap } from './linear-shap.js';

const term = { fill: 2, low: -Infinity, high: Infinity, centre: 1, scale: 2, mean: 0 };
const model: LinearModel = {
  inputs: [{ name: 'a' }, { name: 'plan', categories: ['free', 'paid'] }, { name: 'unused' }],
  outputs: 2,
  base: Float64Array.of(0.5, -1),
  link: 'softmax',
  terms: [
    { ...term, input: 0, mean: 3, weights: Float64Array.of(1, -2) },
    { ...term, input: 0, category: -1, mean: 0.1, weights: Float64Array.of(0.25, 0) },
    { ...term, input: 1, category: 1, mean: 0.4, weights: Float64Array.of(-1, 3) },
  ],
};
const x = { rows: 3, inputs: model.inputs, columns: [Float64Array.of(4, Number.NaN, 1), Float64Array.of(1, 0, Number.NaN), Float64Array.of(9, 9, 9)] };

describe('linear SHAP', () => {
  it('is each weight times the distance of its term from its mean', () => {
    const { values, base } = linearShap(model, x);
    expect(Array.from(base)).toEqual([0.5 + 3 + 0.025 - 0.4, -1 - 6 + 1.2].map((sum) => expect.closeTo(sum, 12)));
    // Row 0: (4 − 1) × 2 = 6, three above its mean; not missing; a paid plan, of whom there are 0.4.
    expect(Array.from(values.subarray(0, 6))).toEqual([3 - 0.025, -0.6, 0, -6, 1.8, 0].map((value) => expect.closeTo(value, 12)));
  });

  it('sums to what the model says', () => {
    const { values, base } = linearShap(model, x);
    for (let i = 0; i < 3; i++) {
      for (let o = 0; o < 2; o++) {
        const said = model.terms.reduce((sum, one) => sum + one.weights[o] * termValue(one, x.columns[one.input][i]), model.base[o]);
        expect(values.subarray((i * 2 + o) * 3, (i * 2 + o + 1) * 3).reduce((sum, value) => sum + value, base[o])).toBeCloseTo(said, 12);
      }
    }
  });
});

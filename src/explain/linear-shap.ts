import { columnsFor, type Examples } from '../domain/examples.js';
import { type LinearModel, termValue } from '../domain/forest.js';
import type { Shap } from './shap.js';

/**
 * Exact Shapley values of a weighted sum where inputs are taken as independent: of each term its weight times how far it is from its mean over the
 * training rows; terms of one input are one. O(rows × terms). @throws `predict/no-input`
 */
export function linearShap(model: LinearModel, x: Examples): Shap {
  const columns = columnsFor(model.inputs, x);
  const { outputs, terms } = model;
  const d = columns.length;
  const base = model.base.slice();
  for (const { weights, mean } of terms) for (let o = 0; o < outputs; o++) base[o] += weights[o] * mean;
  const values = new Float64Array(x.rows * outputs * d);
  for (const term of terms) {
    const column = columns[term.input];
    for (let i = 0; i < x.rows; i++) {
      const away = termValue(term, column[i]) - term.mean;
      for (let o = 0; o < outputs; o++) values[(i * outputs + o) * d + term.input] += term.weights[o] * away;
    }
  }
  return { rows: x.rows, outputs, inputs: d, base, values };
}

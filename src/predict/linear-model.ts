import { columnsFor, type Examples } from '../domain/examples.js';
import { applyLink, type LinearModel, termValues } from '../domain/forest.js';

/** Sums before the link, rows × outputs. @throws `predict/no-input` */
export function linearSums(model: LinearModel, x: Examples): Float64Array {
  const { outputs, base, terms } = model;
  const columns = columnsFor(model.inputs, x);
  const sums = new Float64Array(x.rows * outputs);
  for (let i = 0; i < x.rows; i++) sums.set(base, i * outputs);
  const values = new Float64Array(x.rows);
  for (const term of terms) {
    termValues(term, columns[term.input], values);
    for (let i = 0; i < x.rows; i++) if (values[i] !== 0) for (let o = 0; o < outputs; o++) sums[i * outputs + o] += values[i] * term.weights[o];
  }
  return sums;
}

/** Predictions of a linear model: probabilities or numbers, rows × outputs. @throws `predict/no-input` */
export function predictLinear(model: LinearModel, x: Examples): Float64Array {
  return applyLink(model.link, linearSums(model, x), model.outputs);
}

import type { LinearModel } from '../domain/forest.js';
import type { Calibration } from '../domain/prediction.js';
import { modelJs } from './model-js.js';

/** A weighted sum as a JavaScript module (see `modelJs`): the same bits as the library's. */
export function linearJs(model: LinearModel, calibration?: readonly Calibration[]): string {
  const terms = model.terms.map(({ input, category, fill, low, high, log = false, centre, scale, weights }) =>
    (category === undefined ? { input, fill, low, high, log, centre, scale, weights } : { input, category, weights }));
  return modelJs(
    model,
    { terms },
    `  for (const term of terms) {
    const value = valueOf(term, x[term.input]);
    if (value !== 0) for (let o = 0; o < sums.length; o++) sums[o] += value * term.weights[o];
  }`,
    `
function valueOf({ category, fill, low, high, log, centre, scale }, value) {
  const unknown = value !== value;
  if (category !== undefined) return (category < 0 ? unknown : value === category) ? 1 : 0;
  const known = Math.min(high, Math.max(low, unknown ? fill : value));
  return ((log ? Math.sign(known) * Math.log1p(Math.abs(known)) : known) - centre) * scale;
}
`,
    calibration,
  );
}

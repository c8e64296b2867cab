// Idea: the number is a weighted sum of the inputs; least squares, with a penalty (ridge: Hoerl & Kennard 1970, lasso: Tibshirani 1996, both: Zou & Hastie 2005).
// Cost: O(rows × inputs) per pass, some tens of passes (with l1Share > 0: one of O(rows × inputs²)). Not for amounts that multiply: predict their logarithm.
import { z } from 'zod';
import type { LinearModel } from '../../domain/forest.js';
import { type Designed, designed, designedAt, evenDesign, linearModel } from '../design.js';
import { fitLinear } from '../linear-fit.js';
import { predictLinear } from '../linear-model.js';
import { mean } from '../metrics.js';
import { definePredictor } from '../predictor.js';

export const linearRegression = definePredictor({
  name: 'linear-regression',
  title: 'Linear regression',
  options: z.strictObject({
    penalty: z.number().min(0).max(1e9).default(1).describe('How much weights are pulled towards 0: λ of ½ Σ error² + λ ((1 − l1Share)/2 Σ β² + l1Share Σ |β|), the answer in units of its deviation; 0 = not at all.'),
    l1Share: z.number().min(0).max(1).default(0).describe('Share of the penalty on absolute values, which sets weights to exactly 0: 0 = ridge, 1 = lasso.'),
    tolerance: z.number().min(1e-12).max(0.1).default(1e-10).describe('Largest slope that may be left when it stops, per unit of weight.'),
    even: z.boolean().default(true).describe('Take the logarithm of skewed numbers and pull in what lies far beyond all others.'),
  }),
  traits: { tasks: ['regression'], complexity: 1, rowOrder: true, repeats: true },
  fit: async (x, { values, weights: given }, { penalty, l1Share, tolerance, even }, context, _, shared): Promise<LinearModel> => {
    const { design, rows } = shared && even ? designedAt(shared.made as Designed, shared.rows) : designed(x, given, { even });
    const centre = mean(x.rows, (i) => values[i], given);
    const unit = Math.sqrt(mean(x.rows, (i) => (values[i] - centre) ** 2, given)) || 1;
    const y = values.map((value) => (value - centre) / unit);
    const problem = { rows, y, weights: given ?? new Float64Array(x.rows).fill(1), loss: 'squared', outputs: 1, penalty, l1Share, tolerance } as const;
    const { weights, intercepts } = await fitLinear(problem, context);
    return linearModel(design, weights.map((weight) => weight * unit), intercepts.map((intercept) => centre + unit * intercept), 'identity');
  },
  prepare: evenDesign,
  predict: (model: LinearModel, x) => predictLinear(model, x),
  linear: (model) => model,
});

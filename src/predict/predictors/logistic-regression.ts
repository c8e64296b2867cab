// Idea: the log odds are a weighted sum of the inputs. Cost: O(rows × inputs) per pass, some tens of passes (with l1Share > 0: O(rows × inputs²), about ten).
// Not where what counts are turning points and interactions: it sees one direction per input (of its logarithm where it is skewed).
import { z } from 'zod';
import type { LinearModel } from '../../domain/forest.js';
import { balanced as evenly } from '../balanced.js';
import { type Designed, designed, designedAt, evenDesign, linearModel } from '../design.js';
import { fitLinear } from '../linear-fit.js';
import { predictLinear } from '../linear-model.js';
import { definePredictor } from '../predictor.js';

export const logisticRegression = definePredictor({
  name: 'logistic-regression',
  title: 'Logistic regression',
  options: z.strictObject({
    penalty: z.number().min(1e-6).max(1e9).default(1).describe('How much weights are pulled towards 0: λ of Σ loss + λ ((1 − l1Share)/2 Σ β² + l1Share Σ |β|), 1/C elsewhere.'),
    l1Share: z.number().min(0).max(1).default(0).describe('Share of the penalty on absolute values, which sets weights to exactly 0: 0 = ridge, 1 = lasso.'),
    tolerance: z.number().min(1e-12).max(0.1).default(1e-10).describe('Largest slope that may be left when it stops, per unit of weight.'),
    even: z.boolean().default(true).describe('Take the logarithm of skewed numbers and pull in what lies far beyond all others.'),
    balanced: z.boolean().default(false).describe('Count every class the same, however rare. Probabilities are then no longer those of the data.'),
  }),
  traits: { tasks: ['binary', 'multiclass'], complexity: 1, rowOrder: true, repeats: true },
  fit: async (x, y, { penalty, l1Share, tolerance, even, balanced }, context, _, shared): Promise<LinearModel> => {
    const { design, rows } = shared && even ? designedAt(shared.made as Designed, shared.rows) : designed(x, y.weights, { even });
    const outputs = y.task === 'multiclass' ? y.classes!.length : 1;
    const loss = outputs > 1 ? 'softmax' : 'logistic';
    const { weights, intercepts } = await fitLinear({ rows, y: y.values, weights: (balanced ? evenly(y) : y).weights ?? new Float64Array(x.rows).fill(1), loss, outputs, penalty, l1Share, tolerance }, context);
    return linearModel(design, weights, intercepts, loss);
  },
  prepare: evenDesign,
  predict: (model: LinearModel, x) => predictLinear(model, x),
  linear: (model) => model,
});

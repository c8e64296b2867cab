import { z } from 'zod';
import { outputsOf } from '../../domain/examples.js';
import { definePredictor } from '../predictor.js';

export interface NaiveParams {
  /** What everyone is given: the mean, or the share of each class. */
  readonly values: Float64Array;
}

/** Idea: everyone is average. The floor that every other predictor has to beat; it stands beside them in each comparison. Cost: O(n). */
export const naive = definePredictor({
  name: 'naive',
  title: 'Naive (everyone is average)',
  options: z.strictObject({}),
  traits: { tasks: ['binary', 'multiclass', 'regression'], complexity: 0 },
  fit: async (x, y) => {
    const values = new Float64Array(outputsOf(y));
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      const weight = y.weights?.[i] ?? 1;
      total += weight;
      if (y.task === 'multiclass') values[y.values[i]] += weight;
      else values[0] += weight * y.values[i];
    }
    for (let c = 0; c < values.length; c++) values[c] /= total;
    return { values };
  },
  predict: ({ values }: NaiveParams, x) => {
    const predicted = new Float64Array(x.rows * values.length);
    for (let i = 0; i < x.rows; i++) predicted.set(values, i * values.length);
    return predicted;
  },
});

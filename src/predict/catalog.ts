import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import type { AnyPredictor } from './predictor.js';
import { boostedTrees } from './predictors/boosted-trees.js';
import { linearRegression } from './predictors/linear-regression.js';
import { linearSvm } from './predictors/linear-svm.js';
import { logisticRegression } from './predictors/logistic-regression.js';
import { decisionTree } from './predictors/decision-tree.js';
import { naive } from './predictors/naive.js';
import { nearestNeighbours } from './predictors/nearest-neighbours.js';
import { neuralNetwork } from './predictors/neural-network.js';
import { selfTrainingOf } from './predictors/self-training.js';
import { randomForest } from './predictors/random-forest.js';

/** Every way to learn answers, by name. */
export const predictors = {
  naive,
  'decision-tree': decisionTree,
  'random-forest': randomForest,
  'boosted-trees': boostedTrees,
  'linear-regression': linearRegression,
  'logistic-regression': logisticRegression,
  'linear-svm': linearSvm,
  'nearest-neighbours': nearestNeighbours,
  'neural-network': neuralNetwork,
  'self-training': selfTrainingOf({ 'logistic-regression': logisticRegression, 'boosted-trees': boostedTrees }),
} as const;

export type PredictorName = keyof typeof predictors;

/** The predictor of that name, whatever its types. @throws `predict/unknown-predictor` */
export function predictorNamed(name: string): AnyPredictor {
  if (!Object.hasOwn(predictors, name)) throw new ShoalError('predict/unknown-predictor', { name, known: Object.keys(predictors).join(', '), suggestion: closest(name, Object.keys(predictors)) });
  return predictors[name as PredictorName] as unknown as AnyPredictor;
}

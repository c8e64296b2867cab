import type { Prediction, PredictionModel } from '../../domain/prediction.js';
import type { LivePlan } from '../../featurize/live.js';
import type { ScoreScripts } from './score-script.js';

/** One target, the model of it, and what it says of everyone. */
export interface TargetPredictions {
  /** Safe as the beginning of a column name: 'churn', 'orders_90d'. */
  readonly name: string;
  readonly model: PredictionModel;
  /** The feature that says the same in the run it is part of. */
  readonly feature?: string;
  /** Everyone as of now (of a label: every row), in the order of the data. */
  readonly predictions: readonly Prediction[];
  /** How the model's inputs are computed of one entity as events arrive, where they can be; `among`: only of those with such a row in the last so many ms. */
  readonly live?: { readonly plan: LivePlan; readonly among?: { readonly source: string; readonly event?: string; readonly last: number } };
  /** The model as code that runs elsewhere, where it can be written so. */
  readonly score?: ScoreScripts;
  /** SQL that gives the ids of `predictions` in their order. */
  readonly ids: string;
}

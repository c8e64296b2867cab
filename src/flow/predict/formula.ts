import type { Examples } from '../../domain/examples.js';
import type { Forest, LinearModel } from '../../domain/forest.js';
import type { Calibration, PredictionModel } from '../../domain/prediction.js';
import { dialectOf } from '../../engine/dialects/catalog.js';
import { ShoalError } from '../../errors.js';
import { linearShap } from '../../explain/linear-shap.js';
import { type Shap, treeShap } from '../../explain/shap.js';
import { openKernel } from '../../kernel/catalog.js';
import { predictorNamed } from '../../predict/catalog.js';
import { forestJs } from '../../predict/forest-js.js';
import { forestSql } from '../../predict/forest-sql.js';
import { linearJs } from '../../predict/linear-js.js';
import { linearSql } from '../../predict/linear-sql.js';

/** What can be scored anywhere: a model that `predict` made, trees (`importForest` reads those of other tools) or a weighted sum. */
export type Formula = Pick<PredictionModel, 'predictor' | 'params' | 'calibration'> | Forest | LinearModel;

/**
 * The model as one query for `dialect`: `entity` and `prediction` (of several classes `prediction_0`, …) for every row of `from`, a table, view or step with a column per
 * input (SQL text, already quoted where needed); a categorical input holds the categories' names. Equal to the library's predictions to 1e-9, calibration and all.
 * @throws `predict/no-formula` for a model that is neither trees nor a weighted sum
 */
export function predictionSql(model: Formula, { from, dialect = 'duckdb' }: { readonly from: string; readonly dialect?: 'duckdb' | 'postgres' }): string {
  const { forest, linear, calibration } = partsOf(model, 'SQL');
  const options = { from, dialect: dialectOf(dialect), calibration };
  return forest ? forestSql(forest, options) : linearSql(linear, options);
}

/**
 * The model as a JavaScript module without dependencies, for browsers and edge workers: `predict(row)` takes inputs by name and gives the library's prediction to the
 * bit. @throws `predict/no-formula`
 */
export function predictionJs(model: Formula): string {
  const { forest, linear, calibration } = partsOf(model, 'JavaScript');
  return forest ? forestJs(forest, calibration) : linearJs(linear, calibration);
}

/** Exact Shapley values of rows, before the link (log-odds for a probability) and before calibration. @throws `predict/no-formula`, `predict/no-input` */
export async function shapleyValues(model: Formula, x: Examples, threads = 2): Promise<Shap> {
  const { forest, linear } = partsOf(model, 'a sum that is parted among its inputs');
  if (!forest) return linearShap(linear, x);
  const kernel = await openKernel({ threads });
  try {
    return treeShap(forest, x, kernel);
  } finally {
    await kernel.close();
  }
}

type Parts = { readonly calibration?: readonly Calibration[] } & ({ readonly forest: Forest; readonly linear?: undefined } | { readonly forest?: undefined; readonly linear: LinearModel });

function partsOf(model: Formula, what: string): Parts {
  if ('trees' in model) return { forest: model };
  if ('terms' in model) return { linear: model };
  const { params, calibration } = model;
  const predictor = predictorNamed(model.predictor);
  const forest = predictor.forest?.(params);
  if (forest) return { forest, calibration };
  const linear = predictor.linear?.(params);
  if (linear) return { linear, calibration };
  throw new ShoalError('predict/no-formula', { what, problem: `'${predictor.title}' is neither a sum of trees nor a weighted sum` });
}

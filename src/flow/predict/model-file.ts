import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Examples } from '../../domain/examples.js';
import { columnsFor } from '../../domain/examples.js';
import type { PredictionModel } from '../../domain/prediction.js';
import { predictChosen } from '../../predict/auto.js';
import { fingerprint } from '../../util/fingerprint.js';
import { packJson, unpackJson } from '../../util/typed-json.js';

/** The file that keeps the models of a folder. */
export const modelFile = 'prediction-model.json';

/** The models as text. */
export const modelText = (models: readonly PredictionModel[]): string => `${packJson({ models }, 1)}\n`;

/** A model with an id that is its content's. */
export function identified(model: Omit<PredictionModel, 'id'>): PredictionModel {
  return { id: fingerprint(packJson(model)), ...model };
}

/** The models that a folder keeps; none where it has no such file, or one that cannot be read. */
export async function modelsIn(folder: string): Promise<readonly PredictionModel[]> {
  const text = await readFile(join(folder, modelFile), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    return (unpackJson(text) as { models: readonly PredictionModel[] }).models ?? [];
  } catch {
    return [];
  }
}

/** Predictions of a kept model, calibrated. @throws `predict/no-input` where a column is missing, `predict/unknown-predictor` */
export function predictWith(model: Pick<PredictionModel, 'predictor' | 'params' | 'calibration' | 'inputs'>, x: Examples): Float64Array {
  const own: Examples = { rows: x.rows, inputs: model.inputs, columns: columnsFor(model.inputs, x) };
  return predictChosen(model, own);
}

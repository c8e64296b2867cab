import { ShoalError } from '../../errors.js';
import type { Forest } from '../../domain/forest.js';
import { importLightgbm } from './lightgbm.js';
import { importXgboost } from './xgboost.js';

/** A saved model of another tool, told by how it begins. @throws `predict/bad-model`, `predict/unsupported-model` */
export function importForest(text: string): Forest {
  if (/^\s*\{/.test(text)) return importXgboost(text);
  if (/^tree\b/.test(text)) return importLightgbm(text);
  throw new ShoalError('predict/bad-model', { tool: 'LightGBM or XGBoost', problem: 'it is neither a text that LightGBM saves nor a JSON that XGBoost saves' });
}

import type { Source } from '../../domain/source.js';
import type { PredictionModel } from '../../domain/prediction.js';
import { predictorNamed } from '../../predict/catalog.js';
import { quoteName } from '../../util/quote.js';
import { predictionJs, predictionSql } from './formula.js';
import type { LearningSet } from './learning-set.js';

/** A model as code that runs elsewhere: `sql` over the raw tables, `js` for the inputs of one. Absent where it is neither trees nor a weighted sum. */
export interface ScoreScripts {
  readonly sql: string;
  readonly js: string;
}

/** The same cleaning, features and model as one statement, and the model alone as a module. */
export function scoreScripts(model: Omit<PredictionModel, 'id'>, { steps, asOf }: Pick<LearningSet, 'steps' | 'asOf'>, sources: readonly Source[]): ScoreScripts | undefined {
  const predictor = predictorNamed(model.predictor);
  if (!predictor.forest && !predictor.linear) return undefined;
  const used = sources.filter(({ table }) => steps.some(({ sql }) => sql.includes(quoteName(table))));
  const all = [...used.map(({ table, select }) => ({ name: table, sql: select })), ...steps, { name: 'shoal_scores', sql: predictionSql(model, { from: quoteName(steps[steps.length - 1].name) }) }];
  const sql = [
    '-- Predicts in the warehouse (DuckDB dialect): the same cleaning, features and model as the run that wrote this file.',
    `-- It reads these raw tables, named like the files and with their columns unchanged: ${used.map(({ name }) => quoteName(name).replaceAll(/[\r\n]+/g, ' ')).join(', ')}`,
    ...(asOf > 0 ? [`-- Features are as of ${new Date(asOf).toISOString()}; to predict at another time, replace that instant throughout.`] : []),
    `WITH ${all.map((step) => `${quoteName(step.name)} AS (\n${step.sql}\n)`).join(',\n')}`,
    'SELECT * FROM shoal_scores;',
    '',
  ].join('\n');
  return { sql, js: predictionJs(model) };
}

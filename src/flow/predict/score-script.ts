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
export function scoreScripts(model: Omit<PredictionModel, 'id'>, { steps, asOf, learnt, everyone: { asked } }: Pick<LearningSet, 'steps' | 'asOf' | 'learnt'> & { readonly everyone: Pick<LearningSet['everyone'], 'asked'> }, sources: readonly Source[]): ScoreScripts | undefined {
  const predictor = predictorNamed(model.predictor);
  if (!predictor.forest && !predictor.linear) return undefined;
  const among = asked === undefined ? [] : [{ name: 'shoal_asked', sql: asked }];
  const used = sources.filter(({ table }) => [...steps, ...among].some(({ sql }) => sql.includes(quoteName(table))));
  const all = [...used.map(({ table, select }) => ({ name: table, sql: select })), ...steps, ...among, { name: 'shoal_scores', sql: predictionSql(model, { from: quoteName(steps[steps.length - 1].name) }) }];
  const sql = [
    '-- Predicts in the warehouse (DuckDB dialect): the same cleaning, features and model as the run that wrote this file.',
    `-- It reads these raw tables, named like the files and with their columns unchanged: ${used.map(({ name }) => quoteName(name).replaceAll(/[\r\n]+/g, ' ')).join(', ')}`,
    ...(asOf > 0 ? [`-- Features are as of ${new Date(asOf).toISOString()}; to predict at another time, replace that instant throughout.`] : []),
    ...(learnt ? ['-- Of rows that the model learnt from, predictions.csv has what fits that had not seen them say; this has what the model says of everyone.'] : []),
    ...(asked === undefined ? [] : ['-- Who has lapsed already is not asked about and gets no prediction, as in predictions.csv. At another time both instants of shoal_asked move.']),
    `WITH ${all.map((step) => `${quoteName(step.name)} AS (\n${step.sql}\n)`).join(',\n')}`,
    asked === undefined ? 'SELECT * FROM shoal_scores;' : 'SELECT entity, CASE WHEN CAST(entity AS VARCHAR) IN (SELECT entity FROM shoal_asked) THEN prediction END AS prediction FROM shoal_scores;',
    '',
  ].join('\n');
  return { sql, js: predictionJs(model) };
}

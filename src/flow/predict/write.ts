import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Prediction } from '../../domain/prediction.js';
import { cardMarkdown } from '../../predict/card.js';
import type { Engine } from '../../engine/engine.js';
import { type CsvColumn, harmlessCsv } from '../../util/harmless-csv.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { bands } from '../../predict/bands.js';
import { writeAll, writeText } from '../output.js';
import { modelFile, modelText } from './model-file.js';
import type { TargetPredictions } from './target-predictions.js';

/** The files of predictions, in the order they are said. */
export const predictionOutputs = {
  'predictions.csv': 'what is predicted of everyone',
  'predictions.parquet': 'the same, for machines',
  'model-card.md': 'how well, from what, and where not to trust it',
  [modelFile]: 'the fitted models',
} as const;

/** The model cards of all targets, one after the other. */
export const cardsText = (targets: readonly TargetPredictions[]): string => targets.map(({ model }) => cardMarkdown(model.card, model)).join('\n---\n\n');

/** Writes what was predicted into a folder, all or nothing. Gives the paths written. @throws `run/write-failed` */
export async function writePredictions(folder: string, targets: readonly TargetPredictions[], engine: Engine): Promise<string[]> {
  return writeAll(folder, async (path) => {
    await writeText(path('model-card.md'), cardsText(targets));
    await writeText(path(modelFile), modelText(targets.map(({ model }) => model)));
    const table = await predictionTable(targets, engine);
    const described = await engine.rows(`DESCRIBE ${quoteName(table)}`, 'write');
    const columns = described.map(({ column_name: name, column_type: type }): CsvColumn => ({ name: String(name), sql: quoteName(String(name)), text: type === 'VARCHAR' }));
    const { select, options } = harmlessCsv(columns);
    await engine.rows(`COPY (SELECT ${select} FROM ${quoteName(table)}) TO ${quoteText(path('predictions.csv'))} (${options})`, 'write');
    await engine.rows(`COPY (FROM ${quoteName(table)}) TO ${quoteText(path('predictions.parquet'))} (FORMAT parquet)`, 'write');
  }, Object.keys(predictionOutputs));
}

/** `shoal_predictions`: one row per prediction, its columns named after the targets. */
async function predictionTable(targets: readonly TargetPredictions[], engine: Engine): Promise<string> {
  const numbers: Record<string, Float64Array | Int32Array> = {};
  const selected: string[] = [];
  const coded = (column: string, codes: Int32Array, names: readonly string[]) => {
    numbers[column] = codes;
    selected.push(`CASE p.${quoteName(column)} ${names.map((name, i) => `WHEN ${i} THEN ${quoteText(name)}`).join(' ')} END AS ${quoteName(column)}`);
  };
  const number = (column: string, values: Float64Array) => {
    numbers[column] = values;
    selected.push(`CASE WHEN NOT isnan(p.${quoteName(column)}) THEN round(p.${quoteName(column)}, 6) END AS ${quoteName(column)}`);
  };
  for (const { name, model, predictions } of targets) {
    const values = (of: (index: number) => number | undefined) => Float64Array.from(predictions, (_, i) => of(i) ?? Number.NaN);
    if (model.task === 'regression') number(`${name}_expected`, values((i) => predictions[i].value));
    else {
      if (model.task === 'multiclass') coded(`${name}_answer`, Int32Array.from(predictions, ({ answer }) => model.classes!.indexOf(answer!)), model.classes!);
      number(`${name}_probability`, values((i) => predictions[i].probability));
      coded(`${name}_band`, Int32Array.from(predictions, ({ band }) => bands.findIndex((one) => one.band === band)), bands.map(({ band }) => band));
    }
    if (predictions.some(({ low }) => low !== undefined)) {
      number(`${name}_low`, values((i) => predictions[i].low));
      number(`${name}_high`, values((i) => predictions[i].high));
    }
    if (predictions.some(({ chosen }) => chosen !== undefined)) coded(`${name}_chosen`, Int32Array.from(predictions, ({ chosen }) => (chosen ? 1 : 0)), ['no', 'yes']);
  }
  await engine.run('DROP TABLE IF EXISTS shoal_predicted', 'write');
  await engine.load('shoal_predicted', numbers);
  const said = targets.filter(({ predictions }) => predictions.some(({ reasons }) => reasons));
  const folder = await mkdtemp(join(tmpdir(), 'shoal-reasons-'));
  try {
    const joins = await Promise.all(said.map(async ({ name, predictions }, t) => {
      const path = join(folder, `${t}.txt`);
      await writeText(path, reasonLines(predictions));
      selected.push(`nullif(substr(w${t}.line, 2), '') AS ${quoteName(`${name}_why`)}`);
      return ` POSITIONAL JOIN read_csv(${quoteText(path)}, header = false, delim = '\x01', quote = '', escape = '', columns = {'line': 'VARCHAR'}, auto_detect = false) w${t}`;
    }));
    await engine.run(`CREATE OR REPLACE TABLE shoal_predictions AS SELECT e.entity, ${selected.join(', ')} FROM (${targets[0].ids}) e POSITIONAL JOIN shoal_predicted p${joins.join('')}`, 'predictions');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return 'shoal_predictions';
}

/** A line each, begun with a point so that none is empty: the engine takes numbers in bulk, and texts from a file. */
const reasonLines = (predictions: readonly Prediction[]): string => predictions.map(({ reasons = [] }) => `.${reasons.join('; ').replaceAll(/\p{Cc}/gu, ' ')}\n`).join('');

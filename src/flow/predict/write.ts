import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cardHtml } from '../../predict/card-html.js';
import { cardMarkdown } from '../../predict/card.js';
import type { Engine } from '../../engine/engine.js';
import { type CsvColumn, harmlessCsv } from '../../util/harmless-csv.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { bands } from '../../predict/bands.js';
import { writeAll, writeText } from '../output.js';
import type { CustomerValue } from '../value.js';
import { modelFile, modelText } from './model-file.js';
import type { TargetPredictions } from './target-predictions.js';

/** The files of predictions, in the order they are said. */
export const predictionOutputs = {
  'predictions.csv': 'what is predicted of everyone',
  'predictions.parquet': 'the same, for machines',
  'value.csv': 'what everyone will buy and be worth',
  'value.json': 'the same on the whole, and the models behind it',
  'model-card.md': 'how well, from what, and where not to trust it',
  'model-card.html': 'the same with curves, to look at',
  [modelFile]: 'the fitted models',
} as const;

/** The model cards of all targets, one after the other. */
export const cardsText = (targets: readonly TargetPredictions[]): string => targets.map(({ model }) => cardMarkdown(model.card, model)).join('\n---\n\n');

/** Writes what was predicted into a folder, all or nothing. Gives the paths written. @throws `run/write-failed` */
export async function writePredictions(folder: string, targets: readonly TargetPredictions[], engine: Engine, value?: CustomerValue): Promise<string[]> {
  return writeAll(folder, async (path) => {
    await writeText(path('model-card.md'), cardsText(targets));
    await writeText(path('model-card.html'), cardHtml(targets.map(({ model }) => model)));
    await writeText(path(modelFile), modelText(targets.map(({ model }) => model)));
    for (const { name, score } of targets) {
      if (!score) continue;
      await writeText(path(`score-${name}.sql`), score.sql);
      await writeText(path(`score-${name}.js`), score.js);
    }
    const table = await predictionTable(targets, engine);
    await writeCsv(table, path('predictions.csv'), engine);
    if (value) {
      const { entities: _, columns: __, ...whole } = value;
      await writeCsv(await valueTable(value, engine), path('value.csv'), engine);
      await writeText(path('value.json'), `${JSON.stringify(whole, undefined, 1)}\n`);
    }
    await engine.rows(`COPY (FROM ${quoteName(table)}) TO ${quoteText(path('predictions.parquet'))} (FORMAT parquet)`, 'write');
  }, [...Object.keys(predictionOutputs), ...(await scoresIn(folder)), ...targets.flatMap(({ name }) => [`score-${name}.sql`, `score-${name}.js`])]);
}

/** Scripts that an earlier run may have left. */
const scoresIn = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).filter((file) => /^score-\w+\.(sql|js)$/.test(file));

async function writeCsv(table: string, path: string, engine: Engine): Promise<void> {
  const described = await engine.rows(`DESCRIBE ${quoteName(table)}`, 'write');
  const columns = described.map(({ column_name: name, column_type: type }): CsvColumn => ({ name: String(name), sql: quoteName(String(name)), text: type === 'VARCHAR' }));
  const { select, options } = harmlessCsv(columns);
  await engine.rows(`COPY (SELECT ${select} FROM ${quoteName(table)}) TO ${quoteText(path)} (${options})`, 'write');
}

/** `shoal_value`: one row per customer, its columns as those of the value. */
async function valueTable({ entities, columns }: CustomerValue, engine: Engine): Promise<string> {
  const numbers = Object.entries(columns).filter((entry): entry is [string, Float64Array] => entry[1] !== undefined).map(([name, column]) => [name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), column] as const);
  await engine.run('DROP TABLE IF EXISTS shoal_worth', 'write');
  await engine.load('shoal_worth', Object.fromEntries(numbers));
  const selected = numbers.map(([name]) => `CASE WHEN NOT isnan(w.${quoteName(name)}) THEN round(w.${quoteName(name)}, 4) END AS ${quoteName(name)}`);
  await withLines([entities], ([ids]) => engine.run(`CREATE OR REPLACE TABLE shoal_value AS SELECT substr(i.line, 2) AS entity, ${selected.join(', ')} FROM ${ids} i POSITIONAL JOIN shoal_worth w`, 'value'));
  return 'shoal_value';
}

/** The engine takes numbers in bulk, and texts from a file: one column `line` per list, each line begun with a point so that none is empty. */
async function withLines(lists: readonly (readonly string[])[], work: (tables: readonly string[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-lines-'));
  try {
    await work(await Promise.all(lists.map(async (lines, t) => {
      const path = join(folder, `${t}.txt`);
      await writeText(path, lines.map((line) => `.${line.replaceAll(/\p{Cc}/gu, ' ')}\n`).join(''));
      return `read_csv(${quoteText(path)}, header = false, delim = '\x01', quote = '', escape = '', columns = {'line': 'VARCHAR'}, auto_detect = false)`;
    })));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
  await withLines(said.map(({ predictions }) => predictions.map(({ reasons = [] }) => reasons.join('; '))), (tables) => {
    selected.push(...said.map(({ name }, t) => `nullif(substr(w${t}.line, 2), '') AS ${quoteName(`${name}_why`)}`));
    const joins = tables.map((table, t) => ` POSITIONAL JOIN ${table} w${t}`).join('');
    return engine.run(`CREATE OR REPLACE TABLE shoal_predictions AS SELECT e.entity, ${selected.join(', ')} FROM (${targets[0].ids}) e POSITIONAL JOIN shoal_predicted p${joins}`, 'predictions');
  });
  return 'shoal_predictions';
}

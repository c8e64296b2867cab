import { readFile } from 'node:fs/promises';
import type { Context } from '../context.js';
import type { Report } from '../domain/report.js';
import type { Engine } from '../engine/engine.js';
import type { Kernel } from '../kernel/kernel.js';
import { formsOf } from '../segment/forms-of.js';
import { assignJs } from '../segment/to-js.js';
import { assignSql } from '../segment/to-sql.js';
import { type CsvColumn, harmlessCsv, separators } from '../util/harmless-csv.js';
import { quoteName, quoteText } from '../util/quote.js';
import { renderReport } from '../util/report-html.js';
import type { Findings } from './batch.js';
import { foundModel, type FoundModel } from './live/found/model.js';
import { writeAll, writeText } from './output.js';
import { outputs } from './outputs.js';
import type { ModelFile } from './run-files.js';
import { answering, answersFile, answersText } from './view/answers.js';
import { keepForView, viewFiles } from './view/keep.js';
import { usualAnswers } from './view/usual.js';
import { wholeIn } from './view/whole.js';

export interface WriteOptions {
  /** Also what a workspace asks more of a run: cleaned sources, everyone's place, levels. About as much again as the features, and a second per million rows of sources. */
  readonly workspace?: boolean;
}

/** What the findings were made with. */
interface Session {
  readonly engine: Engine;
  readonly kernel: Kernel;
  readonly context: Context;
}

/** Writes everything a run found into a folder, all or nothing; `script` is what `assignScript` gives. Gives the paths written. */
export async function write(folder: string, findings: Findings, report: Report, script: string | undefined, { engine, kernel, context }: Session, { workspace = false }: WriteOptions = {}): Promise<string[]> {
  const template = await reportTemplate();
  const { timings: _, ...run } = report.run;
  const lasting = { ...report, run };
  return writeAll(folder, async (path) => {
    const text = (file: string, content: string) => writeText(path(file), content);
    // A question, as far as the engine is concerned: those asked together are answered side by side.
    const copy = (file: string, sql: string, format: string) => engine.rows(`COPY (${sql}) TO ${quoteText(path(file))} (${format})`, 'write');
    const csv = async (file: string, table: string, bare = false) => copy(file, ...(await spreadsheet(table, bare, engine)));
    const rejected = () => csv('rejected.csv', findings.ingested.rejectedTable);
    const features = () => copy('features.parquet', `FROM ${quoteName(findings.table.table)}`, 'FORMAT parquet');
    const tables = async () => {
      await memberships(findings, engine);
      await csv('membership.csv', 'shoal_membership', await withoutSeparators('shoal_membership', engine));
      await copy('membership.parquet', 'FROM shoal_membership', 'FORMAT parquet');
      if (workspace) await keepForView({ subject: findings, contrast: findings.contrast, tierLabels: findings.tierLabels, seed: report.run.seed }, findings.ingested.sources, findings.table.table, engine, path);
    };
    const texts = async () => {
      await text('report.html', renderReport(template, lasting));
      await text('segments.json', `${JSON.stringify(lasting, undefined, 1)}\n`);
      await text('model.json', `${JSON.stringify(modelFile(findings), undefined, 1)}\n`);
      const live = await liveModel(findings);
      if (findings.predictions?.targets.length) {
        const [{ modelText }, { cardsText }] = await Promise.all([import('./predict/model-file.js'), import('./predict/write.js')]);
        await text('prediction-model.json', modelText(findings.predictions.targets.map(({ model }) => model)));
        await text('model-card.md', cardsText(findings.predictions.targets));
      }
      if (live) await text('live.json', `${JSON.stringify(live)}\n`);
      if (script) await text('assign.sql', script);
      if (script) await text('assign.js', assignJs(findings.model, findings.profiles.map(({ name }) => name)));
      await text('run.json', `${JSON.stringify(report.run, undefined, 1)}\n`);
    };
    const answers = async () => {
      if (!workspace) return;
      context.progress({ stage: 'write', note: 'groups within groups' });
      const { id, seed } = report.run;
      await text(answersFile, answersText(id, await usualAnswers(wholeIn(findings, report, seed), answering(context, seed), kernel)));
    };
    // The engine writes tables while this thread writes words. All are waited for even where one fails, so that nothing is written after all is cleared away.
    for (const end of await Promise.allSettled([rejected(), features(), tables(), texts(), answers()])) if (end.status === 'rejected') throw end.reason;
  }, [...Object.keys(outputs), ...(await viewFiles(folder, findings.ingested.sources))]);
}

/** How a table is copied into a CSV that is safe to open: the query and the options. */
export async function spreadsheet(table: string, bare: boolean, engine: Engine): Promise<[sql: string, options: string]> {
  const columns = await columnsOf(table, engine);
  const { select, options } = harmlessCsv(columns, { bare });
  return [`SELECT ${select} FROM ${quoteName(table)}`, options];
}

/** Whether nothing in its texts is of what parts the cells of a CSV. */
export async function withoutSeparators(table: string, engine: Engine): Promise<boolean> {
  const texts = (await columnsOf(table, engine)).filter(({ text }) => text);
  if (texts.length === 0) return true;
  // Names come again and again, and are looked at once.
  const values = texts.map(({ name, sql }) => `SELECT ${name === 'entity' ? '' : 'DISTINCT '}${sql} AS value FROM ${quoteName(table)}`);
  const [{ found }] = await engine.rows(`SELECT coalesce(bool_or(regexp_matches(value, ${quoteText(separators)})), false) AS found FROM (${values.join(' UNION ALL ')})`, 'write');
  return found === false;
}

async function columnsOf(table: string, engine: Engine): Promise<CsvColumn[]> {
  const columns = await engine.rows(`DESCRIBE ${quoteName(table)}`, 'write');
  return columns.map(({ column_name: name, column_type: type }) => ({ name: String(name), sql: quoteName(String(name)), text: type === 'VARCHAR' }));
}

/** `shoal_membership`: one row per entity, in the order of the features, names written out. */
async function memberships({ assignment, tierLabels, tiers, table, profiles }: Findings, engine: Engine): Promise<void> {
  await engine.load('shoal_labels', { segment: assignment.labels, strength: assignment.strength, second: assignment.second, tier: tierLabels });
  const named = (column: string, names: readonly string[]) =>
    names.length ? `CASE ${column} ${names.map((name, i) => `WHEN ${i} THEN ${quoteText(name)}`).join(' ')} END` : 'CAST(NULL AS VARCHAR)';
  const segmentNames = profiles.map(({ name }) => name);
  await engine.run(`CREATE OR REPLACE TABLE shoal_membership AS
    SELECT f.entity, l.segment, ${named('l.segment', segmentNames)} AS segment_name, round(l.strength, 4) AS strength,
      ${named('l.second', segmentNames)} AS next_nearest${tiers.length ? `, ${named('l.tier', tiers.map(({ name }) => name))} AS tier` : ''}
    FROM ${quoteName(table.table)} f POSITIONAL JOIN shoal_labels l`, 'membership');
}

function modelFile({ model, profiles, table }: Findings): ModelFile {
  return { model, segments: profiles.map(({ segment, id, name }) => ({ segment, id, name })), features: table.features, asOf: table.asOf };
}

/** The model as it is asked live; undefined where the rows were not of the journal. */
async function liveModel({ live, model, profiles, table, predictions }: Findings): Promise<FoundModel | undefined> {
  if (!live) return undefined;
  const { ahead } = await import('./live/found/ahead.js');
  const foretold = (predictions?.targets ?? []).flatMap(({ feature, live: asked, model: fitted }) => (feature && asked ? [ahead(feature, asked, fitted)] : []));
  const names = new Set(foretold.map(({ feature }) => feature));
  // A prediction that cannot be made as events arrive is not one of the features there.
  return foundModel({ ...live, model, segments: profiles, features: table.features.filter(({ name, family }) => family !== 'prediction' || names.has(name)), ahead: foretold });
}

/** The whole way from raw tables to segments as one statement; undefined for a model that places rows by their neighbours. */
export function assignScript({ ingested, table, model, profiles, rawColumns }: Findings): string | undefined {
  if (!formsOf(model)) return undefined;
  const used = ingested.sources.filter((source) => table.sql.includes(quoteName(source.table)));
  const inner = assignSql(model, { from: 'shoal_features' });
  const steps = [
    ...used.map((source) => `${quoteName(source.table)} AS (\n${source.select}\n)`),
    `shoal_features AS (\n${table.sql}\n)`,
    `shoal_assigned AS (\n${inner}\n)`,
  ];
  const names = profiles.map(({ name }, i) => `WHEN ${i} THEN ${quoteText(name)}`).join(' ');
  return [
    '-- Scores rows in the warehouse (DuckDB dialect): the same cleaning, features and model as the run that wrote this file.',
    '-- It reads these raw tables, named like the files and with their columns unchanged:',
    ...used.map(({ name }) => `--   ${quoteName(name)} (${rawColumns[name].replaceAll(/[\r\n]+/g, ' ')})`),
    ...(table.asOf > 0 ? [`-- Features are as of ${new Date(table.asOf).toISOString()}; to score at another time, replace that instant throughout.`] : []),
    `WITH ${steps.join(',\n')}`,
    `SELECT entity, segment, CASE segment ${names} END AS segment_name, strength`,
    'FROM shoal_assigned',
    'ORDER BY entity;',
    '',
  ].join('\n');
}

/** The built page lies beside the compiled code; in an uncompiled checkout, in the build output. */
export async function reportTemplate(): Promise<string> {
  return readFile(new URL('../ui/report.html', import.meta.url), 'utf8').catch(() => readFile(new URL('../../dist/ui/report.html', import.meta.url), 'utf8'));
}

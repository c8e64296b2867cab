import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { discover, type Discovery } from '../flow/discover.js';
import { formatCount, formatMoney, formatPercent } from '../util/format-value.js';
import { upperFirst } from '../util/words.js';
import type { Command } from './command.js';
import { inputs, inputOptions } from './inputs.js';
import { openSession } from './session.js';
import { openTerminal, table, type Terminal } from './terminal.js';

const options = inputOptions.extend({
  out: z.string().min(1).optional().describe('Folder for the results (shoal-out)').meta({ value: '<folder>' }),
  predict: z.boolean().default(false).describe('Also predict what they will do next (shoal predict says more, and can be told what)'),
  value: z.boolean().optional().describe('Also what they will be worth: purchases and money expected, or how long they stay'),
  workspace: z.boolean().default(false).describe('Keep everyone\'s rows as well, for the workspace and for rules'),
});

export const discoverCommand: Command<typeof options> = {
  name: 'discover',
  summary: 'Finds, tests, names and explains the segments in your files.',
  positionals: '<files…>',
  options,
  details: 'Files: CSV, TSV, whitespace-separated text, JSON, NDJSON or Parquet, gzipped or not. Everything is inferred and printed; every inference can be overridden.',
  examples: [
    ['shoal discover orders.csv', 'everything inferred; the report is in shoal-out/report.html'],
    ['shoal discover orders.csv customers.csv products.csv', 'files are joined by the keys they share'],
    ["shoal discover sales.txt --entity client --time day --amount 'qty * price'", 'what was inferred wrongly is said instead'],
    ['shoal discover orders.csv --k 6 --json', 'just six segments, as JSON'],
    ['shoal discover orders.csv --algorithm hdbscan --set minClusterSize=50', 'another way to segment'],
  ],
  async run({ positionals, options: given }) {
    const { out: folder, workspace, ...flags } = given;
    const { files, settings, out: configured } = await inputs('discover', positionals, flags, { fits: true });
    const out = folder ?? configured ?? 'shoal-out';
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    const started = performance.now();
    try {
      const found = await discover(files, settings, session.context);
      try {
        session.context.progress({ stage: 'write' });
        const written = await found.write(out, { workspace });
        terminal.done();
        terminal.data(found.report);
        for (const line of story(found, written, out, performance.now() - started, session.context.clock(), terminal.paint)) terminal.say(line);
      } finally {
        await found.close();
      }
    } finally {
      session.close();
    }
  },
};

/** What a person reads when it is done. */
function story({ report, inferred }: Discovery, written: readonly string[], out: string, ms: number, now: number, paint: Terminal['paint']): string[] {
  const { totals, entityWord, choice, currency } = report;
  const lines: string[] = [];
  lines.push(...inferred.map((line) => paint.dim(line)));
  lines.push('');
  lines.push(paint.bold(report.headline));
  lines.push(choice.reason, '');
  const money = report.segments.some((segment) => segment.revenueShare !== undefined);
  const head = ['Segment', upperFirst(entityWord.many), 'Share', ...(money ? ['Revenue', 'Share'] : []), 'Steady', 'Goal'];
  const rows = report.segments.map((segment) => [
    segment.name, formatCount(segment.entities), formatPercent(segment.share),
    ...(money ? [formatMoney(segment.revenue ?? 0, currency), formatPercent(segment.revenueShare ?? 0)] : []),
    segment.stability.jaccard.toFixed(2), segment.brief.goal,
  ]);
  lines.push(...table(head, rows, new Set(money ? [1, 2, 3, 4, 5] : [1, 2, 3]), paint), '');
  for (const lint of report.lints.filter(({ severity }) => severity === 'warning')) lines.push(`${paint.yellow('!')} ${lint.sentence}`);
  if (report.lints.some(({ severity }) => severity === 'warning')) lines.push('');
  const age = Math.floor((now - report.run.asOf) / 86_400_000);
  if (report.run.asOf > 0 && age >= 180) lines.push(`${paint.yellow('!')} The data ends ${formatCount(age)} days ago: find the segments again on fresh data before acting on them.`, '');
  if (report.since) lines.push(paint.bold('Since the earlier run'), ...report.since.sentences, '');
  const rejected = report.sources.reduce((sum, { audit }) => sum + audit.rowsRejected, 0);
  lines.push(`${formatCount(totals.rows)} rows, ${formatCount(rejected)} rejected, ${report.features.length} features, ${(ms / 1000).toFixed(1)} s`);
  lines.push(`Report: ${paint.cyan(join(relative('.', out) || '.', 'report.html'))}  ${paint.dim(`(beside it: ${written.slice(1).map((path) => basename(path)).join(', ')})`)}`);
  return lines;
}

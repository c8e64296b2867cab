import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { ShoalError } from '../errors.js';
import { discoverOptions } from '../flow/config.js';
import { discover, type Discovery } from '../flow/discover.js';
import { outputs } from '../flow/outputs.js';
import { formatMoney, formatPercent } from '../util/format-value.js';
import { upperFirst } from '../util/words.js';
import { configFile, loadConfig } from './config.js';
import type { Command } from './command.js';
import { openSession } from './session.js';
import { openTerminal, table, type Terminal } from './terminal.js';

const options = discoverOptions.extend({
  out: z.string().min(1).default('shoal-out').describe('Folder for the results').meta({ value: '<folder>' }),
  config: z.string().optional().describe(`Configuration to use; ./${configFile} where there is one and no files are named`).meta({ value: '<file>' }),
  json: z.boolean().default(false).describe('Print the whole result as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
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
  ],
  async run({ positionals, options: given }) {
    const { files, settings, out } = await resolved(positionals, given);
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    const started = performance.now();
    try {
      const found = await discover(files, settings, session.context);
      try {
        session.context.progress({ stage: 'write' });
        await found.write(out);
        terminal.done();
        terminal.data(found.report);
        for (const line of story(found, out, performance.now() - started, session.context.clock(), terminal.paint)) terminal.say(line);
      } finally {
        await found.close();
      }
    } finally {
      session.close();
    }
  },
};

/** Files and options from the command line, or from the configuration; the command line wins. */
async function resolved(positionals: string[], { config, json: _, quiet: __, out, ...flags }: z.output<typeof options>) {
  const path = config ?? (positionals.length === 0 && existsSync(configFile) ? configFile : undefined);
  if (!path) {
    if (positionals.length === 0) throw new ShoalError('cli/usage', { message: `'shoal discover' needs files, for example: shoal discover orders.csv. Or run 'shoal init <files>' to write ${configFile} first.` });
    return { files: positionals, settings: flags, out };
  }
  const { files, out: configured, ...settings } = await loadConfig(path);
  const said = Object.fromEntries(Object.entries(flags).filter(([key, value]) => value !== undefined && value !== presets[key]));
  return { files: positionals.length ? positionals : files, settings: { ...settings, ...said }, out: out === presets['out'] ? (configured ?? out) : out };
}

const presets = options.parse({}) as Record<string, unknown>;

/** What a person reads when it is done. */
function story({ report, inferred }: Discovery, out: string, ms: number, now: number, paint: Terminal['paint']): string[] {
  const { totals, entityWord, choice, currency } = report;
  const lines: string[] = [];
  lines.push(...inferred.map((line) => paint.dim(line)));
  lines.push('');
  lines.push(paint.bold(report.headline));
  lines.push(choice.reason, '');
  const money = report.segments.some((segment) => segment.revenueShare !== undefined);
  const head = ['Segment', upperFirst(entityWord.many), 'Share', ...(money ? ['Revenue', 'Share'] : []), 'Steady', 'Goal'];
  const rows = report.segments.map((segment) => [
    segment.name, segment.entities.toLocaleString('en'), formatPercent(segment.share),
    ...(money ? [formatMoney(segment.revenue ?? 0, currency), formatPercent(segment.revenueShare ?? 0)] : []),
    segment.stability.jaccard.toFixed(2), segment.brief.goal,
  ]);
  lines.push(...table(head, rows, new Set(money ? [1, 2, 3, 4, 5] : [1, 2, 3]), paint), '');
  for (const lint of report.lints.filter(({ severity }) => severity === 'warning')) lines.push(`${paint.yellow('!')} ${lint.sentence}`);
  if (report.lints.some(({ severity }) => severity === 'warning')) lines.push('');
  const age = Math.floor((now - report.run.asOf) / 86_400_000);
  if (report.run.asOf > 0 && age >= 180) lines.push(`${paint.yellow('!')} The data ends ${age.toLocaleString('en')} days ago: find the segments again on fresh data before acting on them.`, '');
  const rejected = report.sources.reduce((sum, { audit }) => sum + audit.rowsRejected, 0);
  lines.push(`${totals.rows.toLocaleString('en')} rows, ${rejected.toLocaleString('en')} rejected, ${report.features.length} features, ${(ms / 1000).toFixed(1)} s`);
  lines.push(`Report: ${paint.cyan(join(relative('.', out) || '.', 'report.html'))}  ${paint.dim(`(beside it: ${Object.keys(outputs).slice(1).join(', ')})`)}`);
  return lines;
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ShoalError } from '../../errors.js';
import { askRule, type AskedRule } from '../../flow/ask-rule.js';
import { formatPercent } from '../../util/format-value.js';
import { upperFirst } from '../../util/words.js';
import type { Command } from '../command.js';
import { openSession } from '../session.js';
import { openTerminal, table, type Terminal } from '../terminal.js';

const options = z.strictObject({
  sql: z.boolean().default(false).describe('Print the rule as SQL over the files of the run'),
  json: z.boolean().default(false).describe('Print the answer as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const ruleCommand: Command<typeof options> = {
  name: 'segment rule',
  summary: 'How many of a run a rule takes, what each condition loses, whom it overlaps; in words and as SQL.',
  positionals: '<run> <rule.json>',
  least: 2,
  options,
  examples: [
    ['shoal segment rule shoal-out rule.json', 'a rule over the run in shoal-out/'],
    ['shoal segment rule shoal-out rule.json --sql', 'the statement that selects the same people'],
  ],
  async run({ positionals: [folder, path], options: { sql, json, quiet } }) {
    const terminal = openTerminal({ json, quiet });
    const session = openSession(terminal, {});
    try {
      const answer = await askRule(folder, await ruleFile(path), session.context);
      terminal.done();
      terminal.data(answer);
      for (const line of sql ? [answer.sql] : story(answer, terminal.paint)) terminal.say(line);
    } finally {
      session.close();
    }
  },
};

async function ruleFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new ShoalError('ingest/no-such-file', { path, hint: "Write the rule into it as JSON, such as {\"all\":[]}." }, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ShoalError('config/unreadable', { path, reason: (cause as Error).message }, { cause });
  }
}

function story({ words, entities, of, share, revenueShare, conditions, overlap, sample }: AskedRule, paint: Terminal['paint']): string[] {
  const number = (n: number) => n.toLocaleString('en');
  return [
    words, '',
    `${paint.bold(number(entities))} of ${number(of)} (${formatPercent(share)})${revenueShare === undefined ? '' : `, with ${formatPercent(revenueShare)} of the revenue`}.`,
    ...(conditions.length ? ['', ...table(['Condition', 'Holds for', 'Loses', 'Brings'], conditions.map((each) => [upperFirst(each.words), number(each.alone), number(each.lost), number(each.brought)]), new Set([1, 2, 3]), paint)] : []),
    ...(overlap.some(({ both }) => both > 0) ? ['', ...table(['Segment', 'Both', 'Of the rule', 'Of the segment'], [...overlap].filter(({ both }) => both > 0).sort((a, b) => b.both - a.both)
      .map((each) => [each.name, number(each.both), formatPercent(each.share), formatPercent(each.shareOfSegment)]), new Set([1, 2, 3]), paint)] : []),
    ...(sample.length ? ['', `Some of them: ${sample.join(', ')}`] : []),
  ];
}

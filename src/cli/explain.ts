import { z } from 'zod';
import { loadRun } from '../flow/saved.js';
import type { Command } from './command.js';
import { openSession } from './session.js';
import { openTerminal, table } from './terminal.js';

const options = z.strictObject({
  out: z.string().min(1).default('shoal-out').describe('Folder of the run').meta({ value: '<folder>' }),
  json: z.boolean().default(false).describe('Print the explanation as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const explainCommand: Command<typeof options> = {
  name: 'explain',
  summary: 'Says why one customer is in its segment and not in the next, and what would move it.',
  positionals: '<id>',
  least: 1,
  options,
  examples: [
    ['shoal explain 17850', 'from the run in shoal-out/'],
    ['shoal explain C0000042 --out shoal-demo/shoal-out --json', 'from another run, as JSON'],
  ],
  async run({ positionals: [id], options: { out, json, quiet } }) {
    const terminal = openTerminal({ quiet, json });
    const session = openSession(terminal, {});
    try {
      const run = await loadRun(out, session.context);
      const { sentences, contributions, moves, ...rest } = run.explain(id);
      terminal.data({ ...rest, sentences, contributions, moves });
      for (const sentence of sentences) terminal.say(sentence);
      const told = contributions.slice(0, 8);
      const most = Math.max(...told.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
      terminal.say();
      for (const line of table(['Feature', 'Value', 'Pull'], told.map(({ title, value, weight }) => [title, value, gauge(weight / most)]), new Set([1]), terminal.paint)) terminal.say(line);
    } finally {
      session.close();
    }
  },
};

/** A bar to the right for what holds it in its segment, marked with a minus for what pulls it out. */
function gauge(share: number): string {
  const bar = '▇'.repeat(Math.max(1, Math.round(Math.abs(share) * 20)));
  return share < 0 ? `− ${bar}` : `+ ${bar}`;
}

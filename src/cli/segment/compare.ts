import { basename } from 'node:path';
import { z } from 'zod';
import { compareRuns, loadRun } from '../../flow/saved.js';
import type { Command } from '../command.js';
import { openSession } from '../session.js';
import { openTerminal } from '../terminal.js';

const options = z.strictObject({
  seed: z.number().int('must be a whole number').min(0, 'must not be negative').default(1).describe('Same runs and seed give the same intervals'),
  json: z.boolean().default(false).describe('Print the comparison as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const compareCommand: Command<typeof options> = {
  name: 'segment compare',
  summary: 'Two runs side by side: how far they agree, who moved, which is steadier, more separable, more valuable.',
  positionals: '<run A> <run B>',
  least: 2,
  options,
  examples: [['shoal segment compare runs/kmeans runs/mixture', 'folders that shoal discover wrote']],
  async run({ positionals: [a, b], options: { seed, json, quiet } }) {
    const terminal = openTerminal({ json, quiet });
    const session = openSession(terminal, { seed });
    try {
      const [first, second] = [await loadRun(a, session.context), await loadRun(b, session.context)];
      const names = basename(a) === basename(b) ? ([a, b] as const) : ([basename(a), basename(b)] as const);
      const found = await compareRuns(first, second, names, session.context);
      terminal.done();
      terminal.data(found);
      terminal.say(found.text);
    } finally {
      session.close();
    }
  },
};

import { z } from 'zod';
import { fates } from '../../explain/fates.js';
import { alignRuns, loadRun } from '../../flow/saved.js';
import type { Command } from '../command.js';
import { openSession } from '../session.js';
import { openTerminal } from '../terminal.js';

const options = z.strictObject({
  json: z.boolean().default(false).describe('Print the alignment as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const alignCommand: Command<typeof options> = {
  name: 'segment align',
  summary: 'What became of the segments from one run to the next: which live on, split, merge, are gone or new.',
  positionals: '<before> <now>',
  least: 2,
  options,
  examples: [['shoal segment align runs/june runs/july', 'folders that shoal discover wrote']],
  async run({ positionals: [before, now], options: { json, quiet } }) {
    const terminal = openTerminal({ json, quiet });
    const session = openSession(terminal, {});
    try {
      const [old, fresh] = [await loadRun(before, session.context), await loadRun(now, session.context)];
      const alignment = alignRuns(old, fresh);
      terminal.data(alignment);
      const names = {
        before: new Map(old.report.segments.map(({ id, name }) => [id, name])),
        now: new Map(fresh.report.segments.map(({ name }, segment) => [alignment.ids[segment], name])),
        entityWord: fresh.report.entityWord,
      };
      for (const sentence of fates(alignment, names)) terminal.say(sentence);
    } finally {
      session.close();
    }
  },
};

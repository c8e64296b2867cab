import { z } from 'zod';
import { unusualEntities } from '../../flow/segment.js';
import type { Command } from '../command.js';
import { inputs, questionOptions, setOption } from '../inputs.js';
import { openSession } from '../session.js';
import { openTerminal, table } from '../terminal.js';

const options = questionOptions.extend({
  ...setOption,
  top: z.number().int().min(1, 'must be at least 1').max(100_000, 'must be at most 100,000').default(20).describe('How many'),
});

export const unusualCommand: Command<typeof options> = {
  name: 'segment unusual',
  summary: 'Who is unlike everybody else (isolation forest), and in what.',
  positionals: '<files…>',
  options,
  examples: [
    ['shoal segment unusual orders.csv', 'the twenty most unusual'],
    ['shoal segment unusual orders.csv --top 100 --set trees=400 --json', 'more, with more trees, as JSON'],
  ],
  async run({ positionals, options: { top, ...given } }) {
    const { files, settings } = await inputs('segment unusual', positionals, given);
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    try {
      const found = await unusualEntities(files, settings, top, session.context);
      terminal.done();
      terminal.data(found);
      for (const line of table(['Who', 'Score', 'Unlike the others in'], found.map(({ entity, score, sentence }) => [entity, score.toFixed(3), sentence]), new Set([1]), terminal.paint)) terminal.say(line);
    } finally {
      session.close();
    }
  },
};

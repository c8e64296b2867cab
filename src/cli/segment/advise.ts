import { z } from 'zod';
import { adviceGoals } from '../../domain/advice.js';
import { adviseOn } from '../../flow/advise.js';
import type { Command } from '../command.js';
import { inputs, questionOptions } from '../inputs.js';
import { openSession } from '../session.js';
import { openTerminal } from '../terminal.js';

const options = questionOptions.extend({
  goal: z.enum(adviceGoals).optional().describe('What the segmentation is for'),
});

export const adviseCommand: Command<typeof options> = {
  name: 'segment advise',
  summary: 'Which algorithm, which variables, how many segments, what they can answer, and how to check them: before you segment.',
  positionals: '<files…>',
  options,
  examples: [
    ['shoal segment advise orders.csv', 'from the data alone'],
    ['shoal segment advise orders.csv --goal retention --json', 'for a purpose, as JSON'],
  ],
  async run({ positionals, options: { goal, ...given } }) {
    const { files, settings } = await inputs('segment advise', positionals, given);
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    try {
      const advice = await adviseOn(files, { ...settings, goal }, session.context);
      terminal.done();
      terminal.data(advice);
      terminal.say(advice.text);
    } finally {
      session.close();
    }
  },
};

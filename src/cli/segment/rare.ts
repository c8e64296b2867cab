import { rareSegments, type RareScan } from '../../flow/segment.js';
import type { Command } from '../command.js';
import { inputs, questionOptions, setOption } from '../inputs.js';
import { openSession } from '../session.js';
import { openTerminal, type Terminal } from '../terminal.js';

const options = questionOptions.extend(setOption);

export const rareCommand: Command<typeof options> = {
  name: 'segment rare',
  summary: 'Small dense groups that a partition does not show, found on one half and again on the other.',
  positionals: '<files…>',
  options,
  examples: [
    ['shoal segment rare orders.csv', 'groups of 0.4 % to 10 %'],
    ['shoal segment rare orders.csv --set minShare=0.002 --set level=0.001', 'smaller ones, at a stricter level'],
  ],
  async run({ positionals, options: given }) {
    const { files, settings } = await inputs('segment rare', positionals, given);
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    try {
      const found = await rareSegments(files, settings, session.context);
      terminal.done();
      terminal.data(found);
      for (const line of rareStory(found, terminal.paint)) terminal.say(line);
    } finally {
      session.close();
    }
  },
};

/** What a person reads of a scan. */
export function rareStory({ groups, power }: RareScan, paint: Terminal['paint']): string[] {
  const head = groups.length === 0 ? 'No rare groups: nothing small and dense was found again on the other half.' : `${groups.length} rare ${groups.length === 1 ? 'group' : 'groups'}:`;
  return [paint.bold(head), ...groups.map(({ sentence, entities }) => `  ${sentence} ${paint.dim(`Among them ${entities.slice(0, 5).join(', ')}.`)}`), paint.dim(power)];
}

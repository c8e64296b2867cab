import { z } from 'zod';
import { algorithmNamed, algorithms, steps } from '../../segment/catalog.js';
import type { Command } from '../command.js';
import { openTerminal, table } from '../terminal.js';

const options = z.strictObject({
  json: z.boolean().default(false).describe('Print as JSON'),
});

export const algorithmsCommand: Command<typeof options> = {
  name: 'segment algorithms',
  summary: 'Lists the algorithms; with a name, the options of one.',
  positionals: '[name]',
  options,
  examples: [
    ['shoal segment algorithms', 'all of them'],
    ['shoal segment algorithms hdbscan', 'the options of one, to give with --set'],
  ],
  async run({ positionals: [name], options: { json } }) {
    const terminal = openTerminal({ json, quiet: false });
    if (name === undefined) {
      const all = Object.values(algorithms).map(({ name: id, title, traits }) => ({ name: id, title, ...traits }));
      terminal.data(all);
      const yes = (value: boolean) => (value ? 'yes' : '');
      for (const line of table(['Name', 'Algorithm', 'Outliers', 'Overlapping', 'Online'], all.map((a) => [a.name, a.title, yes(a.outliers), yes(a.soft), yes(a.online)]), new Set(), terminal.paint)) terminal.say(line);
      terminal.say();
      terminal.say(`Before any of them: ${Object.keys(steps).map((step) => `${step}+<name>`).join(', ')}.`);
      return;
    }
    const { title, options: own } = algorithmNamed(name);
    const schema = z.toJSONSchema(own, { io: 'input', unrepresentable: 'any' });
    terminal.data({ name, title, options: schema.properties });
    terminal.say(title);
    const rows = Object.entries((schema.properties ?? {}) as Record<string, { description?: string; default?: unknown; enum?: string[]; type?: string }>)
      .map(([option, { description, default: preset, enum: choices, type }]) => [option, choices?.join('|') ?? type ?? '', preset === undefined ? '' : JSON.stringify(preset), description ?? '']);
    for (const line of table(['Option', 'Values', 'Default', 'What it is'], rows, new Set(), terminal.paint)) terminal.say(line);
  },
};

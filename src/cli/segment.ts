import { z } from 'zod';
import { algorithmNamed, algorithms } from '../segment/catalog.js';
import type { Command, CommandGroup } from './command.js';
import { discoverCommand } from './discover.js';
import { openTerminal, table } from './terminal.js';

const listOptions = z.strictObject({
  json: z.boolean().default(false).describe('Print as JSON'),
});

const algorithmsCommand: Command<typeof listOptions> = {
  name: 'segment algorithms',
  summary: 'Lists the algorithms; with a name, the options of one.',
  positionals: '[name]',
  options: listOptions,
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
      return;
    }
    const { title, options } = algorithmNamed(name);
    const schema = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
    terminal.data({ name, title, options: schema.properties });
    terminal.say(title);
    const rows = Object.entries((schema.properties ?? {}) as Record<string, { description?: string; default?: unknown; enum?: string[]; type?: string }>)
      .map(([option, { description, default: preset, enum: choices, type }]) => [option, choices?.join('|') ?? type ?? '', preset === undefined ? '' : JSON.stringify(preset), description ?? '']);
    for (const line of table(['Option', 'Values', 'Default', 'What it is'], rows, new Set(), terminal.paint)) terminal.say(line);
  },
};

const fitCommand: typeof discoverCommand = {
  ...discoverCommand,
  name: 'segment fit',
  summary: 'Segments with the algorithm of your choice, and explains, tests and writes the result like discover.',
  examples: [
    ['shoal segment fit orders.csv --algorithm gaussian-mixture --k 5', 'five overlapping segments'],
    ['shoal segment fit orders.csv --algorithm hdbscan --set minClusterSize=50', 'dense groups and outliers'],
    ['shoal segment fit orders.csv --algorithm agglomerative --set linkage=average', 'nested segments'],
  ],
};

export const segmentCommands: CommandGroup = {
  name: 'segment',
  summary: 'Choose, fit, compare and explain segments with any algorithm.',
  commands: { fit: fitCommand, algorithms: algorithmsCommand },
};

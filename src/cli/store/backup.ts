import { stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { createContext } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { backup } from '../../store/backup.js';
import type { Command } from '../command.js';
import { openTerminal } from '../terminal.js';
import { counted, placeOf, placeOptions } from './place.js';

const options = placeOptions.extend({ force: z.boolean().default(false).describe('Replace the file where there is one') });

export const backupCommand: Command<typeof options> = {
  name: 'store backup',
  summary: 'Writes the whole store to one file, also while the server runs.',
  details: 'The file holds no secret of a key, but names, notes and ids of your customers: keep it as you keep those. The folders of the runs are not in it; copy them beside.',
  positionals: '<file>',
  least: 1,
  options,
  examples: [
    ['shoal store backup monday.backup', 'of ./shoal-data'],
    ['shoal store backup monday.backup --store postgres://shoal@db/shoal', 'of PostgreSQL; the file can be restored to either'],
  ],
  async run({ positionals: [path], options: { force, json, quiet, ...where } }) {
    const terminal = openTerminal({ json, quiet });
    if (existsSync(path) && !force) throw new ShoalError('cli/exists', { path });
    const { workspaces, rows } = await backup(placeOf(where), path, createContext());
    const { size } = await stat(path);
    terminal.data({ path, bytes: size, workspaces, rows });
    terminal.say(`${path}: ${counted(workspaces.length, 'workspace')}, ${counted(rows, 'row')}, ${Math.ceil(size / 1024).toLocaleString('en')} KiB`);
  },
};

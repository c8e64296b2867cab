import { createContext } from '../../context.js';
import { restore } from '../../store/backup.js';
import type { Command } from '../command.js';
import { openTerminal } from '../terminal.js';
import { counted, placeOf, placeOptions } from './place.js';

export const restoreCommand: Command<typeof placeOptions> = {
  name: 'store restore',
  summary: 'Makes the store of a backup again, in an empty folder or PostgreSQL database.',
  details: 'The file is checked whole before anything is written, and the audit logs after. Everybody logs in again.',
  positionals: '<file>',
  least: 1,
  options: placeOptions,
  examples: [
    ['shoal store restore monday.backup --data restored', "a new folder; 'shoal serve --data restored' serves it"],
    ['shoal store restore monday.backup --store postgres://shoal@db/shoal', 'from SQLite to PostgreSQL, or back'],
  ],
  async run({ positionals: [path], options: { json, quiet, ...where } }) {
    const terminal = openTerminal({ json, quiet });
    const { workspaces, rows } = await restore(path, placeOf(where), createContext());
    terminal.data({ path, workspaces, rows });
    terminal.say(`Restored ${counted(workspaces.length, 'workspace')}, ${counted(rows, 'row')}. The audit logs are as they were.`);
  },
};

import type { CommandGroup } from '../command.js';
import { backupCommand } from './backup.js';
import { restoreCommand } from './restore.js';

export const storeCommands: CommandGroup = {
  name: 'store',
  summary: 'Back up and restore what the workspace remembers: runs, names, rules, notes, decisions, the audit log.',
  commands: { backup: backupCommand, restore: restoreCommand },
};

import type { CommandGroup } from '../command.js';
import { verifyAuditCommand } from './verify-audit.js';

export const governCommands: CommandGroup = {
  name: 'govern',
  summary: 'Hold the workspace to account.',
  commands: { 'verify-audit': verifyAuditCommand },
};

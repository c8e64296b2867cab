import type { CommandGroup } from '../command.js';
import { replayCommand } from './replay.js';
import { tailCommand } from './tail.js';

export const ingestCommands: CommandGroup = {
  name: 'ingest',
  summary: 'Send events to a running server, and watch them arrive.',
  commands: { tail: tailCommand, replay: replayCommand },
};

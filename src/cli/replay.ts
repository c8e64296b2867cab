import { z } from 'zod';
import { ShoalError } from '../errors.js';
import { replay } from '../flow/live/replay.js';
import { openJournal } from '../store/catalog.js';
import type { Command } from './command.js';
import { openSession } from './session.js';
import { counted, placeOf, placeOptions } from './store/place.js';
import { openTerminal } from './terminal.js';

const options = placeOptions.extend({ workspace: z.string().default('main').describe('Workspace whose journal it is').meta({ value: '<id>' }) });

export const replayCommand: Command<typeof options> = {
  name: 'replay',
  summary: 'Works every live membership out again from the journal, and compares.',
  details: 'The server must not be running. What comes out becomes the snapshot that the server starts from. Ends with 1 where anything differs from what was told before.',
  options,
  examples: [['shoal replay', 'the workspace main of ./shoal-data'], ['shoal replay --workspace shop --json', 'as JSON']],
  async run({ options: { workspace, json, quiet, ...where } }) {
    const terminal = openTerminal({ json, quiet });
    const session = openSession(terminal, {});
    try {
      const journal = await openJournal(placeOf(where), workspace, session.context);
      try {
        const { records, entities, changes, memberships, before, differing } = await replay(journal, session.context);
        terminal.done();
        const same = differing.length === 0 && (before === undefined || before === memberships);
        terminal.data({ records, entities, changes, memberships, ...(before && { before }), differing, same });
        terminal.say(`${counted(records, 'record')}, ${counted(entities, 'entity', 'entities')}, ${counted(changes, 'change')}: memberships ${memberships.slice(0, 16)}${before === undefined ? '' : before === memberships ? ', as before' : `, before ${before.slice(0, 16)}`}.`);
        if (!same) throw new ShoalError('live/differs', { changes: differing.join(', ') });
      } finally {
        await journal.close();
      }
    } finally {
      session.close();
    }
  },
};

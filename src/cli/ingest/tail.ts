import { z } from 'zod';
import { identifierText, type Event } from '../../domain/event.js';
import { createClient, ProblemError } from '../../server/client.js';
import { ShoalError } from '../../errors.js';
import { cleanText } from '../../util/words.js';
import type { Command } from '../command.js';
import { openSession } from '../session.js';
import { openTerminal } from '../terminal.js';
import { placeFrom, serverPlace } from './place.js';

const options = z.strictObject({
  ...serverPlace,
  workspace: z.string().optional().describe('Workspace, where the key is good for several').meta({ value: '<id>' }),
  recent: z.number().int().min(0, 'must not be negative').max(500, 'must be at most 500').default(10).describe('How many of the newest to begin with'),
  event: z.array(z.string()).optional().describe('Show only events of this name').meta({ value: '<name>' }),
  payload: z.boolean().default(false).describe('Show what each event holds'),
  json: z.boolean().default(false).describe('A line of JSON for each'),
});

export const tailCommand: Command<typeof options> = {
  name: 'ingest tail',
  summary: 'Shows events as they arrive, until Ctrl-C.',
  options,
  examples: [['SHOAL_KEY=shl_… shoal ingest tail', "with a key of the role analyst: events are about people"], ["shoal ingest tail --event 'Order Completed' --payload", 'only these, with all they hold']],
  async run({ options: { url, key, workspace, recent, event, payload, json } }) {
    const terminal = openTerminal({ json, quiet: false });
    const { server, token } = placeFrom({ url, key }, 'an API key of the role analyst');
    const session = openSession(terminal, {});
    const { signal } = session.context;
    try {
      for await (const arrived of createClient({ server, token, workspace }).follow('GET /v1/live/events', { query: { recent }, signal })) {
        const { at, kind, name, identifiers, payload: held } = arrived as Pick<Event, 'at' | 'kind' | 'name' | 'identifiers' | 'payload'>;
        if (event && !event.includes(name)) continue;
        terminal.data(arrived);
        terminal.say(`${terminal.paint.dim(new Date(at).toISOString())}  ${kind.padEnd(8)}  ${terminal.paint.bold(cleanText(name, 100))}  ${identifiers.map((one) => cleanText(identifierText(one), 100)).join(' ')}${payload ? `  ${terminal.paint.dim(printable(held))}` : ''}`);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ProblemError) throw new ShoalError('cli/failed', { sentence: error.message });
      if (error instanceof TypeError) throw new ShoalError('cli/failed', { sentence: `There is no server at ${server}, or it went away. Start it with 'shoal serve', or name its address with --url.` });
      throw error;
    } finally {
      session.close();
    }
  },
};

/** JSON in which nothing can move the cursor of a terminal. */
const printable = (value: unknown): string => JSON.stringify(value).replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

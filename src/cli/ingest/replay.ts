import { z } from 'zod';
import { ShoalError } from '../../errors.js';
import { replay } from '../../flow/replay.js';
import { ingestOptions } from '../../ingest/options.js';
import { recordMapping, type RecordMapping } from '../../ingest/track/map-record.js';
import { closest } from '../../util/closest.js';
import { formatCount } from '../../util/format-value.js';
import type { Command } from '../command.js';
import { openSession } from '../session.js';
import { openTerminal } from '../terminal.js';
import { placeFrom, serverPlace } from './place.js';
import { sendMessages } from './send.js';

const options = ingestOptions.omit({ event: true, label: true }).extend({
  ...serverPlace,
  event: z.string().min(1).max(200).optional().describe("Name of the events, or '$.column' to take it from each row; default: the column that says what happened, else the name of the file").meta({ value: '<name>' }),
  map: z.array(z.string().regex(/^\w+=./, "must be like 'anonymousId=$.visitor'")).optional().describe("A part of the message and where it is in a row: 'anonymousId=$.visitor', 'kind=page', 'messageId=$.id'").meta({ value: '<part=place>' }),
  json: z.boolean().default(false).describe('Print what was sent as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const replayCommand: Command<typeof options> = {
  name: 'ingest replay',
  summary: 'Sends the rows of files to a server as events, each at the time it happened.',
  details: 'Files are read as by discover: the column of the customer, the times and the numbers are found. Rows of logs become events; of tables with a row per customer what somebody is.\nWhatever was sent before is not counted again: after an interruption, run the same command again.',
  positionals: '<files…>',
  least: 1,
  options,
  examples: [
    ["SHOAL_KEY=shl_… shoal ingest replay orders.csv --event 'Order Completed'", 'with a write key'],
    ['shoal ingest replay visits.parquet --event $.page --map kind=page --map anonymousId=$.visitor', 'what was found is said otherwise'],
  ],
  async run({ positionals, options: { url, key, event, map, json, quiet, ...reading } }) {
    const terminal = openTerminal({ json, quiet });
    const place = placeFrom({ url, key }, 'a write key (an API key that may only POST /v1/batch)');
    const session = openSession(terminal, {});
    const { context } = session;
    const totals = { sent: 0, rejected: 0 };
    const reasons = new Map<string, number>();
    try {
      for await (const { source, messages, rows, of } of replay(positionals, { ...reading, name: event, map: mappingOf(map ?? []) }, context)) {
        const { taken, rejected } = await sendMessages(messages, place, context.signal);
        totals.sent += taken;
        totals.rejected += rejected.length;
        for (const { reason } of rejected) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        context.progress({ stage: 'send', note: source, done: rows / of });
      }
      terminal.done();
      terminal.data({ ...totals, reasons: Object.fromEntries(reasons) });
      terminal.say(`${formatCount(totals.sent)} events are in the journal.`);
      for (const [reason, n] of reasons) terminal.say(`${formatCount(n)} were not taken: ${reason}`);
    } finally {
      session.close();
    }
  },
};

/** @throws `cli/usage` */
function mappingOf(said: readonly string[]): Partial<RecordMapping> {
  const { properties: _, traits: __, ...parts } = recordMapping.shape;
  return Object.fromEntries(said.map((part) => {
    const at = part.indexOf('=');
    const [name, place] = [part.slice(0, at), part.slice(at + 1)];
    if (Object.hasOwn(parts, name)) return [name, place];
    const near = closest(name, Object.keys(parts));
    throw new ShoalError('cli/usage', { message: `--map: a message has no part '${name}'.${near ? ` Did you mean '${near}'?` : ` There are: ${Object.keys(parts).join(', ')}.`}` });
  }));
}

import { z } from 'zod';
import { checked } from '../options.js';

const column = (what: string, value = '<column>') => z.string().min(1).optional().describe(what).meta({ value });

/** `{ 'orders.csv': 'transactions' }`, or as written on a command line: 'orders.csv=transactions', several of them, or parted by commas. */
const kinds = z.preprocess(
  (given) => {
    if (typeof given !== 'string' && !Array.isArray(given)) return given;
    const parts = (Array.isArray(given) ? given : [given]).flatMap((part) => String(part).split(','));
    return Object.fromEntries(parts.map((part) => [part.slice(0, part.lastIndexOf('=')).trim(), part.slice(part.lastIndexOf('=') + 1).trim()]));
  },
  z.record(z.string(), z.enum(['transactions', 'events', 'entities', 'lookup', 'text'])),
);

/** Everything about reading files that a person may decide instead of the inference. Columns may be given as `column` or `file.column`. */
export const ingestOptions = z.strictObject({
  entity: column('Column that says who each row belongs to'),
  time: column('Column with the time of each row'),
  order: column('Column with the order, invoice or basket'),
  product: column('Column with the product'),
  category: column('Column with the product category'),
  quantity: column('Column with the number of items'),
  price: column('Column with the price of one item'),
  amount: column("Column or expression with the money of each row: 'Quantity * UnitPrice'", '<column|expression>'),
  discount: column('Column with the discount'),
  event: column('Column with the kind of event'),
  text: column('Column with free text'),
  label: z.array(z.string()).optional().describe('Columns that say what happened, not who they are: shown, never segmented on').meta({ value: '<column>' }),
  ignore: z.array(z.string()).optional().describe('Columns to leave out').meta({ value: '<column>' }),
  kind: kinds.optional().describe('What a file is: orders.csv=transactions (transactions, events, entities, lookup or text)').meta({ value: '<file=kind>' }),
  delimiter: z.string().min(1).optional().describe("Delimiter of text files: ',', ';', 'tab', '|', 'space'").meta({ value: '<character>' }),
  encoding: z.string().min(1).optional().describe('Encoding of text files: utf-8, utf-16, latin-1, windows-1252 …').meta({ value: '<name>' }),
  asOf: z.preprocess((v) => (typeof v === 'string' ? readInstant(v) : v), z.number({ error: 'must be a date such as 2024-12-31' })).optional().describe('The moment to look from: rows after it are left out; default: the last time in the data').meta({ value: '<date>' }),
  duplicates: z.enum(['keep', 'drop']).optional().describe('Exact duplicate rows: default keep in logs, drop in tables with one row per customer'),
});

export type IngestOptions = z.output<typeof ingestOptions>;
export type IngestInput = z.input<typeof ingestOptions>;

/** Checks options from a caller. Throws `config/invalid` naming every problem, with a suggestion for unknown keys. */
export function parseIngestOptions(given: unknown): IngestOptions {
  return checked(ingestOptions, given);
}

/** '2024-12-31' means the end of that day; with a clock it means that instant (UTC unless it says otherwise). */
function readInstant(text: string): number | string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text.trim());
  const ms = Date.parse(day ? `${text.trim()}T23:59:59.999Z` : /[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.trim().replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? text : ms;
}

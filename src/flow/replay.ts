import { createHash } from 'node:crypto';
import { checkAborted, type Context } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ingest } from '../ingest/ingest.js';
import type { IngestInput } from '../ingest/options.js';
import { mapRecord, type RecordMapping } from '../ingest/track/map-record.js';
import { quoteName, quoteText } from '../util/quote.js';

export interface ReplayOptions extends IngestInput {
  /** Name of the events that rows with a time become; '$.column' takes it from the row. Where it is left out: the column that says what happened, else the name of the file. */
  readonly name?: string;
  /** What of a message comes from elsewhere than is found: `userId`, `time`, `kind` … as `recordMapping` has it. */
  readonly map?: Partial<RecordMapping>;
}

/** A part of the messages, and how far it goes. */
export interface ReplayPart {
  readonly source: string;
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  /** Rows of the source up to here, and in all. */
  readonly rows: number;
  readonly of: number;
}

/** Messages of one part: a batch as the tracking API takes it, with room for wide rows. */
const perPart = 500;

/**
 * Rows of files as messages of the tracking API: of logs an event each, of tables with one row per entity what it is. Message ids are made of the row and its place, so that what is sent
 * again is not counted again. @throws what `ingest` throws
 */
export async function* replay(files: readonly string[], { name, map = {}, ...options }: ReplayOptions, context: Context): AsyncGenerator<ReplayPart> {
  const engine = await openEngine({ threads: context.threads, signal: context.signal });
  try {
    const { sources } = await ingest(files, options, engine, context);
    for (const { name: source, table, has, kind, audit: { rowsKept: of } } of sources) {
      if (!has.includes('entity')) continue;
      const timed = has.includes('at') && kind !== 'entities';
      const columns = (await engine.rows(`SELECT column_name AS name FROM information_schema.columns WHERE table_name = ${quoteText(table)}`, 'replay')).map(({ name: column }) => String(column));
      const own = Object.fromEntries(columns.filter((column) => column !== 'entity' && column !== 'at').map((column) => [column, `$.${column}`]));
      const mapping: RecordMapping = {
        kind: timed ? 'track' : 'identify', event: name ?? (has.includes('event') ? '$.event' : source), userId: '$.entity', ...(has.includes('at') && { time: '$.at' }), ...(timed ? { properties: own } : { traits: own }), ...map,
      };
      const numbered = await withRowNumbers(table, engine);
      for (let from = 0; from < of; from += perPart) {
        checkAborted(context);
        const rows = await engine.rows(`SELECT * REPLACE (CAST(entity AS VARCHAR) AS entity) FROM ${quoteName(numbered)} WHERE rowid >= ${from} AND rowid < ${from + perPart} ORDER BY rowid`, 'replay');
        yield { source, messages: rows.map((row, i) => mapRecord(row, mapping, idOf(source, from + i, row))), rows: from + rows.length, of };
      }
      if (numbered !== table) await engine.run(`DROP TABLE ${quoteName(numbered)}`, 'replay');
    }
  } finally {
    await engine.close();
  }
}

/** The table itself, or a copy of it where it is a view: a view's rows have no numbers to ask for parts by. */
async function withRowNumbers(table: string, engine: Engine): Promise<string> {
  const [{ type }] = await engine.rows(`SELECT table_type AS type FROM information_schema.tables WHERE table_name = ${quoteText(table)}`, 'replay');
  if (type !== 'VIEW') return table;
  const copy = `${table} numbered`;
  await engine.run(`CREATE TABLE ${quoteName(copy)} AS SELECT * FROM ${quoteName(table)}`, 'replay');
  return copy;
}

const idOf = (source: string, place: number, row: unknown): string => `replay-${createHash('sha256').update(JSON.stringify([source, place, row])).digest('base64url')}`;

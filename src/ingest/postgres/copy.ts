import type { Client, CustomTypesConfig } from 'pg';
import { ShoalError } from '../../errors.js';
import { csvLine } from './csv-line.js';

/** What is copied: a table, or what one query gives. */
export type CopyFrom = { readonly schema: string; readonly table: string } | { readonly query: string };

const part = 5000;
/** Values as the server writes them, but true and false in full. */
const asWritten = { getTypeParser: (type: number) => (type === 16 ? (text: string) => (text === 't' ? 'true' : 'false') : (text: string) => text) } as CustomTypesConfig;

/**
 * The rows as lines of CSV, a header first: numbers as they are, times in ISO 8601, nothing for NULL and "" for an empty text. Read through a cursor in parts, so that neither side
 * holds them all. The statement is sent alone and may only read, whatever it says. `told` hears how many rows there are so far.
 */
export async function* csvFrom(client: Client, from: CopyFrom, told: (rows: number) => void): AsyncGenerator<Buffer> {
  const select = 'query' in from ? from.query.trim().replace(/;\s*$/, '') : `SELECT * FROM ${client.escapeIdentifier(from.schema)}.${client.escapeIdentifier(from.table)}`;
  // The extended protocol takes one statement, and a cursor one that gives rows.
  await client.query({ text: `DECLARE shoal_rows NO SCROLL CURSOR FOR ${select}`, queryMode: 'extended' } as never);
  let count = 0;
  for (;;) {
    const { rows, fields } = await client.query<(string | null)[]>({ text: `FETCH ${part} FROM shoal_rows`, rowMode: 'array', types: asWritten });
    if (count === 0) {
      if (rows.length === 0) throw new ShoalError('postgres/no-rows', { what: 'query' in from ? 'The query' : `${from.schema}.${from.table}` });
      yield Buffer.from(csvLine(distinct(fields.map(({ name }) => name))));
    }
    if (rows.length > 0) yield Buffer.from(rows.map(csvLine).join(''));
    count += rows.length;
    told(count);
    if (rows.length < part) break;
  }
  await client.query('CLOSE shoal_rows');
}

/** Column names, the same ones numbered. */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; seen.has(free); n++) free = `${name}_${n}`;
    seen.add(free);
    return free;
  });
}

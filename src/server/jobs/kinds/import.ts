import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ShoalError } from '../../../errors.js';
import { masked } from '../../../ingest/postgres/connection.js';
import type { CopyFrom } from '../../../ingest/postgres/copy.js';
import { jobKind } from '../kind.js';

const name = z.string().min(1).max(63);
const input = z.strictObject({
  url: z.string().min(1).max(2000),
  tables: z.array(z.strictObject({ schema: name, table: name })).max(20).default([]),
  query: z.strictObject({ name: z.string().min(1).max(120), sql: z.string().min(1).max(100_000) }).optional(),
}).refine(({ tables, query }) => tables.length > 0 || query, 'must name tables or a query');

/** Copies tables of a PostgreSQL database, or what one query gives, into files of the workspace: all of them of one snapshot, all or none. Gives the ids of the files. */
export const importKind = jobKind({
  name: 'import',
  lane: 'heavy',
  input,
  recorded: ({ url, ...rest }) => ({ url: masked(url), ...rest }),
  async prepare({ url, tables, query }, place, { id, recorded }) {
    if (recorded) throw new ShoalError('postgres/no-password', {});
    return { url, tables, query, folder: join(place.folder, `.partial-${id}`), limits: place.limits };
  },
  async work({ url, tables, query, folder, limits }, { signal, clock, progress }) {
    const [{ failure, reading }, { csvFrom }, { tablesOf }, { openFiles }] = await Promise.all([import('../../../ingest/postgres/connection.js'), import('../../../ingest/postgres/copy.js'), import('../../../ingest/postgres/tables.js'), import('../../files.js')]);
    progress({ stage: 'fetch', note: masked(url) });
    const estimates = new Map((await tablesOf(url, signal)).map(({ schema, table, rows }) => [`${schema}.${table}`, rows]));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const files = openFiles(folder, { limits, clock });
    const wanted: { readonly title: string; readonly from: CopyFrom }[] = [
      ...tables.map((from) => ({ title: from.schema === 'public' ? from.table : `${from.schema}.${from.table}`, from })), ...(query ? [{ title: query.name, from: { query: query.sql } }] : []),
    ];
    const added: string[] = [];
    /** The database's errors as ours, before whoever writes the rows takes them for his own. */
    async function* ours(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      try {
        yield* rows;
      } catch (error) {
        throw failure(error, url, signal);
      }
    }
    await reading(url, signal, async (client) => {
      for (const [index, { title, from }] of wanted.entries()) {
        const expected = 'query' in from ? undefined : estimates.get(`${from.schema}.${from.table}`);
        const told = (rows: number) => progress({ stage: 'fetch', note: `${title}: ${rows.toLocaleString('en')} rows`, ...(expected && { done: (index + Math.min(1, rows / expected)) / wanted.length }) });
        const { id } = await files.add(`${title.replaceAll(/[/\\\p{Cc}]/gu, '_')}.csv`, ours(csvFrom(client, from, told)), { actor: 'import' }, { origin: 'postgres', from: `${masked(url)} ${title}`, signal });
        added.push(id);
      }
    });
    return { folder, added };
  },
  async publish({ folder, added }, place, { by }) {
    try {
      for (const id of added) await place.files.adopt(join(folder, id), by);
    } catch (error) {
      // The one that failed may be in its place as well.
      for (const id of added) await place.files.remove(id, { ...by, reason: 'not all of the import could be kept' }).catch(() => {});
      throw error;
    }
    await rm(folder, { recursive: true, force: true });
    return { files: added };
  },
  async discard(place, { id }) {
    await rm(join(place.folder, `.partial-${id}`), { recursive: true, force: true });
  },
});

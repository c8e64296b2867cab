import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { AuditHead } from '../domain/audit-entry.js';
import { ShoalError } from '../errors.js';
import { openDatabases, openJournal, type StoreOptions } from './catalog.js';
import { headOf, verifyChain } from './chain.js';
import type { Database, Databases, Part } from './database.js';
import { migrate, versionOf } from './migrate.js';
import { migrations } from './migrations/catalog.js';
import { pause } from './pause.js';
import type { Tables } from './tables.js';
import { workspaceId } from './values.js';

/** What a backup holds, or what was restored from it. */
export interface BackupSummary {
  readonly workspaces: readonly string[];
  readonly rows: number;
}

/** The first line of the file; then come, for each database and each of its tables, a line that names it, and an array for each row; then a line with the SHA-256 of all before it. */
const first = { shoal: 'backup', format: 1 };
/** Not kept: the steps of the schema are taken anew, and whoever is logged in logs in again. */
const leftOut = new Set<string>(['schema_versions', 'logins']);

/**
 * Writes everything that a store holds to one file, all or nothing: gzipped lines of JSON, the same from either engine, so that it can be restored to either.
 * Each database is read as it was at one instant, also beside a running server. @throws `store/not-found` where there is no store, `store/damaged`, `run/write-failed`
 */
export async function backup(place: string, path: string, { clock }: StoreOptions): Promise<BackupSummary> {
  const databases = await openDatabases(place, { beside: true });
  const partial = `${path}.partial-${process.pid}`;
  const found = { workspaces: [] as string[], rows: 0 };
  try {
    if (!(await databases.exists())) throw new ShoalError('store/not-found', { kind: 'store', id: databases.name });
    await pipeline(Readable.from(summed(linesOf(databases, clock, found))), createGzip(), createWriteStream(partial, { mode: 0o600 }));
    await toDisk(partial);
    await rename(partial, path);
    return found;
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause instanceof ShoalError ? cause : new ShoalError('run/write-failed', { path, reason: `${(cause as Error).message}.` }, { cause });
  } finally {
    await databases.close();
  }
}

async function* linesOf(databases: Databases, clock: () => number, found: { workspaces: string[]; rows: number }): AsyncGenerator<string> {
  yield JSON.stringify({ ...first, at: Math.round(clock()) });
  const home = await databases.open();
  for (const { id } of await home.db.selectFrom('workspaces').select('id').orderBy('id').execute()) {
    // One that is half purged has none any more; home still lists it, so that it can be purged again.
    if (!(await databases.exists(id))) continue;
    found.workspaces.push(id);
    yield* rowsOf(await databases.open(id), id, found);
    if (await databases.exists(id, 'journal')) yield* rowsOf(await databases.open(id, 'journal'), id, found, 'journal');
  }
  yield* rowsOf(home, null, found);
}

async function* rowsOf(database: Database, workspace: string | null, found: { workspaces: string[]; rows: number }, part: Part = 'store'): AsyncGenerator<string> {
  await database.inspect();
  const snapshot = await database.db.startTransaction().setIsolationLevel('repeatable read').execute();
  try {
    yield JSON.stringify({ database: workspace, version: await versionOf(snapshot), ...(part === 'journal' ? { part } : { audit: await headOf(snapshot) }) });
    for (const table of await database.tables(snapshot)) {
      if (leftOut.has(table)) continue;
      let columns: string[] | undefined;
      for await (const rows of database.rows(snapshot, table)) {
        if (!columns) yield JSON.stringify({ table, columns: (columns = Object.keys(rows[0])) });
        for (const row of rows) {
          // A workspace that was made meanwhile is not in the backup.
          if (table === 'workspaces' && !found.workspaces.includes(row['id'] as string)) continue;
          found.rows += 1;
          yield JSON.stringify(columns.map((column) => stored(row[column])));
        }
        await pause();
      }
    }
  } finally {
    await snapshot.rollback().execute();
  }
}

/** A value of a row as JSON; bytes as an object, which no other value is. */
const stored = (value: unknown) => (value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value);
const restored = (value: unknown) => (typeof value === 'object' && value !== null ? Buffer.from((value as { base64: string }).base64, 'base64') : value);

/** The lines in pieces for the file, and at the end the sum of them. */
async function* summed(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const sum = createHash('sha256');
  let piece = '';
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < 65_536) continue;
    sum.update(piece);
    yield piece;
    piece = '';
  }
  sum.update(piece);
  yield `${piece}${JSON.stringify({ sha256: sum.digest('hex') })}\n`;
}

/**
 * Makes the store of a backup at an empty place, of either engine. The file is checked whole before anything is written, the audit logs after.
 * @throws `store/bad-backup`, `store/newer`, `store/conflict` where there is a store already
 */
export async function restore(path: string, place: string, { clock }: StoreOptions): Promise<BackupSummary> {
  const listed = await checkedFile(path);
  const databases = await openDatabases(place);
  let workspaces: string[] = [];
  let total = 0;
  try {
    for (const [workspace, part] of [...listed, [undefined] as const]) {
      if (await databases.exists(workspace, part)) throw new ShoalError('store/conflict', { problem: `There is a store in '${databases.name}' already. Restore into an empty folder or database.` });
    }
    const heads: { database: Database; audit?: AuditHead }[] = [];
    let rows = 0;
    let writer: Writer | undefined;
    for await (const line of linesIn(path)) {
      if (Array.isArray(line)) {
        await writer?.row(line);
        rows += 1;
      } else if ('database' in line) {
        await writer?.end();
        const opened = await empty(databases, line, clock);
        heads.push({ database: opened.database, audit: line.audit });
        writer = opened.writer;
      } else if ('table' in line) {
        await writer?.table(line.table, line.columns);
      }
    }
    await writer?.end();
    for (const { database, audit } of heads) await finish(database, audit, path, clock);
    workspaces = listed.filter(([, part]) => part === 'store').map(([workspace]) => workspace);
    total = rows;
  } finally {
    await databases.close();
  }
  for (const [workspace, part] of listed) if (part === 'journal') await readWhole(place, workspace, clock);
  return { workspaces, rows: total };
}

/** Reads a journal from its beginning to its end. @throws `store/damaged` */
async function readWhole(place: string, workspace: string, clock: () => number): Promise<void> {
  const journal = await openJournal(place, workspace, { clock });
  try {
    for await (const _ of journal.read(0)) await pause();
  } finally {
    await journal.close();
  }
}

const heading = z.union([
  z.object({ shoal: z.literal('backup'), format: z.int() }),
  z.object({ database: z.string().nullable(), version: z.int().min(1), audit: z.object({ seq: z.int(), hash: z.string() }).optional(), part: z.literal('journal').optional() }),
  z.object({ table: z.string(), columns: z.array(z.string()) }),
  z.object({ sha256: z.string() }),
]);
type Line = unknown[] | z.infer<typeof heading>;

/** Every line, decoded. @throws `store/bad-backup` */
async function* linesIn(path: string, each: (text: string) => void = () => undefined): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of textIn(path)) {
    number += 1;
    each(text);
    yield decoded(text, () => new ShoalError('store/bad-backup', { path, problem: `line ${number} is not of a backup.` }));
  }
}

function decoded(text: string, refusal: () => ShoalError): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal();
  }
  if (Array.isArray(value)) return value as unknown[];
  const { success, data } = heading.safeParse(value);
  if (!success) throw refusal();
  return data;
}

async function* textIn(path: string): AsyncGenerator<string> {
  const source = createReadStream(path);
  const unzipped = createGunzip().setEncoding('utf8');
  source.on('error', (error) => unzipped.destroy(error));
  let rest = '';
  try {
    for await (const piece of source.pipe(unzipped)) {
      const lines = (rest + (piece as string)).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no such file.' : code === 'Z_BUF_ERROR' ? 'it ends too early.' : code?.startsWith('Z_') ? 'it is not a gzipped file of lines.' : `${(cause as Error).message}.`;
    throw new ShoalError('store/bad-backup', { path, problem }, { cause });
  } finally {
    source.destroy();
  }
  if (rest) yield rest;
}

/** Reads the file to its end. Gives the databases of workspaces in it. @throws `store/bad-backup` where it is cut short, changed, or no backup of ours */
async function checkedFile(path: string): Promise<(readonly [workspace: string, part: Part])[]> {
  const refuse = (problem: string) => new ShoalError('store/bad-backup', { path, problem });
  const sum = createHash('sha256');
  const workspaces: (readonly [string, Part])[] = [];
  let last = '';
  let number = 0;
  let home = false;
  let said: string | undefined;
  const lines = linesIn(path, (text) => {
    if (number > 0) sum.update(`${last}\n`);
    last = text;
  });
  for await (const line of lines) {
    number += 1;
    if (number === 1 && !('shoal' in line)) throw refuse('it is not a backup of a store.');
    if ('shoal' in line && line.format !== first.format) throw refuse(`its format is ${line.format}; this program knows ${first.format}. Use the version of Shoal that wrote it, or a later one.`);
    if ('database' in line) {
      if (line.database === null) home = true;
      else workspaces.push([workspaceId(line.database), line.part ?? 'store']);
      const known = stepsOf(line).length;
      if (line.version > known) throw new ShoalError('store/newer', { place: path, found: line.version, known });
    }
    if ('sha256' in line) said = line.sha256;
  }
  if (!home || said === undefined || !('sha256' in (JSON.parse(last) as object))) throw refuse('it ends too early.');
  if (sum.digest('hex') !== said) throw refuse('its content was changed after it was written.');
  return workspaces;
}

/** An empty database with the schema that the backup was made of. */
async function empty(databases: Databases, line: { database: string | null; part?: Part | undefined; version: number }, clock: () => number): Promise<{ database: Database; writer: Writer }> {
  const database = await databases.open(line.database ?? undefined, line.part);
  await migrate(database, stepsOf(line).slice(0, line.version), clock);
  return { database, writer: writerOf(database) };
}

const stepsOf = ({ database, part }: { database: string | null; part?: Part | undefined }) => migrations[database === null ? 'home' : part === 'journal' ? 'journal' : 'workspace'];

interface Writer {
  table(name: string, columns: readonly string[]): Promise<void>;
  row(values: readonly unknown[]): Promise<void>;
  end(): Promise<void>;
}

/** Writes rows in parts of at most 500, or some megabytes. */
function writerOf({ db, tables }: Database): Writer {
  let into: { name: keyof Tables; columns: readonly string[] } | undefined;
  let rows: Record<string, unknown>[] = [];
  let size = 0;
  const flush = async () => {
    if (into && rows.length) await db.insertInto(into.name).values(rows as never).execute();
    rows = [];
    size = 0;
    await pause();
  };
  return {
    async table(name, columns) {
      await flush();
      if (!(await tables(db)).includes(name as keyof Tables)) throw new ShoalError('store/bad-backup', { path: name, problem: 'there is no table of this name in its schema.' });
      into = { name: name as keyof Tables, columns };
    },
    async row(values) {
      rows.push(Object.fromEntries(into!.columns.map((column, i) => [column, restored(values[i])])));
      size += values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : typeof value === 'object' && value ? (value as { base64: string }).base64.length : 8), 0);
      if (rows.length === 500 || size > 4_000_000) await flush();
    },
    end: flush,
  };
}

/** The newest schema, and the audit log as it was when the backup was made. */
async function finish(database: Database, kept: AuditHead | undefined, path: string, clock: () => number): Promise<void> {
  if (!kept) return database.inspect();
  const { fault } = await verifyChain(database.db, kept);
  if (fault) throw new ShoalError('store/bad-backup', { path, problem: `the audit log of ${database.name} is not as it was written, from entry ${fault.seq} on: ${fault.problem}. What was restored is kept, for you to look at.` });
  await database.inspect();
  await migrate(database, (await database.tables(database.db)).includes('workspaces') ? migrations.home : migrations.workspace, clock);
}

async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}

import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { assert, ShoalError } from '../../errors.js';
import { partOf, type Database, type Databases, type Opening, type Part } from '../database.js';
import type { Tables } from '../tables.js';
import { workspaceId } from '../values.js';
import { openSqlite, type SqliteConnection, type SqliteStatement } from './sqlite-library.js';

/**
 * SQLite files in a data folder: `home.sqlite` and `workspaces/<id>/store.sqlite`, each with one connection; a commit is on the disk before it is told (WAL, synchronous = FULL).
 * One process at a time may write: it holds an exclusive lock on `lock.sqlite`, which the operating system takes back however the process ends.
 * @throws `store/in-use`, `store/unavailable`
 */
export async function openSqliteFolder(folder: string, { beside = false }: Opening = {}): Promise<Databases> {
  const root = resolve(folder);
  const pathOf = (workspace?: string, part?: Part) => pathIn(root, workspace, part);
  if (beside && !existsSync(root)) throw new ShoalError('store/not-found', { kind: 'store', id: folder });
  await mkdir(root, { recursive: true, mode: 0o700 }).catch((cause) => refuse(folder, cause));
  const lock = await lockFolder(root, folder);
  if (!lock && !beside) throw new ShoalError('store/in-use', { place: folder });
  const opened = new Map<string, Promise<Database>>();
  return {
    name: folder,
    exists: async (workspace, part) => existsSync(pathOf(workspace, part)),
    open(workspace, part) {
      const path = pathOf(workspace, part);
      const found = opened.get(path) ?? openFile(path, workspace === undefined ? folder : `${folder} (${part === 'journal' ? 'journal of the ' : ''}workspace '${workspace}')`, !lock).then(async ({ database }) => {
        // What a process that was killed had deleted.
        if (lock) await database.scrub([]);
        return database;
      });
      opened.set(path, found);
      found.catch(() => opened.delete(path));
      return found;
    },
    async drop(workspace) {
      for (const path of [pathOf(workspace, 'journal'), pathOf(workspace)]) {
        await opened.get(path)?.then(({ db }) => db.destroy());
        opened.delete(path);
        for (const end of ['', '-wal', '-shm', '-journal']) await rm(`${path}${end}`, { force: true });
      }
    },
    async close() {
      for (const database of opened.values()) await database.then(({ db }) => db.destroy(), () => undefined);
      opened.clear();
      lock?.close();
    },
  };
}

/** The file of a database in a data folder. */
export function pathIn(root: string, workspace?: string, part: Part = 'store'): string {
  return workspace === undefined ? join(root, 'home.sqlite') : join(root, 'workspaces', workspaceId(workspace), `${part}.sqlite`);
}

/** The lock of a folder that is there, as long as it is open; undefined where somebody else has it. `name` is the folder as a person is told. @throws `store/unavailable` */
export async function lockFolder(folder: string, name: string, file = 'lock.sqlite'): Promise<{ close(): void } | undefined> {
  let connection: SqliteConnection | undefined;
  try {
    connection = openSqlite(join(folder, file));
    connection.exec('PRAGMA busy_timeout = 0');
    connection.exec('BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection?.close();
    if (isBusy(error)) return undefined;
    return refuse(name, error);
  }
}

/** Milliseconds until a log that somebody reads is tried to be emptied again. */
const untilScrubbed = 1000;

/** One file as a database, and the connection beneath it. `name` is the file as a person is told. */
export async function openFile(path: string, name: string, readonly: boolean): Promise<{ database: Database; connection: SqliteConnection; close(): void }> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 }).catch((cause) => refuse(name, cause));
  const telling = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      return refuse(name, error);
    }
  };
  const connection = telling(() => openSqlite(path));
  const pragmas = ['busy_timeout = 5000', 'trusted_schema = OFF', ...(readonly ? ['query_only = ON', 'wal_autocheckpoint = 0'] : ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON'])];
  telling(() => pragmas.forEach((pragma) => connection.prepare(`PRAGMA ${pragma}`).all([])));
  let scrubbing: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(scrubbing);
    // libsql closes a file only when its statements are collected, maybe after somebody else has opened the same path. Out of WAL mode that late end touches no file, and what
    // is left now is one whole file. Beside a reader it stays in WAL mode, which is sound as well.
    if (!readonly) telling(() => connection.prepare('PRAGMA busy_timeout = 100').all([]));
    try {
      if (!readonly) connection.prepare('PRAGMA journal_mode = DELETE').all([]);
    } catch (error) {
      if (!isBusy(error)) refuse(name, error);
    } finally {
      connection.close();
    }
  };
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare: cached(connection, telling), close } }) });
  const database: Database = {
    name, db,
    // The only connection that writes is in a transaction: it is alone.
    lock: async () => undefined,
    soon: (work) => db.connection().execute(async (alone) => {
      await sql`PRAGMA synchronous = NORMAL`.execute(alone);
      try {
        return await alone.transaction().execute(work);
      } finally {
        await sql`PRAGMA synchronous = FULL`.execute(alone);
      }
    }),
    // With 'WHERE true', since what follows may be 'ON CONFLICT', which would else be read as part of the select.
    given: (_, columns, rows) => sql`SELECT ${sql.join(columns.map((column) => sql`json_extract(value, ${sql.lit(`$.${column}`)})`))} FROM json_each(${JSON.stringify(rows)}) WHERE true`,
    async tables(from) {
      const { rows } = await sql<{ name: keyof Tables }>`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`.execute(from);
      return rows.map(({ name }) => name);
    },
    async *rows(trx, table) {
      let last = -1;
      for (;;) {
        const { rows } = await sql<{ place: number } & Record<string, unknown>>`SELECT rowid AS place, * FROM ${sql.table(table)} WHERE rowid > ${last} ORDER BY rowid LIMIT ${partOf(table)}`.execute(trx);
        if (rows.length === 0) return;
        last = rows[rows.length - 1].place;
        yield rows.map(({ place: _, ...row }) => row);
      }
    },
    // Its pages are overwritten when they are deleted; the log holds them as they were before.
    async scrub() {
      clearTimeout(scrubbing);
      const busy = await db.connection().execute(async (alone) => {
        await sql`PRAGMA busy_timeout = 0`.execute(alone);
        const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(alone);
        await sql`PRAGMA busy_timeout = 5000`.execute(alone);
        return rows[0].busy !== 0;
      });
      // Where that fails it is done when the file is opened the next time.
      if (busy) scrubbing = setTimeout(() => void database.scrub([]).catch(() => undefined), untilScrubbed).unref();
    },
    async inspect() {
      const found = telling(() => connection.prepare('PRAGMA integrity_check(1)').all([]));
      const verdict = String(Object.values(found[0] ?? {})[0]);
      if (verdict !== 'ok') throw new ShoalError('store/damaged', { place: name, reason: verdict });
    },
  };
  return { database, connection, close };
}

/** Statements are prepared once: it is faster, and they pile up until the event loop turns. */
function cached(connection: SqliteConnection, telling: <T>(work: () => T) => T) {
  const most = 300;
  const statements = new Map<string, SqliteStatement & { iterate(): never }>();
  return (sql: string) => {
    const found = statements.get(sql) ?? guarded(telling(() => connection.prepare(sql)), telling);
    statements.delete(sql);
    statements.set(sql, found);
    if (statements.size > most) statements.delete(statements.keys().next().value!);
    return found;
  };
}

function guarded(statement: SqliteStatement, telling: <T>(work: () => T) => T) {
  const plain = (values: readonly unknown[]) => {
    for (const value of values) assert(value === null || typeof value === 'string' || typeof value === 'number' || value instanceof Uint8Array, `a ${typeof value} is no value of a column`);
    return values;
  };
  return {
    reader: statement.reader,
    all: (values: readonly unknown[]) => telling(() => statement.all(plain(values))),
    run: (values: readonly unknown[]) => telling(() => statement.run(plain(values))),
    iterate: (): never => assert(false, 'rows are read in parts, not streamed') as never,
  };
}

function refuse(name: string, cause: unknown): never {
  throw toldOf(name, cause);
}

/** What the engine threw, as a person is told. @throws `cause` where it is a bug of ours */
export function toldOf(name: string, cause: unknown): ShoalError {
  if (cause instanceof ShoalError) return cause;
  const { code, message, errcode } = cause as { code?: string; message: string; errcode?: number };
  if (message.startsWith('bug: ')) throw cause;
  if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT') || errcode === 26 || errcode === 11) return new ShoalError('store/damaged', { place: name, reason: `${message}.` }, { cause });
  return new ShoalError('store/unavailable', { place: name, reason: `${message.replace(/\.$/, '')}.` }, { cause });
}

function isBusy(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === 'SQLITE_BUSY' || (code === 'ERR_SQLITE_ERROR' && errcode === 5);
}

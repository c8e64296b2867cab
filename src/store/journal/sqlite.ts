import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ShoalError } from '../../errors.js';
import { lockFolder, openFile, pathIn, toldOf } from '../adapters/sqlite.js';
import type { SqliteStatement } from '../adapters/sqlite-library.js';
import type { Journal } from '../journal.js';
import { migrate } from '../migrate.js';
import { migrations } from '../migrations/catalog.js';
import { untilFailure } from './final.js';
import { sealerOf } from './seal.js';
import { statesWith } from './states.js';
import { gone, type ChangeRow, type JournalTables, type MessageRow, type RecordRow, type SettingRow, type StateRow, type SubjectRow } from './tables.js';

/** Pages of the file that are written before they are moved from the log into it, as an estimate in bytes. */
const checkpointAfter = 16_000_000;
/** Rows of one statement: fewer statements are faster, up to about this many. */
const together = 16;

/** The journal's tables in `workspaces/<id>/journal.sqlite` of a data folder: WAL, synchronous = FULL, one connection. It is locked against other processes by a lock of its own. */
export async function openSqliteJournal(folder: string, workspace: string, clock: () => number): Promise<JournalTables> {
  const name = `${folder} (journal of the workspace '${workspace}')`;
  const path = pathIn(resolve(folder), workspace, 'journal');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw toldOf(name, cause);
  });
  const lock = await lockFolder(dirname(path), name, 'journal-lock.sqlite');
  if (!lock) throw new ShoalError('store/in-use', { place: join(folder, 'workspaces', workspace) });
  try {
    const { database, connection, close } = await openFile(path, name, false);
    try {
      await migrate(database, migrations.journal, clock);
      // The log is moved by us, so that a failure of that is seen. What a process that failed left in it may not be on the disk, although it reads well: it is written anew.
      for (const pragma of ['busy_timeout = 0', 'wal_autocheckpoint = 0', 'secure_delete = ON', 'cache_size = -65536', 'wal_checkpoint(TRUNCATE)']) connection.prepare(`PRAGMA ${pragma}`).all([]);
      return tablesOn(connection, name, { close, release: () => lock.close() });
    } catch (error) {
      close();
      throw toldOf(name, error);
    }
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Reads the states of a journal beside whoever writes it: on a connection that cannot write, each time as they were last committed. It is open until its thread ends. @throws `store/unavailable`, `store/damaged` */
export async function openSqliteStates(folder: string, workspace: string): Promise<Pick<Journal, 'states'>> {
  const name = `${folder} (journal of the workspace '${workspace}')`;
  const { connection } = await openFile(pathIn(resolve(folder), workspace, 'journal'), name, true);
  const until = untilFailure(name, (cause) => toldOf(name, cause));
  const damaged = (what: string) => new ShoalError('store/damaged', { place: name, reason: `${what} not as it was written` });
  const [own] = until.now(() => connection.prepare('SELECT key FROM subjects WHERE number = 0').all([])) as { key: Uint8Array }[];
  if (!own) throw damaged('the key of the workspace is');
  const opened = statesWith({ sealer: sealerOf(workspace), key: own.key, damaged });
  const statement = until.now(() => connection.prepare(newestStates));
  const read = async (entities: readonly number[]) => newest(until.now(() => statement.all([JSON.stringify(entities), Number.MAX_SAFE_INTEGER])) as unknown as StateRow[]);
  return { states: (entities) => opened(entities, read) };
}

/** As one statement: what each costs would be more than what it reads. */
const among = 'entity IN (SELECT value FROM json_each(?))';

const newestStates = `SELECT entity, due, sealed FROM states WHERE ${among} AND version <= ? ORDER BY entity, version`;

/** Of rows in order of (entity, version) the last of each entity, where that is not gone. */
const newest = (rows: readonly StateRow[]): StateRow[] => rows.filter(({ entity, due }, i) => rows[i + 1]?.entity !== entity && due !== gone);

interface Connection {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): void;
}

function tablesOn(connection: Connection, name: string, { close, release }: { close(): void; release(): void }): JournalTables {
  const until = untilFailure(name, (cause) => toldOf(name, cause));
  const statements = new Map<string, SqliteStatement>();
  const prepared = (sql: string): SqliteStatement => {
    const found = statements.get(sql) ?? connection.prepare(sql);
    statements.set(sql, found);
    return found;
  };
  const all = <T>(sql: string, ...values: unknown[]): T[] => prepared(sql).all(values) as T[];
  const run = (sql: string, ...values: unknown[]): void => void prepared(sql).run(values);
  /** Many rows: as many statements of `together` rows as there are, then one for each that is left. */
  const insert = (into: string, rows: readonly (readonly unknown[])[], conflict = '') => {
    if (rows.length === 0) return;
    const row = `(${rows[0].map(() => '?').join(', ')})`;
    const many = prepared(`INSERT INTO ${into} VALUES ${Array<string>(together).fill(row).join(', ')}${conflict}`);
    let i = 0;
    for (; i + together <= rows.length; i += together) many.run(rows.slice(i, i + together).flat());
    if (i < rows.length) for (const one = prepared(`INSERT INTO ${into} VALUES ${row}${conflict}`); i < rows.length; i++) one.run(rows[i]);
  };
  const set = ({ name: setting, sealed }: SettingRow) => run('INSERT OR REPLACE INTO settings VALUES (?, ?)', setting, sealed);
  const ask = <T>(work: () => T): Promise<T> => Promise.resolve().then(() => until.now(work));
  const change = (work: () => void): Promise<void> => ask(() => {
    run('BEGIN IMMEDIATE');
    work();
    run('COMMIT');
  });

  /** On stable storage with the next change. */
  const relaxed = (work: () => void): Promise<void> => ask(() => {
    connection.exec('PRAGMA synchronous = NORMAL');
    run('BEGIN IMMEDIATE');
    work();
    run('COMMIT');
    connection.exec('PRAGMA synchronous = FULL');
  });

  let unmoved = 0;
  /** Gives whether all of it could be done: a reader beside can keep the log from being emptied. */
  const move = (how: 'PASSIVE' | 'TRUNCATE'): boolean => {
    const [{ busy }] = all<{ busy: number }>(`PRAGMA wal_checkpoint(${how})`);
    unmoved = 0;
    return busy === 0;
  };
  let moving: NodeJS.Immediate | undefined;
  /** Moves the log into the file, after whoever waits for the commit has been told. */
  const wrote = (bytes: number) => {
    unmoved += bytes;
    if (unmoved < checkpointAfter || moving) return;
    moving = setImmediate(() => {
      moving = undefined;
      try {
        until.now(() => move('PASSIVE'));
      } catch {
        // It is remembered: the next call is refused.
      }
    });
  };

  return {
    name,
    async write({ records, subjects, changes, message, replace, expired, erased }) {
      await change(() => {
        // Erased ones first: whoever comes again after it has another number and key under the same HMAC.
        for (const number of erased?.subjects ?? []) run('UPDATE subjects SET hmac = NULL, key = NULL, erased = ? WHERE number = ?', erased!.by, number);
        insert('subjects', subjects.map((row) => [row.number, row.hmac, row.key, row.erased]));
        insert('records', records.map((row) => [row.seq, row.clock, row.kind, row.subject, row.upto, row.payload, row.first]));
        insert('changes', changes.map((row) => [row.n, row.sealed]));
        if (replace !== undefined) run('DELETE FROM messages WHERE seq >= ?', replace);
        if (expired !== undefined) run('DELETE FROM messages WHERE seq <= ?', expired);
        if (message) run('INSERT OR REPLACE INTO messages VALUES (?, ?, ?)', message.seq, message.clock, message.sealed);
        if (!erased) return;
        for (const entity of erased.states) run('DELETE FROM states WHERE entity = ?', entity);
        erased.settings.forEach(set);
      });
      let bytes = 20_000;
      for (const { payload } of records) bytes += payload.length + 40;
      for (const { sealed } of changes) bytes += sealed.length;
      wrote(bytes + 300 * subjects.length);
    },
    newest: () => ask(() => ({
      record: all<RecordRow>('SELECT seq, clock, kind, subject, upto, payload, first FROM records ORDER BY seq DESC LIMIT 1')[0],
      subject: all<{ number: number }>('SELECT number FROM subjects ORDER BY number DESC LIMIT 1')[0]?.number,
      change: all<{ n: number }>('SELECT n FROM changes ORDER BY n DESC LIMIT 1')[0]?.n,
    })),
    recordFrom: (seq) => ask(() => all<Omit<RecordRow, 'payload'> & { bytes: number }>('SELECT seq, clock, kind, subject, upto, first, length(payload) AS bytes FROM records WHERE seq >= ? ORDER BY seq LIMIT 1', seq)[0]),
    records: (seq, last, upto) => ask(() => all<RecordRow>('SELECT seq, clock, kind, subject, upto, payload, first FROM records WHERE seq = ? OR (seq BETWEEN ? AND ? AND upto <= ?) ORDER BY seq', seq, seq + 1, last, upto)),
    messages: (seq, limit) => ask(() => all<MessageRow>('SELECT seq, clock, sealed FROM messages WHERE seq >= ? ORDER BY seq LIMIT ?', seq, limit)),
    subjects: (numbers) => ask(() => numbers.flatMap((number) => all<SubjectRow>('SELECT number, hmac, key, erased FROM subjects WHERE number = ?', number))),
    subjectsNamed: (hmacs) => ask(() => hmacs.flatMap((hmac) => all<SubjectRow>('SELECT number, hmac, key, erased FROM subjects WHERE hmac = ?', hmac))),
    changes: (after, limit) => ask(() => all<ChangeRow>('SELECT n, sealed FROM changes WHERE n > ? ORDER BY n LIMIT ?', after, limit)),
    states: (entities, version) => ask(() => newest(all<StateRow>(newestStates, JSON.stringify(entities), version))),
    dues: (version, entities) => ask(() => newest(entities ? all<StateRow>(`SELECT entity, due FROM states INDEXED BY states_version WHERE ${among} AND version <= ? ORDER BY entity, version`, JSON.stringify(entities), version)
      : all<StateRow>('SELECT entity, due, max(version) AS version FROM states INDEXED BY states_version WHERE version <= ? GROUP BY entity', version))),
    settings: () => ask(() => all<SettingRow>('SELECT name, sealed FROM settings')),
    begin: (own, setting) => change(() => {
      insert('subjects', [[own.number, own.hmac, own.key, own.erased]]);
      set(setting);
    }),
    async stage(rows, counts) {
      let bytes = 0;
      const before: Pick<StateRow, 'entity' | 'due'>[] = [];
      // What is not synced here is with the setting by which it counts.
      await relaxed(() => {
        const known = new Map<number, { entity: number; version: number; due: number | null }[]>();
        for (const one of all<{ entity: number; version: number; due: number | null }>(`SELECT entity, version, due FROM states INDEXED BY states_version WHERE ${among} ORDER BY entity, version DESC`, JSON.stringify(rows.map(({ entity }) => entity)))) {
          const there = known.get(one.entity);
          if (there) there.push(one);
          else known.set(one.entity, [one]);
        }
        for (const { entity, version, due, sealed } of rows) {
          const there = known.get(entity);
          if (there && there[0].due !== gone) before.push({ entity, due: there[0].due });
          const kept = there?.find((one) => one.version <= counts)?.version ?? 0;
          if (there?.some((one) => one.version < kept)) run('DELETE FROM states WHERE entity = ? AND version < ?', entity, kept);
          run('INSERT INTO states VALUES (?, ?, ?, ?) ON CONFLICT (entity, version) DO UPDATE SET due = excluded.due, sealed = excluded.sealed', entity, version, sealed ? due : gone, sealed);
          bytes += 40 + (sealed?.length ?? 0);
        }
      });
      wrote(bytes);
      return before;
    },
    set: (setting) => change(() => set(setting)),
    discard: (version) => change(() => run('DELETE FROM states WHERE version > ?', version)),
    async tidy(version, { parts, gone: most }) {
      const ends = (where: string, limit: number) => all<{ entity: number; version: number }>(`SELECT entity, version FROM states WHERE ${where} LIMIT ?`, version, limit);
      const old = await ask(() => [...ends('entity < 0 AND version < ?', parts), ...ends(`due = ${gone} AND version <= ?`, most)]);
      // What of it is not on the disk after a failure is deleted once more.
      if (old.length > 0) await relaxed(() => {
        for (const row of old) run('DELETE FROM states WHERE entity = ? AND version <= ?', row.entity, row.version);
      });
      return old.length;
    },
    forget: () => change(() => {
      run('DELETE FROM states');
      run("DELETE FROM settings WHERE name = 'snapshot'");
    }),
    async prune(seq, setting) {
      await change(() => {
        run('DELETE FROM records WHERE seq <= ?', seq);
        set(setting);
      });
      wrote(checkpointAfter / 10);
    },
    // The log holds pages as they were before.
    scrub: () => ask(() => move('TRUNCATE')),
    async close() {
      clearImmediate(moving);
      try {
        if (!until.failed()) close();
      } finally {
        release();
      }
    },
  };
}

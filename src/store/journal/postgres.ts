import pg from 'pg';
import { ShoalError } from '../../errors.js';
import { connectionTo, openPostgres, schemaOf, toldOfPostgres } from '../adapters/postgres.js';
import { migrate } from '../migrate.js';
import { migrations } from '../migrations/catalog.js';
import { untilFailure } from './final.js';
import { gone, type ChangeRow, type JournalTables, type MessageRow, type RecordRow, type SettingRow, type StateRow, type SubjectRow } from './tables.js';

/** Milliseconds to wait for whoever has the journal: the server notices the end of a process that was killed a moment later. */
const patience = 3000;
const waitedEnough = '55P03';

/** The journal's tables in the schema `shoal_<workspace>_journal`: one connection, which also holds the lock; synchronous_commit = on. */
export async function openPostgresJournal(url: string, workspace: string, clock: () => number): Promise<JournalTables> {
  const { config, name: server } = connectionTo(url);
  const schema = schemaOf(workspace, 'journal');
  const name = `${server} (journal of the workspace '${workspace}')`;
  const client = new pg.Client({ ...config, keepAlive: true });
  // What fails is told of by the query that is under way, or the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`SET lock_timeout = ${patience}`);
    await client.query(`SELECT pg_advisory_lock(hashtextextended('shoal:${schema}:alone', 0))`);
    await client.query('SET lock_timeout = 0');
    const databases = await openPostgres(url);
    try {
      await migrate(await databases.open(workspace, 'journal'), migrations.journal, clock);
    } finally {
      await databases.close();
    }
    await client.query(`SET search_path = "${schema}"`);
    return tablesOn(client, name);
  } catch (cause) {
    void client.end().catch(() => undefined);
    throw (cause as { code?: string }).code === waitedEnough ? new ShoalError('store/in-use', { place: name }, { cause }) : toldOfPostgres(name, cause);
  }
}

function tablesOn(client: pg.Client, name: string): JournalTables {
  const until = untilFailure(name, (cause) => toldOfPostgres(name, cause));
  const names = new Map<string, string>();
  /** Prepared once each: named by its place. */
  const query = async <T>(text: string, ...values: unknown[]): Promise<T[]> => {
    if (!names.has(text)) names.set(text, `q${names.size}`);
    return (await client.query({ name: names.get(text), text, values })).rows as T[];
  };
  const all = <T>(text: string, ...values: unknown[]): Promise<T[]> => until.soon(() => query<T>(text, ...values));
  /** In one transaction. It is not rolled back: after a failure the connection is not used again, and the server does that. */
  const change = <T>(work: () => Promise<T>): Promise<T> => until.soon(async () => {
    await client.query('BEGIN');
    const done = await work();
    await client.query('COMMIT');
    return done;
  });
  /** The rows' columns as one array each. */
  const insert = async <T extends object>(table: string, types: { readonly [K in keyof Required<T>]: string }, rows: readonly T[], conflict = '') => {
    if (rows.length === 0) return;
    const columns = Object.keys(types) as (keyof T & string)[];
    const listed = columns.map((column) => `"${column}"`).join(', ');
    await query(`INSERT INTO ${table} (${listed}) SELECT * FROM unnest(${columns.map((column, i) => `$${i + 1}::${types[column]}[]`).join(', ')}) ${conflict}`, ...columns.map((column) => rows.map((row) => row[column])));
  };
  const insertSubjects = (rows: readonly SubjectRow[]) => insert('subjects', { number: 'bigint', hmac: 'bytea', key: 'bytea', erased: 'bigint' }, rows);
  const setting = (row: SettingRow) => insert('settings', { name: 'text', sealed: 'bytea' }, [row], 'ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed');

  return {
    name,
    write: ({ records, subjects, changes, message, replace, expired, erased }) => change(async () => {
      // Erased ones first: whoever comes again after it has another number and key under the same HMAC.
      if (erased) await query('UPDATE subjects SET hmac = NULL, key = NULL, erased = $1 WHERE number = ANY($2::bigint[])', erased.by, erased.subjects);
      await insertSubjects(subjects);
      await insert('records', { seq: 'bigint', clock: 'bigint', kind: 'integer', subject: 'bigint', upto: 'bigint', payload: 'bytea', first: 'bigint' }, records);
      await insert('changes', { n: 'bigint', sealed: 'bytea' }, changes);
      if (replace !== undefined) await query('DELETE FROM messages WHERE seq >= $1', replace);
      if (expired !== undefined) await query('DELETE FROM messages WHERE seq <= $1', expired);
      if (message) await insert('messages', { seq: 'bigint', clock: 'bigint', sealed: 'bytea' }, [message], 'ON CONFLICT (seq) DO UPDATE SET clock = excluded.clock, sealed = excluded.sealed');
      if (!erased) return;
      await query('DELETE FROM states WHERE entity = ANY($1::bigint[])', erased.states);
      for (const row of erased.settings) await setting(row);
    }),
    async newest() {
      const [record] = await all<RecordRow>('SELECT seq, clock, kind, subject, upto, payload, first FROM records ORDER BY seq DESC LIMIT 1');
      const [subject] = await all<{ number: number }>('SELECT number FROM subjects ORDER BY number DESC LIMIT 1');
      const [found] = await all<{ n: number }>('SELECT n FROM changes ORDER BY n DESC LIMIT 1');
      return { record, subject: subject?.number, change: found?.n };
    },
    recordFrom: async (seq) => (await all<Omit<RecordRow, 'payload'> & { bytes: number }>('SELECT seq, clock, kind, subject, upto, first, length(payload) AS bytes FROM records WHERE seq >= $1 ORDER BY seq LIMIT 1', seq))[0],
    records: (seq, last, upto) => all('SELECT seq, clock, kind, subject, upto, payload, first FROM records WHERE seq = $1 OR (seq BETWEEN $2 AND $3 AND upto <= $4) ORDER BY seq', seq, seq + 1, last, upto),
    messages: (seq, limit) => all<MessageRow>('SELECT seq, clock, sealed FROM messages WHERE seq >= $1 ORDER BY seq LIMIT $2', seq, limit),
    subjects: (numbers) => all('SELECT number, hmac, key, erased FROM subjects WHERE number = ANY($1::bigint[])', numbers),
    subjectsNamed: (hmacs) => all('SELECT number, hmac, key, erased FROM subjects WHERE hmac = ANY($1::bytea[])', hmacs),
    changes: (after, limit) => all<ChangeRow>('SELECT n, sealed FROM changes WHERE n > $1 ORDER BY n LIMIT $2', after, limit),
    states: async (entities, version) => (await all<StateRow>('SELECT DISTINCT ON (entity) entity, due, sealed FROM states WHERE entity = ANY($1::bigint[]) AND version <= $2 ORDER BY entity, version DESC', entities, version)).filter(({ sealed }) => sealed !== null),
    dues: async (version, entities) => (await (entities ? all<StateRow>('SELECT DISTINCT ON (entity) entity, due FROM states WHERE entity = ANY($2::bigint[]) AND version <= $1 ORDER BY entity, version DESC', version, entities)
      : all<StateRow>('SELECT DISTINCT ON (entity) entity, due FROM states WHERE version <= $1 ORDER BY entity, version DESC', version))).filter(({ due }) => due !== gone),
    settings: () => all<SettingRow>('SELECT name, sealed FROM settings'),
    begin: (own, row) => change(async () => {
      await insertSubjects([own]);
      await setting(row);
    }),
    stage: (rows, counts) => change(async () => {
      const entities = rows.map(({ entity }) => entity);
      const before = await query<StateRow>('SELECT DISTINCT ON (entity) entity, due FROM states WHERE entity = ANY($1::bigint[]) ORDER BY entity, version DESC', entities);
      await query('DELETE FROM states s WHERE entity = ANY($1::bigint[]) AND version < (SELECT max(version) FROM states c WHERE c.entity = s.entity AND c.version <= $2)', entities, counts);
      await insert('states', { entity: 'bigint', version: 'bigint', due: 'bigint', sealed: 'bytea' }, rows.map((row) => (row.sealed ? row : { ...row, due: gone })), 'ON CONFLICT (entity, version) DO UPDATE SET due = excluded.due, sealed = excluded.sealed');
      return before.filter(({ due }) => due !== gone);
    }),
    set: (row) => change(() => setting(row)),
    discard: (version) => change(async () => void (await query('DELETE FROM states WHERE version > $1', version))),
    tidy: async (version, { parts, gone: most }) => (await all(`WITH old AS ((SELECT entity, version FROM states WHERE entity < 0 AND version < $1 LIMIT $2) UNION ALL (SELECT entity, version FROM states WHERE due = ${gone} AND version <= $1 LIMIT $3))
      DELETE FROM states s USING old WHERE s.entity = old.entity AND s.version <= old.version RETURNING 1 AS one`, version, parts, most)).length,
    forget: () => change(async () => {
      await query('DELETE FROM states');
      await query("DELETE FROM settings WHERE name = 'snapshot'");
    }),
    prune: (seq, row) => change(async () => {
      await query('DELETE FROM records WHERE seq <= $1', seq);
      await setting(row);
    }),
    // The rows as they were are gone with this; the server's own log keeps them until it is recycled or archived.
    scrub: async () => {
      await until.soon(() => client.query('VACUUM subjects, states'));
      return true;
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

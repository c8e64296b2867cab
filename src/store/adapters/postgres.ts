import { Kysely, PostgresDialect, sql, type PostgresPool, type PostgresPoolClient, type Transaction } from 'kysely';
import pg from 'pg';
import { ShoalError } from '../../errors.js';
import { partOf, type Database, type Databases, type Opening, type Part } from '../database.js';
import type { Tables } from '../tables.js';
import { workspaceId } from '../values.js';
import { postgresLock, type PostgresLock } from './postgres-lock.js';

/**
 * Schemas of a PostgreSQL database: `shoal` and `shoal_<workspace>`. Changes of a schema come one after the other, also those of several processes. Where it is opened alone, no
 * other process can open it alone, and nothing is asked of it before that is sure.
 * @throws `store/in-use`, `store/unavailable`
 */
export async function openPostgres(url: string, { alone = false }: Opening = {}): Promise<Databases> {
  const { config, name } = connectionTo(url);
  const pool = new pg.Pool({ ...config, max: 8 });
  // A connection that fails is told of by the query that is under way, if one is, and replaced by the pool; without listeners it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const lock = alone ? postgresLock(config, name) : undefined;
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: telling(pool, name, lock) }) });
  const close = async () => {
    await root.destroy();
    await lock?.release();
  };
  try {
    const { rows: [{ server_encoding: encoding }] } = await sql<{ server_encoding: string }>`SHOW server_encoding`.execute(root);
    if (encoding !== 'UTF8') throw new ShoalError('store/unavailable', { place: name, reason: `its encoding is ${encoding}, which cannot hold every name. Make a database with ENCODING 'UTF8'.` });
  } catch (error) {
    await close();
    throw error;
  }
  const exists = async (workspace?: string, part?: Part) => {
    const { rows } = await sql`SELECT 1 FROM pg_namespace WHERE nspname = ${schemaOf(workspace, part)}`.execute(root);
    return rows.length > 0;
  };
  return {
    name,
    exists,
    open: async (workspace, part) => database(root, schemaOf(workspace, part), workspace === undefined ? name : `${name} (${part === 'journal' ? 'journal of the ' : ''}workspace '${workspace}')`),
    async drop(workspace) {
      for (const part of ['journal', 'store'] as const) await sql`DROP SCHEMA IF EXISTS ${sql.id(schemaOf(workspace, part))} CASCADE`.execute(root);
    },
    close,
  };
}

/** How to connect, and the database as a person is told. */
export function connectionTo(url: string): { config: pg.ClientConfig; name: string } {
  const config: pg.ClientConfig = {
    connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'shoal', types: { getTypeParser },
    // A commit that is told is on the disk, whatever the server's default; names in quotes keep their case and backslashes mean themselves.
    options: '-c synchronous_commit=on -c standard_conforming_strings=on -c client_encoding=UTF8',
  };
  return { config, name: told(url) };
}

/** The schema of a database. No id of a workspace holds an underscore. */
export const schemaOf = (workspace?: string, part: Part = 'store'): string => (workspace === undefined ? 'shoal' : `shoal_${workspaceId(workspace)}${part === 'journal' ? '_journal' : ''}`);

function database(root: Kysely<Tables>, schema: string, name: string): Database {
  return {
    name,
    db: root.withSchema(schema),
    async lock(trx: Transaction<Tables>, creating = false) {
      // Held until the transaction ends. The schema itself may not be there yet, so the lock is on its name.
      await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`shoal:${schema}`}, 0))`.execute(trx);
      if (creating) await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(schema)}`.execute(trx);
    },
    soon: (work) => root.withSchema(schema).transaction().execute(async (trx) => {
      await sql`SET LOCAL synchronous_commit = off`.execute(trx);
      return work(trx);
    }),
    given: (table, columns, rows) => sql`SELECT ${sql.join(columns.map((column) => sql.ref(column)))} FROM json_populate_recordset(null::${sql.table(`${schema}.${table}`)}, ${JSON.stringify(rows)}::json)`,
    async tables(db) {
      const { rows } = await sql<{ name: keyof Tables }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = ${schema} ORDER BY tablename`.execute(db);
      return rows.map(({ name: table }) => table);
    },
    async *rows(trx, table) {
      await sql`DECLARE shoal_rows NO SCROLL CURSOR FOR SELECT * FROM ${sql.table(`${schema}.${table}`)}`.execute(trx);
      for (;;) {
        const { rows } = await sql<Record<string, unknown>>`FETCH ${sql.lit(partOf(table))} FROM shoal_rows`.execute(trx);
        if (rows.length === 0) break;
        yield rows;
      }
      await sql`CLOSE shoal_rows`.execute(trx);
    },
    // The server's own log keeps the rows as they were until it is recycled or archived.
    scrub: async (tables) => void (await sql`VACUUM ${sql.join(tables.map((table) => sql.table(`${schema}.${table}`)))}`.execute(root)),
    // The server looks after its own files.
    inspect: async () => undefined,
  };
}

/** Numbers of 64 bits as numbers: ours are all below 2⁵³. */
const int8 = 20;
const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid as never, format as never)) as typeof pg.types.getTypeParser;

/** A pool whose failures are sentences, and which gives no connection while the lock is not held. */
function telling(pool: pg.Pool, name: string, lock?: PostgresLock): PostgresPool {
  const refuse = (cause: unknown): never => {
    throw toldOfPostgres(name, cause);
  };
  return {
    end: () => pool.end(),
    async connect() {
      await lock?.held().catch(refuse);
      const client = await pool.connect().catch(refuse);
      let broken = false;
      const query = (text: string, values: unknown[]) => client.query(text, values).catch((error: { severity?: string }) => {
        broken ||= error.severity === undefined || error.severity === 'FATAL';
        return refuse(error);
      });
      // A connection that failed is not used again.
      return { query, release: () => client.release(broken) } as unknown as PostgresPoolClient;
    },
  };
}

/** What the server or the connection said, as a person is told. @throws `cause` where it is a bug of ours */
export function toldOfPostgres(name: string, cause: unknown): ShoalError {
  if (cause instanceof ShoalError) return cause;
  const { code, message } = cause as { code?: string; message: string };
  // Of class 22 and 23 are mistakes about values, of class 42 in the statement: bugs of ours, not the server's state; 42501 is a right that is missing.
  if (code && /^(22|23|42(?!501))/.test(code)) throw cause;
  return new ShoalError('store/unavailable', { place: name, reason: `${(message || code || 'no answer').replace(/\.$/, '')}.` }, { cause });
}

/** The URL as it may be shown: without the password. */
function told(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url);
    return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`;
  } catch (cause) {
    throw new ShoalError('store/unavailable', { place: url.replace(/\/\/[^@]*@/, '//'), reason: 'this is no PostgreSQL address. Give one like postgres://user:password@host:5432/database.' }, { cause });
  }
}

import type { Client } from 'pg';
import { ShoalError } from '../../errors.js';
import { tidy } from '../../util/tidy.js';

/** Milliseconds: until there is a connection, and that one statement may take. */
const patience = { connect: 10_000, statement: 30 * 60_000 };

/**
 * Does something in one read-only transaction on a PostgreSQL database, all of it seeing one snapshot. Nothing of the URL's password comes out: not in errors, not in what
 * they cause. @throws `postgres/bad-url`, `postgres/failed`, `run/aborted`
 */
export async function reading<T>(url: string, signal: AbortSignal, work: (client: Client) => Promise<T>, { statement = patience.statement } = {}): Promise<T> {
  const { connectionString, password } = explicit(url);
  const { default: pg } = await import('pg');
  if (signal.aborted) throw new ShoalError('run/aborted', {});
  const client = new pg.Client({
    connectionString, connectionTimeoutMillis: patience.connect, statement_timeout: statement, idle_in_transaction_session_timeout: patience.statement, application_name: 'shoal', keepAlive: true,
  });
  // Set by hand and never null: an absent one would be taken from PGPASSWORD or a password file of whoever runs the server.
  Object.assign(client, { password });
  client.on('error', () => {});
  const stop = () => void client.end().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query("SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1");
    if ((await client.query(ownRecords)).rows.length > 0) throw new ShoalError('postgres/failed', { where: masked(url), reason: 'a Shoal keeps its own records there. Name another database.' });
    return await work(client);
  } catch (error) {
    throw failure(error, url, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    // Nothing was changed, so there is nothing to commit.
    await client.end().catch(() => {});
  }
}

/** An error of the database as one of ours, without the password. */
export function failure(error: unknown, url: string, signal: AbortSignal): ShoalError {
  if (signal.aborted) return new ShoalError('run/aborted', {});
  return error instanceof ShoalError ? error : new ShoalError('postgres/failed', { where: masked(url), reason: reasonOf(error, url) });
}

/** Found where a store of ours is, whatever name the database goes by. */
const ownRecords = "SELECT 1 FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid WHERE n.nspname = 'shoal' AND c.relname = 'workspaces'";

/** What may stand behind the question mark: others would lead elsewhere, read files of this machine, or set aside the limits above. */
const allowed = new Set(['user', 'password', 'sslmode']);

/** The URL with everything said that would otherwise come from the environment of the server, and the password apart. */
function explicit(url: string): { connectionString: string; password: string } {
  masked(url);
  const full = parsed(url);
  const { searchParams: said } = full;
  const password = said.get('password') ?? decoded(full.password);
  if (said.has('user')) full.username = said.get('user')!;
  full.password = '';
  if (full.port === '') full.port = '5432';
  if (full.pathname.length < 2) full.pathname = `/${full.username}`;
  full.search = said.has('sslmode') ? `?sslmode=${encodeURIComponent(said.get('sslmode')!)}` : '';
  return { connectionString: full.href, password };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ShoalError('postgres/bad-url', {});
  }
}

/** 'postgres://ann@db.example.org:5432/shop': what a URL says without its password and options. @throws `postgres/bad-url` */
export function masked(url: string): string {
  const { protocol, username, host, pathname, searchParams } = parsed(url);
  const user = username || searchParams.get('user');
  // A host with a slash in it would be the folder of a Unix socket.
  if (!/^postgres(ql)?:$/.test(protocol) || !user || host === '' || /[/%]/.test(host) || [...searchParams.keys()].some((key) => !allowed.has(key))) throw new ShoalError('postgres/bad-url', {});
  return `postgres://${user}@${host}${pathname}`;
}

function parsed(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new ShoalError('postgres/bad-url', {});
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Check host and port.', ENOTFOUND: 'there is no such host.', EAI_AGAIN: 'the name of the host cannot be looked up now.', ETIMEDOUT: 'it does not answer.',
  ECONNRESET: 'the connection broke off.', '28P01': 'user or password is wrong.', '28000': 'this user may not connect.', '3D000': 'there is no such database.', '42501': 'this user may not read that.',
  '25006': 'only reading is allowed, and this would change something.', '57014': 'it took too long, or was cancelled there.', '53300': 'it has too many connections now.',
};

/** The database's own sentence where it is about the question; never with the password in it. */
function reasonOf(error: unknown, url: string): string {
  const { code = '', message } = error as { code?: string; message: string };
  if (reasons[code]) return reasons[code];
  if (/timeout expired/i.test(message)) return reasons['ETIMEDOUT'];
  const { password, searchParams } = parsed(url);
  const secrets = [password, decoded(password), ...searchParams.getAll('password')].filter((secret) => secret !== '');
  return `${tidy(secrets.reduce((text, secret) => text.replaceAll(secret, '…'), message), 500).replace(/\.$/, '')}.`;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPostgres, withoutPostgres } from '../scripts/postgres.mjs';
import { hasEnded, type Job } from '../src/domain/job.js';
import { openBackend, type Backend } from '../src/server/backend.js';
import { serverConfig } from '../src/server/config.js';
import { masked, reading } from '../src/ingest/postgres/connection.js';
import { csvFrom } from '../src/ingest/postgres/copy.js';
import { csvLine } from '../src/ingest/postgres/csv-line.js';
import { tablesOf } from '../src/ingest/postgres/tables.js';
import { backup } from '../src/store/backup.js';
import { verifyAudits } from '../src/store/verify.js';
import { overTheNetwork } from './support/postgres.js';
import { cli } from './support/shoal.js';

const by = { actor: 'test' };
const clock = () => Date.now();

describe('addresses of databases', () => {
  it('are shown without the password', () => {
    expect(masked('postgres://ann:s3cret@db.example.org:5432/shop')).toBe('postgres://ann@db.example.org:5432/shop');
    expect(masked('postgresql://db/shop?sslmode=require&user=ann&password=s3cret')).toBe('postgres://ann@db/shop');
  });

  it.each(['', 'shop', 'mysql://db/shop', 'postgres:///shop', 'postgres://db/shop', 'postgres://ann@db/shop?sslrootcert=/etc/shadow', 'postgres://ann@db/shop?options=-c%20statement_timeout=0',
    'postgres://ann@db/shop?host=/run/postgresql', 'postgres:///shop?host=/run/postgresql&user=ann', 'postgres://ann@%2Frun%2Fpostgresql/shop', 'postgres://ann@db/shop?port=1', '/run/postgresql shop', 'socket:/run/postgresql?db=shop'])('refuses %j', (url) => {
    expect(() => masked(url)).toThrowError(expect.objectContaining({ code: 'postgres/bad-url', message: expect.not.stringContaining('shadow') }));
  });

  it('keeps the password out of every error', async () => {
    for (const url of ['postgres://ann:s3cret@127.0.0.1:1/shop', 'postgres://ann:s3cret@no-such-host.invalid/shop', 'postgres://ann@127.0.0.1:1/shop?password=s3cret']) {
      const error = await tablesOf(url).catch((refusal: Error & { cause?: unknown }) => refusal);
      expect(error).toMatchObject({ code: 'postgres/failed', message: expect.stringContaining('cannot be read') });
      expect(`${(error as Error).message} ${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain('s3cret');
    }
  });
});

it('sends what the address says and nothing from the environment of the server', async () => {
  // A server that asks for the password in clear, and takes nobody.
  const heard: string[] = [];
  const asking = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (start) => {
      heard.push(start.subarray(8).toString());
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      socket.once('data', (answer) => {
        heard.push(answer.subarray(5).toString());
        socket.end();
      });
    });
  }).listen(0, '127.0.0.1');
  await once(asking, 'listening');
  for (const [name, value] of Object.entries({ PGPASSWORD: 's3cret', PGUSER: 'owner', PGDATABASE: 'payroll', PGHOST: 'elsewhere.invalid' })) vi.stubEnv(name, value);
  try {
    await expect(tablesOf(`postgres://ann@127.0.0.1:${(asking.address() as AddressInfo).port}`)).rejects.toMatchObject({ code: 'postgres/failed' });
    expect(heard[0]).toContain('user\0ann\0database\0ann\0');
    expect(heard.join()).not.toMatch(/s3cret|owner|payroll/);
  } finally {
    vi.unstubAllEnvs();
    asking.close();
  }
});

it('writes records of RFC 4180, null and empty apart', () => {
  expect(csvLine(['1', null, '', 'a,b', 'say "hi"', 'two\nlines', ' padded ', "=1+1"])).toBe('1,,"","a,b","say ""hi""","two\nlines"," padded ",=1+1\n');
});

describe.skipIf(withoutPostgres)(withoutPostgres ?? 'a PostgreSQL database as a source', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let url: string;
  let gate: Awaited<ReturnType<typeof overTheNetwork>>;
  let client: pg.Client;
  let backend: Backend;
  let data: string;
  beforeAll(async () => {
    server = await startPostgres();
    const inside = await server.fresh();
    client = new pg.Client({ connectionString: inside });
    gate = await overTheNetwork(inside);
    url = gate.url;
    await client.connect();
    await client.query(`
      CREATE SCHEMA crm;
      CREATE TABLE orders (id serial, customer_id int, ordered timestamptz, amount numeric(10,2), "note, odd" text, paid boolean);
      INSERT INTO orders (customer_id, ordered, amount, "note, odd", paid)
        SELECT i % 400, timestamptz '2024-03-01 12:00+02' + i * interval '1 hour', i / 7.0, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'a "b", c' END, i % 2 = 0 FROM generate_series(1, 12000) i;
      CREATE TABLE crm.people AS SELECT i AS customer_id, 'Ann ' || i AS name FROM generate_series(0, 399) i;
      CREATE VIEW big AS SELECT * FROM orders WHERE amount > 1000;
      CREATE TABLE nothing (id int);
      CREATE SEQUENCE counter;
      ANALYZE`);
    data = await mkdtemp(join(tmpdir(), 'shoal-import-'));
    backend = await openBackend(serverConfig({ data }, {}), clock);
  });
  afterAll(async () => {
    await backend?.close();
    await client?.end();
    gate?.close();
    await server?.stop();
  });

  async function imported(input: Record<string, unknown>): Promise<Job> {
    const { id } = await backend.jobs.start('main', 'import', { url, ...input }, by);
    for await (const job of backend.jobs.watch('main', id)) if (hasEnded(job.state)) return job;
    throw new Error('it never ended');
  }

  it('lists what can be read, with about how many rows', async () => {
    expect(await tablesOf(url)).toEqual([
      { schema: 'public', table: 'orders', rows: 12_000 }, { schema: 'crm', table: 'people', rows: 400 }, { schema: 'public', table: 'big', rows: 0 }, { schema: 'public', table: 'nothing', rows: 0 },
    ]);
  });

  it('copies tables and a query into files that segments are found in', async () => {
    const job = await imported({ tables: [{ schema: 'public', table: 'orders' }, { schema: 'crm', table: 'people' }], query: { name: 'per customer', sql: 'SELECT customer_id, count(*) AS n, count(*) AS n, max(amount) FROM orders GROUP BY 1 ORDER BY 1; ' } });
    expect(job.state).toBe('done');
    const { files } = await backend.workspaces.open('main');
    const found = new Map((await files.list()).map((file) => [file.name, file]));
    expect([...found.keys()].sort()).toEqual(['crm.people.csv', 'orders.csv', 'per customer.csv']);
    expect(found.get('orders.csv')).toMatchObject({ origin: 'postgres', from: expect.stringMatching(/^postgres:\/\/shoal@.* orders$/) });
    const text = async (name: string) => (await readFile(await files.path(found.get(name)!.id), 'utf8')).split('\n');
    const rows = await text('orders.csv');
    expect(rows.slice(0, 4)).toEqual(['id,customer_id,ordered,amount,"note, odd",paid', '1,1,2024-03-01 11:00:00+00,0.14,"",false', '2,2,2024-03-01 12:00:00+00,0.29,"a ""b"", c",true', '3,3,2024-03-01 13:00:00+00,0.43,,false']);
    expect(rows).toHaveLength(12_002);
    expect((await text('per customer.csv'))[0]).toBe('customer_id,n,n_2,max');
    const { id } = await backend.jobs.start('main', 'inspect', { files: [found.get('orders.csv')!.id] }, by);
    for await (const { state, result } of backend.jobs.watch('main', id)) if (hasEnded(state)) expect(result).toMatchObject({ entity: { count: 400 } });
  });

  it('only reads, whatever the query says, and runs one statement', async () => {
    const asked = async (sql: string) => reading(url, new AbortController().signal, async (client) => { for await (const _ of csvFrom(client, { query: sql }, () => {})); });
    for (const [sql, reason] of [
      ['DELETE FROM orders RETURNING *', 'syntax error'], ["SELECT nextval('counter')", 'only reading is allowed'], ['SELECT 1; DROP TABLE orders', 'multiple commands'],
      ["SELECT 1) TO PROGRAM 'touch /tmp/shoal-was-here'; --", 'syntax error'], ['COMMIT', 'syntax error'], ['SELECT * FROM nowhere', 'does not exist'], ['WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone', 'data-modifying'],
    ]) await expect(asked(sql)).rejects.toMatchObject({ code: 'postgres/failed', message: expect.stringContaining(reason) });
    expect((await client.query('SELECT count(*)::int AS n FROM orders')).rows).toEqual([{ n: 12_000 }]);
    const before = await (await backend.workspaces.open('main')).files.list();
    expect(await imported({ query: { name: 'q', sql: 'SELECT * FROM nowhere' } })).toMatchObject({ state: 'failed', problem: { code: 'postgres/failed', sentence: expect.stringContaining('does not exist') } });
    // The second of two fails: the first is not there either.
    expect(await imported({ tables: [{ schema: 'public', table: 'orders' }, { schema: 'public', table: 'nothing' }] })).toMatchObject({ state: 'failed', problem: { code: 'postgres/no-rows' } });
    expect(await (await backend.workspaces.open('main')).files.list()).toEqual(before);
    expect((await readdir(join(data, 'workspaces/main'))).filter((name) => name.startsWith('.partial'))).toEqual([]);
  });

  it('refuses names that try to be more than names', async () => {
    expect(await imported({ tables: [{ schema: 'public', table: 'orders"; DROP TABLE orders; --' }] })).toMatchObject({ state: 'failed', problem: { sentence: expect.stringContaining('does not exist') } });
    expect((await client.query('SELECT count(*)::int AS n FROM orders')).rows).toEqual([{ n: 12_000 }]);
  });

  it('never writes the password down, and asks for it again after a restart', async () => {
    const { id } = await backend.jobs.start('main', 'import', { url: `${url}?password=s3cret`, query: { name: 'q', sql: 'SELECT * FROM nowhere' } }, by);
    for await (const job of backend.jobs.watch('main', id)) expect(JSON.stringify(job)).not.toContain('s3cret');
    await backend.close();
    for (const name of (await readdir(data, { recursive: true })).filter((path) => /sqlite|json/.test(path))) expect(await readFile(join(data, name), 'latin1')).not.toContain('s3cret');
    backend = await openBackend(serverConfig({ data }, {}), clock);
    await backend.jobs.resume('main', id, by);
    for await (const job of backend.jobs.watch('main', id)) if (hasEnded(job.state)) expect(job).toMatchObject({ state: 'failed', problem: { code: 'postgres/no-password' } });
  });

  it('can keep the records of a server as well, jobs and runs and all', async () => {
    const place = { data: await mkdtemp(join(tmpdir(), 'shoal-pg-server-')), store: await server.fresh() };
    let own = await openBackend(serverConfig(place, {}), clock);
    const main = await own.workspaces.open('main');
    const rows = Array.from({ length: 900 }, (_, i) => `${i},C${i % 90},2024-0${1 + (i % 9)}-11,${(i % 90) % 2 ? 20 + (i % 7) : 150 + (i % 7)}`);
    const file = await main.files.add('orders.csv', (async function* () { yield Buffer.from(['id,customer,day,amount', ...rows].join('\n')); })(), by);
    const { id } = await own.jobs.start('main', 'discover', { files: [file.id], options: { k: 2 } }, by);
    let run = '';
    for await (const job of own.jobs.watch('main', id)) if (hasEnded(job.state)) run = String(job.result?.['run'] ?? job.problem?.sentence);
    await own.close();
    own = await openBackend(serverConfig(place, {}), clock);
    const { store, desk } = await own.workspaces.open('main');
    expect(await store.aliases.current()).toEqual({ champion: run });
    expect((await store.audit.verify()).fault).toBeUndefined();
    expect((await desk.ask('report', {}, run)).segments).toHaveLength(2);
    await expect(tablesOf(url.replace(/[^/]*$/, new URL(place.store).pathname.slice(1)))).rejects.toMatchObject({ code: 'postgres/failed', message: expect.stringContaining('its own records') });
    await own.close();
    expect((await readdir(place.data)).sort()).toEqual(['lock.sqlite', 'secrets.key', 'workspaces']);
  });

  it('lets one server have a database, and a data folder: another is refused and touches nothing', async () => {
    const place = { data: await mkdtemp(join(tmpdir(), 'shoal-pg-one-')), store: await server.fresh() };
    const own = await openBackend(serverConfig(place, {}), clock);
    const main = await own.workspaces.open('main');
    await main.store.runs.begin({ id: 'r1', title: 'Under way', input: {} }, by);
    const job = await main.store.jobs.queue({ kind: 'discover', input: {} }, by);
    await main.store.jobs.start(job.id, by);
    const begun = ['files/.partial-file_1', 'runs/.partial-r1', 'runs/r1', 'exports'].map((name) => join(main.folder, name));
    for (const folder of begun) await mkdir(folder, { recursive: true });
    const elsewhere = await mkdtemp(join(tmpdir(), 'shoal-pg-two-'));
    for (const [taken, other] of [[place.data, place], [place.data, { ...place, store: await server.fresh() }], ['postgres:///', { ...place, data: elsewhere }]] as const) {
      const refusal: unknown = await openBackend(serverConfig(other, {}), clock).then((backend) => backend.close(), (error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'store/in-use', message: expect.stringMatching(/^'.+' is in use by another Shoal process\. Stop that one first, or use it\.$/) });
      expect((refusal as Error).message).toContain(taken);
    }
    for (const folder of begun) expect(existsSync(folder), folder).toBe(true);
    expect(await main.store.jobs.get(job.id)).toMatchObject({ state: 'running' });
    expect(await readdir(elsewhere)).toEqual(['lock.sqlite']);
    const path = join(elsewhere, 'beside.backup');
    expect(await backup(place.store, path, { clock })).toMatchObject({ workspaces: ['main'] });
    expect(await verifyAudits(place.store)).toMatchObject([{}, { workspace: 'main' }]);
    await own.close();
    await (await openBackend(serverConfig({ ...place, data: elsewhere }, {}), clock)).close();
  });

  it('gives the database back when a server is killed', async () => {
    const place = { data: await mkdtemp(join(tmpdir(), 'shoal-pg-killed-')), store: await server.fresh() };
    const elsewhere = serverConfig({ ...place, data: await mkdtemp(join(tmpdir(), 'shoal-pg-next-')) }, {});
    const child = spawn(process.execPath, [cli, 'serve', '--data', place.data, '--port', '0', '--quiet'], { env: { ...process.env, SHOAL_STORE: place.store }, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    try {
      const told = await Promise.race([once(child.stdout, 'data'), ended]);
      expect(String(told[0])).toContain('Shoal is at');
      await expect(openBackend(elsewhere, clock)).rejects.toMatchObject({ code: 'store/in-use' });
    } finally {
      child.kill('SIGKILL');
    }
    // PostgreSQL sees the end of a connection a moment later than we see that of the process: the next server waits for it.
    await (await openBackend(elsewhere, clock)).close();
    await ended;
  });
});

// A PostgreSQL server for tests and benchmarks: its own, in a temporary folder, listening on a socket in it only.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const asRoot = process.getuid?.() === 0;

/** Where the server's programs are: on the PATH, or where Debian and its kin put them. */
const debian = '/usr/lib/postgresql';
const folder = [...(process.env.PATH ?? '').split(delimiter), ...(existsSync(debian) ? readdirSync(debian).sort().reverse().map((version) => join(debian, version, 'bin')) : [])]
  .find((path) => path && existsSync(join(path, 'initdb')) && existsSync(join(path, 'pg_ctl')));

/** Why no server can be started here; undefined where one can. */
export const withoutPostgres = folder
  ? undefined
  : 'PostgreSQL is not installed here: its tests are skipped. Install it (Debian: apt install postgresql) so that initdb and pg_ctl are on the PATH or in /usr/lib/postgresql/<version>/bin.';

/**
 * Starts a server; as root it runs as 'nobody', since it refuses root. Unless `durable` it does not wait for the disk.
 * Gives `fresh()`, the address of a new empty database; `crash()`, which ends it without a checkpoint and starts it again; `stop()`.
 * @param {{ durable?: boolean }} [options]
 */
export async function startPostgres({ durable = false } = {}) {
  const place = await mkdtemp(join(tmpdir(), 'shoal-pg-'));
  const program = (name, ...args) => {
    const path = join(folder, name);
    return asRoot ? run('runuser', ['-u', 'nobody', '--', path, ...args], { cwd: place }) : run(path, args, { cwd: place });
  };
  if (asRoot) await chown(place, Number((await run('id', ['-u', 'nobody'])).stdout), -1);
  else await chmod(place, 0o700);
  const data = join(place, 'data');
  await program('initdb', '-D', data, '-A', 'trust', '-U', 'shoal', '-E', 'UTF8', '--locale=C', '-N');
  const settings = `-c listen_addresses='' -k ${place} -c max_connections=100 -c shared_buffers=32MB${durable ? '' : ' -c fsync=off'}`;
  const start = () => program('pg_ctl', '-D', data, '-w', '-l', join(place, 'log'), '-o', settings, 'start');
  const kill = () => program('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
  await start();
  const address = (database) => `postgres:///${database}?host=${place}&user=shoal`;
  let databases = 0;
  return {
    async fresh() {
      const name = `t${(databases += 1)}`;
      const client = new pg.Client({ connectionString: address('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      await client.end();
      return address(name);
    },
    async crash() {
      await kill();
      await start();
    },
    async stop() {
      await kill();
      await rm(place, { recursive: true, force: true });
    },
  };
}

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the server's programs are: on the PATH, or where Debian and its kin put them. */
const folder = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  ...(existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort().reverse().map((version) => `/usr/lib/postgresql/${version}/bin`) : []),
].find((path) => path && existsSync(join(path, 'initdb')) && existsSync(join(path, 'pg_ctl')));

/** Why no server can be started here; undefined where one can. */
export const withoutPostgres = folder ? undefined : "PostgreSQL is not installed here: its tests are skipped. Install it (Debian: apt install postgresql) so that initdb and pg_ctl are on the PATH or in /usr/lib/postgresql/<version>/bin.";

export interface PostgresServer {
  /** Address of a new, empty database. */
  fresh(): Promise<string>;
  /** Ends the server as a loss of power would, and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** A server of its own, in a temporary folder, that listens on a socket in it only. As root it runs as 'nobody', since it refuses root. */
export async function startPostgres(): Promise<PostgresServer> {
  const place = await mkdtemp('/tmp/shoal-pg-');
  const program = (name: string, ...args: string[]) => {
    const path = join(folder!, name);
    return process.getuid?.() === 0 ? run('runuser', ['-u', 'nobody', '--', path, ...args], { cwd: place }) : run(path, args, { cwd: place });
  };
  if (process.getuid?.() === 0) {
    const { stdout } = await run('id', ['-u', 'nobody']);
    await chown(place, Number(stdout), -1);
  } else await chmod(place, 0o700);
  const data = join(place, 'data');
  await program('initdb', '-D', data, '-A', 'trust', '-U', 'shoal', '-E', 'UTF8', '--locale=C', '-N');
  const start = () => program('pg_ctl', '-D', data, '-w', '-l', join(place, 'log'), '-o', `-c listen_addresses='' -k ${place} -c max_connections=100 -c shared_buffers=32MB`, 'start');
  await start();
  const { default: pg } = await import('pg');
  let databases = 0;
  const address = (database: string) => `postgres:///${database}?host=${place}&user=shoal`;
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
      await program('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
      await start();
    },
    async stop() {
      await program('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
      await rm(place, { recursive: true, force: true });
    },
  };
}

import pg from 'pg';
import { ShoalError } from '../../errors.js';

/** A database that this process has for itself. */
export interface PostgresLock {
  /** Resolves while it is held. A lost connection loses it; then it is taken again. @throws `store/in-use` where somebody else has taken it, and what connecting throws */
  held(): Promise<unknown>;
  release(): Promise<void>;
}

/** The database's name for it; those of transactions are named by their schema. */
const taking = "SELECT pg_advisory_lock(hashtextextended('shoal:server', 0))";

/**
 * Milliseconds that the first call waits for whoever has it: PostgreSQL notices the end of a process that was killed a moment later, and whoever starts that one again must not be refused.
 * Taken again, it is there at once or somebody else's.
 */
const patience = { first: 3000, again: 1 } as const;

/** What PostgreSQL says where it waited for so long. */
const waitedEnough = '55P03';

/** A lock of a session on a connection of its own: the server takes it back however the process ends. `name` is the database as a person is told. Nothing is done before `held()`. */
export function postgresLock(config: pg.ClientConfig, name: string): PostgresLock {
  let session: Promise<pg.Client> | undefined;
  let released = false;
  let wait: number = patience.first;
  const take = async () => {
    // Where this machine goes away without a word, the server notices within a minute.
    const client = new pg.Client({ ...config, keepAlive: true, options: `${config.options ?? ''} -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3` });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(`SET lock_timeout = ${wait}`);
      await client.query(taking);
    } catch (error) {
      void client.end().catch(() => undefined);
      throw (error as { code?: string }).code === waitedEnough ? new ShoalError('store/in-use', { place: name }, { cause: error }) : error;
    }
    wait = patience.again;
    client.once('end', () => {
      session = undefined;
      // At once, so that nobody comes between; where that fails, whoever asks next tries again.
      if (!released) held().catch(() => undefined);
    });
    return client;
  };
  const held = () => {
    if (session) return session;
    const now = take();
    session = now;
    now.catch(() => {
      if (session === now) session = undefined;
    });
    return now;
  };
  return {
    held,
    async release() {
      released = true;
      await session?.then((client) => client.end(), () => undefined);
    },
  };
}

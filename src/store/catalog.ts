import type { Databases, Opening } from './database.js';
import { openHome } from './home.js';
import type { HomeStore } from './store.js';

export interface StoreOptions {
  /** Milliseconds since the Unix epoch: the time of every change. */
  readonly clock: () => number;
}

const adapters = {
  sqlite: async (place: string, opening: Opening) => (await import('./adapters/sqlite.js')).openSqliteFolder(place, opening),
  postgres: async (place: string, _: Opening) => (await import('./adapters/postgres.js')).openPostgres(place),
} as const;

/**
 * Opens the store at a place: a data folder (SQLite files, made where absent) or a 'postgres://…' URL (schemas 'shoal' and 'shoal_<workspace>').
 * @throws `store/in-use`, `store/newer`, `store/damaged`, `store/unavailable`
 */
export async function openStore(place: string, { clock }: StoreOptions): Promise<HomeStore> {
  const databases = await openDatabases(place);
  try {
    return await openHome(databases, clock);
  } catch (error) {
    await databases.close();
    throw error;
  }
}

/** The databases of a place, for what is done to all of them: backing up, restoring, checking. */
export function openDatabases(place: string, opening: Opening = {}): Promise<Databases> {
  return adapters[/^postgres(ql)?:\/\//.test(place) ? 'postgres' : 'sqlite'](place, opening);
}

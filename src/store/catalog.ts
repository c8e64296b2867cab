import { assert, ShoalError } from '../errors.js';
import type { Databases, Opening } from './database.js';
import { openHome } from './home.js';
import type { Journal } from './journal.js';
import { journalIn } from './journal/open.js';
import { openThreadedJournal } from './journal/thread.js';
import { sealingIn } from './sealing.js';
import type { HomeStore } from './store.js';
import { workspaceId } from './values.js';

export interface StoreOptions {
  /** Milliseconds since the Unix epoch: the time of every change. */
  readonly clock: () => number;
}

const adapters = {
  sqlite: async (place: string, opening: Opening) => (await import('./adapters/sqlite.js')).openSqliteFolder(place, opening),
  postgres: async (place: string, opening: Opening) => (await import('./adapters/postgres.js')).openPostgres(place, opening),
} as const;

/**
 * Opens the store at a place: a data folder (SQLite files, made where absent) or a 'postgres://…' URL (schemas 'shoal' and 'shoal_<workspace>').
 * A server names its `data` folder, which is there: that folder and the place are its alone until the store is closed, and nothing is changed before that is sure.
 * `keys`: the folder of the key that secrets are sealed with; by default the data folder.
 * @throws `store/in-use`, `store/newer`, `store/damaged`, `store/unavailable`
 */
export async function openStore(place: string, { clock, data, keys = data ?? place }: StoreOptions & { readonly data?: string; readonly keys?: string }): Promise<HomeStore> {
  const databases = await (data === undefined ? openDatabases(place) : openAlone(place, data));
  try {
    assert(engineOf(keys) === 'sqlite', 'a store in a database needs a folder for its key');
    return await openHome(databases, await sealingIn(keys), clock);
  } catch (error) {
    await databases.close();
    throw error;
  }
}

const journals = {
  sqlite: async (place: string, workspace: string, clock: () => number) => (await import('./journal/sqlite.js')).openSqliteJournal(place, workspace, clock),
  postgres: async (place: string, workspace: string, clock: () => number) => (await import('./journal/postgres.js')).openPostgresJournal(place, workspace, clock),
} as const;

/**
 * Opens the journal of a workspace, made where there is none, for this caller alone: `workspaces/<id>/journal.sqlite` in a data folder, or the schema 'shoal_<workspace>_journal'.
 * With an `entry` (the module `journal` of the build) it has a thread of its own. @throws `store/in-use`, `store/newer`, `store/damaged`, `store/unavailable`
 */
export async function openJournal(place: string, workspace: string, { clock, entry }: StoreOptions & { readonly entry?: string }): Promise<Journal> {
  if (entry !== undefined) return openThreadedJournal(entry, place, workspace, engineOf(place) === 'sqlite');
  const tables = await journals[engineOf(place)](place, workspaceId(workspace), clock);
  try {
    return await journalIn(tables, workspace);
  } catch (error) {
    await tables.close();
    throw error;
  }
}

/** Reads the saved states of a journal that is open elsewhere, as they were last committed. @throws `store/unavailable`, `store/damaged` */
export async function openStates(place: string, workspace: string): Promise<Pick<Journal, 'states'>> {
  return (await import('./journal/sqlite.js')).openSqliteStates(place, workspaceId(workspace));
}

/** The databases of a place, for what is done to all of them: backing up, restoring, checking. */
export function openDatabases(place: string, opening: Opening = {}): Promise<Databases> {
  return adapters[engineOf(place)](place, opening);
}

/** The databases of a place, and the folder of what belongs to them, for this process alone. */
async function openAlone(place: string, folder: string): Promise<Databases> {
  // Files in a folder are locked with it.
  if (engineOf(place) === 'sqlite') return openDatabases(place, { alone: true });
  const lock = await (await import('./adapters/sqlite.js')).lockFolder(folder, folder);
  if (!lock) throw new ShoalError('store/in-use', { place: folder });
  try {
    const databases = await openDatabases(place, { alone: true });
    return {
      ...databases,
      async close() {
        await databases.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

const engineOf = (place: string): keyof typeof adapters => (/^postgres(ql)?:\/\//.test(place) ? 'postgres' : 'sqlite');

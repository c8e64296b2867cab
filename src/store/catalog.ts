import { assert } from '../errors.js';
import type { HomeStore } from './store.js';

export interface StoreOptions {
  /** Milliseconds since the Unix epoch: the time of every change. */
  readonly clock: () => number;
}

/**
 * Opens the store at a place: a data folder (SQLite files, made where absent) or a 'postgres://…' URL (schemas 'shoal' and 'shoal_<workspace>').
 * @throws `store/in-use`, `store/newer`, `store/damaged`, `store/unavailable`
 */
export async function openStore(place: string, _options: StoreOptions): Promise<HomeStore> {
  assert(false, `there is no store yet to open '${place}' with`);
}

import type { Expression, Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.js';

/** One database: the tables of home, or those of one workspace. */
export interface Database {
  /** As a person is told: without a password. */
  readonly name: string;
  readonly db: Kysely<Tables>;
  /** Inside a transaction: from here to its end nobody else changes anything. `audit` exists already unless `creating`. */
  lock(trx: Transaction<Tables>, creating?: boolean): Promise<void>;
  /** A transaction that need not be on the disk when it is told: it does not wait for it. After a loss of power it may not have been; everything that is told after it in the usual way is there only with it. */
  soon<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Rows as something to insert from: `INSERT … <given>`. However many there are, the statement is the same. */
  given<T extends keyof Tables>(table: T, columns: readonly (keyof Tables[T] & string)[], rows: readonly Tables[T][]): Expression<unknown>;
  /** Names of the tables there are; the rows of one in parts, in any order, inside a transaction. */
  tables(db: Kysely<Tables>): Promise<(keyof Tables)[]>;
  rows(trx: Kysely<Tables>, table: keyof Tables): AsyncGenerator<Record<string, unknown>[]>;
  /** What was deleted from these tables is in no file any more, as far as the engine can see to that: at once, or a little after whoever reads beside has ended. */
  scrub(tables: readonly (keyof Tables)[]): Promise<void>;
  /** Throws `store/damaged` when the engine finds its own file broken. */
  inspect(): Promise<void>;
}

/** The databases of a workspace: its store, and its journal (see `openJournal`), which only backing up and restoring open here. */
export type Part = 'store' | 'journal';

/** A place that holds databases: that of home (no workspace named) and those of each workspace. What an adapter provides. */
export interface Databases {
  readonly name: string;
  exists(workspace?: string, part?: Part): Promise<boolean>;
  /** Opens a database, empty where there was none; opening it again gives the same. */
  open(workspace?: string, part?: Part): Promise<Database>;
  /** Deletes a workspace's databases for good. */
  drop(workspace: string): Promise<void>;
  close(): Promise<void>;
}

/** How to open a place. */
export interface Opening {
  /** Read beside a process that is writing, instead of refusing. Nothing can be changed then. */
  readonly beside?: boolean;
  /** Refuse where another process has opened it alone. SQLite files are never opened otherwise, except beside. */
  readonly alone?: boolean;
}

/** Rows that are read at once: fewer of those that may be a megabyte each. */
export const partOf = (table: keyof Tables): number => (['records', 'states', 'messages'].includes(table) ? 50 : 500);

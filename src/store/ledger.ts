import type { Kysely, Transaction } from 'kysely';
import type { AuditEntry } from '../domain/audit-entry.js';
import type { Topic } from '../domain/note.js';
import { assert } from '../errors.js';
import { appendAudit } from './chain.js';
import type { Database } from './database.js';
import type { By } from './store.js';
import type { Tables } from './tables.js';
import { checkedBy } from './values.js';

/** One database and the only way to change it. */
export interface Ledger {
  readonly database: Database;
  readonly db: Kysely<Tables>;
  /** One transaction, alone: what `work` does and the audit entries that say so are kept together, or not at all. */
  change<T>(by: By, work: (change: Change) => Promise<T>): Promise<T>;
  /** The same without waiting for the disk: for what is done again where it is lost (see `Database.soon`). */
  changeSoon: Ledger['change'];
  /** Milliseconds. */
  readonly clock: () => number;
}

/** A change under way. Every read and write of it goes through `trx`. */
export interface Change {
  readonly trx: Transaction<Tables>;
  readonly at: number;
  readonly actor: string;
  readonly reason: string | null;
  /** Says what is changed; a change that says nothing is a bug, unless it found nothing to do. */
  audit(action: string, subject: Topic, what?: { readonly before?: unknown; readonly after?: unknown }): Promise<AuditEntry>;
  nothingToDo(): void;
}

export function openLedger(database: Database, clock: () => number): Ledger {
  const { db } = database;
  const changing = (transaction: Database['soon']): Ledger['change'] => async (by, work) => {
    const { actor, reason, request } = checkedBy(by);
    return transaction(async (trx) => {
      await database.lock(trx);
      const at = Math.round(clock());
      let said = false;
      const result = await work({
        trx, at, actor, reason,
        async audit(action, subject, { before, after } = {}) {
          said = true;
          return appendAudit(trx, { at, actor, action, subject, before, after, reason, request });
        },
        nothingToDo: () => void (said = true),
      });
      assert(said, 'a change without an audit entry');
      return result;
    });
  };
  return { database, db, clock, change: changing((work) => db.transaction().execute(work)), changeSoon: changing(database.soon) };
}

import type { Transaction } from 'kysely';
import { lastRecordOf } from '../domain/stored-run.js';
import type { Ledger } from './ledger.js';
import { release } from './outbox.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { canMove } from './transitions.js';

/** Rows of one statement. */
const chunk = 500;
/** The tables that name people who can be erased. */
const naming = ['deliveries', 'delivery_attempts', 'transitions', 'notes', 'erasures'] as const;

/** Erasures under way: who is to be forgotten, until nothing is left of them. */
export function erasuresOf({ db, database, change, clock }: Ledger): Store['erasures'] {
  return {
    async begin(names, record) {
      return db.transaction().execute(async (trx) => {
        await database.lock(trx);
        const newest = await trx.selectFrom('erasures').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
        const seq = (newest?.seq ?? 0) + 1;
        await trx.insertInto('erasures').values({ seq, names: JSON.stringify(names), state: 'begun', at: Math.round(clock()), record, told: 0 }).execute();
        return seq;
      });
    },
    async open() {
      const rows = await db.selectFrom('erasures').selectAll().orderBy('seq').execute();
      return rows.map(({ seq, names, state, record }) => ({ seq, names: JSON.parse(names) as string[], erased: state === 'erased', record }));
    },
    erased: (erasure, { record, told, ...gone }, by) => change(by, async ({ trx, at, audit }) => {
      await trx.updateTable('erasures').set({ state: 'erased', at, record, told }).where('seq', '=', erasure).execute();
      // Who it was is what is forgotten: the audit log says that somebody was erased, not who.
      await audit('entity.erase', { kind: 'entity', id: 'erased' }, { after: gone });
    }),
    async forget() {
      await db.transaction().execute(async (trx) => {
        await database.lock(trx);
        for (const row of await trx.selectFrom('erasures').selectAll().where('state', '=', 'erased').execute()) await forgetOne(trx, row, Math.round(clock()));
      });
      await database.scrub(naming);
    },
    async end(erasures, { runs, rows }, by) {
      await change(by, async ({ trx, audit, nothingToDo }) => {
        nothingToDo();
        if (erasures.length > 0) await trx.deleteFrom('erasures').where('seq', 'in', [...erasures]).execute();
        if (rows > 0) await audit('entity.forget', { kind: 'entity', id: 'erased' }, { after: { runs, rows } });
      });
      await database.scrub(naming);
    },
  };
}

/** Deletes what is there of somebody who was erased, and nothing of whoever came under the same names after it. */
async function forgetOne(trx: Transaction<Tables>, { names, at, record, told }: Tables['erasures'], now: number): Promise<void> {
  const all = JSON.parse(names) as string[];
  const since = await runsSince(trx, record);
  for (let i = 0; i < all.length; i += chunk) {
    const some = all.slice(i, i + chunk);
    const said = some.map((name) => JSON.stringify(name));
    const theirs = await trx.selectFrom('deliveries').select(['id', 'webhook']).where('entity', 'in', said).where('n', '<=', told).execute();
    for (let from = 0; from < theirs.length; from += chunk) {
      const ids = theirs.slice(from, from + chunk).map(({ id }) => id);
      await trx.deleteFrom('delivery_attempts').where('delivery', 'in', ids).execute();
      await trx.deleteFrom('deliveries').where('id', 'in', ids).execute();
    }
    // What waited behind them is of somebody else.
    for (const webhook of new Set(theirs.map((one) => one.webhook))) await release(trx, webhook, now, said);
    // Of names that are no line of text nothing else is kept, nor could every engine look for them.
    const lines = some.filter(canMove);
    if (lines.length === 0) continue;
    const moves = trx.deleteFrom('transitions').where('entity', 'in', lines);
    await (since.length > 0 ? moves.where('run', 'not in', since) : moves).execute();
    await trx.deleteFrom('notes').where('about_kind', '=', 'entity').where('about', 'in', lines).where('at', '<=', at).execute();
  }
}

/** The runs that say nothing of what was before a record of the journal: what they hold is after it, and so is what the run holds with which they were compared. */
async function runsSince(trx: Transaction<Tables>, record: number): Promise<number[]> {
  const rows = (await trx.selectFrom('runs').select(['seq', 'id', 'input']).execute()).map(({ seq, id, input }) => ({ seq, id, input: JSON.parse(input) as { readonly previous?: string } | null }));
  const after = new Set(rows.filter(({ input }) => (lastRecordOf(input) ?? 0) >= record).map(({ id }) => id));
  return rows.filter(({ id, input }) => after.has(id) && (input?.previous === undefined || after.has(input.previous))).map(({ seq }) => seq);
}

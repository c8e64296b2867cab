import type { Ledger } from './ledger.js';
import type { Store } from './store.js';
import { canMove } from './transitions.js';

/** Rows of one statement. */
const chunk = 500;
/** The tables that name people who can be erased. */
const naming = ['deliveries', 'delivery_attempts', 'transitions', 'notes', 'erasures'] as const;

/** Erasures under way: who is to be forgotten, until nothing is left of them. */
export function erasuresOf({ db, database, change, clock }: Ledger): Store['erasures'] {
  return {
    async begin(names) {
      return db.transaction().execute(async (trx) => {
        await database.lock(trx);
        const newest = await trx.selectFrom('erasures').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
        const seq = (newest?.seq ?? 0) + 1;
        await trx.insertInto('erasures').values({ seq, names: JSON.stringify(names), state: 'begun', at: Math.round(clock()) }).execute();
        return seq;
      });
    },
    async open() {
      const rows = await db.selectFrom('erasures').selectAll().orderBy('seq').execute();
      return rows.map(({ seq, names, state }) => ({ seq, names: JSON.parse(names) as string[], erased: state === 'erased' }));
    },
    async erased(erasure) {
      await db.updateTable('erasures').set({ state: 'erased' }).where('seq', '=', erasure).execute();
    },
    async forget(names) {
      await db.transaction().execute(async (trx) => {
        await database.lock(trx);
        for (let i = 0; i < names.length; i += chunk) {
          const some = names.slice(i, i + chunk);
          const said = some.map((name) => JSON.stringify(name));
          await trx.deleteFrom('delivery_attempts').where('delivery', 'in', trx.selectFrom('deliveries').select('id').where('entity', 'in', said)).execute();
          await trx.deleteFrom('deliveries').where('entity', 'in', said).execute();
          // Of names that are no line of text nothing else is kept, nor could every engine look for them.
          const lines = some.filter(canMove);
          if (lines.length === 0) continue;
          await trx.deleteFrom('transitions').where('entity', 'in', lines).execute();
          await trx.deleteFrom('notes').where('about_kind', '=', 'entity').where('about', 'in', lines).execute();
        }
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

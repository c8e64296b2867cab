import type { Selectable } from 'kysely';
import type { Decision } from '../domain/decision.js';
import { ShoalError } from '../errors.js';
import type { Ledger } from './ledger.js';
import { checkedTopic } from './notes.js';
import { cursorOf, limitOf, pageOf } from './page.js';
import { newId } from './secret.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { bad, line, prose } from './values.js';

/** Decisions: recorded, replaced, never edited. */
export function decisionsOf({ db, change }: Ledger): Store['decisions'] {
  return {
    record: ({ about, text, replaces }, by) => change(by, async ({ trx, at, actor, reason, audit }) => {
      if (reason === null) throw bad('decision', 'needs a reason; say why');
      if (replaces !== undefined) {
        const earlier = await trx.selectFrom('decisions').select('id').where('id', '=', line('id of the decision', replaces)).executeTakeFirst();
        if (!earlier) throw new ShoalError('store/not-found', { kind: 'decision', id: replaces });
        const later = await trx.selectFrom('decisions').select('id').where('replaces', '=', replaces).executeTakeFirst();
        if (later) throw new ShoalError('store/conflict', { problem: `The decision '${replaces}' is replaced already, by '${later.id}'. Replace that one.` });
      }
      const newest = await trx.selectFrom('decisions').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
      const row = { seq: (newest?.seq ?? 0) + 1, id: newId(), ...checkedTopic(about), text: prose('decision', text), reason, at, actor, replaces: replaces ?? null };
      await trx.insertInto('decisions').values(row).execute();
      await audit('decision.record', { kind: 'decision', id: row.id }, { after: { about, text, replaces } });
      return decisionFrom({ ...row, replaced_by: null });
    }),
    async list({ about, ...paging } = {}) {
      const limit = limitOf(paging);
      const before = cursorOf(paging);
      let query = db.selectFrom('decisions').leftJoin('decisions as later', 'later.replaces', 'decisions.id').selectAll('decisions').select('later.id as replaced_by')
        .orderBy('decisions.seq', 'desc').limit(limit + 1);
      if (before !== undefined) query = query.where('decisions.seq', '<', before);
      if (about) query = query.where('decisions.about_kind', '=', checkedTopic(about).about_kind).where('decisions.about', '=', checkedTopic(about).about);
      return pageOf(await query.execute(), limit, decisionFrom, ({ seq }) => `${seq}`);
    },
  };
}

function decisionFrom({ id, about_kind, about, text, reason, at, actor, replaces, replaced_by }: Selectable<Tables['decisions']> & { replaced_by: string | null }): Decision {
  return { id, about: { kind: about_kind, id: about }, text, reason, at, actor, ...(replaces !== null && { replaces }), ...(replaced_by !== null && { replacedBy: replaced_by }) };
}

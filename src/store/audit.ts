import { sql } from 'kysely';
import { entryOf, headOf, verifyChain } from './chain.js';
import type { Ledger } from './ledger.js';
import { cursorOf, limitOf, pageOf } from './page.js';
import type { AuditLog } from './store.js';
import { instant, line } from './values.js';

/** The audit log of a database. */
export function auditOf({ db, change }: Ledger): AuditLog {
  return {
    async list({ actor, action, subject, since, until, ...paging } = {}) {
      const limit = limitOf(paging);
      const before = cursorOf(paging);
      let query = db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit + 1);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (actor !== undefined) query = query.where('actor', '=', line('actor', actor));
      if (action !== undefined) query = query.where((all) => all.or([all('action', '=', line('action', action)), all(sql<string>`substr(${sql.ref('action')}, 1, ${action.length + 1})`, '=', `${action}.`)]));
      if (subject?.kind !== undefined) query = query.where('subject_kind', '=', line('kind of the subject', subject.kind));
      if (subject?.id !== undefined) query = query.where('subject', '=', line('subject', subject.id, 500));
      if (since !== undefined) query = query.where('at', '>=', instant('since', since));
      if (until !== undefined) query = query.where('at', '<', instant('until', until));
      return pageOf(await query.execute(), limit, entryOf, ({ seq }) => `${seq}`);
    },
    head: () => headOf(db),
    verify: (head) => verifyChain(db, head),
    record: ({ action, subject, before, after }, by) => change(by, ({ audit }) => audit(action, subject, { before, after })),
  };
}

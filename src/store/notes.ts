import type { Kysely, Selectable } from 'kysely';
import type { Note, Topic } from '../domain/note.js';
import { ShoalError } from '../errors.js';
import type { Ledger } from './ledger.js';
import { cursorOf, limitOf, pageOf } from './page.js';
import { newId } from './secret.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { line, prose } from './values.js';

type Row = Selectable<Tables['notes']>;

/** Notes about anything. */
export function notesOf({ db, change }: Ledger): Store['notes'] {
  return {
    add: ({ about, text }, by) => change(by, async ({ trx, at, actor, audit }) => {
      const newest = await trx.selectFrom('notes').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
      const row: Row = { seq: (newest?.seq ?? 0) + 1, id: newId(), ...checkedTopic(about), text: prose('note', text), at, actor, edited_at: null, removed_at: null };
      await trx.insertInto('notes').values(row).execute();
      await audit('note.add', topic(row.id), { after: { about, text } });
      return noteFrom(row);
    }),
    edit: (id, text, by) => change(by, async ({ trx, at, audit }) => {
      const row = await noteNamed(trx, id);
      await trx.updateTable('notes').set({ text: prose('note', text), edited_at: at }).where('id', '=', id).execute();
      await audit('note.edit', topic(id), { before: { text: row.text }, after: { text } });
      return noteFrom({ ...row, text, edited_at: at });
    }),
    remove: (id, by) => change(by, async ({ trx, at, audit }) => {
      const row = await noteNamed(trx, id);
      if (row.removed_at !== null) throw new ShoalError('store/conflict', { problem: 'This note is removed already.' });
      await trx.updateTable('notes').set({ removed_at: at }).where('id', '=', id).execute();
      await audit('note.remove', topic(id));
      return noteFrom({ ...row, removed_at: at });
    }),
    restore: (id, by) => change(by, async ({ trx, audit }) => {
      const row = await noteNamed(trx, id);
      if (row.removed_at === null) throw new ShoalError('store/conflict', { problem: 'This note is not removed.' });
      await trx.updateTable('notes').set({ removed_at: null }).where('id', '=', id).execute();
      await audit('note.restore', topic(id));
      return noteFrom({ ...row, removed_at: null });
    }),
    get: async (id) => noteFrom(await noteNamed(db, id)),
    async list({ about, ...paging } = {}) {
      const limit = limitOf(paging);
      const before = cursorOf(paging);
      let query = db.selectFrom('notes').selectAll().where('removed_at', 'is', null).orderBy('seq', 'desc').limit(limit + 1);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (about) query = query.where('about_kind', '=', checkedTopic(about).about_kind).where('about', '=', checkedTopic(about).about);
      return pageOf(await query.execute(), limit, noteFrom, ({ seq }) => `${seq}`);
    },
  };
}

/** What a note or a decision is about, as columns. */
export const checkedTopic = ({ kind, id }: Topic) => ({ about_kind: line('kind of what it is about', kind, 100), about: line('id of what it is about', id, 500) });

async function noteNamed(db: Kysely<Tables>, id: string): Promise<Row> {
  const row = await db.selectFrom('notes').selectAll().where('id', '=', line('id of the note', id)).executeTakeFirst();
  if (!row) throw new ShoalError('store/not-found', { kind: 'note', id });
  return row;
}

const topic = (id: string) => ({ kind: 'note', id });

function noteFrom({ id, about_kind, about, text, at, actor, edited_at, removed_at }: Row): Note {
  return { id, about: { kind: about_kind, id: about }, text, at, actor, ...(edited_at !== null && { editedAt: edited_at }), ...(removed_at !== null && { removedAt: removed_at }) };
}

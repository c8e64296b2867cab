import { sql } from 'kysely';
import { gone } from '../../journal/tables.js';
import type { Migration } from '../../migrate.js';

/** Finds the states that are not there any more, which are deleted. */
export const goneStates: Migration = {
  name: 'gone',
  async up(db) {
    await db.schema.createIndex('states_gone').on('states').columns(['entity', 'version']).where(sql.ref('due'), '=', gone).execute();
  },
};

import type { Migration } from '../../migrate.js';

/** A row of records may hold all those from `first` on: what was written in one group. Rows that are there already are one record each. */
export const groups: Migration = {
  name: 'groups',
  async up(db) {
    await db.schema.alterTable('records').addColumn('first', 'bigint').execute();
  },
};

import { sql } from 'kysely';
import type { Migration } from '../../migrate.js';

/**
 * `record`: of an erasure that was begun, the last record of the journal then; of one that the journal has seen to, the record that did it. `told`: the last change of whoever was erased.
 * Of those that are under way already, every change and every run is theirs.
 */
export const erased: Migration = {
  name: 'erased',
  async up(db) {
    const { schema } = db;
    await schema.alterTable('erasures').addColumn('record', 'bigint', (c) => c.notNull().defaultTo(0)).execute();
    await schema.alterTable('erasures').addColumn('told', 'bigint', (c) => c.notNull().defaultTo(sql.lit(Number.MAX_SAFE_INTEGER))).execute();
    await db.updateTable('erasures').set({ record: Number.MAX_SAFE_INTEGER }).where('state', '=', 'erased').execute();
  },
};

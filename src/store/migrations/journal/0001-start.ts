import type { Migration } from '../../migrate.js';

/** The journal of a workspace. What is in `bytea` is sealed (see journal/seal.ts); numbers are counts, instants are milliseconds. */
export const start: Migration = {
  name: 'start',
  async up(db) {
    await db.schema.createTable('records')
      .addColumn('seq', 'bigint', (c) => c.primaryKey())
      .addColumn('clock', 'bigint', (c) => c.notNull())
      .addColumn('kind', 'integer', (c) => c.notNull())
      .addColumn('subject', 'bigint', (c) => c.notNull())
      // Bytes of all payloads up to this one, so that the size of any stretch is a subtraction.
      .addColumn('upto', 'bigint', (c) => c.notNull())
      .addColumn('payload', 'bytea', (c) => c.notNull())
      .execute();
    await db.schema.createTable('messages')
      .addColumn('seq', 'bigint', (c) => c.primaryKey())
      .addColumn('clock', 'bigint', (c) => c.notNull())
      .addColumn('sealed', 'bytea', (c) => c.notNull())
      .execute();
    await db.schema.createTable('subjects')
      .addColumn('number', 'bigint', (c) => c.primaryKey())
      .addColumn('hmac', 'bytea', (c) => c.unique())
      .addColumn('key', 'bytea')
      // The record that destroyed the key.
      .addColumn('erased', 'bigint')
      .execute();
    await db.schema.createTable('changes')
      // The last of those in the row.
      .addColumn('n', 'bigint', (c) => c.primaryKey())
      .addColumn('sealed', 'bytea', (c) => c.notNull())
      .execute();
    await db.schema.createTable('states')
      .addColumn('entity', 'bigint', (c) => c.primaryKey())
      .addColumn('due', 'bigint')
      .addColumn('sealed', 'bytea', (c) => c.notNull())
      .execute();
    // All that is asked of many states at once, without touching their bytes.
    await db.schema.createIndex('states_due').on('states').columns(['entity', 'due']).execute();
    await db.schema.createTable('settings')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('sealed', 'bytea', (c) => c.notNull())
      .execute();
  },
};

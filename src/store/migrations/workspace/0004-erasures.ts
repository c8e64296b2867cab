import type { Migration } from '../../migrate.js';

/** Erasures that were begun and are not yet done everywhere. */
export const erasures: Migration = {
  name: 'erasures',
  async up({ schema }) {
    await schema.createTable('erasures')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('names', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .execute();
  },
};

import type { VersionRow } from '../../journal/tables.js';
import type { Migration } from '../../migrate.js';

/** A state is there in the version of the snapshot that counts, and in that of the one that is being made: `sealed` is null of what is not there any more. Entities below 0 are parts of what is kept beside the states. */
export const versions: Migration = {
  name: 'versions',
  async up(db) {
    await db.schema.createTable('versions')
      .addColumn('entity', 'bigint', (c) => c.notNull())
      .addColumn('version', 'bigint', (c) => c.notNull())
      .addColumn('due', 'bigint')
      .addColumn('sealed', 'bytea')
      .addPrimaryKeyConstraint('versions_key', ['entity', 'version'])
      .execute();
    await db.withTables<{ versions: VersionRow }>().insertInto('versions').columns(['entity', 'version', 'due', 'sealed']).expression((from) => from.selectFrom('states').select((one) => ['entity', one.lit(0).as('version'), 'due', 'sealed'])).execute();
    await db.schema.dropTable('states').execute();
    await db.schema.alterTable('versions').renameTo('states').execute();
    // All that is asked of many states at once, without touching their bytes.
    await db.schema.createIndex('states_version').on('states').columns(['entity', 'version', 'due']).execute();
  },
};

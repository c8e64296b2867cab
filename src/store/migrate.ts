import { ShoalError } from '../errors.js';
import type { Kysely } from 'kysely';
import type { Database } from './database.js';
import type { Tables } from './tables.js';

/** One step forward of a schema. A step that has been released is never changed. */
export interface Migration {
  readonly name: string;
  up(db: Kysely<Tables>): Promise<void>;
}

/**
 * Brings a database to the newest schema, one transaction per step: each is done whole or not begun.
 * @throws `store/newer` where the schema is newer than this program
 */
export async function migrate(database: Database, migrations: readonly Migration[], clock: () => number): Promise<void> {
  for (;;) {
    const done = await database.db.transaction().execute(async (trx) => {
      await database.lock(trx, true);
      await trx.schema.createTable('schema_versions').ifNotExists()
        .addColumn('version', 'integer', (c) => c.primaryKey()).addColumn('name', 'text', (c) => c.notNull()).addColumn('at', 'bigint', (c) => c.notNull()).execute();
      const version = await versionOf(trx);
      if (version > migrations.length) throw new ShoalError('store/newer', { place: database.name, found: version, known: migrations.length });
      if (version === migrations.length) return true;
      const { name, up } = migrations[version];
      await up(trx);
      await trx.insertInto('schema_versions').values({ version: version + 1, name, at: Math.round(clock()) }).execute();
      return false;
    });
    if (done) return;
  }
}

/** How many steps a database has taken. */
export async function versionOf(db: Kysely<Tables>): Promise<number> {
  const newest = await db.selectFrom('schema_versions').select('version').orderBy('version', 'desc').limit(1).executeTakeFirst();
  return newest?.version ?? 0;
}

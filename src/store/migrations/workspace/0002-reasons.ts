import { sql } from 'kysely';
import type { Migration } from '../../migrate.js';

/** Why how many entered and left, counted with the flows; for what was there before, from the transitions. */
export const reasons: Migration = {
  name: 'reasons',
  async up(db) {
    await db.schema.createTable('flow_reasons')
      .addColumn('run', 'integer', (c) => c.notNull())
      .addColumn('segment', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('entered', 'integer', (c) => c.notNull())
      .addColumn('left', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('flow_reasons_key', ['segment', 'run', 'reason'])
      .execute();
    const counted = (end: 'to_segment' | 'from_segment') => db.selectFrom('transitions').where('reason', 'is not', null).where(end, 'is not', null).groupBy(['run', end, 'reason'])
      .select(({ ref }) => ['run', ref(end).$castTo<string>().as('segment'), ref('reason').$castTo<string>().as('reason'), sql<number>`count(*)`.as('n')]);
    for (const [end, entered, left] of [['to_segment', 'n', null], ['from_segment', null, 'n']] as const) {
      const value = (column: 'n' | null) => (column ? sql<number>`counted.n` : sql<number>`0`);
      await db.insertInto('flow_reasons').columns(['run', 'segment', 'reason', 'entered', 'left'])
        .expression(db.selectFrom(counted(end).as('counted')).where(sql<boolean>`true`).select(['run', 'segment', 'reason', value(entered).as('entered'), value(left).as('left')]))
        .onConflict((same) => same.columns(['segment', 'run', 'reason']).doUpdateSet({ left: ({ ref }) => ref('excluded.left') })).execute();
    }
  },
};

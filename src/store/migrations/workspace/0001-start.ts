import type { Migration } from '../../migrate.js';
import { createAudit } from '../audit-table.js';

/** Runs, aliases, segments, transitions, notes, decisions, jobs. */
export const start: Migration = {
  name: 'start',
  async up(db) {
    const { schema } = db;
    await createAudit(db);
    await schema.createTable('runs')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('begun_at', 'bigint', (c) => c.notNull())
      .addColumn('begun_by', 'text', (c) => c.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('input', 'text', (c) => c.notNull())
      .addColumn('as_of', 'bigint')
      .addColumn('summary', 'text')
      .addColumn('error', 'text')
      .addColumn('removed_at', 'bigint')
      .execute();
    await schema.createTable('alias_moves')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('alias', 'text', (c) => c.notNull())
      .addColumn('run', 'text')
      .addColumn('previous', 'text')
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('reason', 'text')
      .execute();
    await schema.createIndex('alias_moves_alias').on('alias_moves').columns(['alias', 'seq']).execute();
    await schema.createTable('segments')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('named_by', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('removed_at', 'bigint')
      .execute();
    await schema.createTable('segment_names')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('segment', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('named_by', 'text', (c) => c.notNull())
      .addColumn('reason', 'text')
      .execute();
    await schema.createIndex('segment_names_segment').on('segment_names').columns(['segment', 'seq']).execute();
    await schema.createTable('run_segments')
      .addColumn('run', 'integer', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('segment', 'integer', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('entities', 'bigint', (c) => c.notNull())
      .addColumn('share', 'double precision', (c) => c.notNull())
      .addColumn('revenue', 'double precision')
      .addColumn('stability', 'double precision')
      .addPrimaryKeyConstraint('run_segments_key', ['run', 'id'])
      .execute();
    await schema.createIndex('run_segments_id').on('run_segments').columns(['id', 'run']).execute();
    await schema.createTable('rules')
      .addColumn('segment', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('rule', 'text', (c) => c.notNull())
      .addColumn('words', 'text', (c) => c.notNull())
      .addColumn('entities', 'bigint')
      .addColumn('run', 'text')
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('reason', 'text')
      .addPrimaryKeyConstraint('rules_key', ['segment', 'version'])
      .execute();
    await schema.createTable('transitions')
      .addColumn('run', 'integer', (c) => c.notNull())
      .addColumn('n', 'integer', (c) => c.notNull())
      .addColumn('entity', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('from_segment', 'text')
      .addColumn('to_segment', 'text')
      .addColumn('reason', 'text')
      .addPrimaryKeyConstraint('transitions_key', ['run', 'n'])
      .execute();
    await schema.createIndex('transitions_entity').on('transitions').column('entity').execute();
    await schema.createIndex('transitions_to').on('transitions').columns(['to_segment', 'run', 'n']).where('to_segment', 'is not', null).execute();
    await schema.createIndex('transitions_from').on('transitions').columns(['from_segment', 'run', 'n']).where('from_segment', 'is not', null).execute();
    await schema.createTable('flows')
      .addColumn('run', 'integer', (c) => c.notNull())
      .addColumn('segment', 'text', (c) => c.notNull())
      .addColumn('entered', 'integer', (c) => c.notNull())
      .addColumn('left', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('flows_key', ['segment', 'run'])
      .execute();
    await schema.createTable('notes')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('about_kind', 'text', (c) => c.notNull())
      .addColumn('about', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('edited_at', 'bigint')
      .addColumn('removed_at', 'bigint')
      .execute();
    await schema.createIndex('notes_about').on('notes').columns(['about_kind', 'about', 'seq']).execute();
    await schema.createTable('decisions')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('about_kind', 'text', (c) => c.notNull())
      .addColumn('about', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('replaces', 'text', (c) => c.unique())
      .execute();
    await schema.createIndex('decisions_about').on('decisions').columns(['about_kind', 'about', 'seq']).execute();
    await schema.createTable('jobs')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('input', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('progress', 'text')
      .addColumn('result', 'text')
      .addColumn('error', 'text')
      .addColumn('queued_at', 'bigint', (c) => c.notNull())
      .addColumn('queued_by', 'text', (c) => c.notNull())
      .addColumn('started_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .execute();
    await schema.createIndex('jobs_state').on('jobs').columns(['state', 'seq']).execute();
  },
};

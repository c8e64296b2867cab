import type { Kysely, Selectable } from 'kysely';
import type { RunSummary, StoredRun } from '../domain/stored-run.js';
import { ShoalError } from '../errors.js';
import type { Tables } from './tables.js';
import { runId } from './values.js';

export type RunRow = Selectable<Tables['runs']>;

/** The row of a run. @throws `store/not-found` */
export async function runNamed(db: Kysely<Tables>, id: string): Promise<RunRow> {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', runId(id)).executeTakeFirst();
  if (!row) throw new ShoalError('store/not-found', { kind: 'run', id });
  return row;
}

export function runFrom(row: RunRow): StoredRun {
  return {
    id: row.id, title: row.title, state: row.state as StoredRun['state'], begunAt: row.begun_at, begunBy: row.begun_by, ...(row.ended_at !== null && { endedAt: row.ended_at }),
    input: JSON.parse(row.input) as unknown, ...(row.summary !== null && { summary: JSON.parse(row.summary) as RunSummary }), ...(row.error !== null && { error: row.error }),
    ...(row.removed_at !== null && { removedAt: row.removed_at }),
  };
}

import type { Kysely, Selectable } from 'kysely';
import type { JobRecord, JobState } from '../domain/job.js';
import { ShoalError } from '../errors.js';
import type { Change, Ledger } from './ledger.js';
import { cursorOf, limitOf, pageOf } from './page.js';
import { newId } from './secret.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { json, line, maybe, number, prose } from './values.js';

type Row = Selectable<Tables['jobs']>;

/** What may become of a job in each state. */
const next: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['running', 'cancelled'],
  running: ['done', 'failed', 'cancelled', 'interrupted'],
  done: [],
  failed: ['queued'],
  cancelled: ['queued'],
  interrupted: ['queued'],
};

/** Jobs: the record of long work, not the work. */
export function jobsOf({ db, change }: Ledger): Store['jobs'] {
  const move = (id: string, to: JobState, verb: string, what: (change: Change, row: Row) => Partial<Row>, after?: unknown): ((change: Change) => Promise<JobRecord>) => async (changing) => {
    const row = await jobNamed(changing.trx, id);
    const from = row.state as JobState;
    if (!next[from].includes(to)) throw new ShoalError('store/conflict', { problem: `The job '${id}' is ${from}; it cannot become ${to}.` });
    const set = { state: to, ...what(changing, row) };
    await changing.trx.updateTable('jobs').set(set).where('seq', '=', row.seq).execute();
    await changing.audit(`job.${verb}`, topic(id), { before: { state: from }, after: after ?? { state: to } });
    return jobFrom({ ...row, ...set });
  };
  return {
    queue: ({ kind, input }, by) => change(by, async ({ trx, at, actor, audit }) => {
      const newest = await trx.selectFrom('jobs').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
      const row: Row = {
        seq: (newest?.seq ?? 0) + 1, id: newId(), kind: line('kind of the job', kind), input: json('input', input), state: 'queued', attempt: 0, progress: null, result: null, error: null,
        queued_at: at, queued_by: actor, started_at: null, ended_at: null,
      };
      await trx.insertInto('jobs').values(row).execute();
      await audit('job.queue', topic(row.id), { after: { kind } });
      return jobFrom(row);
    }),
    start: (id, by) => change(by, move(id, 'running', 'start', ({ at }, { attempt }) => ({ started_at: at, attempt: attempt + 1 }))),
    async progress(id, { stage, note, done }) {
      const progress = json('progress', { stage: line('stage', stage), note: maybe(line, 'note', note) ?? undefined, done: maybe(number, 'share done', done) ?? undefined });
      await db.updateTable('jobs').set({ progress }).where('id', '=', line('id of the job', id)).where('state', '=', 'running').execute();
    },
    finish: (id, result, by) => change(by, move(id, 'done', 'finish', ({ at }) => ({ result: json('result', result ?? null), progress: null, ended_at: at }))),
    fail(id, { code, sentence }, by) {
      const error = { code: line('code', code), message: prose('error', sentence) };
      return change(by, move(id, 'failed', 'fail', ({ at }) => ({ error: json('error', error), ended_at: at }), { state: 'failed', error }));
    },
    cancel: (id, by) => change(by, move(id, 'cancelled', 'cancel', ({ at }) => ({ ended_at: at }))),
    interrupt: (by) => change(by, async (changing) => {
      const running = await changing.trx.selectFrom('jobs').select('id').where('state', '=', 'running').orderBy('seq').execute();
      if (running.length === 0) changing.nothingToDo();
      const found: JobRecord[] = [];
      for (const { id } of running) found.push(await move(id, 'interrupted', 'interrupt', ({ at }) => ({ ended_at: at }))(changing));
      return found;
    }),
    // What follows is done for whoever resumes it.
    resume: (id, by) => change(by, move(id, 'queued', 'resume', ({ actor }) => ({ queued_by: actor, progress: null, error: null, started_at: null, ended_at: null }))),
    get: async (id) => jobFrom(await jobNamed(db, id)),
    async list({ state, kind, ...paging } = {}) {
      const limit = limitOf(paging);
      const before = cursorOf(paging);
      let query = db.selectFrom('jobs').selectAll().orderBy('seq', 'desc').limit(limit + 1);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (state !== undefined) query = query.where('state', '=', line('state', state));
      if (kind !== undefined) query = query.where('kind', '=', line('kind', kind));
      return pageOf(await query.execute(), limit, jobFrom, ({ seq }) => `${seq}`);
    },
  };
}

async function jobNamed(db: Kysely<Tables>, id: string): Promise<Row> {
  const row = await db.selectFrom('jobs').selectAll().where('id', '=', line('id of the job', id)).executeTakeFirst();
  if (!row) throw new ShoalError('store/not-found', { kind: 'job', id });
  return row;
}

const topic = (id: string) => ({ kind: 'job', id });

function jobFrom(row: Row): JobRecord {
  const error = row.error === null ? undefined : (JSON.parse(row.error) as { readonly code: string; readonly message: string });
  return {
    id: row.id, kind: row.kind, input: JSON.parse(row.input) as JobRecord['input'], state: row.state as JobState, by: row.queued_by, attempts: row.attempt, created: row.queued_at,
    ...(row.started_at !== null && { started: row.started_at }), ...(row.ended_at !== null && { ended: row.ended_at }),
    ...(row.progress !== null && { progress: JSON.parse(row.progress) as JobRecord['progress'] }), ...(row.result !== null && { result: JSON.parse(row.result) as JobRecord['result'] }),
    ...(error && { problem: { code: error.code, sentence: error.message } }),
  };
}

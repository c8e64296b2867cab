import type { Kysely, Transaction } from 'kysely';
import type { RunSegment } from '../domain/segment-record.js';
import type { RunSummary, StoredRun } from '../domain/stored-run.js';
import { ShoalError } from '../errors.js';
import { pointedAt } from './aliases.js';
import type { Change, Ledger } from './ledger.js';
import { cursorOf, limitOf, pageOf } from './page.js';
import { pause } from './pause.js';
import { runFrom, runNamed, type RunRow } from './run-row.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { bad, count, instant, json, line, maybe, number, oneOf, prose, runId } from './values.js';

/** Runs: begun, published, out of sight, gone. */
export function runsOf({ db, change }: Ledger): Store['runs'] {
  const updated = async (trx: Transaction<Tables>, row: RunRow, what: Partial<RunRow>): Promise<StoredRun> => {
    await trx.updateTable('runs').set(what).where('seq', '=', row.seq).execute();
    return runFrom({ ...row, ...what });
  };
  return {
    async begin({ id, title, input }, by) {
      const given = { id: runId(id), title: line('title', title), input: json('input', input) };
      const run = await change(by, async ({ trx, at, actor, audit }) => {
        const earlier = await trx.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
        if (earlier && (earlier.state === 'published' || earlier.removed_at !== null)) throw new ShoalError('store/exists', { kind: 'run', id });
        const row: RunRow = { ...given, seq: await nextRun(trx), state: 'running', begun_at: at, begun_by: actor, ended_at: null, as_of: null, summary: null, error: null, removed_at: null };
        if (earlier) await trx.updateTable('runs').set(row).where('seq', '=', earlier.seq).execute();
        else await trx.insertInto('runs').values(row).execute();
        if (earlier) await forgetFlows(trx, earlier.seq);
        await audit('run.begin', topic(id), { ...(earlier && { before: { state: earlier.state } }), after: { title } });
        return runFrom(row);
      });
      await sweep(db);
      return run;
    },
    async publish(id, { summary, segments }, by) {
      const text = json('summary', checkedSummary(summary));
      const rows = checkedSegments(segments);
      return change(by, async (changing) => {
        const { trx, at, audit } = changing;
        const row = await runNamed(trx, id);
        if (row.state !== 'running') throw new ShoalError('store/conflict', { problem: `The run '${id}' is ${row.state}; only a running one can be published.` });
        if (row.removed_at !== null) throw new ShoalError('store/conflict', { problem: `The run '${id}' is removed. Restore it first.` });
        if (rows.length) await trx.insertInto('run_segments').values(rows.map((segment) => ({ ...segment, run: row.seq }))).execute();
        for (const segment of rows) await lasting(changing, segment);
        await audit('run.publish', topic(id), { after: { summary, segments } });
        return updated(trx, row, { state: 'published', ended_at: at, as_of: summary.asOf, summary: text });
      });
    },
    fail: (id, error, by) => change(by, async ({ trx, at, audit }) => {
      const row = await runNamed(trx, id);
      if (row.state !== 'running') throw new ShoalError('store/conflict', { problem: `The run '${id}' is ${row.state}; only a running one can fail.` });
      await audit('run.fail', topic(id), { after: { error: prose('error', error) } });
      return updated(trx, row, { state: 'failed', ended_at: at, error });
    }),
    rename: (id, title, by) => change(by, async ({ trx, audit }) => {
      const row = await runNamed(trx, id);
      await audit('run.rename', topic(id), { before: { title: row.title }, after: { title: line('title', title) } });
      return updated(trx, row, { title });
    }),
    remove: (id, by) => change(by, async ({ trx, at, audit }) => {
      const row = await runNamed(trx, id);
      if (row.removed_at !== null) throw new ShoalError('store/conflict', { problem: `The run '${id}' is removed already.` });
      const alias = await pointedAt(trx, id);
      if (alias) throw new ShoalError('store/conflict', { problem: `The run '${id}' is the ${alias}. Point that at another run first.` });
      await audit('run.remove', topic(id));
      return updated(trx, row, { removed_at: at });
    }),
    restore: (id, by) => change(by, async ({ trx, audit }) => {
      const row = await runNamed(trx, id);
      if (row.removed_at === null) throw new ShoalError('store/conflict', { problem: `The run '${id}' is not removed.` });
      await audit('run.restore', topic(id));
      return updated(trx, row, { removed_at: null });
    }),
    async purge(id, by) {
      await change(by, async ({ trx, audit }) => {
        const row = await runNamed(trx, id);
        if (row.removed_at === null) throw new ShoalError('store/conflict', { problem: `The run '${id}' is in use. Remove it first.` });
        await forgetFlows(trx, row.seq);
        await trx.deleteFrom('run_segments').where('run', '=', row.seq).execute();
        await trx.deleteFrom('runs').where('seq', '=', row.seq).execute();
        await audit('run.purge', topic(id), { before: { title: row.title, state: row.state } });
      });
      await sweep(db);
    },
    get: async (id) => runFrom(await runNamed(db, id)),
    async list({ state, removed = false, ...paging } = {}) {
      const limit = limitOf(paging);
      const before = cursorOf(paging);
      let query = db.selectFrom('runs').selectAll().orderBy('seq', 'desc').limit(limit + 1);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (state !== undefined) query = query.where('state', '=', line('state', state));
      if (!removed) query = query.where('removed_at', 'is', null);
      return pageOf(await query.execute(), limit, runFrom, ({ seq }) => `${seq}`);
    },
  };
}

async function forgetFlows(trx: Transaction<Tables>, run: number): Promise<void> {
  for (const table of ['flows', 'flow_reasons'] as const) await trx.deleteFrom(table).where('run', '=', run).execute();
}

/** A number that no run has had: what is left of one that was purged must not become part of another. */
async function nextRun(trx: Transaction<Tables>): Promise<number> {
  const newest = await trx.selectFrom('runs').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const written = await trx.selectFrom('transitions').select('run').orderBy('run', 'desc').limit(1).executeTakeFirst();
  return Math.max(newest?.seq ?? 0, written?.run ?? 0) + 1;
}

/** Deletes the transitions of runs that are no more, in parts. Nobody sees them: when this is cut short, the next time does the rest. */
async function sweep(db: Kysely<Tables>): Promise<void> {
  const part = 2000;
  let run = 0;
  for (;;) {
    const after = run;
    const next = await db.selectFrom('transitions').select('run').where('run', '>', after).orderBy('run').limit(1).executeTakeFirst();
    if (!next) return;
    run = next.run;
    if (await db.selectFrom('runs').select('seq').where('seq', '=', run).executeTakeFirst()) continue;
    for (;;) {
      const first = await db.selectFrom('transitions').select('n').where('run', '=', run).orderBy('n').limit(1).executeTakeFirst();
      if (!first) break;
      await db.deleteFrom('transitions').where('run', '=', run).where('n', '<', first.n + part).execute();
      await pause();
    }
  }
}

/** Gives a segment of a run its lasting record, or lets the one it has take the run's name for it, unless a person named it. */
async function lasting({ trx, at, actor, reason }: Change, { id, name }: { id: string; name: string }): Promise<void> {
  const known = await trx.selectFrom('segments').select(['origin', 'name', 'named_by']).where('id', '=', id).executeTakeFirst();
  if (known && known.origin !== 'found') throw new ShoalError('store/conflict', { problem: `The segment '${id}' is ${known.origin}, so a run cannot find it. Give the found one another id.` });
  if (known && (known.named_by === 'person' || known.name === name)) return;
  const named = await trx.selectFrom('segment_names').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  await trx.insertInto('segment_names').values({ seq: (named?.seq ?? 0) + 1, segment: id, name, at, actor, named_by: 'run', reason }).execute();
  if (known) {
    await trx.updateTable('segments').set({ name }).where('id', '=', id).execute();
    return;
  }
  const newest = await trx.selectFrom('segments').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  await trx.insertInto('segments').values({ seq: (newest?.seq ?? 0) + 1, id, origin: 'found', name, named_by: 'run', created_at: at, created_by: actor, removed_at: null }).execute();
}

function checkedSegments(segments: readonly RunSegment[]): Omit<Tables['run_segments'], 'run'>[] {
  if (segments.length > 1000) throw bad('list of segments', `has ${segments.length} entries; at most 1,000 are kept`);
  const rows = segments.map((segment) => ({
    id: line('id of the segment', segment.id), segment: count('number of the segment', segment.segment), name: line('name of the segment', segment.name), entities: count('number of entities', segment.entities),
    share: number('share', segment.share), revenue: maybe(number, 'revenue', segment.revenue), stability: maybe(number, 'stability', segment.stability),
  }));
  const twice = rows.find(({ id }, i) => rows.findIndex((other) => other.id === id) !== i);
  if (twice) throw bad('list of segments', `has '${twice.id}' twice`);
  return rows;
}

function checkedSummary(summary: RunSummary): RunSummary {
  prose('headline', summary.headline);
  for (const [what, value] of [['number of entities', summary.entities], ['number of segments', summary.segments]] as const) count(what, value);
  instant('asOf', summary.asOf);
  number('seed', summary.seed);
  for (const [what, value] of [['version', summary.version], ['algorithm', summary.algorithm], ['fingerprint', summary.fingerprint]] as const) line(what, value);
  oneOf('kind', summary.kind, ['found', 'convenience']);
  for (const [name, value] of Object.entries(summary.metrics)) number(`metric '${name}'`, value);
  return summary;
}

const topic = (id: string) => ({ kind: 'run', id });

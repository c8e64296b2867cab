import { sql, type Selectable } from 'kysely';
import type { SeenTransition, Transition } from '../domain/transition.js';
import { ShoalError } from '../errors.js';
import type { Ledger } from './ledger.js';
import { limitOf, pageOf } from './page.js';
import { pause } from './pause.js';
import { runNamed } from './run-row.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { bad, instant, isLine, line, maybe, runId } from './values.js';

/** Rows per transaction: on SQLite the event loop waits for one chunk, some ten milliseconds. */
const chunk = 500;

/** UTF-16 units of an entity's id. */
const longestId = 500;

/** Whether moves of an entity can be kept: its id is one line, and no longer than others can be looked up by. */
export const canMove = (entity: string): boolean => isLine(entity, longestId);

/** Who entered and left which segment. They belong to a run, and are seen when it is. */
export function transitionsOf({ db, database, change }: Ledger): Store['transitions'] {
  const visible = () => db.selectFrom('transitions').innerJoin('runs', 'runs.seq', 'transitions.run').where('runs.state', '=', 'published').where('runs.removed_at', 'is', null)
    .selectAll('transitions').select('runs.id as run_id');
  return {
    async append(run, transitions, by, { signal } = {}) {
      let written = 0;
      for await (const rows of chunksOf(transitions)) {
        if (signal?.aborted) throw new ShoalError('run/aborted', {});
        // Nobody can see these before the run is published: the audit entry is one, of the whole.
        await db.transaction().execute(async (trx) => {
          await database.lock(trx);
          const { seq, state } = await runNamed(trx, run);
          mustRun(run, state);
          const newest = await trx.selectFrom('transitions').select('n').where('run', '=', seq).orderBy('n', 'desc').limit(1).executeTakeFirst();
          const first = (newest?.n ?? 0) + 1;
          const all = ['run', 'n', 'entity', 'at', 'from_segment', 'to_segment', 'reason'] as const;
          await trx.insertInto('transitions').columns(all).expression(database.given('transitions', all, rows.map((row, i) => ({ ...row, run: seq, n: first + i })))).execute();
          const { flows, reasons } = countsOf(rows, seq);
          const counts = ['run', 'segment', 'entered', 'left'] as const;
          await trx.insertInto('flows').columns(counts).expression(database.given('flows', counts, flows)).onConflict((same) => same.columns(['segment', 'run']).doUpdateSet({
            entered: ({ ref }) => sql<number>`${ref('flows.entered')} + ${ref('excluded.entered')}`, left: ({ ref }) => sql<number>`${ref('flows.left')} + ${ref('excluded.left')}`,
          })).execute();
          const why = ['run', 'segment', 'reason', 'entered', 'left'] as const;
          await trx.insertInto('flow_reasons').columns(why).expression(database.given('flow_reasons', why, reasons)).onConflict((same) => same.columns(['segment', 'run', 'reason']).doUpdateSet({
            entered: ({ ref }) => sql<number>`${ref('flow_reasons.entered')} + ${ref('excluded.entered')}`, left: ({ ref }) => sql<number>`${ref('flow_reasons.left')} + ${ref('excluded.left')}`,
          })).execute();
        });
        written += rows.length;
        await pause();
      }
      await change(by, async ({ trx, audit }) => {
        mustRun(run, (await runNamed(trx, run)).state);
        await audit('transitions.append', { kind: 'run', id: run }, { after: { rows: written } });
      });
      return written;
    },
    async ofEntity(entity) {
      // Whose moves cannot be kept has none.
      if (!canMove(entity)) return [];
      return (await visible().where('transitions.entity', '=', entity).orderBy('transitions.run').orderBy('transitions.n').execute()).map(transitionFrom);
    },
    async flow(segment) {
      const rows = await db.selectFrom('flows').innerJoin('runs', 'runs.seq', 'flows.run').select(['runs.id as run', 'runs.as_of', 'flows.entered', 'flows.left'])
        .where('flows.segment', '=', line('segment', segment)).where('runs.state', '=', 'published').where('runs.removed_at', 'is', null).orderBy('flows.run').execute();
      return rows.map(({ run, as_of, entered, left }) => ({ run, asOf: as_of ?? 0, entered, left }));
    },
    async reasons(segment, run) {
      const rows = await db.selectFrom('flow_reasons').innerJoin('runs', 'runs.seq', 'flow_reasons.run').select(['reason', 'entered', 'left']).where('segment', '=', line('segment', segment)).where('runs.id', '=', runId(run))
        .where('runs.state', '=', 'published').where('runs.removed_at', 'is', null).execute();
      return rows.sort((a, b) => b.entered + b.left - a.entered - a.left || (a.reason < b.reason ? -1 : 1)).slice(0, 100);
    },
    async list(segment, { direction, run, ...paging }) {
      const limit = limitOf(paging);
      const [end, counted] = direction === 'entered' ? (['transitions.to_segment', 'flows.entered'] as const) : (['transitions.from_segment', 'flows.left'] as const);
      const [from, after] = paging.after === undefined ? [2 ** 31 - 1, 0] : placeOf(paging.after);
      let holding = db.selectFrom('flows').innerJoin('runs', 'runs.seq', 'flows.run').select(['flows.run', 'runs.id']).where('flows.segment', '=', line('segment', segment)).where(counted, '>', 0)
        .where('runs.state', '=', 'published').where('runs.removed_at', 'is', null).where('flows.run', '<=', from).orderBy('flows.run', 'desc');
      if (run !== undefined) holding = holding.where('flows.run', '=', (await runNamed(db, run)).seq);
      // Run by run, each in the order of its index: nothing is sorted, however many there are.
      const rows: Seen[] = [];
      for (const { run: seq, id } of await holding.execute()) {
        const some = await db.selectFrom('transitions').selectAll().where(end, '=', segment).where('run', '=', seq).where('n', '>', seq === from ? after : 0).orderBy('n').limit(limit + 1 - rows.length).execute();
        rows.push(...some.map((row) => ({ ...row, run_id: id })));
        if (rows.length > limit) break;
      }
      return pageOf(rows, limit, transitionFrom, (row) => `${row.run}.${row.n}`);
    },
  };
}

function mustRun(run: string, state: string): void {
  if (state !== 'running') throw new ShoalError('store/conflict', { problem: `The run '${run}' is ${state}; transitions are added while it runs.` });
}

type NewRow = Omit<Tables['transitions'], 'run' | 'n'>;

async function* chunksOf(transitions: Iterable<Transition> | AsyncIterable<Transition>): AsyncGenerator<NewRow[]> {
  let rows: NewRow[] = [];
  const add = (transition: Transition) => rows.push(rowOf(transition)) === chunk;
  const take = () => {
    const full = rows;
    rows = [];
    return full;
  };
  // A plain list is not awaited one by one.
  if (Symbol.iterator in transitions) for (const transition of transitions) { if (add(transition)) yield take(); }
  else for await (const transition of transitions) if (add(transition)) yield take();
  if (rows.length) yield rows;
}

function rowOf({ entity, at, from, to, reason }: Transition): NewRow {
  if (from === to) throw bad('transition', from === undefined ? 'says neither what was left nor what was entered' : `leaves and enters the same segment, '${from}'`);
  return {
    entity: line('entity', entity, longestId), at: instant('instant of the transition', at), from_segment: maybe(line, 'segment left', from), to_segment: maybe(line, 'segment entered', to),
    reason: maybe((what, value: string) => line(what, value, 500), 'reason of the transition', reason),
  };
}

/** How many entered and left each segment, and for each reason. */
function countsOf(rows: readonly NewRow[], run: number): { flows: Tables['flows'][]; reasons: Tables['flow_reasons'][] } {
  const flows = new Map<string, Tables['flows']>();
  const reasons = new Map<string, Map<string, Tables['flow_reasons']>>();
  const add = (segment: string | null, reason: string | null, which: 'entered' | 'left') => {
    if (segment === null) return;
    const flow = flows.get(segment) ?? { run, segment, entered: 0, left: 0 };
    flow[which] += 1;
    flows.set(segment, flow);
    if (reason === null) return;
    const inSegment = reasons.get(segment) ?? new Map<string, Tables['flow_reasons']>();
    const counted = inSegment.get(reason) ?? { run, segment, reason, entered: 0, left: 0 };
    counted[which] += 1;
    reasons.set(segment, inSegment.set(reason, counted));
  };
  for (const { from_segment, to_segment, reason } of rows) {
    add(from_segment, reason, 'left');
    add(to_segment, reason, 'entered');
  }
  return { flows: [...flows.values()], reasons: [...reasons.values()].flatMap((inSegment) => [...inSegment.values()]) };
}

function placeOf(cursor: string): [run: number, n: number] {
  const found = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor);
  if (!found) throw bad('cursor', 'is not one that was given; start from the beginning');
  return [Number(found[1]), Number(found[2])];
}

type Seen = Selectable<Tables['transitions']> & { run_id: string };

function transitionFrom({ entity, at, from_segment, to_segment, reason, run_id }: Seen): SeenTransition {
  return { entity, at, ...(from_segment !== null && { from: from_segment }), ...(to_segment !== null && { to: to_segment }), ...(reason !== null && { reason }), run: run_id };
}

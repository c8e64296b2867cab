import type { Kysely, Selectable } from 'kysely';
import type { NameChange, RuleVersion, RunSegment, SegmentRecord } from '../domain/segment-record.js';
import { ShoalError } from '../errors.js';
import { slug } from '../util/words.js';
import type { Change, Ledger } from './ledger.js';
import { runNamed } from './run-row.js';
import type { NewRule, Store } from './store.js';
import type { Tables } from './tables.js';
import { count, json, line, maybe, oneOf, prose } from './values.js';

type Row = Selectable<Tables['segments']>;
type InRun = Selectable<Tables['run_segments']> & { run_id: string; as_of: number | null };

/** Segments: their names, their rules, and what they were in each run. */
export function segmentsOf({ db, change }: Ledger): Store['segments'] {
  return {
    create: ({ origin, name, ...rule }, by) => change(by, async (changing) => {
      const { trx, at, actor, reason, audit } = changing;
      const newest = await trx.selectFrom('segments').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
      const row: Row = {
        seq: (newest?.seq ?? 0) + 1, origin: oneOf('origin', origin, ['ruled', 'drawn', 'live']), name: line('name of the segment', name), id: await freeId(trx, origin, name), named_by: 'person', created_at: at, created_by: actor, removed_at: null,
      };
      await trx.insertInto('segments').values(row).execute();
      await addName(trx, { segment: row.id, name, at, actor, named_by: 'person', reason });
      await addRule(changing, row.id, rule);
      await audit('segment.create', topic(row.id), { after: { origin, name, ...rule } });
      return recordOf(trx, row);
    }),
    revise: (id, rule, by) => change(by, async (changing) => {
      const row = await segmentNamed(changing.trx, id);
      if (row.origin === 'found') throw new ShoalError('store/conflict', { problem: `The segment '${row.name}' was found by a run; it has no rule to change. Make a segment by a rule instead.` });
      const before = (await rulesOf(changing.trx, [id], true)).get(id);
      await addRule(changing, id, rule);
      await changing.audit('segment.revise', topic(id), { before: before && { version: before.version, rule: before.rule, words: before.words }, after: { ...rule } });
      return recordOf(changing.trx, row);
    }),
    async versions(id) {
      await segmentNamed(db, id);
      return (await db.selectFrom('rules').selectAll().where('segment', '=', id).orderBy('version', 'desc').execute()).map(ruleFrom);
    },
    rename: (id, name, by) => change(by, async ({ trx, at, actor, reason, audit, nothingToDo }) => {
      const row = await segmentNamed(trx, id);
      line('name of the segment', name);
      if (row.name === name && row.named_by === 'person') nothingToDo();
      else {
        await trx.updateTable('segments').set({ name, named_by: 'person' }).where('id', '=', id).execute();
        await addName(trx, { segment: id, name, at, actor, named_by: 'person', reason });
        await audit('segment.rename', topic(id), { before: { name: row.name }, after: { name } });
      }
      return recordOf(trx, { ...row, name });
    }),
    remove: (id, by) => change(by, async ({ trx, at, audit }) => {
      const row = await segmentNamed(trx, id);
      if (row.removed_at !== null) throw new ShoalError('store/conflict', { problem: `The segment '${row.name}' is removed already.` });
      await trx.updateTable('segments').set({ removed_at: at }).where('id', '=', id).execute();
      await audit('segment.remove', topic(id));
      return recordOf(trx, { ...row, removed_at: at });
    }),
    restore: (id, by) => change(by, async ({ trx, audit }) => {
      const row = await segmentNamed(trx, id);
      if (row.removed_at === null) throw new ShoalError('store/conflict', { problem: `The segment '${row.name}' is not removed.` });
      await trx.updateTable('segments').set({ removed_at: null }).where('id', '=', id).execute();
      await audit('segment.restore', topic(id));
      return recordOf(trx, { ...row, removed_at: null });
    }),
    get: async (id, { run } = {}) => recordOf(db, await segmentNamed(db, id), run),
    async list({ run, origin, removed = false } = {}) {
      let query = db.selectFrom('segments').selectAll();
      if (origin !== undefined) query = query.where('origin', '=', line('origin', origin));
      if (!removed) query = query.where('removed_at', 'is', null);
      const records = await recordsOf(db, await query.execute(), run);
      if (run !== undefined) return records.filter((record) => record.run).sort((a, b) => a.run!.segment - b.run!.segment);
      return records.filter((record) => removed || record.run || record.origin !== 'found').sort(byName);
    },
    async trend(id) {
      await segmentNamed(db, id);
      const rows = await db.selectFrom('run_segments').innerJoin('runs', 'runs.seq', 'run_segments.run').selectAll('run_segments').select(['runs.id as run_id', 'runs.as_of'])
        .where('run_segments.id', '=', id).where('runs.state', '=', 'published').where('runs.removed_at', 'is', null).orderBy('run_segments.run').execute();
      return rows.map(inRunFrom);
    },
  };
}

/** The row of a segment. @throws `store/not-found` */
async function segmentNamed(db: Kysely<Tables>, id: string): Promise<Row> {
  const row = await db.selectFrom('segments').selectAll().where('id', '=', line('id of the segment', id)).executeTakeFirst();
  if (!row) throw new ShoalError('store/not-found', { kind: 'segment', id });
  return row;
}

const recordOf = async (db: Kysely<Tables>, row: Row, run?: string): Promise<SegmentRecord> => (await recordsOf(db, [row], run))[0];

/** What a person called it; else what the run asked about calls it, so that a run beside the one in use gives it no other name there. */
const nameIn = (row: Row, holding: RunSegment | undefined, run: string | undefined): string => (row.named_by === 'run' && run !== undefined ? holding?.name : undefined) ?? row.name;

/** Records with their names, their newest rule, and what they are in `run`, or in the newest run that holds them. */
async function recordsOf(db: Kysely<Tables>, rows: readonly Row[], run?: string): Promise<SegmentRecord[]> {
  const ids = rows.map(({ id }) => id);
  const [names, rules, runs] = [await namesOf(db, ids), await rulesOf(db, ids, rows.some(({ origin }) => origin !== 'found')), await inRun(db, ids, run)];
  return rows.map((row) => ({
    id: row.id, origin: row.origin as SegmentRecord['origin'], name: nameIn(row, runs.get(row.id), run), names: names.get(row.id) ?? [], run: runs.get(row.id), rule: rules.get(row.id),
    createdAt: row.created_at, createdBy: row.created_by, ...(row.removed_at !== null && { removedAt: row.removed_at }),
  })).map(({ run: holding, rule, ...record }) => ({ ...record, ...(holding && { run: holding }), ...(rule && { rule }) }));
}

async function namesOf(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, NameChange[]>> {
  const found = new Map<string, NameChange[]>();
  const all = db.selectFrom('segment_names').selectAll().orderBy('seq');
  for (const { segment, name, at, actor, named_by, reason } of await few(ids, (some) => all.where('segment', 'in', some).execute(), () => all.execute())) {
    const change = { name, at, actor, by: named_by as NameChange['by'], ...(reason !== null && { reason }) };
    found.set(segment, [...(found.get(segment) ?? []), change]);
  }
  return found;
}

async function rulesOf(db: Kysely<Tables>, ids: readonly string[], any: boolean): Promise<Map<string, RuleVersion>> {
  if (!any) return new Map();
  const all = db.selectFrom('rules').selectAll().where('version', '=', (inner) => inner.selectFrom('rules as other').select(({ fn }) => fn.max('other.version').as('newest')).whereRef('other.segment', '=', 'rules.segment'));
  const rows = await few(ids, (some) => all.where('segment', 'in', some).execute(), () => all.execute());
  return new Map(rows.map((row) => [row.segment, ruleFrom(row)]));
}

async function inRun(db: Kysely<Tables>, ids: readonly string[], run?: string): Promise<Map<string, NonNullable<SegmentRecord['run']>>> {
  const all = db.selectFrom('run_segments').innerJoin('runs', 'runs.seq', 'run_segments.run').selectAll('run_segments').select(['runs.id as run_id', 'runs.as_of']);
  const wanted = run !== undefined
    ? all.where('run_segments.run', '=', (await runNamed(db, run)).seq)
    : all.where('run_segments.run', '=', (inner) => inner.selectFrom('run_segments as other').innerJoin('runs as holder', 'holder.seq', 'other.run').select(({ fn }) => fn.max('other.run').as('newest'))
      .whereRef('other.id', '=', 'run_segments.id').where('holder.state', '=', 'published').where('holder.removed_at', 'is', null));
  const rows = await few(ids, (some) => wanted.where('run_segments.id', 'in', some).execute(), () => wanted.execute());
  return new Map(rows.map((row) => [row.id, inRunFrom(row)]));
}

/** A few are named in the query; of many, all are read. */
const few = async <T>(ids: readonly string[], some: (ids: readonly string[]) => Promise<T[]>, all: () => Promise<T[]>): Promise<T[]> => (ids.length === 0 ? [] : ids.length === 1 ? some(ids) : all());

async function addName(db: Kysely<Tables>, name: Omit<Tables['segment_names'], 'seq'>): Promise<void> {
  const newest = await db.selectFrom('segment_names').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  await db.insertInto('segment_names').values({ ...name, seq: (newest?.seq ?? 0) + 1 }).execute();
}

async function addRule({ trx, at, actor, reason }: Change, segment: string, { rule, words, entities, run }: NewRule): Promise<void> {
  const newest = await trx.selectFrom('rules').select('version').where('segment', '=', segment).orderBy('version', 'desc').limit(1).executeTakeFirst();
  await trx.insertInto('rules').values({
    segment, version: (newest?.version ?? 0) + 1, rule: json('rule', rule, 200_000), words: prose('rule in words', words), entities: maybe(count, 'number of entities', entities), run: maybe(line, 'run', run), at, actor, reason,
  }).execute();
}

/** An id that says how the segment came to be, and no slug of a found one can be: it has a dot. */
async function freeId(db: Kysely<Tables>, origin: string, name: string): Promise<string> {
  const base = `${origin}.${slug(name).slice(0, 100)}`;
  const taken = async (id: string) => (await db.selectFrom('segments').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
  if (!(await taken(base))) return base;
  for (let n = 2; ; n++) if (!(await taken(`${base}-${n}`))) return `${base}-${n}`;
}

const { compare: byLetters } = new Intl.Collator('en', { numeric: true });
const byName = (a: SegmentRecord, b: SegmentRecord) => byLetters(a.name, b.name) || (a.id < b.id ? -1 : 1);

const topic = (id: string) => ({ kind: 'segment', id });

function inRunFrom({ run_id, as_of, id, segment, name, entities, share, revenue, stability }: InRun): RunSegment & { run: string; asOf: number } {
  return { run: run_id, asOf: as_of ?? 0, id, segment, name, entities, share, ...(revenue !== null && { revenue }), ...(stability !== null && { stability }) };
}

function ruleFrom({ version, rule, words, entities, run, at, actor, reason }: Selectable<Tables['rules']>): RuleVersion {
  return { version, rule: JSON.parse(rule) as unknown, words, ...(entities !== null && { entities }), ...(run !== null && { run }), at, actor, ...(reason !== null && { reason }) };
}

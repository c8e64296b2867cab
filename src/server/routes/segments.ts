import type { Group } from '../../domain/answer.js';
import type { Note } from '../../domain/note.js';
import type { Rule } from '../../domain/rule.js';
import type { SegmentRecord } from '../../domain/segment-record.js';
import type { StoredRun } from '../../domain/stored-run.js';
import { ShoalError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Names, RuleMeasure } from '../desk/rule-operations.js';
import type { SegmentDetail, SegmentRow, segmentRoutes } from '../contract/segments.js';
import { seesPeople } from '../discretion.js';
import type { Asked, Handlers, Tools } from '../handler.js';
import { askingChampion, askingIn, askingOf, askingRun, unchanged, type Asking } from './asking.js';
import { exported } from './exported.js';

/** The groups themselves: found, ruled and drawn. */
export const segmentHandlers: Handlers<keyof typeof segmentRoutes> = {
  async 'GET /v1/segments'({ query: { run, removed }, ...asked }, tools) {
    return unchanged(await (await asked.place()).settled(), JSON.stringify([run, removed]), async () => {
      const asking = run === undefined ? await champion(asked) : await askingRun(asked, run);
      return asking ? rowsOf(asking, tools, removed ?? false) : [];
    });
  },
  async 'POST /v1/segments'({ body: { name, rule }, by, ...asked }, tools) {
    const asking = await askingOf(await askingChampion(asked), rule);
    const { entities, words } = await asking.ask('ruleMeasure', rule, await namesOf(asking));
    const origin = 'kind' in rule && rule.kind === 'drawn' ? 'drawn' : 'ruled';
    const { id } = await asking.place.store.segments.create({ origin, name, rule, words, entities, run: asking.run.id }, by);
    return detailAnew(asked, id, tools, rule);
  },
  async 'GET /v1/segments/overlap'({ query: { run, segments }, ...asked }) {
    const asking = await askingIn(asked, run);
    return unchanged(asking.settled, JSON.stringify([run, segments]), async () => {
      const wanted = segments?.split(',').slice(0, 60);
      const records = wanted ? await Promise.all(wanted.map((id) => recordOf(asking, id))) : await recordsOf(asking, false);
      // Of all there are, those whose rule speaks of what this run does not know are left out; asked for by name, they are a refusal.
      const found = await Promise.all(records.map(async (record) => ({ ...record, group: await (wanted ? groupOf(asking, record) : whereKnown(groupOf(asking, record))) })));
      const chosen = found.flatMap(({ id, name, group }) => (group ? [{ id, name, group }] : []));
      return { ...(await asking.ask('overlap', chosen.map(({ group }) => group))), names: chosen.map(({ name }) => name), run: asking.run.id, ids: chosen.map(({ id }) => id) };
    });
  },
  async 'GET /v1/segments/:segment'({ params, query: { run }, ...asked }, tools) {
    const asking = await askingIn(asked, run);
    return unchanged(asking.settled, JSON.stringify([run, params.segment]), async () => detailOf(asking, await recordOf(asking, params.segment), tools));
  },
  async 'PATCH /v1/segments/:segment'({ params: { segment }, body: { name, rule }, by, ...asked }, tools) {
    if (name === undefined && rule === undefined) throw new ShoalError('server/invalid', { problems: [{ at: 'body', message: 'must have a name or a rule' }] });
    const asking = await askingChampion(asked);
    const { segments } = asking.place.store;
    if (rule) {
      const there = await askingOf(asking, rule);
      const { entities, words } = await there.ask('ruleMeasure', rule, await namesOf(there));
      await segments.revise(segment, { rule, words, entities, run: there.run.id }, by);
    }
    if (name !== undefined) await segments.rename(segment, name, by);
    return detailAnew(asked, segment, tools);
  },
  async 'DELETE /v1/segments/:segment'({ params: { segment }, by, place }) {
    const { segments } = (await place()).store;
    const { origin, name } = await segments.get(segment);
    if (origin === 'found') throw new ShoalError('store/conflict', { problem: `The segment '${name}' was found by a run, and goes only with its run. What can be removed is a segment made by hand.` });
    await segments.remove(segment, by);
    return undefined;
  },
  async 'POST /v1/segments/:segment/restore'({ params: { segment }, by, ...asked }, tools) {
    await (await askingChampion(asked)).place.store.segments.restore(segment, by);
    return detailAnew(asked, segment, tools);
  },
  async 'GET /v1/segments/:segment/members'({ params: { segment }, query: { run, offset, limit, sort, columns }, ...asked }) {
    const { asking, group } = await membersOf(asked, segment, run);
    return { ...(await asking.ask('page', { of: group, offset, limit, ...sorted(sort), ...listed(columns) })), run: asking.run.id };
  },
  async 'GET /v1/segments/:segment/export'({ params: { segment }, query: { run, format, sort, columns }, by, ...asked }) {
    const { asking, group, record } = await membersOf(asked, segment, run);
    return exported(asking.place, { name: record.id, format, action: 'segment.export', subject: { kind: 'segment', id: record.id }, after: { run: asking.run.id } }, by,
      (path) => asking.ask('export', { what: 'members', of: group, ...sorted(sort), ...listed(columns) }, format, path));
  },
  async 'GET /v1/segments/:segment/versus/:other'({ params: { segment, other }, query: { run }, ...asked }) {
    const asking = await askingIn(asked, run);
    return unchanged(asking.settled, JSON.stringify([run, segment, other]), async () => {
      const records = await Promise.all([segment, other].map((id) => recordOf(asking, id)));
      const [a, b] = await Promise.all(records.map((record) => groupOf(asking, record)));
      return { ...(await asking.ask('compare', a, b)), names: [records[0].name, records[1].name] as const };
    });
  },
  async 'POST /v1/segments/:segment/notes'({ params, body: { text }, by, place }) {
    const { segments, notes } = (await place()).store;
    const { id } = await segments.get(params.segment);
    return notes.add({ about: { kind: 'segment', id }, text }, by);
  },
  async 'DELETE /v1/segments/:segment/notes/:note'({ params: { segment, note }, by, place }) {
    const { notes } = (await place()).store;
    await notes.remove((await noteOn(segment, note, notes)).id, by);
    return undefined;
  },
  async 'POST /v1/segments/:segment/notes/:note/restore'({ params: { segment, note }, by, place }) {
    const { notes } = (await place()).store;
    return notes.restore((await noteOn(segment, note, notes)).id, by);
  },
  async 'POST /v1/segments/:segment/decisions'({ params, body: { text }, by, place }) {
    const { segments, decisions } = (await place()).store;
    const { id } = await segments.get(params.segment);
    return decisions.record({ about: { kind: 'segment', id }, text }, by);
  },

  async 'GET /v1/rules/vocabulary'(asked) {
    const asking = await askingChampion(asked);
    return unchanged(asking.settled, '', async () => ({ ...(await asking.ask('vocabulary', await namesOf(asking))), run: asking.run.id }));
  },
  async 'POST /v1/rules/preview'({ body: { rule }, caller, ...asked }) {
    const asking = await askingOf(await askingChampion(asked), rule);
    const records = await recordsOf(asking, false);
    const others = records.flatMap(({ id, name, rule: own }) => (own ? [{ id, name, rule: own.rule as Rule }] : []));
    const preview = await asking.ask('rulePreview', rule, { names: namesById(records), others, sample: seesPeople(caller) ? 20 : 0 });
    return { ...preview, run: asking.run.id };
  },
};

type From = Pick<Asked, 'place' | 'signal'>;

const champion = (from: From): Promise<Asking | undefined> => askingChampion(from).catch((error) => {
  if (error instanceof ShoalError && error.code === 'runs/none') return undefined;
  throw error;
});

/** Segments of the run in its order, then those made by hand. */
export function recordsOf({ place: { store: { segments } }, run, settled }: Asking, removed: boolean): Promise<readonly SegmentRecord[]> {
  return settled.read(`segments of ${run.id} ${removed}`, async () => {
    const [found, ...made] = await Promise.all([segments.list({ run: run.id, removed }), ...(['ruled', 'drawn'] as const).map((origin) => segments.list({ origin, removed }))]);
    return [...found, ...made.flat().sort((a, b) => (a.name < b.name ? -1 : 1))];
  });
}

/** A segment as it is in the run, or in the newest run that has it. */
function recordOf({ place: { store: { segments } }, run, settled }: Asking, id: string): Promise<SegmentRecord> {
  return settled.read(`segment ${id} of ${run.id}`, async () => {
    const here = await segments.get(id, { run: run.id });
    return here.run || here.origin !== 'found' ? here : segments.get(id);
  });
}

/** @throws `store/not-found` for a note on something else */
async function noteOn(segment: string, id: string, notes: Store['notes']): Promise<Note> {
  const note = await notes.get(id);
  if (note.about.kind !== 'segment' || note.about.id !== segment) throw new ShoalError('store/not-found', { kind: 'note on this segment', id: id.slice(0, 60) });
  return note;
}

/** Its members as the desk takes them. @throws `runs/unknown` for one that no visible run has */
async function groupOf(asking: Asking, { id, name, run, rule }: SegmentRecord): Promise<Group> {
  if (rule) return { kind: 'rows', name, bits: await asking.ask('ruleMembers', rule.rule as Rule, await namesOf(asking)) };
  if (run?.run !== asking.run.id) throw new ShoalError('store/conflict', { problem: `The segment '${name}' (${id}) is not in this run, so it cannot be compared with others of it.` });
  return { kind: 'segment', segment: run.segment };
}

/** The members of a segment in the run that is named, or else in the one in use, in the newest that has it, or in that on whose map it is drawn. */
async function membersOf(from: From, id: string, said?: string): Promise<{ asking: Asking; group: Group; record: SegmentRecord }> {
  const first = await askingIn(from, said);
  const record = await recordOf(first, id);
  const elsewhere = said === undefined && record.origin === 'found' && record.run?.run !== first.run.id;
  const asking = record.rule ? await askingOf(first, record.rule.rule as Rule) : elsewhere ? await askingRun(from, record.run?.run ?? '') : first;
  return { asking, record, group: await groupOf(asking, record) };
}

async function rowsOf(asking: Asking, tools: Tools, removed: boolean): Promise<SegmentRow[]> {
  const records = await recordsOf(asking, removed);
  const names = namesById(records);
  return Promise.all(records.map(async (record) => rowOf(asking, record, tools, await countedIn(asking, record, names))));
}

/** A segment with its figures: of the run where it was found, or as it is `counted` now where it is made by hand. */
async function rowOf(asking: Asking, { id, name, origin, run: found, rule, createdAt, removedAt }: SegmentRecord, { reports }: Tools, counted?: Counted): Promise<SegmentRow> {
  const { place } = asking;
  const base = { id, name, origin, since: createdAt, ...(removedAt !== undefined && { removed: removedAt }) };
  if (rule) {
    const { run } = counted ?? asking;
    const { entities, share, revenue, revenueShare } = counted?.measure ?? { entities: rule.entities ?? 0, share: 0, revenue: undefined, revenueShare: undefined };
    return { ...base, entities, share, ...(revenue !== undefined && { revenue }), ...(revenueShare !== undefined && { revenueShare }), run: run.id, asOf: run.summary?.asOf ?? 0, trend: [] };
  }
  if (!found) return { ...base, entities: 0, share: 0, run: '', asOf: 0, trend: [] };
  const [report, past, flow] = await Promise.all([reports.get(place.runFolder(found.run)), place.store.segments.trend(id), place.store.transitions.flow(id)]);
  const profile = report.segments.find(({ segment }) => segment === found.segment);
  const { entered, left } = flow.find((one) => one.run === found.run) ?? {};
  return {
    ...base, segment: found.segment, entities: found.entities, share: found.share, run: found.run, asOf: found.asOf,
    ...(found.revenue !== undefined && { revenue: found.revenue }), ...(profile?.revenueShare !== undefined && { revenueShare: profile.revenueShare }),
    ...(found.stability !== undefined && { stability: found.stability }), ...(profile && { goal: profile.brief.goal }), ...(entered !== undefined && { entered, left }),
    trend: past.map((one) => ({ run: one.run, at: one.asOf, entities: one.entities, share: one.share })),
  };
}

/** What a rule comes to, and in which run; the measure is absent where that run does not know what the rule speaks of. */
interface Counted {
  readonly run: StoredRun;
  readonly measure?: RuleMeasure;
}

async function countedIn(asking: Asking, { rule: version }: SegmentRecord, names?: Names): Promise<Counted | undefined> {
  if (!version) return undefined;
  const rule = version.rule as Rule;
  const there = await askingOf(asking, rule);
  return { run: there.run, measure: await whereKnown(there.ask('ruleMeasure', rule, (there === asking && names) || (await namesOf(there)))) };
}

/** Undefined where the run does not know what a rule speaks of: another run had it. */
export function whereKnown<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error) => {
    if (error instanceof ShoalError && error.code.startsWith('rules/')) return undefined;
    throw error;
  });
}

/** Runs whose movements are told with their reasons: the newest ones. */
const explained = 12;

async function detailOf(asking: Asking, record: SegmentRecord, tools: Tools): Promise<SegmentDetail> {
  const { store } = asking.place;
  const about = { kind: 'segment', id: record.id };
  const counted = await countedIn(asking, record);
  const [row, notes, decisions, versions, flow] = await Promise.all([
    rowOf(asking, record, tools, counted), store.notes.list({ about }), store.decisions.list({ about }), record.rule ? store.segments.versions(record.id) : [], store.transitions.flow(record.id),
  ]);
  const told = new Set(flow.slice(-explained).map(({ run }) => run));
  const movements = await Promise.all(flow.map(async ({ run, asOf, entered, left }) => ({ run, at: asOf, entered, left, reasons: told.has(run) ? await reasonsOf(store, record.id, run) : [] })));
  return { ...row, names: [...record.names], notes: [...notes.items], decisions: [...decisions.items], versions: [...versions], ...(counted?.measure && { sql: counted.measure.sql }), movements };
}

/** A segment after it was changed: asked anew, as things are now. Where a `rule` is given, in the run that can answer it. */
async function detailAnew(from: From, id: string, tools: Tools, rule?: Rule): Promise<SegmentDetail> {
  const asking = await askingChampion(from);
  return detailOf(rule ? await askingOf(asking, rule) : asking, await recordOf(asking, id), tools);
}

/** Why its members came and went, those of most first. */
async function reasonsOf({ transitions }: Asking['place']['store'], segment: string, run: string): Promise<{ reason: string; entities: number }[]> {
  return (await transitions.reasons(segment, run)).slice(0, 8).map(({ reason, entered, left }) => ({ reason, entities: entered + left }));
}

/** Names that found segments bear now, by id. */
export const namesById = (records: readonly SegmentRecord[]) => Object.fromEntries(records.filter(({ origin }) => origin === 'found').map(({ id, name }) => [id, name]));

/** Names that segments of the run bear now, as rules know them. */
export const namesOf = async (asking: Asking) => namesById(await recordsOf(asking, false));

/** 'spend' or '-spend' as the desk takes it. */
export const sorted = (said: string | undefined) => (said ? { sort: said.startsWith('-') ? { by: said.slice(1), descending: true } : { by: said } } : {});

/** Names parted by commas. */
export const listed = (said: string | undefined) => (said ? { columns: said.split(',').map((name) => name.trim()).filter(Boolean).slice(0, 50) } : {});

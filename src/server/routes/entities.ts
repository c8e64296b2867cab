import type { LiveEntity } from '../../domain/live.js';
import type { Rule } from '../../domain/rule.js';
import type { StoredRun } from '../../domain/stored-run.js';
import type { SeenTransition } from '../../domain/transition.js';
import { ShoalError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { entityRoutes, Person } from '../contract/entities.js';
import type { Names } from '../desk/rule-operations.js';
import type { Asked, Handlers } from '../handler.js';
import { askingIn, namesIn, type Asking } from './asking.js';
import { named } from './live.js';
import { listed, namesById, recordsOf, sorted, whereKnown } from './segments.js';

/** One person, machine or company. */
export const entityHandlers: Handlers<keyof typeof entityRoutes> = {
  async 'GET /v1/entities'({ query: { run: said, offset, limit, sort, columns }, ...asked }) {
    const { ask, run } = await askingIn(asked, said);
    return { ...(await ask('page', { offset, limit, ...sorted(sort), ...listed(columns) })), run: run.id };
  },
  async 'GET /v1/search'({ query: { run, text, limit }, ...asked }) {
    const { ask } = await askingIn(asked, run);
    return ask('search', text, limit);
  },
  async 'GET /v1/entities/:entity'({ params: { entity }, query: { run }, ...asked }) {
    const [person, live] = await Promise.allSettled([personIn(entity, run, asked), liveOf(entity, asked)]);
    if (person.status === 'fulfilled') return { ...person.value, ...(live.status === 'fulfilled' && { live: live.value }) };
    if (!isMissing(person.reason)) throw person.reason;
    if (live.status === 'rejected') throw isMissing(live.reason) ? person.reason : live.reason;
    return { entity: live.value.id, live: live.value };
  },
  async 'GET /v1/entities/:entity/timeline'({ params, query: { run, source, before, offset, limit }, ...asked }) {
    const { ask } = await askingIn(asked, run);
    return ask('timeline', params.entity, { source, before, offset, limit });
  },
};

/** What the live side knows of somebody. @throws `live/unknown-entity` */
async function liveOf(entity: string, asked: Pick<Asked, 'place'>): Promise<LiveEntity> {
  const place = await asked.place();
  const begun = await place.isLive();
  return named(entity, async (identifier) => (begun ? place.live().entity(identifier) : undefined));
}

/** Nobody of that id, or no run at all; a run that was asked for and is not there is another matter. */
const isMissing = (reason: unknown): boolean => reason instanceof ShoalError && reason.status === 404 && reason.code !== 'runs/unknown';

/** What a run knows of somebody. @throws `runs/none`, `runs/unknown` and `explain/unknown-entity` where it knows nothing */
async function personIn(entity: string, said: string | undefined, asked: Pick<Asked, 'place' | 'signal'>): Promise<Person> {
  const asking = await askingIn(asked, said);
  const { ask, run, place: { store } } = asking;
  const records = await recordsOf(asking, false);
  const names = namesIn(records);
  const ruled = records.filter(({ rule }) => rule);
  const [person, isInside, history] = await Promise.all([
    ask('entity', entity), insideOf(asking, entity, ruled.map(({ rule }) => rule!.rule as Rule), namesById(records)), store.transitions.ofEntity(entity),
  ]);
  return {
    ...person, run: run.id, ...(person.segmentName !== undefined && { segmentName: names.get(person.segment) ?? person.segmentName }),
    alternatives: person.alternatives.map((other) => ({ ...other, segmentName: names.get(other.segment) ?? other.segmentName })),
    ruled: ruled.map(({ id, name }, i) => ({ id, name, member: isInside(i, person.row) })), history: await sinceTheFirst(history, person.segmentId, run, store),
  };
}

/** Entities × rules whose rows are kept for a run: a megabyte. */
const mostKept = 8e6;

/** Whether somebody, who has a row, is in each of some rules; in none that the run cannot answer. Who is in them is asked once while nothing changes, where that is little to keep. */
async function insideOf({ ask, run, settled, place: { desk } }: Asking, entity: string, rules: readonly Rule[], names: Names): Promise<(rule: number, row: number) => boolean> {
  if (rules.length === 0) return () => false;
  const few = rules.length * (run.summary?.entities ?? Infinity) <= mostKept;
  // In nobody's name: whoever asked first may go while others wait for it.
  const kept = few && await settled.read(`rows in rules of ${run.id}`, () => Promise.all(rules.map((rule) => whereKnown(desk.ask('ruleMembers', {}, run.id, rule, names))))).catch(() => undefined);
  if (kept) return (rule, row) => ((kept[rule]?.[row >>> 5] ?? 0) >>> (row & 31) & 1) === 1;
  const inside = await ask('ruleBelongs', entity, rules, names);
  return (rule) => inside[rule];
}

/** The history of somebody with its beginning: nobody moved in the first run of a line, everybody was put where they were. */
async function sinceTheFirst(history: readonly SeenTransition[], now: string | undefined, run: StoredRun, store: Store): Promise<Person['history']> {
  const to = history.length > 0 ? history[0].from : now;
  if (to === undefined) return history;
  let first = run;
  for (let previous; (previous = (first.input as { previous?: string }).previous) !== undefined;) {
    const earlier = await store.runs.get(previous).catch(() => undefined);
    if (earlier?.state !== 'published') break;
    first = earlier;
  }
  return [{ at: first.summary!.asOf || first.begunAt, run: first.id, to, reason: 'where the first run found them' }, ...history];
}

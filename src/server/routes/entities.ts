import type { Rule } from '../../domain/rule.js';
import type { StoredRun } from '../../domain/stored-run.js';
import type { SeenTransition } from '../../domain/transition.js';
import type { Store } from '../../store/store.js';
import type { entityRoutes, Person } from '../contract/entities.js';
import type { Handlers } from '../handler.js';
import { askingIn, namesIn } from './asking.js';
import { listed, namesById, recordsOf, sorted } from './segments.js';

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
  async 'GET /v1/entities/:entity'({ params, query, ...asked }) {
    const asking = await askingIn(asked, query.run);
    const { ask, run, place: { store } } = asking;
    const records = await recordsOf(asking, false);
    const names = namesIn(records);
    const ruled = records.filter(({ rule }) => rule);
    const [person, inside, history] = await Promise.all([
      ask('entity', params.entity), ruled.length ? ask('ruleBelongs', params.entity, ruled.map(({ rule }) => rule!.rule as Rule), namesById(records)) : [], store.transitions.ofEntity(params.entity),
    ]);
    return {
      ...person, run: run.id, ...(person.segmentName !== undefined && { segmentName: names.get(person.segment) ?? person.segmentName }),
      alternatives: person.alternatives.map((other) => ({ ...other, segmentName: names.get(other.segment) ?? other.segmentName })),
      ruled: ruled.map(({ id, name }, i) => ({ id, name, member: inside[i] })), history: await sinceTheFirst(history, person.segmentId, run, store),
    };
  },
  async 'GET /v1/entities/:entity/timeline'({ params, query: { run, source, before, offset, limit }, ...asked }) {
    const { ask } = await askingIn(asked, run);
    return ask('timeline', params.entity, { source, before, offset, limit });
  },
};

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

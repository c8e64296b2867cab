import type { Rule } from '../../domain/rule.js';
import type { entityRoutes } from '../contract/entities.js';
import type { Handlers } from '../handler.js';
import { askingChampion, namesIn } from './asking.js';
import { listed, sorted } from './segments.js';

/** One person, machine or company. */
export const entityHandlers: Handlers<keyof typeof entityRoutes> = {
  async 'GET /v1/entities'({ query: { offset, limit, sort, columns }, ...asked }) {
    const { ask, run } = await askingChampion(asked);
    return { ...(await ask('page', { offset, limit, ...sorted(sort), ...listed(columns) })), run: run.id };
  },
  async 'GET /v1/search'({ query: { text, limit }, ...asked }) {
    const { ask } = await askingChampion(asked);
    return ask('search', text, limit);
  },
  async 'GET /v1/entities/:entity'({ params, ...asked }) {
    const { ask, run, place: { store } } = await askingChampion(asked);
    const [person, found, made, history] = await Promise.all([
      ask('entity', params.entity), store.segments.list({ run: run.id }), Promise.all((['ruled', 'drawn'] as const).map((origin) => store.segments.list({ origin }))), store.transitions.ofEntity(params.entity),
    ]);
    const names = namesIn(found);
    const ruled = made.flat().filter(({ rule }) => rule);
    const inside = ruled.length ? await ask('ruleBelongs', person.row, ruled.map(({ rule }) => rule!.rule as Rule), Object.fromEntries(found.map(({ id, name }) => [id, name]))) : [];
    return {
      ...person, run: run.id, ...(person.segmentName !== undefined && { segmentName: names.get(person.segment) ?? person.segmentName }),
      alternatives: person.alternatives.map((other) => ({ ...other, segmentName: names.get(other.segment) ?? other.segmentName })),
      ruled: ruled.map(({ id, name }, i) => ({ id, name, member: inside[i] })), history,
    };
  },
  async 'GET /v1/entities/:entity/timeline'({ params, query: { before, offset, limit }, ...asked }) {
    const { ask } = await askingChampion(asked);
    return ask('timeline', params.entity, { before, offset, limit });
  },
};

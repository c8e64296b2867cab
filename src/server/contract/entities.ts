import { z } from 'zod';
import type { EntityAnswer, Page, SearchAnswer, Timeline } from '../../domain/answer.js';
import type { LiveEntity } from '../../domain/live.js';
import { document, entityId, inRun, pageQuery, route } from './route.js';

/** All that is known of one entity, in a run, live and beside them. */
export interface Person extends EntityAnswer {
  readonly run: string;
  /** Segments made by hand, and whether it is in them. */
  readonly ruled: readonly { readonly id: string; readonly name: string; readonly member: boolean }[];
  /** Where it went from run to run, oldest first. */
  readonly history: readonly { readonly at: number; readonly run: string; readonly from?: string; readonly to?: string; readonly reason?: string }[];
  /** At this moment; absent where no event ever was of it. */
  readonly live?: LiveEntity;
}

/** An entity that no run has looked at yet. */
export interface LivePerson {
  readonly entity: string;
  readonly run?: undefined;
  readonly live: LiveEntity;
}

const params = z.strictObject({ entity: entityId });

/** One person, machine or company. */
export const entityRoutes = {
  'GET /v1/entities': route({
    role: 'analyst', summary: 'Lists everyone, a page at a time', query: z.strictObject({ ...inRun, ...pageQuery, sort: z.string().max(200).optional(), columns: z.string().max(2000).optional() }),
    answer: document<Page & { readonly run: string }>('Page', 'Part of a list, with its whole count: of one snapshot'),
  }),
  'GET /v1/search': route({
    role: 'analyst', summary: 'Finds entities by a part of their id', query: z.strictObject({ ...inRun, text: z.string().min(1).max(200), limit: z.coerce.number().int().min(1).max(100).default(20) }),
    answer: document<SearchAnswer>('SearchAnswer', 'Those that are it first, then those that begin with it'),
  }),
  'GET /v1/entities/:entity': route({ role: 'analyst', summary: 'Everything about one entity: segment and why, features, history, others like it, and what is true of it live', params, query: z.strictObject(inRun), answer: document<Person | LivePerson>('Person', 'One entity, explained; only `entity` and `live` where no run has looked at it yet') }),
  'GET /v1/entities/:entity/timeline': route({
    role: 'analyst', summary: 'What happened to one entity, newest first', params, query: z.strictObject({ ...inRun, source: z.string().max(200).optional().describe('Only what this source tells'), before: z.coerce.number().optional(), offset: pageQuery.offset, limit: pageQuery.limit }),
    answer: document<Timeline>('Timeline', 'Events of all sources with times'),
  }),
};

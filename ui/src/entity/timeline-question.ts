import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Wire } from '../wire/client.js';

/** So many of what happened last stand on somebody's page. */
export const LAST = 8;

interface TimelineWanted {
  readonly entity: string;
  /** The run that the address names. */
  readonly run?: string;
  /** Events a page. */
  readonly size: number;
  /** Only what this source tells. */
  readonly only?: string;
}

/** What happened to one entity, newest first, page by page, as TanStack Query wants it. */
export function timelineQuestion({ client, workspace }: Wire, { entity, run, size, only }: TimelineWanted) {
  return infiniteQueryOptions({
    queryKey: ['live', workspace, 'GET /v1/entities/:entity/timeline', entity, run, size, only],
    queryFn: ({ pageParam, signal }) => client.ask('GET /v1/entities/:entity/timeline', { params: { entity }, query: { run, offset: pageParam, limit: size, ...(only !== undefined && { source: only }) }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.events.length, 0);
      return last.events.length > 0 && read < last.total ? read : undefined;
    },
  });
}

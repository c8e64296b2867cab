import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import type { Call } from '../../../src/server/client.js';
import type { AnswerOf, RouteId } from '../../../src/server/contract/contract.js';
import { LAST, timelineQuestion } from '../entity/timeline-question.js';
import { pointsOf } from '../kit/points.js';
import { type AskOptions, question } from '../wire/ask.js';
import { useWire, type Wire } from '../wire/client.js';
import { mapQuestion } from '../wire/maps.js';
import { isPublished, pickRun, type PublishedRun, useRuns } from '../wire/runs.js';
import { versusQuestion } from '../wire/segments.js';
import { pathOf } from './links.js';
import { useMay } from './session.js';

/** Milliseconds after which somebody reads what is there, and the browser has nothing better to do. */
const READING = 2000;
/** Milliseconds that the pointer, or the focus, rests on a link that is meant. */
const RESTS = 60;
/** A map of more takes long to fetch for somebody who may not look at it: 10 bytes each. Other answers take the server long. */
const MOST = 100_000;
/** What is asked before anybody points at a link, one page after the other. */
const PATHS = ['map', 'rules', 'entities', 'choose', 'overlap', 'runs', 'settings', 'start'];

/**
 * Asks beforehand what other pages begin with: of the pages of the way round once somebody reads the first, of any page as soon as a link to it is
 * pointed at or has the focus, and at the latest beside the change itself, all at once. What was asked is not asked again by the page.
 */
export function useForesight(): void {
  const wire = useWire();
  const queries = useQueryClient();
  const router = useRouter();
  const may = useMay('analyst');
  const { data: runs } = useRuns();
  const published = runs?.filter(isPublished);
  const champion = published && pickRun(published);
  const [id, small] = [champion?.id, champion !== undefined && champion.summary.entities <= MOST];
  const foresee = useEffectEvent(async (pathname: string, search: Search) => {
    const [, params, route] = router.getMatchedRoutes(pathname);
    if (params['workspace'] !== wire.workspace || !route) return;
    const run = published && pickRun(published, search.run);
    const ahead = { queries, wire, params, search, run, may };
    await Promise.all([...ofRun(ahead), ...(BEGINS[route.fullPath.slice(BASE)]?.(ahead) ?? [])]);
  });

  useEffect(() => {
    if (id === undefined || !small) return;
    const stop = new AbortController();
    const wait = setTimeout(async () => {
      for (const path of PATHS) if (!stop.signal.aborted) await foresee(`/w/${encodeURIComponent(wire.workspace)}/${path}`, {});
    }, READING);
    return () => {
      clearTimeout(wait);
      stop.abort();
    };
  }, [id, small, wire]);

  useEffect(() => {
    let wait: ReturnType<typeof setTimeout> | undefined;
    const meant = (event: Event) => {
      clearTimeout(wait);
      const path = pathOf(event.target);
      if (path === undefined) return;
      const { pathname, searchParams } = new URL(path, window.location.origin);
      wait = setTimeout(() => void foresee(pathname, Object.fromEntries(searchParams)), event.type === 'pointerdown' ? 0 : RESTS);
    };
    const kinds = ['pointerover', 'pointerdown', 'focusin'] as const;
    for (const kind of kinds) document.addEventListener(kind, meant, { passive: true });
    const leave = router.subscribe('onBeforeNavigate', ({ toLocation }) => void foresee(toLocation.pathname, toLocation.search));
    return () => {
      clearTimeout(wait);
      for (const kind of kinds) document.removeEventListener(kind, meant);
      leave();
    };
  }, [router]);
}

/** What an address says that pages ask with: a run, segments, the segment to change. */
interface Search {
  readonly run?: string;
  readonly segments?: string;
  readonly segment?: string;
}

interface Ahead {
  readonly queries: QueryClient;
  readonly wire: Wire;
  readonly params: Readonly<Record<string, string>>;
  readonly search: Search;
  /** The run that will be in view. */
  readonly run?: PublishedRun;
  /** Whether whoever is here may see people. */
  readonly may: boolean;
}

const BASE = '/w/$workspace/'.length;

/** What each page begins with, asked just as the page asks it. */
const BEGINS: Readonly<Record<string, (ahead: Ahead) => Promise<unknown>[]>> = {
  map: ({ queries, wire, run }) => (run ? [sortedMap(queries, wire, run.id)] : []),
  'segments/$segment': (ahead) => [ask(ahead, 'GET /v1/segments/:segment', { params: { segment: ahead.params['segment'] ?? '' }, query: { run: ahead.search.run } })],
  'segments/$segment/versus/$other': ({ queries, wire, params, search }) => [queries.prefetchQuery(versusQuestion(wire, params['segment'] ?? '', params['other'] ?? '', search.run))],
  overlap: (ahead) => [ask(ahead, 'GET /v1/segments/overlap', { query: { run: ahead.search.run, segments: ahead.search.segments } })],
  choose: (ahead) =>
    ahead.run
      ? [ask(ahead, 'GET /v1/runs/:run/levels', { params: { run: ahead.run.id }, query: {} }, { fixed: true }), ask(ahead, 'GET /v1/runs/:run/what-if', { params: { run: ahead.run.id }, query: {} }, { fixed: true })]
      : [],
  rules: (ahead) => {
    const { segment } = ahead.search;
    return [ask(ahead, 'GET /v1/rules/vocabulary'), segment === undefined ? ask(ahead, 'POST /v1/rules/preview', { body: { rule: { all: [] } } }) : ask(ahead, 'GET /v1/segments/:segment', { params: { segment } })];
  },
  entities: (ahead) => (ahead.may ? [ask(ahead, 'GET /v1/entities', { query: { run: ahead.search.run, offset: 0, limit: 25 } })] : []),
  'entities/$entity': (ahead) => {
    const entity = ahead.params['entity'] ?? '';
    if (!ahead.may) return [];
    return [tellingOf(ahead, entity)];
  },
  runs: (ahead) => [ask(ahead, 'GET /v1/runs', { query: { removed: 'true' } }), ask(ahead, 'GET /v1/aliases')],
  settings: (ahead) => [ask(ahead, 'GET /v1/workspaces'), ask(ahead, 'GET /v1/workspaces', { query: { removed: 'true' } })],
  start: (ahead) => (ahead.may ? [ask(ahead, 'GET /v1/files')] : []),
};

/** Somebody, and what happened to them last where a run knows them: of who is known live only there is no timeline to ask for. */
async function tellingOf(ahead: Ahead, entity: string): Promise<unknown> {
  const { queries, wire, search: { run } } = ahead;
  const asked = { params: { entity }, query: { run } };
  await ask(ahead, 'GET /v1/entities/:entity', asked);
  const person = queries.getQueryData<AnswerOf<'GET /v1/entities/:entity'>>(question(wire, 'GET /v1/entities/:entity', asked).queryKey);
  return person && 'features' in person ? queries.prefetchInfiniteQuery(timelineQuestion(wire, { entity, run, size: LAST })) : undefined;
}

/** What every page of a run begins with, which is there already of the run in use. */
const ofRun = (ahead: Ahead): Promise<unknown>[] =>
  ahead.search.run === undefined || !ahead.run ? [] : [ask(ahead, 'GET /v1/runs/:run', { params: { run: ahead.run.id } }, { fixed: true }), ask(ahead, 'GET /v1/segments', { query: { run: ahead.search.run } })];

function ask<R extends RouteId>({ queries, wire }: Ahead, route: R, call?: Call<R>, options?: AskOptions): Promise<void> {
  return queries.prefetchQuery(question(wire, route, call, options));
}

/** Everybody on the map, sorted for drawing as well. */
async function sortedMap(queries: QueryClient, wire: Wire, run: string): Promise<void> {
  const wanted = mapQuestion(wire, run);
  await queries.prefetchQuery(wanted);
  const map = queries.getQueryData(wanted.queryKey);
  if (map) pointsOf(map.x, map.y);
}

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate, Outlet, parseSearchWith, stringifySearchWith } from '@tanstack/react-router';
import { useMemo } from 'react';
import { FormatsProvider } from '../kit/formats.js';
import { Loading } from '../kit/states.js';
import { WireProvider, wireTo } from '../wire/client.js';
import { LostOutside, NotFound, NoWorkspace, PageFault } from './faults.js';
import { useSession } from './session.js';
import { Shell } from './Shell.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: LostOutside });

/** The bare address leads to the first workspace. */
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: function Home() {
    const { workspace } = useSession();
    return <Navigate to="/w/$workspace" params={{ workspace }} replace />;
  },
});

/** Everything of one workspace. `run` in the address names the run in view; without it, it is the champion. */
const workspace = createRoute({
  getParentRoute: () => root,
  path: '/w/$workspace',
  notFoundComponent: NotFound,
  validateSearch: (given: Record<string, unknown>): { run?: string } => (typeof given['run'] === 'string' && given['run'] ? { run: given['run'] } : {}),
  component: function Workspace() {
    const { workspace: id } = workspace.useParams();
    const { workspaces } = useSession();
    const wire = useMemo(() => wireTo(id), [id]);
    if (!workspaces.some((w) => w.id === id)) return <NoWorkspace workspace={id} />;
    return (
      <WireProvider value={wire}>
        <FormatsProvider locale={navigator.language}>
          <Shell key={id} />
        </FormatsProvider>
      </WireProvider>
    );
  },
});

/** The strings of an address that a page says it understands; whatever else is there is let go. */
const strings = <K extends string>(...names: readonly K[]) => (given: Record<string, unknown>): { [N in K]?: string } =>
  Object.fromEntries(names.flatMap((name) => (typeof given[name] === 'string' || typeof given[name] === 'number' ? [[name, String(given[name])]] : []))) as { [N in K]?: string };

const page = { getParentRoute: () => workspace };

const overview = createRoute({ ...page, path: '/', component: lazyRouteComponent(() => import('../overview/OverviewPage.js'), 'OverviewPage') });
const start = createRoute({ ...page, path: '/start', component: lazyRouteComponent(() => import('../start/StartPage.js'), 'StartPage'), validateSearch: strings('job') });
const data = createRoute({ ...page, path: '/data', component: lazyRouteComponent(() => import('../data/DataPage.js'), 'DataPage') });
const runs = createRoute({ ...page, path: '/runs', component: lazyRouteComponent(() => import('../run/RunsPage.js'), 'RunsPage') });
const compareRuns = createRoute({ ...page, path: '/runs/$first/versus/$second', component: lazyRouteComponent(() => import('../run/CompareRunsPage.js'), 'CompareRunsPage') });
const settings = createRoute({ ...page, path: '/settings', component: lazyRouteComponent(() => import('../settings/SettingsPage.js'), 'SettingsPage'), validateSearch: strings('part', 'webhook') });

const map = createRoute({ ...page, path: '/map', component: lazyRouteComponent(() => import('../segment/MapPage.js'), 'MapPage'), validateSearch: strings('colour', 'hide') });
const segments = createRoute({ ...page, path: '/segments', component: lazyRouteComponent(() => import('../segment/SegmentsPage.js'), 'SegmentsPage'), validateSearch: strings('sort') });
const segment = createRoute({ ...page, path: '/segments/$segment', component: lazyRouteComponent(() => import('../segment/SegmentPage.js'), 'SegmentPage'), validateSearch: strings('part') });
const compareSegments = createRoute({ ...page, path: '/segments/$segment/versus/$other', component: lazyRouteComponent(() => import('../segment/CompareSegmentsPage.js'), 'CompareSegmentsPage') });
const overlap = createRoute({ ...page, path: '/overlap', component: lazyRouteComponent(() => import('../segment/OverlapPage.js'), 'OverlapPage'), validateSearch: strings('segments') });
const choose = createRoute({ ...page, path: '/choose', component: lazyRouteComponent(() => import('../choose/ChoosePage.js'), 'ChoosePage'), validateSearch: strings('k', 'cut') });
const predict = createRoute({ ...page, path: '/predict', component: lazyRouteComponent(() => import('../predict/PredictPage.js'), 'PredictPage') });

const rules = createRoute({ ...page, path: '/rules', component: lazyRouteComponent(() => import('../rules/RulesPage.js'), 'RulesPage'), validateSearch: strings('segment', 'rule') });
const entities = createRoute({ ...page, path: '/entities', component: lazyRouteComponent(() => import('../entity/EntitiesPage.js'), 'EntitiesPage'), validateSearch: strings('text', 'sort', 'page') });
const entity = createRoute({ ...page, path: '/entities/$entity', component: lazyRouteComponent(() => import('../entity/EntityPage.js'), 'EntityPage'), validateSearch: strings('part') });

const liveEvents = createRoute({ ...page, path: '/live', component: lazyRouteComponent(() => import('../live/EventsPage.js'), 'EventsPage') });
const connect = createRoute({ ...page, path: '/live/connect', component: lazyRouteComponent(() => import('../live/ConnectPage.js'), 'ConnectPage') });
const liveSegments = createRoute({ ...page, path: '/live/segments', component: lazyRouteComponent(() => import('../live/LiveSegmentsPage.js'), 'LiveSegmentsPage') });
const newLiveSegment = createRoute({ ...page, path: '/live/segments/new', component: lazyRouteComponent(() => import('../live/LiveRulePage.js'), 'LiveRulePage') });
const liveSegment = createRoute({ ...page, path: '/live/segments/$segment', component: lazyRouteComponent(() => import('../live/LiveSegmentPage.js'), 'LiveSegmentPage') });
const changeLiveSegment = createRoute({ ...page, path: '/live/segments/$segment/edit', component: lazyRouteComponent(() => import('../live/LiveRulePage.js'), 'LiveRulePage') });

const pages = [overview, start, data, runs, compareRuns, settings, map, segments, segment, compareSegments, overlap, choose, predict, rules, entities, entity, liveEvents, connect, liveSegments, newLiveSegment, liveSegment, changeLiveSegment] as const;

export const router = createRouter({
  routeTree: root.addChildren([home, workspace.addChildren(pages)]),
  defaultErrorComponent: PageFault,
  defaultNotFoundComponent: NotFound,
  defaultPendingComponent: Loading,
  scrollRestoration: true,
  // What an address says is plain text: ?k=6, not ?k="6".
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
});

/** Fetches the code of every page once the browser has nothing better to do, so that a change of page waits for nothing. */
export async function fetchPages(): Promise<void> {
  for (const { options } of pages) await (options.component as { preload?(): Promise<unknown> } | undefined)?.preload?.();
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

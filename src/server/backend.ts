import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '../errors.js';
import { openStore } from '../store/catalog.js';
import type { By, HomeStore, Store } from '../store/store.js';
import type { ServerConfig } from './config.js';
import { openDesk } from './desk/desk.js';
import { entry } from './entries.js';
import { jobKinds } from './jobs/catalog.js';
import type { JobKind } from './jobs/kind.js';
import { openJobs, type Jobs } from './jobs/jobs.js';
import { createEgress } from '../util/egress/egress.js';
import { resumeErasures } from './erasures.js';
import { followChampion } from './champion.js';
import { openLiveThread } from './live/thread.js';
import { reconcile } from './routes/live.js';
import { openSending } from './webhooks.js';
import { openWorkspaces, type OpenWorkspace, type Workspaces } from './workspaces.js';

/** What is behind the routes of a server: the records, the workspaces and the long work. */
export interface Backend {
  readonly home: HomeStore;
  readonly workspaces: Workspaces;
  readonly jobs: Jobs;
  /** Resolves when a journal cannot be written any more: the process must end, and begin again from the disk. */
  readonly failed: Promise<Error>;
  /** Stops what runs, and closes everything. */
  close(): Promise<void>;
}

const system: By = { actor: 'system', reason: 'the server was started' };
const goingOn: By = { actor: 'system', reason: 'an erasure is gone on with' };

/**
 * Opens a data folder, which is made where absent, for this process alone: migrates the records, makes the workspace 'main' where there is none, marks what was running as interrupted and takes up
 * what waited. `kinds` and `jobEntry` are for tests. @throws `server/bad-folder`, `store/in-use`, `store/newer`, `store/damaged`, `store/unavailable`
 */
export async function openBackend(config: ServerConfig, clock: () => number, { kinds = jobKinds, jobEntry = entry('job') }: { kinds?: Readonly<Record<string, JobKind>>; jobEntry?: string } = {}): Promise<Backend> {
  const { data, store, threads, jobMemory, deskMemory, files, allowHosts, retention } = config;
  await mkdir(data, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new ShoalError('server/bad-folder', { folder: data, reason: cause.message }, { cause });
  });
  const home = await openStore(store, { clock, data });
  let fail!: (error: Error) => void;
  const failed = new Promise<Error>((resolve) => (fail = resolve));
  let closing = false;
  const egress = createEgress({ allow: allowHosts });
  const workspaces = openWorkspaces({
    home, folder: data, limits: files, clock,
    desk: (runs) => openDesk({ entry: entry('desk'), runs, threads, memory: deskMemory }),
    live: (workspace) => openLiveThread({ entry: entry('live'), store, workspace, retention, failed: (error) => closing || fail(error) }),
    sending: (of) => openSending({ ...of, egress, clock }),
    removing: (id, by) => jobs.cancelAll(id, by),
    async restored(id) {
      await jobs.recover(id);
      const place = await workspaces.open(id);
      void goOnErasing(place);
      await place.sending.wake();
    },
  });
  /** What is begun of erasures: nobody waits for it, as it may wait for whoever reads the journal; what fails is tried again. */
  const erasing = new Set<OpenWorkspace>();
  const goOnErasing = async (place: OpenWorkspace) => {
    if (erasing.has(place)) return;
    erasing.add(place);
    await resumeErasures({ place, jobs, by: goingOn }).catch(() => undefined);
    erasing.delete(place);
  };
  const jobs = openJobs({ kinds, entry: jobEntry, open: workspaces.open, clock, threads, memory: jobMemory });
  // Also where stopping the jobs fails, as it does where the database went away.
  const close = () => (closing = true) && jobs.close().finally(() => workspaces.close()).finally(() => home.close());
  try {
    await workspaces.tidy(system);
    if ((await workspaces.list({ removed: true })).length === 0) await workspaces.create({ id: 'main', name: 'Main' }, system);
    for (const { id } of await workspaces.list()) {
      const place = await workspaces.open(id);
      await clearBegun(place);
      await firstIsChampion(place.store);
      await jobs.recover(id);
      // Time goes on for live segments and for what is kept only so long, whether anybody asks or not.
      if ((await place.isLive()) || (await place.store.segments.list({ origin: 'live' })).length > 0) await reconcile(place.store, place.live());
      void goOnErasing(place);
      await followChampion(place);
      await place.sending.wake();
    }
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  const daily = setInterval(() => void workspaces.tidy({ actor: 'system', reason: 'seven days are over' }).catch(() => {}), 86_400_000).unref();
  const goOn = async () => {
    for (const { id } of await workspaces.list()) void goOnErasing(await workspaces.open(id));
  };
  const often = setInterval(() => void goOn().catch(() => {}), 600_000).unref();
  return {
    home, workspaces, jobs, failed,
    async close() {
      clearInterval(daily);
      clearInterval(often);
      await close();
    },
  };
}

/** Folders of runs that were begun and never published: nobody will. */
async function clearBegun({ store, runFolder }: OpenWorkspace): Promise<void> {
  const { items } = await store.runs.list({ state: 'running', limit: 1000 });
  for (const { id } of items) await rm(runFolder(id), { recursive: true, force: true });
}

/** A server that was killed between publishing the first run and pointing to it left nothing in use. */
async function firstIsChampion({ aliases, runs }: Store): Promise<void> {
  if ((await aliases.history('champion')).length > 0) return;
  const { items: [first] } = await runs.list({ state: 'published', limit: 1 });
  if (first) await aliases.move('champion', first.id, system);
}

/** Folder of the built pages. */
export const pagesFolder = (): string => join(entry('job'), '../../ui/workspace');

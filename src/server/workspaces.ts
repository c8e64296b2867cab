import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../domain/workspace.js';
import type { By, HomeStore, Store } from '../store/store.js';
import type { Desk } from './desk/desk.js';
import type { LiveThread } from './live/thread.js';
import { keptDays, openFiles, tidyFiles, type Files } from './files.js';
import { runFolder } from './run-folder.js';
import type { Sending, SendingOptions } from './webhooks.js';
import { settledBy, type Settled } from './settled.js';
import type { FileLimits } from './soundness.js';

/** An open workspace: its store, its files, its runs. */
export interface OpenWorkspace {
  readonly workspace: Workspace;
  readonly folder: string;
  readonly store: Store;
  /** How things are now. */
  settled(): Promise<Settled>;
  readonly files: Files;
  /** What its files may be. */
  readonly limits: FileLimits;
  /** Answers questions on its runs. */
  readonly desk: Desk;
  /** Its live side, started when it is first asked for. */
  live(): LiveThread;
  /** Whether there is anything on its live side: else nobody need start it to find nothing. */
  isLive(): Promise<boolean>;
  /** Sends its changes to webhooks. */
  readonly sending: Sending;
  /** Absolute path of the folder of a run, which need not exist. @throws `runs/unknown` for what cannot be an id */
  runFolder(run: string): string;
}

/** The workspaces of a server. */
export interface Workspaces {
  list(options?: { readonly removed?: boolean }): Promise<readonly Workspace[]>;
  /** The id is made of the name where none is given. @throws `store/exists`, `store/bad-value` */
  create(given: { readonly name: string; readonly id?: string }, by: By): Promise<Workspace>;
  rename(id: string, name: string, by: By): Promise<Workspace>;
  /** Opens what is asked for the first time, and keeps it open. @throws `store/not-found` */
  open(id: string): Promise<OpenWorkspace>;
  /** Takes a workspace out of sight; `restore` brings it back for seven days. @throws `store/not-found` */
  remove(id: string, by: By): Promise<Workspace>;
  restore(id: string, by: By): Promise<Workspace>;
  /** Deletes for good what was removed more than seven days ago: workspaces, runs and files. */
  tidy(by: By): Promise<void>;
  /** Closes the desks and live sides. The store is its owner's to close. */
  close(): Promise<void>;
}

export interface WorkspacesOptions {
  readonly home: HomeStore;
  /** The data folder. */
  readonly folder: string;
  readonly limits: FileLimits;
  readonly clock: () => number;
  /** Opens a desk on a folder of runs. */
  readonly desk: (runs: string) => Desk;
  /** Starts the live side of a workspace. */
  readonly live: (workspace: string) => LiveThread;
  /** Opens the sending side of its webhooks. */
  readonly sending: (of: Pick<SendingOptions, 'store' | 'live'>) => Sending;
  /** Called before a workspace is taken away: stops what is done in it. */
  readonly removing: (id: string, by: By) => Promise<void>;
  /** Called when a workspace is there again: takes up what waited in it. */
  readonly restored: (id: string) => Promise<void>;
}

/** A workspace to whoever opens it for others. */
interface Place extends OpenWorkspace {
  /** Ends its live side, where it was started, and what it sends. */
  stop(): Promise<void>;
}

export function openWorkspaces({ home, folder, limits, clock, desk, live, sending, removing, restored }: WorkspacesOptions): Workspaces {
  const places = new Map<string, Promise<Place>>();
  const open = async (id: string): Promise<Place> => {
    // The store says first whether there is one of that name, so that no other name reaches the disk.
    const store = await home.open(id);
    const workspace = await home.workspaces.get(id);
    const own = join(folder, 'workspaces', workspace.id);
    const files = join(own, 'files'), runs = join(own, 'runs');
    for (const path of [files, runs]) await mkdir(path, { recursive: true, mode: 0o700 });
    for (const place of [own, files, runs]) await clearPartial(place);
    // Exports that a server which was killed had begun.
    await rm(join(own, 'exports'), { recursive: true, force: true });
    let started: LiveThread | undefined;
    const liveOnce = () => (started ??= live(workspace.id));
    const sends = sending({ store, live: liveOnce });
    return {
      workspace, folder: own, store, limits,
      files: openFiles(files, { limits, clock, record: (action, file, by) => store.audit.record({ action, subject: { kind: 'file', id: file.id }, after: { name: file.name, bytes: file.bytes } }, by) }),
      settled: settledBy(store.audit),
      desk: desk(runs),
      live: liveOnce,
      isLive: async () => started !== undefined || home.hasJournal(workspace.id),
      sending: sends,
      async stop() {
        await sends.close();
        await started?.close();
      },
      runFolder: (run) => runFolder(runs, run),
    };
  };
  const openOnce = (id: string): Promise<Place> => {
    const place = places.get(id) ?? open(id);
    places.set(id, place);
    place.catch(() => places.delete(id));
    return place;
  };
  return {
    list: (options) => home.workspaces.list(options),
    create: async ({ name, id }, by) => home.workspaces.create({ id: id ?? (await freeId(name, home)), name }, by),
    rename: (id, name, by) => home.workspaces.rename(id, name, by),
    open: openOnce,
    async remove(id, by) {
      await removing(id, by);
      const removed = await home.workspaces.remove(id, by);
      const place = await places.get(id);
      places.delete(id);
      await place?.desk.close();
      await place?.stop();
      return removed;
    },
    async restore(id, by) {
      const workspace = await home.workspaces.restore(id, by);
      await restored(id);
      return workspace;
    },
    async tidy(by) {
      const old = (removedAt: number | undefined) => removedAt !== undefined && removedAt < clock() - keptDays * 86_400_000;
      for (const { id, removedAt } of await home.workspaces.list({ removed: true })) {
        if (removedAt === undefined) await tidyPlace(await openOnce(id), old, by, clock());
        else if (old(removedAt)) {
          await home.workspaces.purge(id, by);
          await rm(join(folder, 'workspaces', id), { recursive: true, force: true });
        }
      }
    },
    async close() {
      for (const place of await Promise.allSettled(places.values())) if (place.status === 'fulfilled') await Promise.all([place.value.desk.close(), place.value.stop()]);
    },
  };
}

/** Deletes what a process that was cut off had begun to write. For the one server that owns the folder, before it is used. */
async function clearPartial(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith('.partial-')) await rm(join(folder, name), { recursive: true, force: true });
}

async function tidyPlace({ store, folder, runFolder }: OpenWorkspace, old: (removedAt: number | undefined) => boolean, by: By, now: number): Promise<void> {
  await tidyFiles(join(folder, 'files'), now);
  const { items } = await store.runs.list({ removed: true, limit: 1000 });
  for (const { id } of items.filter(({ removedAt }) => old(removedAt))) {
    // The folder goes first: a run that is still listed as removed can be purged again.
    await rm(runFolder(id), { recursive: true, force: true });
    await store.runs.purge(id, by);
  }
}

/** 'Größen & Co. 2024' → 'grossen-co-2024', with a number behind where that is taken. */
async function freeId(name: string, home: HomeStore): Promise<string> {
  const plain = name.replaceAll('ß', 'ss').normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[^a-z]+|-+$/g, '').slice(0, 36).replace(/-+$/, '');
  const base = plain || 'workspace';
  const taken = new Set((await home.workspaces.list({ removed: true })).map(({ id }) => id));
  for (let n = 1; ; n++) if (!taken.has(n === 1 ? base : `${base}-${n}`)) return n === 1 ? base : `${base}-${n}`;
}

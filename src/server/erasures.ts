import { identifierOfPublicId, publicIdOf, type Identifier } from '../domain/event.js';
import { hasEnded } from '../domain/job.js';
import type { By, Store } from '../store/store.js';
import type { Jobs } from './jobs/jobs.js';
import type { OpenWorkspace } from './workspaces.js';

/** Where somebody is erased, and by whom. It is written down first and then done step by step, each as often as need be, so that a server which is killed goes on with it. */
interface Erasing {
  readonly place: OpenWorkspace;
  readonly jobs: Pick<Jobs, 'start' | 'list'>;
  readonly by: By;
}

/** Erases somebody from the journal and the store at once, and from the folders of runs by a job. Undefined where nobody is known under that identifier. */
export async function erase(identifier: Identifier, { place, jobs, by }: Erasing): Promise<{ readonly identifiers: number; readonly events: number } | undefined> {
  const { store, live } = place;
  const known = await live().entity(identifier);
  if (!known) return undefined;
  const names = [...new Set([known.id, ...known.identifiers.map(publicIdOf)])];
  const seq = await store.erasures.begin(names);
  const gone = await live().erase(identifier);
  await forget(seq, names, { place, jobs, by });
  // Who it was is what is forgotten: the audit log says that somebody was erased, not who.
  await store.audit.record({ action: 'entity.erase', subject: { kind: 'entity', id: 'erased' }, after: { ...gone } }, by);
  return { ...gone };
}

/** Goes on with what was begun and not done when the server ended. */
export async function resumeErasures({ place, jobs, by }: Erasing): Promise<void> {
  const { store, live } = place;
  for (const { seq, names, erased } of await store.erasures.open()) {
    if (!erased) for (const identifier of names.map(identifierOfPublicId)) if (await live().entity(identifier)) await live().erase(identifier);
    await forget(seq, names, { place, jobs, by });
  }
}

/** What follows once the journal has forgotten somebody: nothing comes of them any more. */
async function forget(seq: number, names: readonly string[], { place, jobs, by }: Erasing): Promise<void> {
  const { store, workspace } = place;
  await store.erasures.erased(seq);
  await store.erasures.forget(names);
  const active = (await jobs.list(workspace.id, { limit: 200 })).filter(({ state }) => !hasEnded(state));
  // One that waits sees to this one as well.
  if (active.some(({ kind, state }) => kind === 'forget' && state === 'queued')) return;
  if ((await liveRuns(store)).length === 0 && !active.some(({ kind }) => kind === 'discover')) return store.erasures.end([seq], { runs: 0, rows: 0 }, by);
  await jobs.start(workspace.id, 'forget', {}, by);
}

/** Runs that were made of the journal, those removed as well. */
export async function liveRuns({ runs }: Store): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await runs.list({ state: 'published', removed: true, limit: 1000, after });
    found.push(...items.filter(({ input }) => (input as { readonly live?: boolean }).live).map(({ id }) => id));
    if ((after = next) === undefined) return found;
  }
}

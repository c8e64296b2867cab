import { identifierOfPublicId, publicIdOf, type Identifier } from '../domain/event.js';
import { hasEnded } from '../domain/job.js';
import { lastRecordOf } from '../domain/stored-run.js';
import type { By, Store } from '../store/store.js';
import type { Jobs } from './jobs/jobs.js';
import type { OpenWorkspace } from './workspaces.js';

/** Where somebody is erased, and by whom. It is written down first and then done step by step, each as often as need be, so that a server which is killed goes on with it. */
interface Erasing {
  readonly place: OpenWorkspace;
  readonly jobs: Pick<Jobs, 'start' | 'resume' | 'list'>;
  readonly by: By;
}

/** Erasures of one workspace come one after the other: who is asked for twice is not found the second time. */
const turns = new WeakMap<OpenWorkspace, Promise<unknown>>();
function inTurn<T>(place: OpenWorkspace, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(place) ?? Promise.resolve()).then(work);
  turns.set(place, turn.catch(() => undefined));
  return turn;
}

/**
 * Erases somebody from the journal and the store at once, and from the folders of runs by a job. Undefined where nobody is known under that identifier. Once the journal has forgotten them it is said that they are
 * erased, whatever fails after it: that is gone on with by `resumeErasures`.
 */
export const erase = (identifier: Identifier, erasing: Erasing): Promise<{ readonly identifiers: number; readonly events: number } | undefined> => inTurn(erasing.place, async () => {
  const { place: { store, live }, by } = erasing;
  const known = await live().entity(identifier);
  if (!known) return undefined;
  const erasure = await store.erasures.begin([...new Set([known.id, ...known.identifiers.map(publicIdOf)])], (await live().status()).seq);
  const gone = await live().erase(identifier, erasure);
  await store.erasures.erased(erasure, gone, by).then(() => forget(erasing)).catch(() => undefined);
  return { identifiers: gone.identifiers, events: gone.events };
});

/** Goes on with what was begun and is not done: when the server starts, and from time to time where something failed. */
export const resumeErasures = (erasing: Erasing): Promise<void> => inTurn(erasing.place, async () => {
  const { place: { store, live }, by } = erasing;
  const open = await store.erasures.open();
  for (const { seq, names, record } of open.filter(({ erased }) => !erased)) {
    const gone = (await live().erased(seq, record)) ?? (await eraseAny(names, seq, live()));
    if (gone) await store.erasures.erased(seq, gone, by);
    else await store.erasures.end([seq], { runs: 0, rows: 0 }, by);
  }
  if (open.length > 0) await forget(erasing);
});

/** Erases whoever has these names: they were of one. Undefined where nobody has. */
async function eraseAny(names: readonly string[], erasure: number, live: ReturnType<OpenWorkspace['live']>): ReturnType<typeof live.erased> {
  for (const identifier of names.map(identifierOfPublicId)) if (await live.entity(identifier)) return live.erase(identifier, erasure);
  return undefined;
}

/** What follows once the journal has forgotten somebody: nothing comes of them any more. */
async function forget({ place: { store, sending, workspace }, jobs, by }: Erasing): Promise<void> {
  await sending.taken();
  await store.erasures.forget();
  const all = await jobs.list(workspace.id, { limit: 200 });
  // One that waits sees to all of them.
  if (all.some(({ kind, state }) => kind === 'forget' && state === 'queued')) return;
  const [open, runs] = [(await store.erasures.open()).filter(({ erased }) => erased), await liveRuns(store)];
  const newest = Math.max(...open.map(({ record }) => record));
  if (!runs.some(({ record }) => record < newest) && !all.some(({ kind, state }) => kind === 'discover' && !hasEnded(state))) return store.erasures.end(open.map(({ seq }) => seq), { runs: 0, rows: 0 }, by);
  const last = all.find(({ kind }) => kind === 'forget');
  if (last && hasEnded(last.state) && last.state !== 'done') await jobs.resume(workspace.id, last.id, by);
  else await jobs.start(workspace.id, 'forget', {}, by);
}

/** Runs that were made of the journal, those removed as well, and the last record in each. */
export async function liveRuns({ runs }: Store): Promise<{ readonly id: string; readonly record: number }[]> {
  const found: { readonly id: string; readonly record: number }[] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await runs.list({ state: 'published', removed: true, limit: 1000, after });
    for (const { id, input } of items) {
      const record = lastRecordOf(input);
      if (record !== undefined) found.push({ id, record });
    }
    if ((after = next) === undefined) return found;
  }
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { identifierOfPublicId, type Identifier } from '../domain/event.js';
import type { JobState } from '../domain/job.js';
import type { Change } from '../domain/live.js';
import type { Transition } from '../domain/transition.js';
import { ShoalError } from '../errors.js';
import { openLive, type Live } from '../flow/live/live.js';
import { openSqlite } from '../store/adapters/sqlite-library.js';
import { openJournal, openStore } from '../store/catalog.js';
import type { HomeStore, Store } from '../store/store.js';
import { erase, resumeErasures } from './erasures.js';
import type { Jobs } from './jobs/jobs.js';
import { forgetKind } from './jobs/kinds/forget.js';
import type { OpenWorkspace } from './workspaces.js';

const clock = () => Date.UTC(2026, 0, 1);
const by = { actor: 'ada' };
let folder: string, home: HomeStore, store: Store, live: Live;
let jobs: { id: string; kind: string; state: JobState }[];
/** The workspace as these steps see it; `killed`: what a server does not come to any more. */
const erasing = (killed: { readonly store?: Partial<Store['erasures']>; readonly live?: Partial<Live>; readonly taken?: () => Promise<void>; readonly jobs?: Partial<Jobs> } = {}) => ({
  by,
  place: {
    workspace: { id: 'main' }, live: () => ({ ...live, ...killed.live }), store: { ...store, erasures: { ...store.erasures, ...killed.store } }, sending: { taken: killed.taken ?? (async () => {}) },
    runFolder: (run: string) => run,
  } as unknown as OpenWorkspace,
  jobs: {
    list: async () => [...jobs].reverse() as never, start: async (_: string, kind: string) => void jobs.push({ id: `j${jobs.length}`, kind, state: 'queued' }) as never,
    resume: async (_: string, id: string) => void (jobs.find((job) => job.id === id)!.state = 'queued') as never, ...killed.jobs,
  },
});
const never = () => Promise.reject(new Error('killed'));
const forgetting = () => jobs.map(({ kind, state }) => [kind, state]);
let count = 0;
const [ann, bob] = ['ann', 'bob'].map((value) => ({ type: 'user', value }));
const kiosk = { type: 'anonymous', value: 'kiosk' };
/** Each has a change from it where they are new. */
const sent = (...identifiers: Identifier[]) => live.accept([{ id: `m${count++}`, kind: 'track', name: 'Viewed', at: clock(), received: clock(), identifiers, payload: {} }]);
let n = 0;
/** What a dispatcher reads, and what it makes of it. */
const read = () => live.changes(n, 100);
const taken = async (changes: readonly Change[]) => {
  n = Math.max(n, ...changes.map((change) => change.n));
  await store.outbox.take([{ webhook: 1, cursor: n, changes }]);
};
const deliveries = async () => (await store.webhooks.deliveries((await store.webhooks.list())[0].id)).items.map(({ entity }) => entity).reverse();
const isKnown = async (id: string) => (await live.entity(identifierOfPublicId(id))) !== undefined;
const audited = async () => (await store.audit.list({ action: 'entity.erase' })).items.map(({ after }) => after);
const run = async (id: string, input: object, transitions: readonly Transition[] = []) => {
  await store.runs.begin({ id, title: 'R', input: { files: [], ...input } }, by);
  await store.transitions.append(id, transitions, by);
  await store.runs.publish(id, { summary: { headline: 'h', entities: 2, segments: 0, asOf: 0, seed: 1, version: '1', algorithm: 'kmeans', kind: 'found', fingerprint: 'f', metrics: {} }, segments: [] }, by);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-erasures-'));
  home = await openStore(folder, { clock });
  await home.workspaces.create({ id: 'main', name: 'Main' }, by);
  store = await home.open('main');
  live = await openLive(await openJournal(folder, 'main', { clock }), { clock }, { failed: () => {} });
  jobs = [];
  n = 0;
  await store.webhooks.create({ name: 'h', url: 'https://h.example.org/', segments: null, types: null, cursor: 0 }, by);
  const served = new Promise<void>((resolve) => live.news((news) => 'segment' in news && news.segment.state === 'live' && resolve()));
  const { state } = await live.define({ segment: 's', name: 'S', version: 1, rule: { kind: 'performed', source: 'events', where: [], op: '>=', value: 1 } });
  if (state !== 'live') await served;
  for (const who of [ann, bob]) await sent(who);
  await taken(await read());
});
afterEach(async () => {
  await live.close();
  await home.close();
  await rm(folder, { recursive: true });
});

it('an erasure takes what was to be sent with it, says so in the audit log without a name, and leaves nothing under way', async () => {
  expect(await deliveries()).toEqual(['ann', 'bob']);
  expect(await erase(ann, erasing())).toEqual({ identifiers: 1, events: 1 });
  expect(await deliveries()).toEqual(['bob']);
  expect(await store.erasures.open()).toEqual([]);
  expect(await erase(ann, erasing())).toBeUndefined();
  expect(JSON.stringify((await store.audit.list()).items)).not.toContain('ann');
  expect(await audited()).toMatchObject([{ identifiers: 1, events: 1 }]);
  expect(jobs).toEqual([]);
});

it('no file of the store holds the name of somebody who was erased, also where somebody read it meanwhile', async () => {
  const files = join(folder, 'workspaces', 'main');
  const named = async () => (await Promise.all((await readdir(files)).map((name) => readFile(join(files, name))))).some((bytes) => bytes.includes('ann-of-the-log'));
  const who = { type: 'user', value: 'ann-of-the-log' };
  await sent(who);
  await taken(await read());
  expect(await named()).toBe(true);
  const beside = openSqlite(join(files, 'store.sqlite'));
  beside.exec('BEGIN');
  beside.prepare('SELECT * FROM deliveries').all([]);
  await erase(who, erasing());
  beside.exec('COMMIT');
  beside.close();
  await vi.waitFor(async () => expect(await named()).toBe(false), { timeout: 10_000, interval: 50 });
});

it('somebody who is erased twice at once is erased once, and nobody else later', async () => {
  await sent(ann, kiosk);
  const both = erasing();
  expect(await Promise.all([erase(ann, both), erase(ann, both)])).toEqual([{ identifiers: 2, events: 2 }, undefined]);
  expect(await store.erasures.open()).toEqual([]);
  await sent(bob, kiosk);
  await resumeErasures(erasing());
  expect([await isKnown('bob'), await isKnown('anonymous:kiosk')]).toEqual([true, true]);
  expect(await audited()).toHaveLength(1);
});

it('a server that is killed before the journal has forgotten somebody goes on with it when it starts', async () => {
  await expect(erase(ann, erasing({ live: { erase: never } }))).rejects.toThrow('killed');
  expect(await isKnown('ann')).toBe(true);
  await resumeErasures(erasing());
  expect(await isKnown('ann')).toBe(false);
  expect(await deliveries()).toEqual(['bob']);
  expect(await store.erasures.open()).toEqual([]);
  expect(await audited()).toMatchObject([{ identifiers: 1, events: 1 }]);
});

it('a server that is killed before the store knows that the journal has forgotten somebody erases nobody who came to their names since', async () => {
  await sent(ann, kiosk);
  await erase(ann, erasing({ store: { erased: never } }));
  expect((await store.erasures.open()).map(({ erased }) => erased)).toEqual([false]);
  await sent(bob, kiosk);
  await sent(ann);
  await resumeErasures(erasing());
  expect(await Promise.all(['ann', 'bob', 'anonymous:kiosk'].map(isKnown))).toEqual([true, true, true]);
  expect(await deliveries()).toEqual(['bob']);
  expect(await store.erasures.open()).toEqual([]);
  expect(await audited()).toMatchObject([{ identifiers: 2 }]);
});

it('a server that is killed after that deletes what came in between, and nothing of whoever is new under that name', async () => {
  await erase(ann, erasing({ store: { forget: never } }));
  await sent(ann);
  await taken(await read());
  expect(await deliveries()).toEqual(['ann', 'bob', 'ann']);
  await resumeErasures(erasing());
  expect(await deliveries()).toEqual(['bob', 'ann']);
  expect(await isKnown('ann')).toBe(true);
  // It need not wait any more for what was before it.
  expect((await store.outbox.due(1, clock(), 10)).map(({ change }) => change.entity)).toEqual(['bob', 'ann']);
  expect(await store.erasures.open()).toEqual([]);
  expect(await audited()).toHaveLength(1);
});

it('a delivery of what was read before somebody was erased, and is written after it, is deleted', async () => {
  await sent({ type: 'user', value: 'cyd' });
  const before = await read();
  let goOn = () => {};
  const written = new Promise<void>((resolve) => (goOn = resolve)).then(() => taken(before));
  await erase({ type: 'user', value: 'cyd' }, erasing({ taken: () => (goOn(), written) }));
  goOn();
  await written;
  expect(await deliveries()).toEqual(['ann', 'bob']);
});

it('what fails after the journal has forgotten somebody is not told as if nothing had been erased, and is done later', async () => {
  await run('r1', { live: true, record: 1 });
  expect(await erase(ann, erasing({ jobs: { start: () => Promise.reject(new ShoalError('jobs/too-many', { most: 50 })) } }))).toEqual({ identifiers: 1, events: 1 });
  expect(await audited()).toHaveLength(1);
  expect(forgetting()).toEqual([]);
  await resumeErasures(erasing());
  expect(forgetting()).toEqual([['forget', 'queued']]);
});

it('where runs were made of the journal it stays under way until somebody is out of them too, however often that fails', async () => {
  await run('r1', { live: true, record: 1 });
  await erase(ann, erasing());
  expect(forgetting()).toEqual([['forget', 'queued']]);
  expect(await store.erasures.open()).toMatchObject([{ seq: 1, names: ['ann'], erased: true }]);
  for (const state of ['failed', 'cancelled', 'interrupted'] as const) {
    jobs[0].state = state;
    await resumeErasures(erasing());
    await resumeErasures(erasing());
    expect(forgetting()).toEqual([['forget', 'queued']]);
  }
  await forgetKind.publish!({ erasures: [1], runs: 1, rows: 1 }, erasing().place, { id: 'j0', by, input: {} });
  jobs[0].state = 'done';
  await resumeErasures(erasing());
  expect(forgetting()).toEqual([['forget', 'done']]);
});

it('only what was made before somebody was erased is gone through', async () => {
  const moves = ['ann', 'bob'].map((entity): Transition => ({ entity, at: 1, to: 's' }));
  const [before, after] = [{ live: true, record: 1 }, { live: true, record: 1000 }];
  await run('old', { live: true }, moves);
  await run('before', before, moves);
  await erase(ann, erasing());
  await run('compared', { ...after, previous: 'before' }, moves);
  await run('after', { ...after, previous: 'compared' }, moves);
  expect(await forgetKind.prepare({}, erasing().place, { id: 'j0', by, recorded: false })).toEqual({ erasures: [1], folders: ['before', 'old'].map((name) => ({ folder: name, names: ['ann'] })) });
  await store.erasures.forget();
  const runsOf = async (entity: string) => (await store.transitions.ofEntity(entity)).map((move) => move.run).sort();
  expect(await runsOf('ann')).toEqual(['after']);
  expect(await runsOf('bob')).toEqual(['after', 'before', 'compared', 'old']);
});

it('where nothing was made of the journal before it, nothing is gone through', async () => {
  await run('files', {});
  await run('after', { live: true, record: 1000 });
  await erase(ann, erasing());
  expect(forgetting()).toEqual([]);
  expect(await store.erasures.open()).toEqual([]);
});

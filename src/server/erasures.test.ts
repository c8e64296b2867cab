import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { identifierOfPublicId } from '../domain/event.js';
import { openLive, type Live } from '../flow/live/live.js';
import { openSqlite } from '../store/adapters/sqlite-library.js';
import { openJournal, openStore } from '../store/catalog.js';
import type { HomeStore, Store } from '../store/store.js';
import { erase, resumeErasures } from './erasures.js';
import type { OpenWorkspace } from './workspaces.js';

const clock = () => Date.UTC(2026, 0, 1);
const by = { actor: 'ada' };
let folder: string, home: HomeStore, store: Store, live: Live;
let started: string[];
/** The workspace as these steps see it; `killed`: what a server does not come to any more. */
const erasing = (killed: { readonly store?: Partial<Store['erasures']>; readonly live?: Partial<Live> } = {}) => ({
  by,
  place: { workspace: { id: 'main' }, live: () => ({ ...live, ...killed.live }), store: { ...store, erasures: { ...store.erasures, ...killed.store } } } as unknown as OpenWorkspace,
  jobs: { list: async () => [], start: async (_: string, kind: string) => void started.push(kind) as never },
});
const never = () => Promise.reject(new Error('killed'));
let count = 0;
const sent = (user: string) => live.accept([{ id: `m${count++}`, kind: 'track', name: 'Viewed', at: clock(), received: clock(), identifiers: [{ type: 'user', value: user }], payload: {} }]);
/** A change of somebody becomes a delivery. */
let n = 0;
const told = (entity: string) => store.outbox.take([{ webhook: 1, cursor: ++n, changes: [{ n, entity, segment: 's', version: 1, direction: 'entered', at: clock(), seq: 1, reason: 'because', sequence: 1 }] }]);
const deliveries = async () => (await store.webhooks.deliveries((await store.webhooks.list())[0].id)).items.map(({ entity }) => entity);
const isKnown = async (id: string) => (await live.entity(identifierOfPublicId(id))) !== undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-erasures-'));
  home = await openStore(folder, { clock });
  await home.workspaces.create({ id: 'main', name: 'Main' }, by);
  store = await home.open('main');
  live = await openLive(await openJournal(folder, 'main', { clock }), { clock }, { failed: () => {} });
  started = [];
  n = 0;
  await store.webhooks.create({ name: 'h', url: 'https://h.example.org/', segments: null, types: null, cursor: 0 }, by);
  for (const who of ['ann', 'bob']) await sent(who);
  for (const who of ['ann', 'bob']) await told(who);
});
afterEach(async () => {
  await live.close();
  await home.close();
  await rm(folder, { recursive: true });
});

it('an erasure takes what was to be sent with it, says so in the audit log without a name, and leaves nothing under way', async () => {
  expect(await erase({ type: 'user', value: 'ann' }, erasing())).toEqual({ identifiers: 1, events: 1 });
  expect(await deliveries()).toEqual(['bob']);
  expect(await store.erasures.open()).toEqual([]);
  expect(await erase({ type: 'user', value: 'ann' }, erasing())).toBeUndefined();
  expect(JSON.stringify((await store.audit.list()).items)).not.toContain('ann');
  expect((await store.audit.list({ action: 'entity.erase' })).items).toHaveLength(1);
  expect(started).toEqual([]);
});

it('no file of the store holds the name of somebody who was erased, also where somebody read it meanwhile', async () => {
  const files = join(folder, 'workspaces', 'main');
  const named = async () => (await Promise.all((await readdir(files)).map((name) => readFile(join(files, name))))).some((bytes) => bytes.includes('ann-of-the-log'));
  await sent('ann-of-the-log');
  await told('ann-of-the-log');
  expect(await named()).toBe(true);
  const beside = openSqlite(join(files, 'store.sqlite'));
  beside.exec('BEGIN');
  beside.prepare('SELECT * FROM deliveries').all([]);
  await erase({ type: 'user', value: 'ann-of-the-log' }, erasing());
  beside.exec('COMMIT');
  beside.close();
  await vi.waitFor(async () => expect(await named()).toBe(false), { timeout: 10_000, interval: 50 });
});

it('a server that is killed before the journal has forgotten somebody goes on with it when it starts', async () => {
  await expect(erase({ type: 'user', value: 'ann' }, erasing({ live: { erase: never } }))).rejects.toThrow('killed');
  expect(await isKnown('ann')).toBe(true);
  await resumeErasures(erasing());
  expect(await isKnown('ann')).toBe(false);
  expect(await deliveries()).toEqual(['bob']);
  expect(await store.erasures.open()).toEqual([]);
});

it('a server that is killed after the journal has forgotten somebody deletes what came in between, and nobody who is new under that name', async () => {
  const late = async () => {
    await told('ann');
    return never();
  };
  await expect(erase({ type: 'user', value: 'ann' }, erasing({ store: { forget: late } }))).rejects.toThrow('killed');
  await sent('ann');
  await resumeErasures(erasing());
  expect(await deliveries()).toEqual(['bob']);
  expect(await isKnown('ann')).toBe(true);
  expect(await store.erasures.open()).toEqual([]);
});

it('where runs were made of the journal it stays under way until somebody is out of them too', async () => {
  await store.runs.begin({ id: 'r1', title: 'R', input: { files: [], live: true } }, by);
  await store.runs.publish('r1', { summary: { headline: 'h', entities: 2, segments: 0, asOf: 0, seed: 1, version: '1', algorithm: 'kmeans', kind: 'found', fingerprint: 'f', metrics: {} }, segments: [] }, by);
  await erase({ type: 'user', value: 'ann' }, erasing());
  expect(started).toEqual(['forget']);
  expect(await store.erasures.open()).toEqual([{ seq: 1, names: ['ann'], erased: true }]);
});

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, stat, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasEnded, type Job } from '../domain/job.js';
import { createRng } from '../util/rng.js';
import { openBackend, type Backend } from './backend.js';
import { serverConfig } from './config.js';
import { openFiles } from './files.js';
import { importKind } from './jobs/kinds/import.js';
import type { OpenWorkspace } from './workspaces.js';

const by = { actor: 'test' };
let later = 0;
const clock = () => Math.round(performance.timeOrigin + performance.now()) + later;
let data: string;
let backend: Backend;
let place: OpenWorkspace;

beforeAll(async () => {
  data = join(await mkdtemp(join(tmpdir(), 'shoal-backend-')), 'data');
  backend = await openBackend(serverConfig({ data }, {}), clock);
  place = await backend.workspaces.open('main');
});
afterAll(() => backend.close());

/** Orders of a few hundred customers of two plain kinds, the last ones only from a later day on. */
function orders(days: number, column = 'customer_id'): string {
  const rng = createRng(7, 'orders');
  const rows = [`order_id,${column},order_date,amount`];
  for (let customer = 0; customer < 400; customer++) {
    const keen = customer % 2 === 0;
    for (let n = 0; n < (keen ? 20 : 3); n++) {
      const day = Math.floor(rng.next() * 300);
      const amount = (keen ? 20 : 150) * (0.8 + 0.4 * rng.next());
      if (day < days) rows.push(`${rows.length},C${1000 + customer},${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)},${amount.toFixed(2)}`);
    }
  }
  return `${rows.join('\n')}\n`;
}

const upload = (name: string, text: string) => place.files.add(name, (async function* () { yield Buffer.from(text); })(), by);

async function done(kind: string, input: unknown): Promise<Job> {
  const { id } = await backend.jobs.start('main', kind, input, by);
  for await (const job of backend.jobs.watch('main', id)) if (hasEnded(job.state)) return job;
  throw new Error('it never ended');
}

describe('behind the server', () => {
  it('begins with one workspace in a folder that is for nobody else', async () => {
    expect(await backend.workspaces.list()).toMatchObject([{ id: 'main', name: 'Main' }]);
    expect((await stat(data)).mode & 0o777).toBe(0o700);
  });

  it('says what files would be taken for', async () => {
    const file = await upload('orders.csv', orders(300));
    const job = await done('inspect', { files: [file.id], options: { maxK: 5, entity: 'customer_id' } });
    expect(job).toMatchObject({ state: 'done', result: { config: { options: { entity: 'customer_id' } }, entity: { count: 400, word: { one: 'customer' } }, sources: [{ name: 'orders', kind: 'transactions', path: 'orders.csv' }] } });
    expect(JSON.stringify(job.result)).not.toContain(data);
  });

  it('finds segments; the first run is the champion, the next continues it and challenges, just the same again is the same run', async () => {
    const { store } = place;
    const first = await upload('orders.csv', orders(200));
    const one = await done('discover', { files: [first.id], options: { k: 2 } });
    expect(one).toMatchObject({ state: 'done', attempts: 1 });
    const run = one.result!['run'] as string;
    expect(await store.runs.get(run)).toMatchObject({
      state: 'published', title: expect.any(String), begunBy: 'test', input: { files: [{ id: first.id, name: 'orders.csv', fingerprint: first.fingerprint }] },
      summary: { entities: 395, segments: 2, seed: 1, algorithm: 'kmeans', metrics: { stability: expect.any(Number), strength: expect.any(Number), fidelity: expect.any(Number), revenue: expect.any(Number) } },
    });
    expect(await store.aliases.current()).toEqual({ champion: run });
    const ids = (await store.segments.list({ run })).map(({ id }) => id);
    const report = JSON.parse(await readFile(join(place.runFolder(run), 'segments.json'), 'utf8'));
    expect(report.run.id).toBe(run);
    expect(report.segments.map(({ id }: { id: string }) => id)).toEqual(ids);

    const page = await place.desk.ask('page', {}, run, { limit: 3 });
    expect(page).toMatchObject({ total: 395, rows: [{ entity: 'C1000' }, { entity: 'C1001' }, { entity: 'C1002' }] });
    expect((await place.desk.ask('map', {}, run)).x).toHaveLength(395);
    await expect(place.desk.ask('entity', {}, run, 'nobody')).rejects.toMatchObject({ code: 'explain/unknown-entity' });
    await expect(place.desk.ask('report', {}, 'gone')).rejects.toMatchObject({ code: 'runs/unknown', details: { id: 'gone' } });

    const second = await upload('orders.csv', orders(300));
    const two = await done('discover', { files: [second.id], options: { k: 2 } });
    const next = two.result!['run'] as string;
    expect(await store.aliases.current()).toEqual({ champion: run, challenger: next });
    expect((await store.runs.get(next)).input).toMatchObject({ previous: run });
    expect((await store.segments.list({ run: next })).map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(await store.segments.trend(ids[0])).toHaveLength(2);
    // Five customers had not bought yet in the first run.
    const entered = (await Promise.all(ids.map((id) => store.transitions.list(id, { direction: 'entered', run: next })))).flatMap(({ items }) => items);
    const fresh = entered.filter(({ from }) => from === undefined);
    expect(fresh).toHaveLength(5);
    for (const one of fresh) expect(one).toMatchObject({ run: next, at: report.run.asOf + 100 * 86_400_000, reason: 'new in the data' });
    for (const id of ids) expect((await store.transitions.flow(id)).reduce((sum, flow) => sum + flow.entered, 0)).toBe(entered.filter(({ to }) => to === id).length);

    expect((await done('discover', { files: [first.id], options: { k: 2 } })).result).toMatchObject({ run, again: true });
    await done('discover', { files: [second.id], options: { k: 2 }, promote: true, why: 'newer' });
    expect(await store.aliases.current()).toMatchObject({ champion: next });
    expect((await store.aliases.history('champion'))[0]).toMatchObject({ run: next, previous: run, reason: 'newer', actor: 'test' });
    expect((await readdir(join(place.folder, 'runs'))).sort()).toEqual([run, next].sort());
  });

  it('gives segments of other data ids of their own', async () => {
    const other = await upload('visits.csv', orders(300, 'patient_id'));
    const run = (await done('discover', { files: [other.id], options: { k: 2 } })).result!['run'] as string;
    const report = JSON.parse(await readFile(join(place.runFolder(run), 'segments.json'), 'utf8'));
    expect(report.since.sentences).toEqual([expect.stringContaining('about other customers')]);
    const { champion } = await place.store.aliases.current();
    const before = (await place.store.segments.list({ run: champion })).map(({ id }) => id);
    for (const { id } of await place.store.segments.list({ run })) expect(before).not.toContain(id);
  });

  it('leaves nothing of a run that is stopped or fails', async () => {
    const before = await readdir(join(place.folder, 'runs'));
    const file = await upload('orders.csv', orders(250));
    const { id } = await backend.jobs.start('main', 'discover', { files: [file.id] }, by);
    for await (const { progress } of backend.jobs.watch('main', id)) if (progress) break;
    expect(await backend.jobs.cancel('main', id, by)).toMatchObject({ state: 'cancelled' });
    const few = await upload('few.csv', 'customer,amount\n1,2\n2,3\n3,4\n');
    expect(await done('discover', { files: [few.id] })).toMatchObject({ state: 'failed', problem: { code: 'featurize/too-few-entities' } });
    const head = await upload('head.csv', 'customer,amount\n');
    expect(await done('discover', { files: [head.id] })).toMatchObject({ problem: { code: 'ingest/no-rows', sentence: expect.stringMatching(/^'head.csv' has a header/) } });
    expect(await done('discover', { files: ['file_0000000000000000'] })).toMatchObject({ state: 'failed', problem: { code: 'files/unknown' } });
    const { id: reading } = await backend.jobs.start('main', 'discover', { files: [file.id] }, by);
    for await (const { state } of backend.jobs.watch('main', reading)) if (state === 'running') break;
    await place.files.remove(file.id, by);
    for await (const job of backend.jobs.watch('main', reading)) if (hasEnded(job.state)) expect(job).toMatchObject({ state: 'failed', problem: { code: expect.stringMatching(/^files\/(removed|unknown)$/) } });
    expect(await readdir(join(place.folder, 'runs'))).toEqual(before);
    expect((await place.store.runs.list({ state: 'running' })).items).toEqual([]);
  });

  describe('in a workspace of its own', () => {
    let own: OpenWorkspace;
    let asked: (kind: string, input: unknown) => Promise<Job>;
    let put: (text: string) => Promise<string>;
    beforeEach(async () => {
      const { id } = await backend.workspaces.create({ name: 'Own' }, by);
      own = await backend.workspaces.open(id);
      put = async (text) => (await own.files.add('orders.csv', (async function* () { yield Buffer.from(text); })(), by)).id;
      asked = async (kind, input) => {
        const job = await backend.jobs.start(id, kind, input, by);
        for await (const now of backend.jobs.watch(id, job.id)) if (hasEnded(now.state)) return now;
        throw new Error('it never ended');
      };
    });

    afterEach(() => backend.workspaces.remove(own.workspace.id, by));

    it('goes on over entities whose ids the history cannot keep, and counts them', async () => {
      const odd = ['"tab\there"', `"two\nlines"`, 'x'.repeat(501)];
      await asked('discover', { files: [await put(orders(200))], options: { k: 2 } });
      const more = odd.flatMap((id, i) => [1, 2, 3].map((day) => `${90_000 + 10 * i + day},${id},2024-06-0${day},150.00\n`)).join('');
      const job = await asked('discover', { files: [await put(orders(300) + more)], options: { k: 2 }, promote: true });
      expect(job).toMatchObject({ state: 'done', result: { leftOut: expect.any(Number) } });
      expect(job.result!['leftOut']).toBeGreaterThanOrEqual(2);
      expect(await own.store.transitions.ofEntity('tab\there')).toEqual([]);
      expect(await own.store.transitions.ofEntity('x'.repeat(501))).toEqual([]);
      expect((await asked('discover', { files: [await put(orders(250))], options: { k: 2 } })).state).toBe('done');
    });

    it('finds the champion again, or something new, though what it continued is gone', async () => {
      const first = (await asked('discover', { files: [await put(orders(200))], options: { k: 2 } })).result!['run'] as string;
      const file = await put(orders(300));
      const second = (await asked('discover', { files: [file], options: { k: 2 }, promote: true })).result!['run'] as string;
      await own.store.runs.remove(first, by);
      await rm(own.runFolder(first), { recursive: true });
      await own.store.runs.purge(first, by);
      const again = await asked('discover', { files: [file], options: { k: 2 } });
      expect(again).toMatchObject({ state: 'done' });
      expect((await own.store.runs.get(again.result!['run'] as string)).state).toBe('published');
      await rm(own.runFolder(second), { recursive: true });
      const lost = await asked('discover', { files: [await put(orders(250))], options: { k: 2 } });
      expect(lost).toMatchObject({ state: 'failed', problem: { code: 'explain/no-run', sentence: expect.stringContaining(`'${second}'`) } });
      expect(lost.problem!.sentence).not.toContain(data);
    });

    it('brings a removed run back only for who may', async () => {
      await asked('discover', { files: [await put(orders(200))], options: { k: 2 } });
      const input = { files: [await put(orders(300))], options: { k: 2 } };
      const run = (await asked('discover', input)).result!['run'] as string;
      await own.store.aliases.move('challenger', undefined, by);
      await own.store.runs.remove(run, by);
      expect(await asked('discover', input)).toMatchObject({ state: 'failed', problem: { code: 'server/not-allowed', sentence: expect.stringContaining('Let an operator restore it') } });
      expect((await own.store.runs.get(run)).removedAt).toBeDefined();
      expect(await asked('discover', { ...input, restore: true })).toMatchObject({ state: 'done', result: { run, again: true } });
      expect((await own.store.runs.get(run)).removedAt).toBeUndefined();
    });

    it('keeps all files of an import or none', async () => {
      const folder = join(own.folder, '.partial-x');
      await mkdir(folder);
      const { id } = await openFiles(folder, { limits: own.limits, clock }).add('a.csv', (async function* () { yield Buffer.from('a,b\n1,2\n'); })(), by);
      await expect(importKind.publish!({ folder, added: [id, 'file_0000000000000000'] }, own, { id: 'x', by, input: {} })).rejects.toThrow();
      expect(await own.files.list()).toEqual([]);
    });

    it('takes up what waits when it is restored', async () => {
      const { id: workspace } = own.workspace;
      const { id } = await own.store.jobs.queue({ kind: 'inspect', input: { files: ['file_0000000000000000'], options: {} } }, by);
      await backend.workspaces.remove(workspace, by);
      await backend.workspaces.restore(workspace, by);
      for await (const job of backend.jobs.watch(workspace, id)) if (hasEnded(job.state)) expect(job).toMatchObject({ state: 'failed', problem: { code: 'files/unknown' } });
    });
  });

  it('makes a market to try things on', async () => {
    await backend.workspaces.create({ name: 'Größe & Demo' }, by);
    const demo = await backend.workspaces.open('grosse-demo');
    const { id } = await backend.jobs.start('grosse-demo', 'demo', { customers: 200 }, by);
    for await (const job of backend.jobs.watch('grosse-demo', id)) if (hasEnded(job.state)) expect(job.state).toBe('done');
    const files = await demo.files.list();
    expect(files.map(({ name }) => name).sort()).toEqual(['customers.csv', 'emails.csv', 'events.csv', 'orders.csv', 'products.csv', 'promotions.csv', 'reviews.csv', 'support.csv']);
    expect(files[0]).toMatchObject({ origin: 'demo' });
    expect((await readdir(demo.folder)).filter((name) => name.startsWith('.partial'))).toEqual([]);
    await backend.workspaces.remove('grosse-demo', by);
    await expect(backend.workspaces.open('grosse-demo')).rejects.toMatchObject({ code: 'store/not-found' });
    await backend.workspaces.restore('grosse-demo', by);
    expect(await (await backend.workspaces.open('grosse-demo')).files.list()).toEqual(files);
  });

  it('begins again as it was, without what was half-written', async () => {
    await mkdir(join(place.folder, 'runs', '.partial-abc'));
    await mkdir(join(place.folder, 'files', '.partial-file_abc'));
    const before = [await place.files.list(), (await place.store.runs.list()).items, await place.store.aliases.current()];
    await backend.close();
    backend = await openBackend(serverConfig({ data }, {}), clock);
    place = await backend.workspaces.open('main');
    expect([await place.files.list(), (await place.store.runs.list()).items, await place.store.aliases.current()]).toEqual(before);
    for (const name of ['runs', 'files']) expect((await readdir(join(place.folder, name))).filter((one) => one.startsWith('.partial'))).toEqual([]);
  });

  it('deletes for good what was removed seven days ago, and no sooner', async () => {
    const { champion } = await place.store.aliases.current();
    const { id } = (await place.store.runs.list()).items.find((run) => run.id !== champion)!;
    await place.store.aliases.move('challenger', undefined, by);
    await place.store.runs.remove(id, by);
    await backend.workspaces.remove('grosse-demo', by);
    const there = () => [existsSync(place.runFolder(id)), existsSync(join(data, 'workspaces', 'grosse-demo'))];
    later = 6.9 * 86_400_000;
    await backend.workspaces.tidy(by);
    expect(there()).toEqual([true, true]);
    later = 7.1 * 86_400_000;
    await backend.workspaces.tidy(by);
    expect(there()).toEqual([false, false]);
    expect((await backend.workspaces.list({ removed: true })).map((workspace) => workspace.id)).toEqual(['main']);
    expect((await place.store.runs.list({ removed: true })).items.some((run) => run.id === id)).toBe(false);
    expect((await place.store.audit.verify()).fault).toBeUndefined();
  });

  it('never makes a folder for a workspace that does not exist', async () => {
    for (const id of ['nobody', '../evil', '__proto__', '']) await expect(backend.workspaces.open(id)).rejects.toThrow();
    expect(existsSync(join(data, 'workspaces', 'nobody'))).toBe(false);
    for (const run of ['../../etc', 'A', '', '.partial-x']) expect(() => place.runFolder(run)).toThrowError(expect.objectContaining({ code: 'runs/unknown' }));
  });
});

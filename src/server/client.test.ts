import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Report } from '../domain/report.js';
import type { Job } from '../domain/job.js';
import { by, canary, listening, type Listening } from './app.test.fixture.js';
import { createClient, ProblemError, type Client } from './client.js';

let server: Listening;
let shoal: Client;

beforeAll(async () => {
  server = await listening({ limits: { streams: 2 } });
  shoal = createClient({ server: server.server, token: await server.key({ role: 'admin' }) });
});
afterAll(() => server.close());

describe('types', () => {
  it('a route knows what it is given and what it gives', () => {
    expectTypeOf(shoal.ask<'GET /v1/runs/:run'>).returns.resolves.toEqualTypeOf<Report>();
    expectTypeOf(shoal.follow<'GET /v1/jobs/:job/events'>).returns.toEqualTypeOf<AsyncIterable<Job>>();
    expectTypeOf(shoal.ask<'GET /v1/runs/:run'>).parameter(0).toEqualTypeOf<'GET /v1/runs/:run'>();
    // These are for the compiler alone.
    const never = () => [
      // @ts-expect-error there is no such route
      shoal.ask('GET /v1/nothing'),
      // @ts-expect-error a path needs its parts
      shoal.ask('GET /v1/runs/:run'),
      // @ts-expect-error an alias is one of two
      shoal.ask('PUT /v1/aliases/:alias', { params: { alias: 'winner' }, body: { run: 'r' } }),
      // @ts-expect-error a body is needed
      shoal.ask('PATCH /v1/runs/:run', { params: { run: 'r' } }),
      // @ts-expect-error roles are closed
      shoal.ask('POST /v1/keys', { body: { name: 'k', role: 'owner' } }),
      shoal.ask('GET /v1/runs'), shoal.ask('GET /v1/runs', { query: { removed: 'true' } }),
    ];
    expect(never).toBeTypeOf('function');
  });
});

it('asks, with parts of the path escaped', async () => {
  expect((await shoal.ask('GET /v1/entities/:entity', { params: { entity: canary('main') } })).entity).toBe(canary('main'));
  const odd = 'a/b?c#d%e ü';
  await expect(shoal.ask('GET /v1/entities/:entity', { params: { entity: odd } })).rejects.toThrow(`'${odd}'`);
  expect(shoal.address('GET /v1/entities/:entity', { params: { entity: odd } })).toBe(`${server.server}/v1/entities/a%2Fb%3Fc%23d%25e%20%C3%BC`);
});

it('asks in its workspace, and puts it into addresses', async () => {
  const other = createClient({ server: server.server, token: await server.key({ role: 'admin' }), workspace: 'other' });
  expect((await other.ask('GET /v1/runs'))[0].title).toBe(canary('other'));
  expect(other.address('GET /v1/segments/:segment/export', { params: { segment: 's' }, query: { format: 'csv' } })).toBe(`${server.server}/v1/segments/s/export?format=csv&workspace=other`);
});

it('throws what the server says no with', async () => {
  const refused = shoal.ask('GET /v1/runs/:run', { params: { run: 'nothing' } });
  await expect(refused).rejects.toBeInstanceOf(ProblemError);
  await expect(refused).rejects.toMatchObject({ message: "There is no run 'nothing' in this workspace.", problem: { status: 404, code: 'runs/unknown' } });
});

it('gives bytes with their facts, which may hold any letter', async () => {
  const response = await shoal.fetch('GET /v1/runs/:run/colours/:feature', { params: { run: 'champion', feature: 'spend' } });
  expect(JSON.parse(response.headers.get('shoal-colours')!)).toMatchObject({ title: 'spend – £', legend: ['£0 to £1'], missing: 1 });
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255]);
  const map = await shoal.fetch('GET /v1/runs/:run/map', { params: { run: 'champion' } });
  const buffer = await map.arrayBuffer();
  expect([...new Float32Array(buffer, 0, 2)]).toEqual([1, 2]);
  expect([...new Int16Array(buffer, 16, 2)]).toEqual([0, -1]);
});

it('sends and gets files', async () => {
  const stored = await shoal.ask('PUT /v1/files/:name', { params: { name: 'orders.csv' }, body: new TextEncoder().encode('customer,amount\nx,1\ny,2\n') });
  expect(stored).toMatchObject({ name: 'orders.csv', bytes: 24, origin: 'upload' });
  const response = await shoal.fetch('GET /v1/segments/:segment/export', { params: { segment: 'regulars' }, query: { format: 'csv' } });
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="regulars.csv"; filename*=UTF-8''regulars.csv`);
  expect(await response.text()).toContain(canary('main'));
});

it('follows a job from how it is to its end, and begins again where it was cut off', async () => {
  const { id } = await shoal.ask('POST /v1/inspect', { body: { files: ['file'] } });
  const states: string[] = [];
  const cut = new AbortController();
  await expect((async () => {
    for await (const { state } of shoal.follow('GET /v1/jobs/:job/events', { params: { job: id }, signal: cut.signal })) {
      states.push(state);
      cut.abort();
    }
  })()).rejects.toThrow(/abort/i);
  for await (const { state } of shoal.follow('GET /v1/jobs/:job/events', { params: { job: id } })) {
    states.push(state);
    if (state === 'running') server.jobs.finish(id);
  }
  expect(states).toEqual(['running', 'running', 'done']);
});

it('a job that is not there is a refusal, not an empty stream', async () => {
  await expect(async () => {
    for await (const _ of shoal.follow('GET /v1/jobs/:job/events', { params: { job: 'nothing' } }));
  }).rejects.toMatchObject({ problem: { code: 'jobs/unknown', status: 404 } });
});

it('events are events: retry, id, data; and a caller has only so many streams', async () => {
  const { id } = await shoal.ask('POST /v1/inspect', { body: { files: ['file'] } });
  const open = () => shoal.fetch('GET /v1/jobs/:job/events', { params: { job: id } });
  const [first, second] = [await open(), await open()];
  expect(first.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  await expect(open()).rejects.toMatchObject({ problem: { status: 429 } });
  server.jobs.finish(id);
  const text = await first.text();
  expect(text).toMatch(/^retry: 1000\n\nid: 1\ndata: \{.*"state":"running".*\}\n\nid: 2\ndata: \{.*"state":"done".*\}\n\n$/);
  await second.text();
  expect((await open()).status).toBe(200);
});

it('knows an answer by its ETag, apart for each workspace and each view of it', async () => {
  const tag = async (token: string, workspace = 'main') => (await server.ask('/v1/runs/champion', { token, headers: { 'shoal-workspace': workspace } })).headers.get('etag')!;
  const [admin, viewer] = [await server.key({ role: 'admin' }), await server.key({ role: 'viewer' })];
  const etag = await tag(admin);
  expect(new Set([etag, await tag(viewer), await tag(admin, 'other')]).size).toBe(3);
  const again = await server.ask('/v1/runs/champion', { token: admin, headers: { 'if-none-match': `"x", W/${etag}` } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
  expect(again.headers.get('cache-control')).toBe('private, no-cache');
  expect((await server.ask('/v1/jobs', { token: admin })).headers.get('cache-control')).toBe('no-store');
});

it('what people change is known until anything changes, and told anew from then on', async () => {
  const token = await server.key({ role: 'admin' });
  const ask = (etag?: string) => server.ask('/v1/segments/regulars', { token, headers: etag ? { 'if-none-match': etag } : {} });
  const etag = (await ask()).headers.get('etag')!;
  expect((await ask(etag)).status).toBe(304);
  await shoal.ask('PATCH /v1/segments/:segment', { params: { segment: 'regulars' }, body: { name: 'Everyday people' } });
  const renamed = await ask(etag);
  expect(renamed.status).toBe(200);
  expect(JSON.parse(await renamed.text()).name).toBe('Everyday people');
  expect((await shoal.ask('GET /v1/segments')).find(({ id }) => id === 'regulars')?.name).toBe('Everyday people');
});

it('callers who leave before a stream has begun take up none', async () => {
  const { id } = await shoal.ask('POST /v1/inspect', { body: { files: ['file'] } });
  const { watch } = server.jobs;
  let asked = 0, ended = 0;
  // Jobs are looked for until the caller has gone: only then there is a first event.
  server.jobs.watch = async function* (workspace, job, signal) {
    asked++;
    try {
      if (!signal!.aborted) await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
      yield await server.jobs.get(workspace, job);
      await new Promise(() => {});
    } finally {
      ended++;
    }
  };
  for (let i = 1; i <= 25; i++) {
    const leave = new AbortController();
    const left = shoal.fetch('GET /v1/jobs/:job/events', { params: { job: id }, signal: leave.signal }).catch(() => 'left');
    await expect.poll(() => asked).toBe(i);
    leave.abort();
    expect(await left).toBe('left');
    await expect.poll(() => ended).toBe(i);
  }
  server.jobs.watch = watch;
  const stream = await shoal.fetch('GET /v1/jobs/:job/events', { params: { job: id } });
  expect(stream.status).toBe(200);
  server.jobs.finish(id);
  expect(await stream.text()).toContain('"state":"done"');
});

it('the overlap of all segments leaves out one whose rule this run cannot answer; asked for, it is a refusal', async () => {
  const { store } = await server.workspaces.open('main');
  const before = await shoal.ask('GET /v1/segments/overlap');
  const { id } = await store.segments.create({ origin: 'ruled', name: 'Old', rule: { kind: 'feature', feature: 'of another run', op: 'known' }, words: 'w', entities: 1, run: 'run-of-main' }, by);
  const after = await shoal.ask('GET /v1/segments/overlap');
  expect(after.ids).toEqual(before.ids);
  expect(after.sizes).toHaveLength(before.ids.length);
  await expect(shoal.ask('GET /v1/segments/overlap', { query: { segments: id } })).rejects.toMatchObject({ problem: { code: 'rules/unknown-feature' } });
});

it('a removed note comes back as it was, on its own segment only', async () => {
  const notes = async () => (await shoal.ask('GET /v1/segments/:segment', { params: { segment: 'regulars' } })).notes;
  const before = await notes();
  const params = { segment: 'regulars', note: before[0].id };
  await shoal.ask('DELETE /v1/segments/:segment/notes/:note', { params });
  expect(await notes()).toEqual(before.slice(1));
  await expect(shoal.ask('POST /v1/segments/:segment/notes/:note/restore', { params: { ...params, segment: 'others' } })).rejects.toMatchObject({ problem: { status: 404 } });
  expect(await shoal.ask('POST /v1/segments/:segment/notes/:note/restore', { params })).toEqual(before[0]);
  expect(await notes()).toEqual(before);
});

it('names the files that a run has, and no others', async () => {
  const files = await shoal.ask('GET /v1/runs/:run/files', { params: { run: 'champion' } });
  expect(files).toEqual(['segments.json', 'membership.csv']);
  for (const file of files) expect((await shoal.fetch('GET /v1/runs/:run/files/:file', { params: { run: 'champion', file } })).status).toBe(200);
});

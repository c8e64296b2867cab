import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shoppers } from '../src/flow/live/found/shoppers.test.fixture.js';
import { createClient, type Client } from '../src/server/client.js';
import { cli, emptyFolder, root } from './support/shoal.js';

// One story told to `shoal serve`: events come in, segments are found in them, and from then on everybody is placed as events arrive. The tests follow one another.
let folder: string, child: ChildProcess, url: string, writeKey: string, shoal: Client, run: string;

beforeAll(async () => {
  folder = await emptyFolder('shoal-live-found');
  child = spawn(process.execPath, [cli, 'serve', '--data', join(folder, 'data'), '--port', '0', '--quiet'], { cwd: root, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const [address, token] = await new Promise<[string, string]>((resolve, reject) => {
    child.stdout!.on('data', (part) => {
      const found = /Shoal is at (http:\/\/[^/]+)\/\S*#token=(\S+)/.exec((said += part));
      if (found) resolve([found[1], found[2]]);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  url = address;
  const json = { 'content-type': 'application/json', origin: url };
  const cookie = (await fetch(`${url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ token }) })).headers.get('set-cookie')!.split(';')[0];
  const made = async (rights: object) => ((await (await fetch(`${url}/v1/keys`, { method: 'POST', headers: { ...json, cookie }, body: JSON.stringify({ name: 'test', ...rights }) })).json()) as { token: string }).token;
  shoal = createClient({ server: url, token: await made({ role: 'admin' }) });
  writeKey = await made({ only: ['POST /v1/batch'] });
}, 120_000);
afterAll(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const send = async (batch: readonly object[]) => {
  const response = await fetch(`${url}/v1/batch`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` }, body: JSON.stringify({ batch }) });
  expect(response.status).toBe(200);
};

it('finds segments in the events that came, and leaves none of them lying about', async () => {
  await expect(shoal.ask('POST /v1/discover', { body: {} })).rejects.toThrow(/either files or 'live'/);
  const events = shoppers(120);
  for (let i = 0; i < events.length; i += 200) {
    await send(events.slice(i, i + 200).map(({ id, kind, name, at, identifiers, payload }) => ({ messageId: id, type: kind, ...(kind === 'track' ? { event: name } : { name }), userId: identifiers[0].value, timestamp: new Date(at).toISOString(), ...payload })));
  }
  let job = await shoal.ask('POST /v1/discover', { body: { live: true, options: { seed: 1 } } });
  while (job.state === 'queued' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    job = await shoal.ask('GET /v1/jobs/:job', { params: { job: job.id } });
  }
  expect(job).toMatchObject({ state: 'done' });
  run = (job.result as { run: string }).run;
  const [found] = await shoal.ask('GET /v1/runs');
  expect(found).toMatchObject({ id: run, aliases: ['champion'] });
  const exports = join(folder, 'data', 'workspaces', 'main', 'exports');
  expect(existsSync(exports) ? readdirSync(exports) : []).toEqual([]);
}, 180_000);

it('says of anybody which found segment they are in, how firmly, and what was measured', async () => {
  const report = (await (await shoal.fetch('GET /v1/runs/:run', { params: { run } })).json()) as { segments: { id: string; entities: number }[] };
  const placed = async () => Promise.all(report.segments.map(({ id }) => shoal.ask('GET /v1/live/segments/:segment/members', { params: { segment: id }, query: { limit: 200 } }).then(({ total }) => total).catch(() => 0)));
  while ((await placed()).reduce((sum, n) => sum + n, 0) < 120) await new Promise((resolve) => setTimeout(resolve, 200));
  const { memberships, features } = await shoal.ask('GET /v1/live/entities/:entity', { params: { entity: 'u0' } });
  expect(memberships).toHaveLength(1);
  expect(report.segments.map(({ id }) => id)).toContain(memberships[0].segment);
  expect(memberships[0].strength).toBeGreaterThan(0);
  expect(features.orders).toBeGreaterThan(0);
}, 120_000);

it('knows with the answer to an event what it makes of somebody', async () => {
  await send([{ messageId: 'first', type: 'track', event: 'Order Completed', userId: 'new', properties: { order_id: 'n1', products: [{ product_id: 'p1', category: 'bread', price: 3, quantity: 2 }] } }]);
  const { memberships, features } = await shoal.ask('GET /v1/live/entities/:entity', { params: { entity: 'new' } });
  expect(memberships).toHaveLength(1);
  expect(features).toMatchObject({ orders: 1, spend: 6 });
  const why = await shoal.ask('GET /v1/live/entities/:entity/why/:segment', { params: { entity: 'new', segment: memberships[0].segment } });
  expect(why).toMatchObject({ member: true });
});

it('takes whoever is erased out of the run that was made of what they did, and out of what its pages and files say', async () => {
  const gone = 'u7';
  const files = join(folder, 'data', 'workspaces', 'main', 'runs', run);
  const mentions = () => readdirSync(files).filter((name) => readFileSync(join(files, name)).includes(`"${gone}"`) || (name === 'membership.csv' && new RegExp(`^${gone},`, 'm').test(readFileSync(join(files, name), 'latin1'))));
  expect(mentions()).not.toEqual([]);
  expect((await shoal.ask('GET /v1/entities/:entity', { params: { entity: gone } })).live).toBeDefined();
  const map = await shoal.fetch('GET /v1/runs/:run/map', { params: { run } });
  await shoal.ask('DELETE /v1/entities/:entity', { params: { entity: gone } });
  await expect.poll(async () => (await shoal.ask('GET /v1/jobs')).find(({ kind }) => kind === 'forget')?.state, { timeout: 60_000 }).toBe('done');
  expect(mentions()).toEqual([]);
  await expect(shoal.ask('GET /v1/entities/:entity', { params: { entity: gone } })).rejects.toMatchObject({ problem: { status: 404 } });
  expect((await shoal.ask('GET /v1/search', { query: { text: gone } })).hits.map(({ entity }) => entity)).not.toContain(gone);
  expect((await shoal.fetch('GET /v1/runs/:run/map', { params: { run } })).headers.get('etag')).not.toBe(map.headers.get('etag'));
  expect((await shoal.ask('GET /v1/entities/:entity', { params: { entity: 'u8' } })).entity).toBe('u8');
  const { items } = await shoal.ask('GET /v1/audit', { query: { action: 'entity' } });
  expect(items.map(({ action, after }) => [action, after])).toEqual([['entity.forget', { runs: 1, rows: 1 }], ['entity.erase', { identifiers: 1, events: expect.any(Number) }]]);
  expect(JSON.stringify([items, await shoal.ask('GET /v1/jobs')])).not.toContain(gone);
}, 120_000);

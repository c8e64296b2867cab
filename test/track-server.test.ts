import { spawn, type ChildProcess } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, type Client } from '../src/server/client.js';
import { importText } from './support/edge.js';
import { cli, emptyFolder, root } from './support/shoal.js';

// One story told to `shoal serve` as a person starts it: the SDK sends, a kill -9 comes between, webhooks arrive, and the command line watches. The tests follow one another.
let folder: string, server: Running, shoal: Client, adminKey: string, writeKey: string;

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [cli, ...args], { cwd: root, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
}

function start(): Promise<Running> {
  const child = run(['serve', '--data', join(folder, 'data'), '--port', '0', '--quiet', '--config', join(folder, 'shoal.config.ts')]);
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (part) => {
      said += part;
      const found = /Shoal is at (http:\/\/[^/]+)\/\S*#token=(\S+)/.exec(said);
      if (found) resolve({ child, url: found[1], token: found[2] });
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

async function keysOf({ url, token }: Running): Promise<{ admin: string; write: string }> {
  const json = { 'content-type': 'application/json', origin: url };
  const cookie = (await fetch(`${url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ token }) })).headers.get('set-cookie')!.split(';')[0];
  const made = async (rights: object) => ((await (await fetch(`${url}/v1/keys`, { method: 'POST', headers: { ...json, cookie }, body: JSON.stringify({ name: 'test', ...rights }) })).json()) as { token: string }).token;
  return { admin: await made({ role: 'admin' }), write: await made({ only: ['POST /v1/batch'] }) };
}

async function send(count: number, from = 0): Promise<void> {
  const analytics = new Analytics({ writeKey, host: server.url, flushAt: 20 });
  for (let i = from; i < from + count; i++) analytics.track({ userId: `u${i}`, event: 'Order Completed', properties: { total: i }, messageId: `m${i}` } as Parameters<Analytics['track']>[0]);
  await analytics.closeAndFlush();
}

beforeAll(async () => {
  folder = await emptyFolder('shoal-track');
  await writeFile(join(folder, 'shoal.config.ts'), "import { defineShoal } from 'shoal';\nexport default defineShoal({ webhooks: { survey: { event: 'Answered', userId: '$.who', properties: '$.answers' } } });\n");
  server = await start();
  ({ admin: adminKey, write: writeKey } = await keysOf(server));
  shoal = createClient({ server: server.url, token: adminKey });
}, 120_000);
afterAll(async () => {
  server?.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

it('what the SDK was told is taken is there after a kill, and what it sends again is not counted again', async () => {
  await send(100);
  const before = await shoal.ask('GET /v1/live');
  expect(before).toMatchObject({ seq: 100, entities: 100 });
  server.child.kill('SIGKILL');
  await ended(server.child);
  server = await start();
  shoal = createClient({ server: server.url, token: adminKey });
  expect(await shoal.ask('GET /v1/live')).toMatchObject({ seq: 100, entities: 100 });
  await send(120);
  expect(await shoal.ask('GET /v1/live')).toMatchObject({ seq: 120, duplicates: 100 });
  expect(await shoal.ask('GET /v1/live/entities/:entity', { params: { entity: 'u7' } })).toMatchObject({ id: 'u7', events: 1 });
});

it('a segment follows what is sent', async () => {
  const made = await shoal.ask('POST /v1/live/segments', { body: { name: 'Buyers of much', rule: { kind: 'performed', source: 'events', sum: 'properties.total', op: '>=', value: 110 } } });
  await expect.poll(async () => (await shoal.ask('GET /v1/live/segments')).map(({ state }) => state)).toEqual(['live']);
  const members = async () => (await shoal.ask('GET /v1/live/segments/:segment/members', { params: { segment: made.segment } })).items.map(({ entity }) => entity).sort();
  expect(await members()).toEqual(Array.from({ length: 10 }, (_, i) => `u${110 + i}`));
  await send(1, 500);
  await expect.poll(members).toContain('u500');
});

it('the segment is given as a module for pages, to whoever may see people and to nobody else, and that is in the audit log', async () => {
  const [{ segment }] = await shoal.ask('GET /v1/live/segments');
  const ask = (key: string, of: string) => fetch(`${server.url}/v1/live/edge.js?segments=${of}`, { headers: { authorization: `Bearer ${key}` } });
  expect((await ask(writeKey, segment)).status).toBe(403);
  expect((await ask(adminKey, `${segment},nothing`)).status).toBe(404);
  const answer = await ask(adminKey, segment);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  const { createDecider } = await importText(await answer.text());
  const decider = createDecider();
  decider.track({ type: 'track', event: 'Order Completed', properties: { total: 109 } });
  expect(decider.decide()[segment].member).toBe(false);
  decider.track({ type: 'track', event: 'Order Completed', properties: { total: 1 } });
  expect(decider.decide()[segment].member).toBe(true);
  expect(JSON.stringify(await shoal.ask('GET /v1/audit', { query: { action: 'segment.export' } }))).toContain(segment);
});

it('webhooks arrive as the configuration says, and `shoal ingest tail` shows them', async () => {
  const answer = await fetch(`${server.url}/v1/webhook/survey?writeKey=${writeKey}`, { method: 'POST', body: JSON.stringify({ who: 'u7', answers: { stars: 5 } }) });
  expect([answer.status, await answer.json()]).toEqual([200, { success: true }]);
  const tail = run(['ingest', 'tail', '--json', '--recent', '1'], { SHOAL_URL: server.url, SHOAL_KEY: adminKey });
  let said = '';
  tail.stdout!.on('data', (part) => (said += part));
  await expect.poll(() => said, { timeout: 20_000 }).toContain('"Answered"');
  await send(1, 900);
  await expect.poll(() => said, { timeout: 20_000 }).toContain('"m900"');
  tail.kill('SIGINT');
  expect(await ended(tail)).toBe(0);
  expect(JSON.parse(said.split('\n')[0])).toMatchObject({ kind: 'track', name: 'Answered', identifiers: [{ type: 'user', value: 'u7' }], payload: { properties: { stars: 5 } } });
});

import { rm, mkdtemp } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Change } from '../domain/live.js';
import { openStore } from '../store/catalog.js';
import { createEgress } from '../util/egress/egress.js';
import { by, jsonOf, listening, type Listening } from './app.test.fixture.js';
import { openSending } from './webhooks.js';

let server: Listening;
let admin: string, operator: string;
beforeAll(async () => {
  server = await listening();
  [admin, operator] = [await server.key({ role: 'admin' }), await server.key({ role: 'operator' })];
});
afterAll(() => server.close());
const change = (n: number): Change => ({ n, entity: 'ann', segment: 'lapsed', version: 1, direction: n % 2 ? 'entered' : 'left', at: 1000 * n, seq: n, reason: 'because', sequence: n });

it('a webhook is made by an admin, who sees its secret once; operators change it, switch it off and on, remove it and bring it back', async () => {
  const wish = { name: 'CRM', url: 'https://crm.example.org/in', segments: ['lapsed'], types: ['segment.member.left'] };
  const { webhook, secret } = await jsonOf(server.ask('/v1/webhooks', { token: admin, json: wish }));
  expect(webhook).toMatchObject({ ...wish, enabled: true, waiting: 0 });
  expect(secret).toMatch(/^whsec_/);
  const at = `/v1/webhooks/${webhook.id}`;
  const patch = (json: unknown) => jsonOf(server.ask(at, { token: operator, method: 'PATCH', json }));
  expect(await patch({ name: 'CRM 2', segments: null })).toMatchObject({ name: 'CRM 2', types: wish.types });
  expect(await patch({ segments: null })).not.toHaveProperty('segments');
  expect(await patch({ enabled: false, why: 'too much' })).toMatchObject({ enabled: false, disabled: { reason: 'operator disabled it' } });
  expect(await patch({ enabled: true, skip: true })).toMatchObject({ enabled: true });
  const rotated = await jsonOf(server.ask(`${at}/rotate`, { token: admin, json: {} }));
  expect(rotated.secret).not.toBe(secret);
  expect(await jsonOf(server.ask(`${at}/test`, { token: operator, method: 'POST' }))).toEqual({ status: 200, ms: 1 });
  expect((await server.ask(at, { token: operator, method: 'DELETE' })).status).toBe(204);
  const listed = async (query = '') => (await jsonOf(server.ask(`/v1/webhooks${query}`, { token: operator }))).items.map(({ name }: { name: string }) => name);
  expect(await listed()).not.toContain('CRM 2');
  expect(await listed('?removed=true')).toContain('CRM 2');
  expect(await jsonOf(server.ask(`${at}/restore`, { token: operator, method: 'POST' }))).toMatchObject({ name: 'CRM 2' });
  const everything = JSON.stringify([await jsonOf(server.ask('/v1/webhooks', { token: admin })), await jsonOf(server.ask('/v1/audit?limit=500', { token: admin })), server.logged]);
  for (const one of [secret, rotated.secret]) expect(everything).not.toContain(one.slice(6, 30));
  const { items } = await jsonOf(server.ask(`/v1/audit?subject=${webhook.id}`, { token: admin }));
  expect(items.map(({ action }: { action: string }) => action).reverse()).toEqual(['create', 'edit', 'edit', 'disable', 'enable', 'rotate', 'test', 'remove', 'restore'].map((verb) => `webhook.${verb}`));
});

it('an address to which nothing would ever be sent is refused in words, when it is made and when it is changed', async () => {
  const { webhook } = await jsonOf(server.ask('/v1/webhooks', { token: admin, json: { name: 'W', url: 'https://hooks.example.org/' } }));
  const urls = { 'http://hooks.example.org/': 'https://', 'https://169.254.169.254/latest/meta-data': 'private network', 'https://0x7f000001/': 'private network', 'https://[::ffff:10.0.0.1]/': 'private network', 'https://localhost/': 'private network', 'https://a:b@hooks.example.org/': 'name or password', 'https://hooks.example.org:22/': 'port', hooks: 'no address' };
  for (const [url, word] of Object.entries(urls)) {
    for (const [path, init] of [['/v1/webhooks', { json: { name: 'W', url } }], [`/v1/webhooks/${webhook.id}`, { method: 'PATCH', json: { url } }]] as const) {
      expect(await jsonOf(server.ask(path, { token: admin, ...init })), url).toMatchObject({ status: 422, code: 'webhooks/bad-address', detail: expect.stringContaining(word) });
    }
  }
  expect((await jsonOf(server.ask(`/v1/webhooks/${webhook.id}`, { token: admin }))).url).toBe('https://hooks.example.org/');
});

it('deliveries are listed with their attempts, and sent again by id or by state', async () => {
  const { store } = await server.workspaces.open('main');
  const { webhook } = await store.webhooks.create({ name: 'D', url: 'https://hooks.example.org/', segments: null, types: null, cursor: 0 }, by);
  await store.webhooks.disable(webhook.id, by);
  const { seq } = (await store.outbox.targets(webhook.id))[0];
  await store.outbox.take([{ webhook: seq, cursor: 3, changes: [1, 2, 3].map(change) }]);
  const at = `/v1/webhooks/${webhook.id}`;
  const list = async (query = '') => (await jsonOf(server.ask(`${at}/deliveries${query}`, { token: operator }))).items;
  const [, , first] = await list();
  await store.outbox.settle([{ delivery: first.id, webhook: seq, at: 5, ms: 7, status: 500, then: { dead: 'enough' } }]);
  expect(await list('?state=dead')).toMatchObject([{ n: 1, reason: 'enough', entity: 'ann' }]);
  expect(await list('?entity=bob')).toEqual([]);
  expect(await jsonOf(server.ask(`${at}/deliveries/${first.id}`, { token: operator }))).toMatchObject({ n: 1, log: [{ at: 5, ms: 7, status: 500 }] });
  expect(await jsonOf(server.ask(`${at}/replay`, { token: operator, json: { state: 'dead', until: 1000 } }))).toEqual({ deliveries: 0 });
  expect(await jsonOf(server.ask(`${at}/replay`, { token: operator, json: { ids: [first.id] } }))).toEqual({ deliveries: 1 });
  expect(await list('?state=dead')).toEqual([]);
  for (const json of [{}, { ids: [1], state: 'dead' }, { ids: [] }, { state: 'waiting' }]) expect((await server.ask(`${at}/replay`, { token: operator, json })).status).toBe(422);
});

it('changes of the live side arrive signed, through the real way out; without webhooks nothing is asked of anybody', async () => {
  const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push({ headers: request.headers, body });
    response.end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const address = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'shoal-sending-'));
  const home = await openStore(folder, { clock: Date.now });
  await home.workspaces.create({ id: 'main', name: 'Main' }, by);
  const store = await home.open('main');
  let feed: Change[] = [change(1)];
  let asked = 0;
  const live = { status: async () => ({ changes: (asked++, feed.length) }), changes: async (after: number, limit: number) => feed.slice(after, after + limit) };
  const sending = openSending({ store, live: () => live as never, egress: createEgress({ allow: [address] }), clock: Date.now });
  await sending.wake();
  expect(asked).toBe(0);
  const { webhook, secret } = await store.webhooks.create({ name: 'R', url: `http://${address}/in`, segments: null, types: null, cursor: 0 }, by);
  await sending.wake();
  await vi.waitFor(() => expect(heard).toHaveLength(1), 5000);
  feed = [change(1), change(2)];
  await vi.waitFor(() => expect(heard).toHaveLength(2), 5000);
  for (const [i, { headers, body }] of heard.entries()) {
    expect(headers['webhook-id']).toBe(`msg_${webhook.id}_${i + 1}`);
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ data: { entity: 'ann', sequence: i + 1 } });
  }
  expect(await sending.test(webhook.id, new AbortController().signal)).toMatchObject({ status: 200 });
  expect(JSON.parse(heard[2].body)).toMatchObject({ type: 'webhook.test' });
  await store.webhooks.disable(webhook.id, by);
  await sending.wake();
  const before = asked;
  feed = [...feed, change(3)];
  await store.webhooks.enable(webhook.id, by);
  await sending.close();
  expect(asked - before).toBeLessThanOrEqual(1);
  expect(heard).toHaveLength(3);
  await home.close();
  receiver.close();
  await rm(folder, { recursive: true });
});

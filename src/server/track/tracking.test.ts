import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ShoalError } from '../../errors.js';
import { by, jsonOf, listening, type Listening } from '../app.test.fixture.js';
import { memoryIntake } from './memory-intake.test.fixture.js';
import { webhookSource } from '../../ingest/track/webhook-source.js';

const intake = memoryIntake();
const secret = 'a secret of the shop';
const many = { perSecond: 1e6, burst: 1e6 };
const webhooks = {
  shop: webhookSource.parse({ event: '$.topic', userId: '$.order.customer.id', time: '$.created', messageId: '$.id', properties: '$.order', email: '$.order.email', workspace: 'other', signature: { header: 'X-Shop-Signature', secret } }),
  forms: webhookSource.parse({ kind: 'identify', userId: '$.user', traits: { plan: '$.answers.plan' } }),
  standard: webhookSource.parse({ event: 'Called', userId: '$.id', signature: { header: 'Webhook-Signature', secret: `whsec_${Buffer.from(secret).toString('base64')}` } }),
};
let server: Listening;
let key: string;

beforeAll(async () => {
  server = await listening({ intake, webhooks, behindProxy: true, limits: { perAddress: many, tracking: { waiting: 100, bytes: 4 * 2 ** 20, slowest: 400 } } });
  key = await server.key({ only: ['POST /v1/batch'] });
});
afterEach(() => intake.fail(undefined));
afterAll(() => server.close());

const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(user).toString('base64')}` });
const post = (path: string, body: unknown, headers: Record<string, string> = basic(`${key}:`)) =>
  fetch(`${server.server}${path}`, { method: 'POST', headers, body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body) });
const track = (more: object = {}) => ({ userId: 'u', event: 'Order Completed', ...more });
const last = () => intake.events.at(-1)!;

describe('the tracking API', () => {
  it('takes every kind at its address and at the first letter of its name', async () => {
    for (const [kind, more] of Object.entries({ identify: { traits: { plan: 'pro' } }, track: { event: 'x' }, page: { name: 'Home' }, screen: {}, group: { groupId: 'g' }, alias: { previousId: 'p' } })) {
      for (const path of [kind, kind[0]]) {
        const answer = await post(`/v1/${path}`, { userId: 'u', ...more });
        expect([answer.status, await answer.json()], path).toEqual([200, { success: true }]);
        expect(last()).toMatchObject({ kind, workspace: 'main' });
      }
    }
    for (const path of ['batch', 'b']) expect((await post(`/v1/${path}`, { batch: [{ type: 'track', ...track({ messageId: path }) }] })).status).toBe(200);
    expect(last().id).toBe('b');
  });

  it('takes the key as user name with and without a colon, as bearer, in the body and in the query; nothing else', async () => {
    const status = async (headers: Record<string, string>, body: object = {}, query = '') => (await post(`/v1/track${query}`, track(body), headers)).status;
    expect(await status(basic(`${key}:`))).toBe(200);
    expect(await status(basic(key))).toBe(200);
    expect(await status({ authorization: `Bearer ${key}` })).toBe(200);
    expect(await status({}, { writeKey: key })).toBe(200);
    expect(await status({}, {}, `?writeKey=${key}`)).toBe(200);
    expect(await status({})).toBe(401);
    expect(await status({}, { writeKey: 'shl_no' })).toBe(401);
    expect(await status(basic('shl_no:'), { writeKey: key })).toBe(401);
    expect(await status({ authorization: 'Digest x' }, { writeKey: key })).toBe(401);
    expect(JSON.stringify(last())).not.toContain(key);
  });

  it('writes with keys that can only write, and lets those do nothing else', async () => {
    const admin = await server.key({ role: 'admin' });
    const refused = await post('/v1/track', track(), basic(`${admin}:`));
    expect([refused.status, await refused.json()]).toMatchObject([403, { success: false, code: 'forbidden' }]);
    const page = await server.key({ only: ['POST /v1/page'] });
    expect((await post('/v1/p', { userId: 'u' }, basic(`${page}:`))).status).toBe(200);
    expect((await post('/v1/t', track(), basic(`${page}:`))).status).toBe(403);
    const mixed = await server.key({ only: ['POST /v1/batch', 'GET /v1/runs'] });
    expect((await post('/v1/t', track(), basic(`${mixed}:`))).status).toBe(403);
    expect((await server.ask('/v1/runs', { token: key })).status).toBe(403);
    expect((await server.ask('/v1/session', { json: { token: key } })).status).toBe(401);
    const made = await server.ask('/v1/keys', { token: admin, json: { name: 'page', only: ['POST /v1/batch'] } });
    expect((await post('/v1/t', track(), basic((await jsonOf(made)).token))).status).toBe(200);
  });

  it('writes into the workspace of its key', async () => {
    const other = await server.key({ only: ['POST /v1/batch'], workspace: 'other' });
    await post('/v1/t', track({ messageId: 'of other' }), basic(`${other}:`));
    expect(last()).toMatchObject({ id: 'of other', workspace: 'other' });
  });

  it('takes back a key at once', async () => {
    const { key: { id }, secret: token } = await server.home.keys.create({ name: 'old', only: ['POST /v1/batch'] }, by);
    expect((await post('/v1/t', track(), basic(token))).status).toBe(200);
    expect((await server.ask(`/v1/keys/${id}`, { method: 'DELETE', token: await server.key({ role: 'admin' }) })).status).toBe(204);
    expect((await post('/v1/t', track(), basic(token))).status).toBe(401);
  });

  it('counts a message that comes again once', async () => {
    const before = intake.events.length;
    for (let i = 0; i < 3; i++) expect((await post('/v1/t', track({ messageId: 'again' }))).status).toBe(200);
    expect(intake.events.length).toBe(before + 1);
  });

  it('says what it did not take, without what was in it', async () => {
    const one = await post('/v1/track', { event: 'x', anonymousId: '' });
    expect([one.status, await one.json()]).toEqual([400, { success: false, message: 'userId or anonymousId is missing', code: 'invalid_request' }]);
    const some = await post('/v1/batch', { batch: [{ type: 'track', event: 'secret' }, { type: 'track', ...track() }] });
    expect([some.status, await some.json()]).toEqual([200, { success: true, rejected: [{ index: 0, reason: 'userId or anonymousId is missing', name: 'secret' }] }]);
    const bad = await post('/v1/batch', '{"batch":[');
    expect([bad.status, await bad.json()]).toEqual([400, { success: false, message: 'malformed JSON', code: 'invalid_request' }]);
    expect((await post('/v1/batch', { batch: Array(2501).fill({ type: 'track', ...track() }) })).status).toBe(400);
    expect((await post('/v1/track', track({ properties: { a: 'x'.repeat(40_000) } }))).status).toBe(400);
    expect((await post('/v1/batch', { batch: [], a: 'x'.repeat(600_000) })).status).toBe(400);
    const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(10_000).fill(32)) });
    expect((await fetch(`${server.server}/v1/b`, { method: 'POST', headers: basic(key), body: endless, duplex: 'half' } as RequestInit)).status).toBe(400);
    expect((await post('/v1/batch', { batch: [] })).status).toBe(200);
  });

  it('unpacks gzip, but not into more than may be sent', async () => {
    const gzip = { ...basic(`${key}:`), 'content-encoding': 'gzip' };
    expect((await post('/v1/t', gzipSync(JSON.stringify(track({ messageId: 'packed' }))), gzip)).status).toBe(200);
    expect(last().id).toBe('packed');
    const bomb = await post('/v1/b', gzipSync(Buffer.alloc(50 * 2 ** 20)), gzip);
    expect([bomb.status, (await jsonOf(bomb)).message]).toEqual([400, 'The body is larger than the 500 KB that are read here.']);
    expect((await post('/v1/t', 'not gzip', gzip)).status).toBe(400);
    expect((await post('/v1/t', '{}', { ...gzip, 'content-encoding': 'br' })).status).toBe(400);
  });

  it('answers pages of any origin, their preflight, and lets them read when to come again', async () => {
    const origin = 'https://shop.example';
    const asked = await fetch(`${server.server}/v1/t`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' } });
    expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('access-control-allow-methods'), asked.headers.get('access-control-max-age')]).toEqual([204, origin, 'POST, GET, OPTIONS', '86400']);
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization, content-type.*x-retry-count/);
    for (const body of [track(), 'no json']) {
      const answer = await post('/v1/t', body, { ...basic(`${key}:`), origin, 'content-type': 'text/plain' });
      expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-allow-credentials'), answer.headers.get('vary')]).toEqual([origin, null, 'Origin']);
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/Retry-After/);
    }
  });

  it('is the CDN of the browser SDK', async () => {
    const answer = await fetch(`${server.server}/v1/projects/${key}/settings`, { headers: { origin: 'https://shop.example' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'https://shop.example']);
    expect(await answer.json()).toEqual({ integrations: { 'Segment.io': { apiKey: key, apiHost: `127.0.0.1:${server.port}/v1`, protocol: 'http' } }, plan: {}, metrics: { sampleRate: 0 } });
    expect((await fetch(`${server.server}/v1/projects/shl_none/settings`)).status).toBe(401);
    expect((await post('/v1/m', '{"series":[]}', { 'content-type': 'text/plain' })).status).toBe(200);
  });

  it('guards as the rest of the server does: host, methods, headers, figures, and logs without anyone in them', async () => {
    const wrong = await new Promise<number>((resolve) => httpRequest(`${server.server}/v1/t`, { method: 'POST', headers: { host: 'evil.example' } }, (answer) => resolve(answer.resume().statusCode!)).end('{}'));
    expect(wrong).toBe(421);
    const got = await fetch(`${server.server}/v1/t`);
    expect([got.status, got.headers.get('allow'), got.headers.get('x-content-type-options'), got.headers.get('x-frame-options')]).toEqual([405, 'POST, OPTIONS', 'nosniff', 'DENY']);
    await post('/v1/t', track({ userId: 'somebody@example.com' }));
    expect(server.logged.at(-1)).toMatchObject({ route: '/v1/track', method: 'POST', status: 200, workspace: 'main' });
    const written = JSON.stringify(server.logged);
    for (const never of ['somebody', key, '127.0.0.1']) expect(written).not.toContain(never);
    const metrics = await (await server.ask('/metrics', { token: await server.key({ role: 'admin' }) })).text();
    expect(metrics).toMatch(/shoal_requests_total\{route="\/v1\/track",method="POST",status="200"\} \d+/);
    expect(metrics).toMatch(/shoal_events_accepted \d+/);
  });

  it('keeps the address of a sender only for messages that ask for it, and the wish for privacy', async () => {
    await post('/v1/t', track({ context: { direct: true } }), { ...basic(`${key}:`), 'x-forwarded-for': '10.9.9.9, 203.0.113.7', 'sec-gpc': '1' });
    expect(last().payload.context).toEqual({ direct: true, ip: '203.0.113.7', globalPrivacyControl: true });
    await post('/v1/t', track());
    expect(last().payload.context).toBeUndefined();
  });

  it('keeps what was refused lately for those who look at what arrives, in its workspace only', async () => {
    await post('/v1/track', { event: 'Lost', properties: { secret: 1 } });
    const rejected = async (workspace: string) => jsonOf(server.ask(`/v1/live/rejected?workspace=${workspace}`, { token: await server.key({ role: 'analyst' }) }));
    expect((await rejected('main'))[0]).toEqual({ index: 0, reason: 'userId or anonymousId is missing', name: 'Lost', route: 'POST /v1/track', at: expect.any(Number) });
    expect(await rejected('other')).toEqual([]);
  });
});

describe('when more comes than the journal can write', () => {
  it('refuses at once and says when to come again; what was accepted before is answered, and then all goes on', async () => {
    const go = intake.pause();
    const batch = { batch: Array.from({ length: 100 }, (_, i) => ({ type: 'track', ...track({ messageId: `held ${i}` }) })) };
    const held = post('/v1/b', batch);
    await expect.poll(async () => (await post('/v1/t', 'not even read')).status).toBe(429);
    const busy = await post('/v1/t', track({ messageId: 'too much' }));
    expect([busy.status, busy.headers.get('retry-after'), busy.headers.get('x-ratelimit-reset'), (await jsonOf(busy)).code]).toEqual([429, '1', '1', 'rate_limited']);
    go();
    expect((await held).status).toBe(200);
    expect((await post('/v1/t', track({ messageId: 'too much' }))).status).toBe(200);
  });

  it('says 503 while the journal cannot be written, 429 where it says so itself, and never what is wrong inside', async () => {
    intake.fail(new ShoalError('store/unavailable', { place: '/secret/place', reason: 'EIO' }));
    const answer = await post('/v1/t', track());
    expect([answer.status, await answer.text()]).toEqual([503, '{"success":false,"message":"Events cannot be taken just now. Send it again later.","code":"unavailable"}']);
    intake.fail(new ShoalError('server/too-many', { seconds: 7 }));
    expect((await post('/v1/t', track())).headers.get('retry-after')).toBe('7');
    intake.fail(new ShoalError('store/not-found', { kind: 'workspace', id: 'main' }));
    expect((await post('/v1/t', track())).status).toBe(403);
  });
});

describe('webhooks', () => {
  const order = { id: 'evt_1', topic: 'Order Paid', created: 1_700_000_000, order: { total: 12, email: 'Ann@example.com', customer: { id: 7 } } };
  const signed = (body: string, how: 'hex' | 'base64' = 'hex') => ({ 'x-shop-signature': `${how === 'hex' ? 'sha256=' : ''}${createHmac('sha256', secret).update(body).digest(how)}` });

  it('become events as their source maps them, once each', async () => {
    const text = JSON.stringify(order);
    for (const how of ['hex', 'base64'] as const) expect((await post('/v1/webhook/shop', text, signed(text, how))).status).toBe(200);
    expect(intake.events.filter(({ id }) => id === 'shop\0evt_1')).toHaveLength(1);
    expect(last()).toMatchObject({ workspace: 'other', kind: 'track', name: 'Order Paid', at: 1_700_000_000_000, identifiers: [{ type: 'user', value: '7' }, { type: 'email', value: 'ann@example.com' }], payload: { properties: { total: 12 } } });
  });
  it('are refused without the signature of their source, even with a write key', async () => {
    const text = JSON.stringify(order);
    for (const headers of [{}, basic(`${key}:`), { 'x-shop-signature': 'sha256=00' }, signed(`${text} `)]) expect((await post('/v1/webhook/shop', text, headers as Record<string, string>)).status).toBe(401);
  });
  it('are signed as Standard Webhooks has it, and not long ago', async () => {
    const send = (seconds: number) => {
      const [id, time, body] = ['msg_1', String(seconds), '{"id":"u9"}'];
      return post('/v1/webhook/standard', body, { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,bad v1,${createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64')}` });
    };
    const now = Math.floor(Date.now() / 1000);
    expect((await send(now)).status).toBe(200);
    expect(last()).toMatchObject({ id: 'standard\0msg_1', name: 'Called' });
    expect((await send(now - 3600)).status).toBe(401);
  });
  it('without a signature need a write key; the same content again is the same message', async () => {
    const body = { user: 'u7', answers: { plan: 'pro' } };
    expect((await post('/v1/webhook/forms', body, {})).status).toBe(401);
    for (let i = 0; i < 2; i++) expect((await post(`/v1/webhook/forms?writeKey=${key}`, body, {})).status).toBe(200);
    expect(intake.events.filter(({ kind, identifiers }) => kind === 'identify' && identifiers[0].value === 'u7')).toHaveLength(1);
    expect((await post('/v1/webhook/nobody', body)).status).toBe(400);
    expect((await post('/v1/webhook/constructor', body)).status).toBe(400);
    expect((await post('/v1/webhook/forms', '[{"user":"a"},{"user":null}]')).status).toBe(200);
  });
});

describe('hostile input', () => {
  const prototypes = () => [Object.prototype, Array.prototype, Function.prototype, String.prototype].map((one) => Object.getOwnPropertyNames(one).sort().join());
  const before = prototypes();
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, '', '\u0000', '\ud800', '__proto__', 'constructor', 1e308, -0, 2 ** 60, true, [], {}, 'x'.repeat(2000), { toString: 1, valueOf: 1, toJSON: 1 }, { length: 1e9 }, '9999-99-99', '1974-01-01T00:00:00Z', '2074-01-01T00:00:00Z'),
    fc.jsonValue({ maxDepth: 5 }), fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const keys = ['type', 'userId', 'anonymousId', 'previousId', 'groupId', 'event', 'name', 'properties', 'traits', 'context', 'integrations', 'timestamp', 'originalTimestamp', 'sentAt', 'messageId', 'batch', 'writeKey', 'category', '__proto__', 'constructor'];
  const message = fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 12 }).map((one) => ({ userId: 'u', event: 'e', ...one }));

  it('never fails the server, and leaves no prototype changed', async () => {
    const paths = ['t', 'i', 'p', 's', 'g', 'a', 'b', 'batch', 'webhook/forms', 'm'];
    await fc.assert(fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(message, fc.array(message, { maxLength: 4 }).map((batch) => ({ batch, context: { timezone: 'x' } })), odd), fc.boolean(), async (path, body, cut) => {
      const text = JSON.stringify(body) ?? 'undefined';
      const answer = await post(`/v1/${path}`, cut ? text.slice(0, text.length * 0.8) : text);
      expect([200, 400], `${path} ${text}`).toContain(answer.status);
      expect(await answer.json()).toHaveProperty('success', answer.status === 200);
    }), { numRuns: 500 });
    const raw = ['{"userId":"u","event":"e","properties":{"__proto__":{"polluted":1}}}', '{"userId":"u","event":"e","event":"f","a":1e999999,"properties":{"n":-1e400,"n":2}}', `{"userId":"u","event":"e","properties":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, '['.repeat(30_000), '{"userId":"u","event":"\\ud800\\u0000"}', `{"userId":${'9'.repeat(400)},"event":"e"}`];
    for (const body of [...raw, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])]) expect([200, 400]).toContain((await post('/v1/t', body)).status);
    expect(prototypes()).toEqual(before);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('takes ten thousand different event names', async () => {
    for (let k = 0; k < 100; k++) expect((await post('/v1/b', { batch: Array.from({ length: 100 }, (_, i) => ({ type: 'track', userId: 'u', event: `Event ${k}-${i}` })) })).status).toBe(200);
  });

  it('does not wait for bodies that do not come, nor for what nobody wants', async () => {
    const raw = (text: string) => new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (got += chunk)).on('error', () => {}).on('close', () => resolve(got));
    });
    const head = `POST /v1/t HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ${Buffer.from(`${key}:`).toString('base64')}\r\n`;
    expect(await raw(`${head}Content-Length: 100\r\n\r\n{"userId"`)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await raw(`${head}Content-Length: 99999999\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw('POST /v1/t HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic bm8=\r\nContent-Length: 5000\r\n\r\n{')).toMatch(/^HTTP\/1\.1 401 /);
    expect((await post('/v1/t', track())).status).toBe(200);
    const metrics = await (await server.ask('/metrics', { token: await server.key({ role: 'admin' }) })).text();
    expect(metrics).toMatch(/shoal_events_waiting 0\n/);
  });

  it('of somebody who sends slowly keeps out nobody else', async () => {
    const one = await listening({ intake, behindProxy: true, limits: { tracking: { waiting: 100, bytes: 4 * 2 ** 20, slowest: 60_000 } } });
    const { secret: good } = await one.home.keys.create({ name: 'page', only: ['POST /v1/batch'] }, by);
    const status = async (address: string) => (await fetch(`${one.server}/v1/t`, { method: 'POST', body: JSON.stringify(track()), headers: { ...basic(good), 'x-forwarded-for': address } })).status;
    const slow = Array.from({ length: 3 }, () => {
      const socket = connect(one.port, '127.0.0.1', () => socket.write('POST /v1/b HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 500000\r\n\r\n{'));
      return socket.on('error', () => {});
    });
    await expect.poll(() => status('192.0.2.1')).toBe(429);
    expect(await status('192.0.2.2')).toBe(200);
    for (const socket of slow) socket.destroy();
    await expect.poll(() => status('192.0.2.1')).toBe(200);
    await one.close();
  });

  it('is not slowed by strangers who try keys', async () => {
    const few = await listening({ limits: { perAddress: { perSecond: 1, burst: 5 } } });
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await fetch(`${few.server}/v1/t`, { method: 'POST', body: '{}', headers: basic(`shl_${i}`) })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const { secret: good } = await few.home.keys.create({ name: 'page', only: ['POST /v1/batch'] }, by);
    expect((await fetch(`${few.server}/v1/t`, { method: 'POST', body: JSON.stringify(track()), headers: basic(good) })).status).toBe(200);
    await few.close();
  });
});


import fc from 'fast-check';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { canary, listening, type Listening } from './app.test.fixture.js';
import { contract, type RouteId } from './contract/contract.js';
import type { Route } from './contract/route.js';

let server: Listening;
let token: string;
const many = { perSecond: 1e6, burst: 1e6 };
const prototypes = () => [Object.prototype, Array.prototype, Function.prototype, String.prototype].map((one) => Object.getOwnPropertyNames(one).sort().join());
const before = prototypes();

beforeAll(async () => {
  server = await listening({ limits: { perCaller: many, perAddress: many, failedLogins: many, longest: 20_000 } });
  token = await server.key({ role: 'admin' });
  const { store, files } = await server.workspaces.open('main');
  ids.file = [(await files.list())[0].id, 'membership.csv'];
  ids.note = [(await store.notes.list()).items[0].id];
  ids.webhook = [(await store.webhooks.list())[0].id];
  ids.delivery = ['1'];
  ids.job = [(await server.jobs.start('main', 'inspect', {}, { actor: 'test' })).id];
});
afterAll(() => server.close());

const texts = [
  '', ' ', '\u0000', 'a\u0000b', '__proto__', 'constructor', 'prototype', 'toString', 'null', 'undefined', 'true', '-1', '0', '1e999', '9007199254740993', 'NaN', '1.5', '0x10', '１２',
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'-alert(1)-'", 'javascript:alert(1)', '${7*7}', '{{7*7}}', '=1+1', '@SUM(A1)', '</script><svg onload=alert(1)>',
  '../../../../etc/passwd', '..\\..\\windows\\win.ini', '/etc/passwd', 'file:///etc/passwd', '.', '..', '%2e%2e%2f', 'con', 'a/b', 'C:\\x', "' OR 1=1 --", '"; DROP TABLE runs; --', '\\', '%', '%00', '*', '?', '#',
  'x\r\nX-Injected: 1\r\n\r\n', 'a'.repeat(3000), '\u202Etxt.exe', '\uFEFF', '\uD83D\uDE00'.repeat(50), 'e\u0301'.repeat(100), 'ß'.repeat(130), '\uFFFF', 'champion', 'main', 'regulars', canary('main'),
];
const text = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...texts) }, fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }));
const value: fc.Arbitrary<unknown> = fc.oneof(
  text, fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, [], {}, [[]], [null], { $gt: '' }, { toString: 1, valueOf: 2 }, 'x'.repeat(900_000), Array(5000).fill('a'), Array(300).fill({})),
  fc.jsonValue({ maxDepth: 6 }), fc.array(text, { maxLength: 5 }), fc.dictionary(text, text, { maxKeys: 4 }),
);

/** A body near to what a route takes: its own keys with hostile values, some missing, some unknown; or anything at all. */
function bodyOf(route: Route): fc.Arbitrary<unknown> {
  if (!route.body || route.takesBytes) return fc.constant(undefined);
  const { properties = {} } = z.toJSONSchema(route.body, { unrepresentable: 'any', io: 'input' }) as { properties?: Record<string, unknown> };
  const known = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, fc.oneof({ weight: 2, arbitrary: goodFor(key, schema as Schema) }, value)]));
  return fc.oneof({ weight: 5, arbitrary: fc.record(known, { requiredKeys: [] }) }, fc.tuple(fc.record(known, { requiredKeys: [] }), fc.dictionary(text, value, { maxKeys: 2 })).map(([own, more]) => ({ ...own, ...more })), value);
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
}

/** Something that the schema takes, so that the other keys get beyond the first check. */
function goodFor(key: string, { type, enum: values, items }: Schema): fc.Arbitrary<unknown> {
  if (values) return fc.constantFrom(...values);
  if (key === 'rule') return fc.oneof(fc.constant({ all: [] }), text.map((feature) => ({ kind: 'feature', feature, op: 'known' })), text.map((run) => ({ kind: 'drawn', run, points: [[0, 0], [1, 0], [0, 1]] })));
  if (type === 'array') return fc.array(items ? goodFor(key, items) : text, { minLength: 1, maxLength: 3 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return fc.integer({ min: 1, max: 100 });
  return fc.constantFrom('ordinary', 'run-of-main', '<b>name</b>', '=HYPERLINK("x")', 'Ünïcode 名前', "O'Neil");
}

/** Ids that there are, by the name of the part. */
const ids: Record<string, string[]> = { run: ['champion', 'run-of-main'], other: ['champion', 'regulars'], segment: ['regulars', `spenders-${canary('main')}`], entity: [canary('main')], feature: ['spend'], alias: ['champion', 'challenger'], file: [], job: [], note: [] };

/** Mostly names that the route takes, with values near to good; now and then another workspace or anything at all. */
function queryOf({ query }: Route): fc.Arbitrary<Record<string, string>> {
  const { properties = {} } = z.toJSONSchema(query, { unrepresentable: 'any' }) as { properties?: Record<string, Schema> };
  const known = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, fc.oneof({ weight: 2, arbitrary: goodFor(key, schema).map(String) }, text)]));
  const own = fc.record(known, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
  return fc.oneof({ weight: 5, arbitrary: own }, fc.tuple(own, fc.dictionary(fc.oneof(fc.constant('workspace'), text), text, { maxKeys: 2 })).map(([good, more]) => ({ ...good, ...more })));
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly injected: boolean;
  readonly body: string;
}

/** Over node:http, which sends a path as it is. */
function send(method: string, path: string, body: string | Buffer | undefined, type = 'application/json'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const going = request({ host: '127.0.0.1', port: server.port, method, path, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }) } }, (response) => {
      const chunks: Buffer[] = [];
      const end = () => resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', injected: 'x-injected' in response.headers, body: Buffer.concat(chunks).toString() });
      response.on('data', (chunk) => {
        chunks.push(chunk);
        if (response.headers['content-type']?.startsWith('text/event-stream')) {
          end();
          response.destroy();
        }
      }).on('end', end);
    });
    // A body that is refused unread may be cut off.
    going.on('error', (error: NodeJS.ErrnoException) => (['EPIPE', 'ECONNRESET'].includes(error.code ?? '') ? resolve({ status: 413, type: 'application/problem+json', injected: false, body: '{}' }) : reject(error)));
    going.end(body);
  });
}

const encoded = (said: string) => encodeURIComponent(Buffer.from(said).toString());

const fuzzed = (Object.keys(contract) as RouteId[]).filter((id) => id !== 'DELETE /v1/workspaces/:workspace' && id !== 'DELETE /v1/keys/:key');

it.each(fuzzed)('%s takes what it can and refuses the rest in words, whatever is sent', async (id) => {
  const route: Route = contract[id];
  const [method, pattern] = id.split(' ');
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const asked = fc.tuple(fc.tuple(...names.map((name) => fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...(ids[name] ?? ['regulars'])) }, text))), queryOf(route), bodyOf(route));
  // A stream has nothing to say for a while: some are waited for together.
  const together = route.answers === 'events' ? 10 : 1;
  await fc.assert(fc.asyncProperty(fc.array(asked, { minLength: together, maxLength: together }), async (all) => {
    await Promise.all(all.map(async ([parts, query, body]) => {
      const path = pattern.replace(/:\w+/g, () => encoded(parts.shift() ?? ''));
      const said = Object.entries(query).map(([name, of]) => `${encoded(name)}=${encoded(of)}`).join('&');
      const payload = route.takesBytes ? Buffer.from(JSON.stringify(query)) : body === undefined ? undefined : JSON.stringify(body);
      const answer = await send(method, `${path}${said && `?${said}`}`, payload, route.takesBytes ? 'text/csv' : undefined);
      expect(answer.status, answer.body.slice(0, 500)).toBeLessThan(500);
      expect(answer.injected).toBe(false);
      if (answer.status >= 400 && answer.status !== 431) {
        expect(answer.type).toMatch(/^application\/problem\+json/);
        expect(answer.body).not.toMatch(/[<>]/);
        expect(answer.body.length).toBeLessThan(60_000);
        expect(answer.body).not.toMatch(/node_modules|at .*\.(ts|js):\d+/);
      } else if (id !== 'GET /docs') {
        expect(answer.type).not.toMatch(/html/);
      }
    }));
  }), { numRuns: 60 / together });
}, 60_000);

it.each([
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400], ['nothing', '', 400], ['half a document', '{"name": "a', 400], ['two documents', '{}{}', 400], ['a prototype', '{"__proto__": {"role": "admin"}, "name": "x"}', 400],
  ['a constructor', '{"name": "x", "constructor": {"prototype": {"role": "admin"}}}', 400], ['a key twice', '{"name": "a", "name": "b"}', 400], ['depth', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 400], ['too much', `{"name": "${'x'.repeat(1_100_000)}"}`, 413],
  ['no text', '"name"', 422], ['a list', '[1,2]', 422], ['null', 'null', 422],
])('a body of %s is refused with %3$d', async (_, body, status) => {
  expect((await send('POST', '/v1/workspaces', body)).status).toBe(status);
});

it.each(['/v1/%', '/v1/runs/%ff', '/v1/runs/%ED%A0%80', '/v1/../../etc/passwd', '/v1/runs/..%2f..%2fhome.sqlite', '//evil.example/', '/v1/files/%00', `/v1/runs/${'a'.repeat(5000)}`, `/v1/runs?${'a=1&'.repeat(2000)}`, '/v1/runs?removed=true&removed=false', '/v1/runs?__proto__=1', '/v1/runs?constructor[prototype]=1', '/v1/runs;jsessionid=1', '/docs/../v1/runs', '/?<script>'])(
  'the address %s does no harm', async (path) => {
    const { status, body } = await send('GET', path, undefined);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toMatch(/<script|root:|SQLite format/);
  },
);

it('no prototype was touched by any of this, and nothing failed in the server', () => {
  expect(prototypes()).toEqual(before);
  expect(server.logged.filter(({ level }) => level === 'error')).toEqual([]);
});

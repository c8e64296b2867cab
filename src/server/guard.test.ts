import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ShoalError } from '../errors.js';
import { jsonOf, listening, type Listening } from './app.test.fixture.js';
import { idleLogins } from './caller.js';
import { checkHost, checkOrigin } from './guard.js';

let server: Listening;
let now = 1_700_000_000_000;

beforeAll(async () => {
  server = await listening({ clock: () => now, hosts: ['shoal.example.org'], limits: { perCaller: { perSecond: 1, burst: 30 }, json: 2000, upload: 1_000_000, slowest: 300, streams: 2 } });
});
afterAll(() => server.close());

/** Logs in as a browser does; gives the cookie as it would be sent back. */
async function login(headers: Record<string, string> = {}) {
  const token = server.loginTokens.issue({ actor: 'ann', role: 'admin' });
  const response = await server.ask('/v1/session', { json: { token }, headers: { origin: server.server, 'sec-fetch-site': 'same-origin', ...headers } });
  const cookie = response.headers.get('set-cookie') ?? '';
  return { response, token, cookie: cookie.split(';')[0], set: cookie };
}

/** A request as it goes over the wire, for headers that fetch would not send. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.on('data', (chunk) => (got += chunk));
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

it.each(['127.0.0.1:7411', 'localhost', 'LOCALHOST:80', '[::1]:7411', '127.8.8.8', 'shoal.example.org:443'])('answers to %s', (host) => {
  expect(() => checkHost(host, ['shoal.example.org'])).not.toThrow();
});

it.each([undefined, '', 'evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '0.0.0.0:7411', '192.168.1.4', 'shoal.example.org.evil.com', '127.0.0.1@evil.com', 'localhost:7411:80', 'localhost/x', '[::2]', 'xn--lcalhost-54a'])(
  'does not answer to %j', (host) => expect(() => checkHost(host, ['shoal.example.org'])).toThrow('does not answer to that name'),
);

it('a name pointed here by somebody else reaches nothing, whatever is asked', async () => {
  for (const path of ['/', '/health', '/v1/runs', '/docs', '/nothing']) expect(await raw(`GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 421 /);
});

it.each([
  [{ host: 'localhost:1', origin: 'http://localhost:1', 'sec-fetch-site': 'same-origin' }, true],
  [{ host: 'localhost:1', 'sec-fetch-site': 'same-origin' }, true],
  [{ host: 'localhost:1', origin: 'http://localhost:2', 'sec-fetch-site': 'same-site' }, false],
  [{ host: 'localhost:1', origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }, false],
  [{ host: 'localhost:1', origin: 'null' }, false],
  [{ host: 'localhost:1', 'sec-fetch-site': 'cross-site' }, false],
  [{ host: 'localhost:1', 'sec-fetch-site': 'none' }, false],
  [{ host: 'localhost:1' }, false],
])('a change with a cookie and %j is taken: %s', (headers, taken) => {
  const check = () => checkOrigin(headers, true, true);
  if (taken) expect(check).not.toThrow();
  else expect(check).toThrow('another origin');
});

it('a cookie does not let a page of another port of this machine do or read anything', async () => {
  const { cookie } = await login();
  const elsewhere = { cookie, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' };
  expect((await server.ask('/v1/workspaces', { json: { name: 'x' }, headers: elsewhere })).status).toBe(403);
  expect((await server.ask('/v1/runs', { headers: elsewhere })).status).toBe(403);
  expect((await server.ask('/v1/runs', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  expect((await server.ask('/v1/runs', { headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
});

it('a page elsewhere cannot log anyone in, nor send a form', async () => {
  const token = server.loginTokens.issue({ actor: 'mallory', role: 'admin' });
  expect((await server.ask('/v1/session', { json: { token }, headers: { origin: 'http://evil.example' } })).status).toBe(403);
  expect((await server.ask('/v1/session', { method: 'POST', body: `token=${token}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(415);
  expect((await server.ask('/v1/session', { method: 'POST', body: JSON.stringify({ token }), headers: { 'content-type': 'text/plain' } })).status).toBe(415);
});

it('a login token opens one session; its cookie cannot be read by scripts nor sent from elsewhere', async () => {
  const { response, token, set, cookie } = await login();
  expect(response.status).toBe(200);
  expect(set).toMatch(new RegExp(`^shoal_session_${server.port}=shs_[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+$`));
  expect((await server.ask('/v1/session', { json: { token } })).status).toBe(401);
  const session = await jsonOf(server.ask('/v1/session', { headers: { cookie } }));
  expect(session.actor).toEqual({ name: 'ann', role: 'admin' });
});

it('a session that was foisted on a browser is not the one it gets', async () => {
  const foisted = `shoal_session_${server.port}=shs_${'a'.repeat(43)}`;
  const { cookie } = await login({ cookie: foisted });
  expect(cookie).not.toBe(foisted);
  expect((await server.ask('/v1/runs', { headers: { cookie: foisted } })).status).toBe(401);
  // Logging in again ends the session before.
  const again = await login({ cookie });
  expect((await server.ask('/v1/runs', { headers: { cookie } })).status).toBe(401);
  expect((await server.ask('/v1/runs', { headers: { cookie: again.cookie } })).status).toBe(200);
});

it('a session ends when asked to, when nothing is asked for long, and with the key it was opened with', async () => {
  const first = await login();
  const out = await server.ask('/v1/session', { method: 'DELETE', headers: { cookie: first.cookie, origin: server.server } });
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await server.ask('/v1/runs', { headers: { cookie: first.cookie } })).status).toBe(401);

  const second = await login();
  expect((await server.ask('/v1/runs', { headers: { cookie: second.cookie } })).status).toBe(200);
  now += 9 * 3_600_000;
  expect((await server.ask('/v1/runs', { headers: { cookie: second.cookie } })).status).toBe(401);
  now -= 8.5 * 3_600_000;
  expect((await server.ask('/v1/runs', { headers: { cookie: second.cookie } })).status).toBe(401);

  const { key, secret } = await server.home.keys.create({ name: 'k', role: 'viewer' }, { actor: 'test' });
  const byKey = await server.ask('/v1/session', { json: { token: secret } });
  const cookie = byKey.headers.get('set-cookie')!.split(';')[0];
  expect((await server.ask('/v1/runs', { headers: { cookie } })).status).toBe(200);
  await server.home.keys.revoke(key.id, { actor: 'test' });
  expect((await server.ask('/v1/runs', { headers: { cookie } })).status).toBe(401);
});

it('a key of a few routes opens no session', async () => {
  expect((await server.ask('/v1/session', { json: { token: await server.key({ only: ['GET /v1/runs'] }) } })).status).toBe(401);
});

it('failed logins are slowed, and a good one still gets in', async () => {
  now += 3_600_000;
  const statuses: number[] = [];
  for (let i = 0; i < 13; i++) statuses.push((await server.ask('/v1/session', { json: { token: `guess ${i}` } })).status);
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429, 429]);
  const refused = await server.ask('/v1/runs', { token: 'shl_guess' });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await login()).response.status).toBe(200);
  now += 6000;
  expect((await server.ask('/v1/runs', { token: 'shl_guess' })).status).toBe(401);
});

it('one caller cannot take it all, and others do not notice', async () => {
  const [greedy, modest] = [await server.key({ role: 'viewer' }), await server.key({ role: 'viewer' })];
  const statuses: number[] = [];
  for (let i = 0; i < 35; i++) statuses.push((await server.ask('/v1/jobs', { token: greedy })).status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  expect((await server.ask('/v1/jobs', { token: modest })).status).toBe(200);
  now += 2000;
  expect((await server.ask('/v1/jobs', { token: greedy })).status).toBe(200);
});

it('every answer guards itself: no sniffing, no framing, no referrer, no scripts, no word of what runs here', async () => {
  for (const path of ['/health', '/v1/runs', '/nothing', '/docs', '/v1/%zz']) {
    const { headers } = await server.ask(path);
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy'), path).not.toContain('unsafe');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin');
    expect(headers.get('server') ?? headers.get('x-powered-by'), path).toBeNull();
    expect(headers.get('access-control-allow-origin'), path).toBeNull();
  }
});

it('says no in the form of RFC 9457, with the id of the request', async () => {
  const response = await server.ask('/v1/segments/regulars/members?limit=abc&ofset=1', { token: await server.key({ role: 'analyst' }) });
  const problem = await jsonOf(response);
  expect(response.headers.get('content-type')).toMatch('application/problem+json');
  expect(problem).toMatchObject({ type: 'urn:shoal:server/invalid', title: 'Unprocessable Entity', status: 422, code: 'server/invalid', request: response.headers.get('x-request-id') });
  expect(problem.problems).toEqual([{ at: 'query.limit', message: 'must be a number' }, { at: 'query.ofset', message: "is not known; did you mean 'offset'?" }]);
});

it.each([
  ['GET', '/v1/nothing', 404], ['GET', '/v1/', 404], ['PATCH', '/v1/runs', 405], ['OPTIONS', '/v1/runs', 405], ['DELETE', '/health', 405], ['HEAD', '/v1/runs', 405], ['GET', '/v1/runs/%E0%A4%A', 400], ['GET', '/%00', 404],
])('%s %s is refused with %d', async (method, path, status) => {
  const response = await server.ask(path, { method, token: await server.key({ role: 'admin' }) });
  expect(response.status).toBe(status);
  if (status === 405) expect(response.headers.get('allow')).toMatch(/GET/);
});

it('refuses bodies that are too large, said or not, before reading them through', async () => {
  const token = await server.key({ role: 'admin' });
  expect((await server.ask('/v1/workspaces', { token, json: { name: 'x'.repeat(3000) } })).status).toBe(413);
  const chunked = await raw(`POST /v1/workspaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${`800\r\n${' '.repeat(2048)}\r\n`.repeat(2)}`);
  expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
});

it('an upload that is too large is told so, while its sender is still sending', async () => {
  const token = await server.key({ role: 'admin' });
  for (const body of [Buffer.alloc(20_000_000, 'a,b\n1,2\n'), new ReadableStream({ start(sink) { for (let i = 0; i < 20; i++) sink.enqueue(Buffer.alloc(1_000_000, 'a,b\n1,2\n')); sink.close(); } })]) {
    const response = await server.ask('/v1/files/large.csv', { method: 'PUT', token, body, duplex: 'half', headers: { 'content-type': 'text/csv' } } as RequestInit & { duplex: 'half' });
    expect(response.status).toBe(413);
    expect((await jsonOf(response)).code).toBe('server/too-large');
  }
});

it('gives up on a body that never comes to its end', async () => {
  const token = await server.key({ role: 'admin' });
  const answer = await raw(`POST /v1/workspaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name": `);
  expect(answer === '' || /^HTTP\/1\.1 408 /.test(answer)).toBe(true);
});

it('refuses what is no HTTP, and headers without end', async () => {
  expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

it('of X-Forwarded-For only what the proxy in front wrote counts: wrong logins of one address stay those of one', async () => {
  const proxied = await listening({ behindProxy: true, limits: { failedLogins: { perSecond: 0.001, burst: 3 } } });
  const tries = async (address: (i: number) => string) => {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await proxied.ask('/v1/runs', { token: 'shl_wrong', headers: { 'x-forwarded-for': address(i) } })).status);
    return statuses;
  };
  expect(await tries((i) => `10.9.8.${i}, 203.0.113.7`)).toEqual([401, 401, 401, 429, 429]);
  expect(await tries((i) => `203.0.113.7, 198.51.100.${i}`)).toEqual([401, 401, 401, 401, 401]);
  await proxied.close();
});

it('a session that was opened long before the server started is not revived by the start', () => {
  let at = 100;
  const awake = idleLogins(10, () => at);
  expect(awake({ id: 'old', createdAt: 80 })).toBe(false);
  expect(awake({ id: 'new', createdAt: 95 })).toBe(true);
  at = 109;
  expect(awake({ id: 'new', createdAt: 95 })).toBe(true);
  at = 120;
  expect(awake({ id: 'new', createdAt: 95 })).toBe(false);
});

it.each([
  new ShoalError('run/write-failed', { path: '/srv/shoal/exports/a.csv', reason: 'IO Error: Cannot open file "/srv/shoal/exports/a.csv".' }), new ShoalError('store/unavailable', { place: 'ann@/srv/shoal', reason: 'refused.' }),
  new ShoalError('store/damaged', { place: '/srv/shoal/home.sqlite', reason: 'malformed' }), new ShoalError('engine/failed', { step: 'export', reason: 'no /srv/shoal' }),
])('%s: where things lie is told to the log, not to callers', async (failure) => {
  const token = await server.key({ role: 'analyst' });
  const { list } = server.jobs;
  server.jobs.list = () => Promise.reject(failure);
  const response = await server.ask('/v1/jobs', { token });
  server.jobs.list = list;
  const text = await response.text();
  expect(response.status).toBe(failure.status);
  expect(text).toContain(failure.code);
  expect(text).not.toContain('/srv');
  await expect.poll(() => server.logged.at(-1)?.fault).toBe(failure.message);
});

it('logs routes, never what was asked about', async () => {
  const token = await server.key({ role: 'analyst' });
  await server.ask('/v1/search?text=mueller@example.org', { token });
  await server.ask('/v1/entities/mueller%40example.org', { token });
  await server.ask('/v1/mueller');
  const log = JSON.stringify(server.logged);
  expect(log).toContain('/v1/entities/:entity');
  expect(log).not.toMatch(/mueller|example\.org/);
  expect(server.logged.at(-2)).toMatchObject({ level: 'info', method: 'GET', route: '/v1/entities/:entity', status: 404, via: 'key', role: 'analyst', workspace: 'main', request: expect.any(String), ms: expect.any(Number) });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { roles, type Role } from '../domain/role.js';
import { canary, jsonOf, listening, someone, type Listening } from './app.test.fixture.js';
import { contract, type RouteId } from './contract/contract.js';
import type { Route } from './contract/route.js';

const ids = Object.keys(contract) as RouteId[];
const guarded = ids.filter((id) => contract[id].role !== 'anyone');
let server: Listening;
const keys = new Map<string, string>();

beforeAll(async () => {
  server = await listening({ limits: { perCaller: { perSecond: 1e6, burst: 1e6 }, perAddress: { perSecond: 1e6, burst: 1e6 }, failedLogins: { perSecond: 1e6, burst: 1e6 } } });
  for (const role of roles) keys.set(role, await server.key({ role }));
  keys.set('other admin', await server.key({ role: 'admin', workspace: 'other' }));
});
afterAll(() => server.close());

/** Values that are good for a route, so that only rights can refuse it; ids of nothing, so that nothing is destroyed. */
function request(id: RouteId, workspace?: string): { path: string; init: RequestInit & { json?: unknown } } {
  const [method, pattern] = id.split(' ');
  const values: Record<string, string> = { run: 'champion', other: 'champion', segment: 'regulars', entity: method === 'DELETE' ? 'nobody' : canary(workspace ?? 'main'), feature: 'spend', alias: 'challenger', workspace: 'nowhere', file: id.includes('/runs/') ? 'membership.csv' : 'file_0', name: 'a.csv', record: '1', delivery: '1' };
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? 'nothing'));
  const query = { k: '3', format: 'csv', text: 'a', segments: 'regulars', since: '0' };
  const said = new URLSearchParams(Object.entries(query).filter(([name]) => name in (contract[id] as Route).query.shape));
  const bodies: Partial<Record<RouteId, unknown>> = {
    'POST /v1/session': { token: 'none' }, 'POST /v1/workspaces': { name: 'New' }, 'POST /v1/keys': { name: 'k', role: 'viewer' }, 'PATCH /v1/workspaces/:workspace': { name: 'New' },
    'POST /v1/postgres/tables': { url: 'postgres://x/y' }, 'POST /v1/postgres/import': { url: 'postgres://x/y', tables: [{ schema: 'a', table: 'b' }] }, 'POST /v1/inspect': { files: ['f'] }, 'POST /v1/discover': { files: ['f'] }, 'POST /v1/predict': { files: ['f'] },
    'PATCH /v1/runs/:run': { title: 'T' }, 'PUT /v1/aliases/:alias': { run: 'nothing' }, 'POST /v1/aliases/:alias/rollback': {}, 'POST /v1/segments': { name: 'S', rule: { kind: 'feature', feature: 'spend', op: 'known' } },
    'PATCH /v1/segments/:segment': { name: 'N' }, 'POST /v1/segments/:segment/notes': { text: 't' }, 'POST /v1/segments/:segment/decisions': { text: 't', why: 'w' }, 'POST /v1/exports/rule': { rule: { kind: 'feature', feature: 'spend', op: 'known' }, format: 'csv' }, 'POST /v1/exports/table': { name: 'T', format: 'csv', columns: ['a'], rows: [[1]] },
    'POST /v1/rules/preview': { rule: { kind: 'feature', feature: 'spend', op: 'known' } },
    'POST /v1/live/check': { rule: { kind: 'last', source: 'events', op: '<', value: 1, unit: 'days' } }, 'POST /v1/live/segments': { name: 'S', rule: { kind: 'last', source: 'events', op: '<', value: 1, unit: 'days' } }, 'PATCH /v1/live/segments/:segment': { name: 'N' },
    'POST /v1/webhooks': { name: 'W', url: 'https://hooks.example.org/' }, 'PATCH /v1/webhooks/:webhook': { name: 'W' }, 'POST /v1/webhooks/:webhook/replay': { state: 'dead' },
  };
  const route: Route = contract[id];
  return {
    path: `${path}${said.size ? `?${said}` : ''}`,
    init: { method, headers: { ...(workspace && { 'shoal-workspace': workspace }) }, ...(route.takesBytes ? { body: 'a,b\n1,2\n' } : route.body ? { json: bodies[id] ?? {} } : {}) },
  };
}

const ask = async (id: RouteId, token?: string, workspace?: string) => {
  const { path, init } = request(id, workspace);
  const response = await server.ask(path, { ...init, token });
  const text = await (contract[id].answers === 'events' && response.ok ? response.body!.cancel().then(() => '') : response.text());
  return { status: response.status, text };
};
/** What says no to who asks, rather than to what is asked. */
const refusals = [401, 403];

it.each(ids)('%s: nobody without a token, unless it is open to anyone', async (id) => {
  const { status, text } = await ask(id);
  if (contract[id].role === 'anyone') expect(text).not.toContain('Nobody is logged in');
  else expect(status).toBe(401);
});

it.each(ids.flatMap((id) => roles.map((role) => [id, role] as const)))('%s as %s', async (id, role) => {
  const least = contract[id].role;
  const allowed = least === 'anyone' || roles.indexOf(role) >= roles.indexOf(least as Role);
  const { status, text } = await ask(id, keys.get(role));
  if (id === 'POST /v1/session') return expect(status).toBe(401);
  expect(refusals.includes(status), text).toBe(!allowed);
  expect(status, text).toBeLessThan(500);
});

it.each(guarded)('%s: a key of one other route cannot, and one of this route can', async (id) => {
  const elsewhere = await server.key({ only: [id === 'GET /v1/session' ? 'GET /v1/runs' : 'GET /v1/session'] });
  const here = await server.key({ only: [id] });
  expect((await ask(id, elsewhere)).status).toBe(403);
  expect(refusals).not.toContain((await ask(id, here)).status);
});

it.each(guarded)("%s: a key of another workspace reaches nothing of this one, by header, by query or by its own", async (id) => {
  const token = keys.get('other admin');
  const { path, init } = request(id);
  for (const response of [
    await server.ask(path, { ...init, token, headers: { 'shoal-workspace': 'main' } }), await server.ask(`${path}${path.includes('?') ? '&' : '?'}workspace=main`, { ...init, token }),
  ]) {
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain(canary('main'));
  }
  const { path: there, init: given } = request(id, 'other');
  const own = await server.ask(there, { ...given, headers: {}, token });
  expect(await (contract[id].answers === 'events' ? '' : own.text())).not.toContain(canary('main'));
  if ((contract[id] as Route).serverWide) expect(own.status).toBe(403);
});

it('is the workspace of the key that is asked, and no sign of the other is seen', async () => {
  const [bound, all] = [keys.get('other admin'), keys.get('admin')];
  for (const id of ids.filter((one) => one.startsWith('GET') && contract[one].answers !== 'events')) {
    const { path, init } = request(id, 'other');
    const [of, main] = [await server.ask(path, { ...init, token: bound }), await server.ask(request(id, 'main').path, { token: all })];
    expect([of.status, main.status], id).not.toContain(400);
    const facts = async (response: Response) => `${[...response.headers].join('\n')}${await response.text()}`;
    const everywhere = ['GET /v1/session', 'GET /v1/workspaces', 'GET /v1/audit'].includes(id);
    expect(await facts(of), id).not.toContain(canary('main'));
    const shown = await facts(main);
    if (!everywhere) expect(shown, id).not.toContain(canary('other'));
    // There is something to be seen there.
    if (id.startsWith('GET /v1/live/') && !['GET /v1/live/rejected', 'GET /v1/live/removed', 'GET /v1/live/edge.js', 'GET /v1/live/segments/:segment'].includes(id)) expect(shown, id).toContain(canary('main'));
  }
});

it('a key bound to a workspace makes, sees and ends only keys of that workspace', async () => {
  const token = keys.get('other admin');
  const made = await jsonOf(server.ask('/v1/keys', { token, json: { name: 'mine', role: 'viewer' } }));
  expect(made.key.workspace).toBe('other');
  expect((await server.ask('/v1/keys', { token, json: { name: 'theirs', role: 'viewer', workspace: 'main' } })).status).toBe(403);
  const listed = await jsonOf(server.ask('/v1/keys', { token }));
  expect(new Set(listed.map((key: { workspace?: string }) => key.workspace))).toEqual(new Set(['other']));
  const theirs = (await server.home.keys.list()).find((key) => key.workspace === undefined)!;
  expect((await server.ask(`/v1/keys/${theirs.id}`, { token, method: 'DELETE' })).status).toBe(404);
  const { key: ended } = await server.home.keys.create({ name: 'ended', role: 'viewer' }, { actor: 'test' });
  await server.home.keys.revoke(ended.id, { actor: 'test' });
  expect((await server.ask(`/v1/keys/${ended.id}/restore`, { token, method: 'POST' })).status).toBe(404);
  for (const path of ['/v1/audit?of=server', '/v1/exports/audit?format=csv&of=server']) expect((await server.ask(path, { token })).status).toBe(403);
  const { workspaces } = await jsonOf(server.ask('/v1/session', { token }));
  expect(workspaces.map(({ id }: { id: string }) => id)).toEqual(['other']);
});

it('a revoked or unknown key opens nothing, and cannot be told apart', async () => {
  const { key, secret } = await server.home.keys.create({ name: 'gone', role: 'admin' }, { actor: 'test' });
  expect((await server.ask('/v1/runs', { token: secret })).status).toBe(200);
  await server.home.keys.revoke(key.id, { actor: 'test' });
  const [revoked, unknown] = await Promise.all([secret, `shl_${'x'.repeat(43)}`].map(async (token) => jsonOf(server.ask('/v1/runs', { token }))));
  expect({ ...revoked, request: '' }).toEqual({ ...unknown, request: '' });
  expect(revoked.status).toBe(401);
});

it('a key that was revoked by mistake opens what it opened, once it is taken back', async () => {
  const token = keys.get('admin');
  const { key, secret } = await server.home.keys.create({ name: 'mistaken', only: ['GET /v1/runs'] }, { actor: 'test' });
  const opens = async () => (await server.ask('/v1/runs', { token: secret })).status;
  expect((await server.ask(`/v1/keys/${key.id}`, { token, method: 'DELETE' })).status).toBe(204);
  expect(await opens()).toBe(401);
  expect(await jsonOf(server.ask(`/v1/keys/${key.id}/restore`, { token: keys.get('operator'), method: 'POST' }))).toMatchObject({ status: 403 });
  expect(await opens()).toBe(401);
  expect(await jsonOf(server.ask(`/v1/keys/${key.id}/restore`, { token, method: 'POST' }))).toMatchObject({ id: key.id, only: ['GET /v1/runs'] });
  expect(await opens()).toBe(200);
  expect((await server.ask('/v1/segments', { token: secret })).status).toBe(403);
  expect((await server.ask(`/v1/keys/${key.id}/restore`, { token, method: 'POST' })).status).toBe(409);
});

it('viewers see groups, and no person in any of them', async () => {
  const token = keys.get('viewer');
  const { id } = await server.jobs.start('main', 'inspect', { options: { sql: someone('main') } }, { actor: 'test' });
  const failed = await server.jobs.start('main', 'discover', { files: [someone('main')] }, { actor: 'test' });
  server.jobs.finish(id, { result: { run: 'run-of-main', sources: [{ columns: [{ examples: [someone('main')] }] }] }, progress: { stage: 'ingest', note: someone('main'), elapsed: 1 } });
  server.jobs.finish(failed.id, { state: 'failed', problem: { code: 'engine/failed', sentence: `Could not read '${someone('main')}'.` } });
  const paths = ids.filter((one) => one.startsWith('GET /v1/') && contract[one].role === 'viewer' && !one.includes(':job')).map((one) => request(one).path);
  for (const path of [...paths, ...[id, failed.id].flatMap((job) => [`/v1/jobs/${job}`, `/v1/jobs/${job}/events`])]) {
    const response = await server.ask(path, { token });
    expect(`${[...response.headers].join('\n')}${await response.text()}`, path).not.toContain(someone('main'));
  }
  expect(await jsonOf(server.ask(`/v1/jobs/${id}`, { token }))).toMatchObject({ state: 'done', input: {}, result: { run: 'run-of-main' } });
  const preview = await jsonOf(server.ask('/v1/rules/preview', { token, json: { rule: { kind: 'feature', feature: 'spend', op: 'known' } } }));
  expect(preview.sample.rows).toEqual([]);
  const whole = await jsonOf(server.ask('/v1/runs/champion', { token: keys.get('analyst') }));
  expect(whole.map.entity).toEqual([someone('main')]);
  expect(whole.sources[0].columns[0].examples).toEqual([someone('main')]);
  expect((await jsonOf(server.ask(`/v1/jobs/${id}`, { token: keys.get('analyst') }))).input).toEqual({ options: { sql: someone('main') } });
});

it('only who may start a job may resume it', async () => {
  const { jobs } = server;
  const started = async (kind: string, input: Record<string, unknown>) => (await jobs.start('main', kind, input, { actor: 'test' })).id;
  const resumed = async (id: string, token?: string) => (await server.ask(`/v1/jobs/${id}/resume`, { token, method: 'POST' })).status;
  const ids = [await started('import', {}), await started('discover', { promote: true }), await started('discover', { restore: true })];
  for (const id of ids) {
    expect(await resumed(id, keys.get('analyst'))).toBe(403);
    expect(await resumed(id, keys.get('operator'))).toBe(202);
  }
  const resume = 'POST /v1/jobs/:job/resume';
  const only = await server.key({ only: [resume] });
  const both = await server.key({ only: [resume, 'POST /v1/postgres/import'] });
  expect(await Promise.all(ids.map((id) => resumed(id, only)))).toEqual([403, 403, 403]);
  expect(await Promise.all(ids.map((id) => resumed(id, both)))).toEqual([202, 403, 403]);
  expect(await resumed(await started('inspect', {}), keys.get('analyst'))).toBe(202);
});

it('somebody with an odd id can be looked at, though nothing is kept of where they were', async () => {
  for (const id of ['odd\tid', `odd${'x'.repeat(500)}`]) {
    const answer = await server.ask(`/v1/entities/${encodeURIComponent(id)}`, { token: keys.get('analyst') });
    expect(answer.status).toBe(200);
  }
});

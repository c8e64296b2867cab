import { readdir, readFile, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, ProblemError, type Client } from '../src/server/client.js';
import { serverConfig } from '../src/server/config.js';
import { createContext } from '../src/context.js';
import type { LogLine } from '../src/server/log-line.js';
import { serve, type RunningServer } from '../src/server/serve.js';
import { simulate } from '../src/simulate/simulate.js';
import { emptyFolder } from './support/shoal.js';

// One story told to a real server: real store, real jobs in processes of their own, real desks. The tests follow one another.
let folder: string;
let server: RunningServer;
let shoal: Client;
let file: string;
let run: string;
const logged: LogLine[] = [];

beforeAll(async () => {
  folder = await emptyFolder('shoal-server');
  await simulate({ out: join(folder, 'market'), customers: 900, seed: 5, only: ['orders'] }, createContext());
  server = await serve(serverConfig({ data: join(folder, 'data'), port: 0 }, {}), { clock: Date.now, log: (line) => void logged.push(line) });
  const token = /#token=(.+)$/.exec(server.invitation())![1];
  const opened = await fetch(`${server.url}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: server.url }, body: JSON.stringify({ token }) });
  const cookie = opened.headers.get('set-cookie')!.split(';')[0];
  // As a browser has it: the cookie, and the headers that browsers add.
  const browser = createClient({ server: server.url, fetch: (input, init) => fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie, 'sec-fetch-site': 'same-origin' } }) });
  const made = await browser.ask('POST /v1/keys', { body: { name: 'Round trip', role: 'admin', why: 'a test' } });
  shoal = createClient({ server: server.url, token: made.token });
}, 120_000);

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Follows a job to its end. */
async function done(id: string): Promise<Record<string, unknown>> {
  let last;
  for await (last of shoal.follow('GET /v1/jobs/:job/events', { params: { job: id } }));
  expect(last?.problem).toBeUndefined();
  expect(last?.state).toBe('done');
  return last!.result as Record<string, unknown>;
}

it('begins with an empty workspace that says so', async () => {
  expect(await shoal.ask('GET /v1/runs')).toEqual([]);
  expect(await shoal.ask('GET /v1/segments')).toEqual([]);
  await expect(shoal.ask('GET /v1/entities')).rejects.toMatchObject({ problem: { code: 'runs/none', status: 404 } });
  expect((await shoal.ask('GET /v1/session')).actor).toMatchObject({ name: 'Round trip', role: 'admin' });
});

it('takes a file as it comes, under a name that is only a label', async () => {
  const content = await readFile(join(folder, 'market', 'orders.csv'));
  const upload = (name: string) => shoal.ask('PUT /v1/files/:name', { params: { name }, body: new Uint8Array(content) });
  await expect(upload('../../../etc/orders.csv')).rejects.toMatchObject({ problem: { code: 'files/bad-name' } });
  const stored = await upload("Orders' <b>of März.csv");
  expect(stored).toMatchObject({ bytes: content.byteLength, name: "Orders' <b>of März.csv" });
  file = stored.id;
  expect((await shoal.ask('GET /v1/files')).map(({ id }) => id)).toEqual([file]);
});

it('says what the file would be taken for', async () => {
  const job = await shoal.ask('POST /v1/inspect', { body: { files: [file] } });
  const result = await done(job.id);
  expect(result).toHaveProperty('sources');
});

it('finds segments in a process of its own, told as it goes', async () => {
  const job = await shoal.ask('POST /v1/discover', { body: { files: [file], options: { seed: 3, k: 4, title: 'First', value: true } } });
  expect(job.state === 'queued' || job.state === 'running').toBe(true);
  const result = await done(job.id);
  run = result.run as string;
  const [found] = await shoal.ask('GET /v1/runs');
  expect(found).toMatchObject({ id: run, title: 'First', state: 'published', aliases: ['champion'] });
}, 120_000);

it('gives the report, and knows when it is asked for again', async () => {
  const response = await shoal.fetch('GET /v1/runs/:run', { params: { run: 'champion' } });
  const etag = response.headers.get('etag')!;
  const report = await response.json() as { segments: unknown[]; map: { entity: string[] } };
  expect(report.segments).toHaveLength(4);
  const again = await fetch(shoal.address('GET /v1/runs/:run', { params: { run } }), { headers: { authorization: (await bearer()), 'if-none-match': etag } });
  expect(again.status).toBe(304);
});

it('gives what everyone will be worth, as a rule can ask it of each', async () => {
  const worth = await shoal.ask('GET /v1/runs/:run/worth', { params: { run: 'champion' } });
  if (worth.kind !== 'purchases') throw new Error(worth.kind);
  const [segments, { features }, report] = await Promise.all([shoal.ask('GET /v1/segments'), shoal.ask('GET /v1/rules/vocabulary'), shoal.ask('GET /v1/runs/:run', { params: { run } })]);
  expect(worth.segments.map((one) => one?.segment).sort()).toEqual(segments.map(({ id }) => id).sort());
  expect(report.worth).toEqual(worth);
  const names = features.map(({ name }) => name);
  for (const name of worth.features) expect(names).toContain(name);
  const { entities, of } = await shoal.ask('POST /v1/rules/preview', { body: { rule: { kind: 'feature', feature: 'value_expected', op: '>=', value: 0 } } });
  expect([entities, of]).toEqual([worth.all.entities, report.totals.entities]);
});

it('gives everybody on the map as bytes, and a feature as colours', async () => {
  const map = await shoal.fetch('GET /v1/runs/:run/map', { params: { run } });
  const { rows, bounds } = JSON.parse(map.headers.get('shoal-map')!);
  const bytes = await map.arrayBuffer();
  expect(bytes.byteLength).toBe(rows * 10);
  const x = new Float32Array(bytes, 0, rows);
  expect(Math.min(...x)).toBeCloseTo(bounds.x[0], 3);
  const { features } = await shoal.ask('GET /v1/rules/vocabulary');
  const colours = await shoal.fetch('GET /v1/runs/:run/colours/:feature', { params: { run, feature: features[0].name }, query: { bins: 4 } });
  expect((await colours.arrayBuffer()).byteLength).toBe(rows);
  expect(JSON.parse(colours.headers.get('shoal-colours')!).legend.length).toBeLessThanOrEqual(4);
});

it('lists segments with their members, count and list of one snapshot', async () => {
  const segments = await shoal.ask('GET /v1/segments');
  expect(segments).toHaveLength(4);
  expect(segments.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5);
  const [{ id, entities }] = segments;
  const page = await shoal.ask('GET /v1/segments/:segment/members', { params: { segment: id }, query: { limit: 5, sort: '-strength' } });
  expect(page.total).toBe(entities);
  expect(page.rows).toHaveLength(5);
  expect(page.rows[0].strength).toBeGreaterThanOrEqual(page.rows[4].strength);
  const person = await shoal.ask('GET /v1/entities/:entity', { params: { entity: page.rows[0].entity } });
  expect(person).toMatchObject({ entity: page.rows[0].entity, run, segmentName: segments[0].name });
  expect((await shoal.ask('GET /v1/entities/:entity/timeline', { params: { entity: person.entity } })).events.length).toBeGreaterThan(0);
  expect((await shoal.ask('GET /v1/search', { query: { text: person.entity } })).hits[0].entity).toBe(person.entity);
});

it('counts a rule, keeps it as a segment, and counts the same again', async () => {
  const { features } = await shoal.ask('GET /v1/rules/vocabulary');
  const spend = features.find(({ name }) => name === 'spend')!;
  const rule = { all: [{ kind: 'feature', feature: 'spend', op: '>', value: spend.median }, { not: { kind: 'feature', feature: 'spend', op: '>', value: spend.high } }] } as const;
  const preview = await shoal.ask('POST /v1/rules/preview', { body: { rule } });
  expect(preview.entities).toBeGreaterThan(0);
  expect(preview.conditions).toHaveLength(2);
  expect(preview.sample.rows.length).toBeGreaterThan(0);
  expect(preview.sql).toMatch(/SELECT/);
  const made = await shoal.ask('POST /v1/segments', { body: { name: 'Solid spenders', rule } });
  expect(made).toMatchObject({ name: 'Solid spenders', origin: 'ruled', entities: preview.entities });
  const members = await shoal.ask('GET /v1/segments/:segment/members', { params: { segment: made.id } });
  expect(members.total).toBe(preview.entities);
  const { ids, both } = await shoal.ask('GET /v1/segments/overlap');
  expect(both[ids.indexOf(made.id)][ids.indexOf(made.id)]).toBe(preview.entities);
});

it('renames with history, and undoes a removal', async () => {
  const [found, , , , ruled] = await shoal.ask('GET /v1/segments');
  const renamed = await shoal.ask('PATCH /v1/segments/:segment', { params: { segment: found.id }, body: { name: 'Our best', why: 'as sales calls them' } });
  expect(renamed.names.map(({ name }) => name)).toEqual([found.name, 'Our best']);
  expect(renamed.names[1]).toMatchObject({ actor: 'Round trip', by: 'person', reason: 'as sales calls them' });
  await shoal.ask('DELETE /v1/segments/:segment', { params: { segment: ruled.id }, query: { why: 'a mistake' } });
  expect((await shoal.ask('GET /v1/segments')).map(({ id }) => id)).not.toContain(ruled.id);
  expect((await shoal.ask('POST /v1/segments/:segment/restore', { params: { segment: ruled.id } })).entities).toBe(ruled.entities);
  await expect(shoal.ask('DELETE /v1/segments/:segment', { params: { segment: found.id } })).rejects.toThrow('found by a run');
});

it('exports members as files without formulas, and leaves nothing behind', async () => {
  const segments = await shoal.ask('GET /v1/segments');
  for (const format of ['csv', 'json', 'ndjson', 'parquet'] as const) {
    const response = await shoal.fetch('GET /v1/segments/:segment/export', { params: { segment: segments[4].id }, query: { format } });
    expect(response.headers.get('content-disposition')).toMatch(new RegExp(`^attachment; filename="${segments[4].id}\\.${format}"`));
    const bytes = Buffer.from(await response.arrayBuffer());
    if (format === 'csv') expect(bytes.toString().trim().split('\n')).toHaveLength(segments[4].entities + 1);
    if (format === 'json') expect(JSON.parse(bytes.toString())).toHaveLength(segments[4].entities);
    if (format === 'parquet') expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
  }
  expect(await readdir(join(folder, 'data', 'workspaces', 'main', 'exports'))).toEqual([]);
});

it('keeps two runs beside each other: compare, promote, roll back', async () => {
  const second = await done((await shoal.ask('POST /v1/discover', { body: { files: [file], options: { seed: 3, k: 3, title: 'Second' } } })).id);
  await expect(shoal.ask('GET /v1/runs/:run/worth', { params: { run: String(second.run) } })).rejects.toThrow(/was not asked what everyone will be worth/);
  const comparison = await shoal.ask('GET /v1/runs/:run/compare/:other', { params: { run, other: second.run as string } });
  expect(comparison.a.segments).toBe(4);
  expect(comparison.b.segments).toBe(3);
  await shoal.ask('PUT /v1/aliases/:alias', { params: { alias: 'champion' }, body: { run: second.run as string, why: 'simpler' } });
  expect((await shoal.ask('GET /v1/segments')).filter(({ origin }) => origin === 'found')).toHaveLength(3);
  const move = await shoal.ask('POST /v1/aliases/:alias/rollback', { params: { alias: 'champion' }, body: { why: 'sales missed one' } });
  expect(move).toMatchObject({ run, previous: second.run, kind: 'rollback' });
  expect((await shoal.ask('GET /v1/segments')).filter(({ origin }) => origin === 'found')).toHaveLength(4);
  await expect(shoal.ask('DELETE /v1/runs/:run', { params: { run } })).rejects.toBeInstanceOf(ProblemError);
}, 120_000);

it('answers of a run beside the one in use as of that: people, segments, a segment drawn on its map', async () => {
  const beside = (await shoal.ask('GET /v1/runs')).find(({ title }) => title === 'Second')!.id;
  const inRun = { run: beside };
  const page = await shoal.ask('GET /v1/entities', { query: { ...inRun, limit: 3, sort: '-strength' } });
  expect(page.run).toBe(beside);
  const { entity, segment } = page.rows[0];
  const person = await shoal.ask('GET /v1/entities/:entity', { params: { entity }, query: inRun });
  expect(person).toMatchObject({ run: beside, entity, segment });
  expect((await shoal.ask('GET /v1/entities/:entity', { params: { entity } })).run).toBe(run);
  expect((await shoal.ask('GET /v1/search', { query: { ...inRun, text: entity } })).hits[0]).toMatchObject({ entity, segment });
  const found = (await shoal.ask('GET /v1/segments', { query: inRun })).filter(({ origin }) => origin === 'found');
  expect(found.map((one) => one.run)).toEqual([beside, beside, beside]);
  const members = await shoal.ask('GET /v1/segments/:segment/members', { params: { segment: found[0].id }, query: { ...inRun, limit: 1 } });
  expect([members.run, members.total]).toEqual([beside, found[0].entities]);
  await expect(shoal.ask('GET /v1/entities', { query: { run: 'nothing' } })).rejects.toMatchObject({ problem: { code: 'runs/unknown' } });

  const map = await shoal.fetch('GET /v1/runs/:run/map', { params: { run: beside } });
  const { rows } = JSON.parse(map.headers.get('shoal-map')!) as { rows: number };
  const x = new Float32Array(await map.arrayBuffer(), 0, rows);
  const middle = [...x].sort((a, b) => a - b)[rows >> 1];
  const rule = { kind: 'drawn', run: beside, points: [[-1e6, -1e6], [middle, -1e6], [middle, 1e6], [-1e6, 1e6]] } as const;
  const inside = x.filter((value) => value < middle).length;
  const body = { rule: { ...rule, points: rule.points.map(([a, b]): [number, number] => [a, b]) } };
  expect(await shoal.ask('POST /v1/rules/preview', { body })).toMatchObject({ run: beside, entities: inside });
  const drawn = await shoal.ask('POST /v1/segments', { body: { name: 'The left', ...body } });
  expect(drawn).toMatchObject({ origin: 'drawn', run: beside, entities: inside });
  expect((await shoal.ask('GET /v1/segments')).find(({ id }) => id === drawn.id)).toMatchObject({ run: beside, entities: inside });
  expect(await shoal.ask('GET /v1/segments/:segment/members', { params: { segment: drawn.id } })).toMatchObject({ run: beside, total: inside });
  const file = await shoal.fetch('GET /v1/segments/:segment/export', { params: { segment: drawn.id }, query: { format: 'json' } });
  expect(await file.json()).toHaveLength(inside);
});

it('writes everyone, the people of a rule that is not kept, any table and the log as files, and tells of it', async () => {
  const bytesOf = async (response: Promise<Response>) => Buffer.from(await (await response).arrayBuffer());
  const { total, rows } = await shoal.ask('GET /v1/entities', { query: { sort: '-spend', limit: 3 } });
  const everyone = JSON.parse((await bytesOf(shoal.fetch('GET /v1/exports/entities', { query: { format: 'json', sort: '-spend', columns: 'spend,orders' } }))).toString()) as { entity: string }[];
  expect(everyone).toHaveLength(total);
  expect(everyone.slice(0, 3).map(({ entity }) => entity)).toEqual(rows.map(({ entity }) => entity));
  expect(Object.keys(everyone[0]).slice(-2)).toEqual(['spend', 'orders']);

  const rule = { kind: 'feature', feature: 'orders', op: '>=', value: 3 } as const;
  const { entities } = await shoal.ask('POST /v1/rules/preview', { body: { rule } });
  expect((await bytesOf(shoal.fetch('POST /v1/exports/rule', { body: { rule, format: 'csv' } }))).toString().trim().split('\n')).toHaveLength(entities + 1);
  await expect(shoal.fetch('POST /v1/exports/rule', { body: { rule: { ...rule, feature: 'orderz' }, format: 'csv' } })).rejects.toMatchObject({ problem: { code: 'rules/unknown-feature' } });

  const table = { name: 'Über/"all"', columns: ['who', 'n'], rows: [['=cmd()', 1.5], ['b', null]] };
  const csv = await shoal.fetch('POST /v1/exports/table', { body: { ...table, format: 'csv' } });
  expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="-ber-all-\.csv"; filename\*=UTF-8''%C3%9Cber%2F%22all%22\.csv$/);
  expect(await csv.text()).toBe(`"who",n\n"'=cmd()",1.5\n"b",\n`);
  expect((await bytesOf(shoal.fetch('POST /v1/exports/table', { body: { ...table, format: 'parquet' } }))).subarray(0, 4).toString()).toBe('PAR1');

  const log = JSON.parse((await bytesOf(shoal.fetch('GET /v1/exports/audit', { query: { format: 'json' } }))).toString()) as { seq: number; action: string }[];
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => log.length - i));
  const actions = (await shoal.ask('GET /v1/audit', { query: { limit: 6 } })).items.map(({ action, after }) => [action, (after as { rows: number }).rows]);
  expect(actions.slice(0, 5)).toEqual([['audit.export', log.length], ['table.export', 2], ['table.export', 2], ['rule.export', entities], ['run.export', total]]);
  expect(await readdir(join(folder, 'data', 'workspaces', 'main', 'exports'))).toEqual([]);
});

it('names the files of a run: those that place anyone new only where the model is a formula', async () => {
  const filesOf = (of: string) => shoal.ask('GET /v1/runs/:run/files', { params: { run: of } });
  const placed = await done((await shoal.ask('POST /v1/discover', { body: { files: [file], options: { algorithm: 'hdbscan' } } })).id);
  const [formula, neighbours] = [await filesOf(run), await filesOf(placed.run as string)];
  expect(formula).toEqual(expect.arrayContaining(['report.html', 'membership.csv', 'assign.sql', 'assign.js', 'rejected.csv']));
  expect(neighbours).toEqual(formula.filter((name) => !name.startsWith('assign')));
}, 120_000);

it('has written down who did what, and can prove it', async () => {
  const { items } = await shoal.ask('GET /v1/audit', { query: { limit: 500 } });
  const actions = items.map(({ action }) => action);
  for (const action of ['segment.rename', 'segment.create', 'segment.remove', 'segment.restore', 'segment.export', 'run.publish']) expect(actions).toContain(action);
  expect(items.find(({ action }) => action === 'segment.rename')).toMatchObject({ actor: 'Round trip', reason: 'as sales calls them', request: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect((await shoal.ask('GET /v1/audit/verify')).fault).toBeUndefined();
  expect((await shoal.ask('GET /v1/audit/verify', { query: { of: 'server' } })).fault).toBeUndefined();
});

it('is watched: figures by route, and logs without a word of anybody', async () => {
  const figures = await (await shoal.fetch('GET /metrics')).text();
  expect(figures).toMatch(/shoal_requests_total\{route="\/v1\/entities\/:entity",method="GET",status="200"\} \d/);
  expect(figures).toMatch(/nodejs_eventloop_lag_seconds/);
  const page = await shoal.ask('GET /v1/entities', { query: { limit: 20 } });
  const log = JSON.stringify(logged);
  for (const { entity } of page.rows) expect(log).not.toContain(`"${entity}"`);
  expect(logged.every(({ level }) => level === 'info')).toBe(true);
});

it('answers compressed where that is read', async () => {
  const authorization = await bearer();
  const response = await new Promise<IncomingMessage>((resolve, reject) => get(`${server.url}/v1/runs/champion`, { headers: { authorization, 'accept-encoding': 'gzip' } }, resolve).on('error', reject));
  const body = Buffer.concat(await response.toArray());
  expect(response.headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(body).toString()).segments).toHaveLength(4);
});

async function bearer(): Promise<string> {
  const made = await shoal.ask('POST /v1/keys', { body: { name: 'Other', role: 'analyst' } });
  return `Bearer ${made.token}`;
}

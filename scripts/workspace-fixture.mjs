// A stand-in for the server until it is there: answers the read routes of the contract from a run's folder, keeps changes in memory.
// node scripts/workspace-fixture.mjs <run folder> [port] [--empty]
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { root } from './run.mjs';

const [folder = 'shoal-demo/shoal-out', port = '7499', ...flags] = process.argv.slice(2);
const ui = join(root, 'dist/ui/workspace');
const report = JSON.parse(readFileSync(join(folder, 'segments.json'), 'utf8'));
const DAY = 86_400_000;
const now = Date.now();
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const runRow = (id, at, aliases, more = {}) => ({
  id, title: report.title, state: 'published', begunAt: at - 15_000, begunBy: 'admin', endedAt: at, input: { files: ['orders'] }, aliases,
  summary: {
    headline: report.headline, entities: report.totals.entities, segments: report.segments.length, asOf: report.run.asOf, seed: 1, version: report.run.version, algorithm: 'k-means',
    kind: report.choice.verdict === 'segments' ? 'found' : 'convenience', fingerprint: 'f00d', metrics: { 'prediction strength': 0.93, revenue: report.totals.revenue, stability: 0.95, fidelity: 0.9 }, ...more,
  },
});
const empty = flags.includes('--empty');
const runs = empty ? [] : [runRow('run-b', now - 3_600_000, ['champion']), runRow('run-a', now - 30 * DAY, [], { segments: 6 })];
const files = empty ? [] : report.sources.map((s, i) => ({ id: `file-${i}`, name: s.path.split('/').at(-1), bytes: 1_234_567 * (i + 1), added: now - DAY, format: 'text', gzipped: false, fingerprint: '0123456789abcdef', origin: 'demo' }));
const jobs = [];
const workspaces = [{ id: 'main', name: 'Main', created: now - 90 * DAY, runs: 2 }, { id: 'client-b', name: 'Client B', created: now - 9 * DAY, runs: 0 }];
const keys = [{ id: 'key-1', name: 'admin', role: 'admin', created: now - 90 * DAY, lastUsed: now }, { id: 'key-2', name: 'Website', only: ['GET /v1/entities/:entity'], workspace: 'main', created: now - 5 * DAY, expires: now + 25 * DAY }];
const moves = [{ alias: 'champion', to: 'run-b', from: 'run-a', at: now - 3_600_000, by: 'admin', reason: 'fresh data' }];
let signedIn = true;

const segmentRow = (s) => ({
  id: s.id, name: s.name, origin: 'found', entities: s.entities, share: s.share, revenue: s.revenue, revenueShare: s.revenueShare, segment: s.segment, run: 'run-b', asOf: report.run.asOf,
  stability: s.stability.jaccard, goal: s.brief.goal, since: now - 30 * DAY, entered: 120, left: 80,
  trend: [0.9, 1].map((f, i) => ({ run: runs[1 - i]?.id, at: now - (1 - i) * 30 * DAY, entities: Math.round(s.entities * f), share: s.share * f, revenueShare: s.revenueShare })),
});

const routes = {
  'POST /v1/session': () => ((signedIn = true), session()),
  'GET /v1/session': () => (signedIn ? session() : problem(401, 'auth/no-token', 'There is no session here. Open the address that “shoal serve” printed.')),
  'DELETE /v1/session': () => ((signedIn = false), undefined),
  'GET /v1/workspaces': () => workspaces,
  'GET /v1/keys': () => keys,
  'POST /v1/keys': (p, body) => { const key = { id: `key-${keys.length + 1}`, created: Date.now(), ...body, token: `shl_${'x'.repeat(40)}` }; keys.push(key); return key; },
  'DELETE /v1/keys/:key': (p) => { keys.find((k) => k.id === p.key).revoked = Date.now(); },
  'GET /v1/files': () => files.filter((f) => !f.removed),
  'PUT /v1/files/:name': (p, body) => { const file = { id: `file-${files.length}`, name: p.name, bytes: body.length, added: Date.now(), format: 'text', gzipped: false, fingerprint: '0123456789abcdef', origin: 'upload' }; files.unshift(file); return file; },
  'DELETE /v1/files/:file': (p) => { files.find((f) => f.id === p.file).removed = true; },
  'POST /v1/files/:file/restore': (p) => { const file = files.find((f) => f.id === p.file); delete file.removed; return file; },
  'POST /v1/inspect': (p, body) => start('inspect', body, 3000, { config: { files: [], options: {}, comments: {}, notes: [] }, sources: report.sources, entity: { word: report.entityWord, count: report.totals.entities } }),
  'POST /v1/discover': (p, body) => start('discover', body, 12_000, { run: 'run-b' }),
  'GET /v1/jobs': () => jobs,
  'GET /v1/jobs/:job': (p) => jobs.find((j) => j.id === p.job),
  'DELETE /v1/jobs/:job': (p) => Object.assign(jobs.find((j) => j.id === p.job), { state: 'cancelled', ended: Date.now() }),
  'GET /v1/runs': () => runs.filter((r) => !r.removedAt),
  'PATCH /v1/runs/:run': (p, body) => Object.assign(runs.find((r) => r.id === p.run), { title: body.title }),
  'DELETE /v1/runs/:run': (p) => { runs.find((r) => r.id === p.run).removedAt = Date.now(); },
  'POST /v1/runs/:run/restore': (p) => { const run = runs.find((r) => r.id === p.run); delete run.removedAt; return run; },
  'GET /v1/runs/:run': () => report,
  'GET /v1/runs/:run/tree': () => report.tree ?? null,
  'GET /v1/aliases': () => ({ champion: runs.find((r) => r.aliases.includes('champion'))?.id, history: moves }),
  'PUT /v1/aliases/:alias': (p, body) => { for (const run of runs) run.aliases = run.id === body.run ? [p.alias] : []; moves.unshift({ alias: p.alias, to: body.run, at: Date.now(), by: 'admin', reason: body.why }); return moves[0]; },
  'GET /v1/segments': () => (empty ? [] : report.segments.map(segmentRow)),
  'GET /v1/segments/:segment': (p) => {
    const s = report.segments.find((x) => x.id === p.segment);
    if (!s) return problem(404, 'segments/unknown', `There is no segment “${p.segment}” here.`);
    return { ...segmentRow(s), names: [{ name: s.name, at: now - 30 * DAY, by: 'shoal' }], notes: [], decisions: [], movements: [{ run: 'run-b', at: now, entered: 120, left: 80, reasons: [{ reason: 'ordered again', entities: 60 }] }] };
  },
  'GET /v1/audit': () => [{ seq: 2, at: now, actor: 'admin', action: 'alias.move', subject: 'champion', reason: 'fresh data', hash: 'ab12' }, { seq: 1, at: now - DAY, actor: 'admin', action: 'run.publish', subject: 'run-b', hash: 'cd34' }],
  'GET /v1/audit/verify': () => ({ entries: 2, head: 'ab12', intact: true }),
  'GET /v1/runs/:run/map': () => {
    const { x, y, segment, method } = report.map;
    const bounds = [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
    return { bytes: Buffer.concat([Buffer.from(Float32Array.from(x).buffer), Buffer.from(Float32Array.from(y).buffer), Buffer.from(Int16Array.from(segment).buffer)]), headers: { 'shoal-map': JSON.stringify({ rows: x.length, bounds, method }) } };
  },
};
const session = () => ({ actor: { name: 'admin', role: 'admin' }, workspace: 'main', workspaces: workspaces.map(({ id, name }) => ({ id, name })), version: report.run.version });
const problem = (status, code, detail) => ({ refused: { type: 'about:blank', title: 'No', status, detail, code } });

function start(kind, input, length, result) {
  const job = { id: `job-${jobs.length + 1}`, workspace: 'main', kind, input, state: 'running', by: 'admin', attempts: 1, created: Date.now(), started: Date.now() };
  jobs.unshift(job);
  const stages = ['ingest', 'featurize', 'choose', 'segment', 'explain', 'write'];
  const timer = setInterval(() => {
    const elapsed = Date.now() - job.started;
    if (job.state !== 'running') return clearInterval(timer);
    Object.assign(job, { progress: { stage: stages[Math.min(5, Math.floor((elapsed / length) * 6))], elapsed, remaining: Math.max(0, length - elapsed) } });
    if (elapsed >= length) Object.assign(job, { state: 'done', ended: Date.now(), result });
  }, 200);
  return job;
}

const table = Object.entries(routes).map(([route, answer]) => {
  const [method, path] = route.split(' ');
  return { method, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), answer };
});

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
  const events = pathname.match(/^\/v1\/jobs\/([^/]+)\/events$/);
  if (events) return follow(response, jobs.find((j) => j.id === events[1]));
  const found = table.filter((t) => t.method === request.method).map((t) => ({ ...t, match: pathname.match(t.pattern) })).find((t) => t.match);
  if (found) return answer(request, response, found);
  if (pathname.startsWith('/v1/')) return json(response, 404, problem(404, 'server/no-route', `The stand-in has no answer for ${request.method} ${pathname}.`).refused);
  const file = join(ui, /\.\w+$/.test(pathname) && existsSync(join(ui, pathname)) ? pathname : 'workspace.html');
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY });
  createReadStream(file).pipe(response);
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));

async function answer(request, response, { match, answer: give }) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const params = Object.fromEntries(Object.entries(match.groups ?? {}).map(([k, v]) => [k, decodeURIComponent(v)]));
  const given = give(params, request.headers['content-type'] === 'application/json' && body.length ? JSON.parse(body) : body);
  if (given === undefined) return response.writeHead(204).end();
  if (given?.bytes) return response.writeHead(200, { 'content-type': 'application/octet-stream', ...given.headers }).end(given.bytes);
  json(response, given?.refused?.status ?? 200, given?.refused ?? given);
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function follow(response, job) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => {
    response.write(`data: ${JSON.stringify(job)}\n\n`);
    if (job.state !== 'running') response.end();
  }, 250);
  response.on('close', () => clearInterval(timer));
}

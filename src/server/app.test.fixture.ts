import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identifier } from '../domain/event.js';
import type { Job } from '../domain/job.js';
import type { Role } from '../domain/role.js';
import type { Rule } from '../domain/rule.js';
import { ShoalError } from '../errors.js';
import { openStore } from '../store/catalog.js';
import type { By } from '../store/store.js';
import { createApp, type AppOptions } from './app.js';
import type { LogLine } from './log-line.js';
import { serverConfig } from './config.js';
import type { Desk } from './desk/desk.js';
import type { Jobs } from './jobs/jobs.js';
import { createEgress } from '../util/egress/egress.js';
import type { LiveThread } from './live/thread.js';
import { createLoginTokens } from './login-tokens.js';
import { memoryIntake } from './track/memory-intake.test.fixture.js';
import type { Intake } from './track/tracking.js';
import { openSending } from './webhooks.js';
import { openWorkspaces, type Workspaces } from './workspaces.js';

/** Stands in every text that a workspace holds, so that a test sees where it should not have got to. */
export const canary = (workspace: string) => `canary-of-${workspace}`;

/** Stands wherever a workspace speaks of a single person. */
export const someone = (workspace: string) => `someone@${workspace}.example`;

/** The JSON of an answer, unchecked. */
export const jsonOf = async (response: Promise<Response> | Response) => JSON.parse(await (await response).text());

export const by: By = { actor: 'test' };

/**
 * A listening server over a real store in a folder of its own, with two workspaces ('main' and 'other') that hold a run each; jobs and desks are stand-ins that answer at once. Close
 * it when done.
 */
export async function listening(options: AppOptions & { readonly clock?: () => number; readonly intake?: Intake } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-app-'));
  const clock = options.clock ?? Date.now;
  const home = await openStore(folder, { clock });
  const workspaces = openWorkspaces({ home, folder, limits: serverConfig({}, {}).files, clock, desk: (runs) => fakeDesk(runs.includes('other') ? 'other' : 'main'), live: fakeLive, sending: (of) => openSending({ ...of, egress: { send: async () => ({ status: 200, ms: 1 }), fault: createEgress().fault }, clock }), removing: async () => {}, restored: async () => {} });
  const loginTokens = createLoginTokens(clock);
  const jobs = fakeJobs();
  for (const id of ['main', 'other']) await furnish(workspaces, id);
  const logged: LogLine[] = [];
  const intake = options.intake ?? memoryIntake();
  const app = await createApp({ home, workspaces, jobs, intake, loginTokens, clock, version: '0.0.0', tablesOf: async () => [{ schema: 'public', table: 'orders', rows: 3 }] }, {
    log: (line) => void logged.push(line), checkAnswers: true, ...options,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const server = `http://127.0.0.1:${port}`;
  const key = async (given: { readonly role?: Role; readonly only?: readonly string[]; readonly workspace?: string }) => (await home.keys.create({ name: given.role ?? 'only', ...given }, by)).secret;
  return {
    app, home, workspaces, jobs, loginTokens, logged, server, port, key, folder,
    /** Asks with what the test says and nothing else. */
    ask: (path: string, init: RequestInit & { readonly token?: string; readonly json?: unknown } = {}) => {
      const { token, json, ...rest } = init;
      return fetch(`${server}${path}`, {
        redirect: 'manual', ...rest, ...(json !== undefined && { body: JSON.stringify(json), method: rest.method ?? 'POST' }),
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(json !== undefined && { 'content-type': 'application/json' }), ...(rest.headers as Record<string, string>) },
      });
    },
    async close() {
      await app.close();
      await workspaces.close();
      await home.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Listening = Awaited<ReturnType<typeof listening>>;

async function furnish(workspaces: Workspaces, id: string): Promise<void> {
  await workspaces.create({ id, name: canary(id) }, by);
  const { store, runFolder, files } = await workspaces.open(id);
  await files.add(`${canary(id)}.csv`, (async function* () { yield Buffer.from('customer,amount\na,1\nb,2\n'); })(), by);
  const run = `run-of-${id}`;
  await mkdir(runFolder(run), { recursive: true });
  await writeFile(join(runFolder(run), 'segments.json'), JSON.stringify(reportOf(id)));
  await writeFile(join(runFolder(run), 'membership.csv'), `entity,segment\n${canary(id)},0\n`);
  await store.runs.begin({ id: run, title: canary(id), input: { files: [] } }, by);
  await store.transitions.append(run, [{ entity: canary(id), at: 1, to: 'regulars', reason: canary(id) }], by);
  await store.runs.publish(run, {
    summary: { headline: canary(id), entities: 100, segments: 1, asOf: 1, seed: 1, version: '0', algorithm: 'k-means', kind: 'found', fingerprint: 'f', metrics: { revenue: 1000 } },
    segments: [{ id: 'regulars', segment: 0, name: canary(id), entities: 60, share: 0.6, revenue: 700, stability: 0.9 }],
  }, by);
  await store.aliases.move('champion', run, by);
  const rule = { kind: 'feature', feature: 'spend', op: '>', value: 3 };
  await store.segments.create({ origin: 'ruled', name: `spenders ${canary(id)}`, rule, words: canary(id), entities: 5, run }, by);
  await store.webhooks.create({ name: canary(id), url: `https://hooks.example.org/${canary(id)}`, segments: null, types: null, cursor: 0 }, by);
  await store.segments.create({ origin: 'live', name: canary(id), rule: seen, words: canary(id) }, by);
  await store.notes.add({ about: { kind: 'segment', id: 'regulars' }, text: canary(id) }, by);
  await store.decisions.record({ about: { kind: 'segment', id: 'regulars' }, text: canary(id) }, { ...by, reason: 'because' });
}

function reportOf(id: string) {
  const profile = { segment: 0, id: 'regulars', name: canary(id), typical: [{ entity: someone(id), strength: 1, values: {} }], revenueShare: 0.7, brief: { goal: 'reward' } };
  const column = { name: 'email', type: 'string', role: 'entity', reason: 'named like an id', distinct: 1, missing: 0, min: someone(id), max: someone(id), examples: [someone(id)] };
  const source = { name: 'orders', columns: [column], audit: { rowsIn: 1, rowsKept: 1, rowsRejected: 0, rejected: [], findings: [{ kind: 'mixed-format', rows: 0, sentence: `Such as '${someone(id)}'.` }] } };
  return { title: canary(id), run: { id: `run-of-${id}` }, segments: [profile], map: { entity: [someone(id)] }, sources: [source], tree: { leaves: 1, segments: [] } };
}

/** Answers every question at once with something of the right kind. */
function fakeDesk(id: string): Desk {
  const page = { total: 1, offset: 0, columns: [], rows: [{ row: 0, entity: canary(id), segment: 0, strength: 1, tier: -1, values: [] }] };
  const answers: Record<string, (...args: never[]) => unknown> = {
    map: () => ({ rows: 2, x: Float32Array.of(1, 2), y: Float32Array.of(3, 4), segment: Int16Array.of(0, -1), bounds: { x: [1, 2], y: [3, 4] }, method: 'linear discriminants' }),
    colours: (_: string, feature: string) => ({ feature, title: `${feature} – £`, bins: Uint8Array.of(0, 255), edges: [0, 1], legend: ['£0 to £1'], counts: [1], missing: 1 }),
    distribution: (_: string, feature: string) => ({ feature, edges: [0, 1], log: false, everyone: [1], segments: [[1]] }),
    ready: () => undefined, usual: () => ({}),
    whatIf: (_: string, k = 6) => ({ k, segments: [], agreement: 1, silhouette: 0.5, flows: [] }),
    levels: () => ({ levels: [], tree: { merges: [], heights: [] } }),
    tree: () => undefined, compareRuns: () => ({ verdict: canary(id) }), page: () => page,
    search: () => ({ total: 1, hits: [{ row: 0, entity: canary(id), segment: 0 }] }),
    entity(_: string, entity: string) {
      if (entity !== canary(id) && !entity.startsWith('odd')) throw new ShoalError('explain/unknown-entity', { id: entity });
      return { entity, row: 0, segment: 0, segmentName: 'Regulars', alternatives: [], strength: 1 };
    },
    timeline: (_: string, entity: string) => ({ entity, total: 0, events: [] }),
    overlap: (_: string, groups: readonly unknown[]) => ({ names: ['a'], sizes: groups.map(() => 1), both: groups.map(() => [1]), jaccard: groups.map(() => [1]) }),
    compare: () => ({ names: ['a', 'b'], sizes: [1, 1], features: [] }),
    async export(...[, , , path]: unknown[]) {
      await writeFile(path as string, `entity\n${canary(id)}\n`);
      return { path, rows: 1, bytes: 10, mediaType: 'text/csv; charset=utf-8' };
    },
    async table(heads: readonly { readonly name: string }[], lines: string, _format: string, path: string) {
      const rows = (await readFile(lines, 'utf8')).split('\n').length - 1;
      await writeFile(path, `${heads.map(({ name }) => name).join()}\n`);
      return { path, rows, bytes: 10, mediaType: 'text/csv; charset=utf-8' };
    },
    vocabulary: () => ({ asOf: 1, features: [], segments: [{ id: 'regulars', name: 'old name' }], sources: [] }),
    ruleMembers(_: string, { feature }: { readonly feature?: string }) {
      if (feature === 'of another run') throw new ShoalError('rules/unknown-feature', { name: feature });
      return Uint32Array.of(1);
    },
    ruleBelongs: () => [true],
    ruleMeasure: () => ({ entities: 4, share: 0.04, revenueShare: 0.1, words: 'Customers with spend over 3.', sql: 'SELECT entity' }),
    rulePreview: (_run: string, _rule: unknown, { sample }: { sample: number }) => ({
      entities: 4, of: 100, share: 0.04, conditions: [], overlap: [], sample: { ...page, rows: page.rows.slice(0, sample) }, words: 'w', outline: [], sql: 's',
    }),
  };
  return { ask: async (name: string, _: unknown, ...args: unknown[]) => answers[name](...(args as never[])), close: async () => {} } as unknown as Desk;
}

const seen: Rule = { kind: 'performed', source: 'events', where: [], op: '>=', value: 1 };

/** A live side where one person did one thing, is in every segment, and was joined with themselves. */
function fakeLive(id: string): LiveThread {
  const entity = canary(id), at = 1;
  const identifiers = [{ type: 'user', value: entity }];
  const segments = [...['regulars', `live.${canary(id)}`].map((segment) => ({ segment, rule: seen })), { segment: 'found', rule: { kind: 'segment', segment: 'found' } }].map((one) => ({ ...one, name: canary(id), version: 1, state: 'live', members: 1, words: canary(id) }));
  const known = (segment: string) => segments.some((one) => one.segment === segment) || Promise.reject(new ShoalError('live/unknown-segment', { id: segment }));
  const isThey = ({ value }: Identifier) => value === entity;
  const change = { n: 1, entity, segment: 'regulars', version: 1, direction: 'entered', at, seq: 1, reason: canary(id), sequence: 1 };
  const merge = { seq: 1, at, one: identifiers[0], other: identifiers[0], entity, undone: false };
  const answers = {
    waiting: 0, accept: async (events: readonly unknown[]) => events.map(() => 'accepted' as const), status: async () => ({ seq: 1, applied: 1, clock: at, entities: 1, segments: 3, changes: 1, duplicates: 0 }),
    vocabulary: async () => ({ run: 'live', entityWord: { one: 'customer', many: 'customers' }, features: [], segments: [{ id: 'regulars', name: canary(id) }], sources: [] }), check: async () => 'Customers with something.', segments: async () => segments,
    changes: async (after: number) => [change].filter(({ n }) => n > after), cameAndWent: async (segment: string) => (await known(segment), { since: 0, entered: 1, left: 0, hours: [{ at: 0, entered: 1, left: 0 }], last: [change] }),
    recent: async () => [{ seq: 1, clock: at, entry: { kind: 'event', event: { id: 'm', kind: 'track', name: 'Viewed', at, received: at, identifiers, payload: {} } } }], merges: async () => [merge],
    entity: async (asked: Identifier) => (isThey(asked) ? { id: entity, identifiers, traits: { email: someone(id) }, features: {}, memberships: [], events: 1, asOf: at, seq: 1 } : undefined),
    why: async (asked: Identifier, segment: string) => (await known(segment), isThey(asked) ? { entity, segment, member: true, words: canary(id), conditions: [] } : undefined),
    members: async (segment: string) => (await known(segment), { asOf: at, seq: 1, total: 1, items: [{ entity, since: at }] }),
    erase: async () => ({ identifiers: 1, events: 1, record: 1, told: 0 }), news: () => () => {}, retire: async () => {}, close: async () => {}, define: async () => ({ state: 'live' }), unmerge: async (seq: number) => { throw new ShoalError('live/unknown-merge', { seq }); },
  };
  return answers as unknown as LiveThread;
}

/** Jobs that are as the test says: started ones stay at work until `finish`. */
function fakeJobs(): Jobs & { finish(id: string, end?: Partial<Job>): void } {
  const all = new Map<string, Job>();
  const listeners = new Set<() => void>();
  const known = (workspace: string, id: string): Job => {
    const job = all.get(id);
    if (!job || job.workspace !== workspace) throw new ShoalError('jobs/unknown', { id: id.slice(0, 60) });
    return job;
  };
  const put = (job: Job): Job => {
    all.set(job.id, job);
    for (const listener of [...listeners]) listener();
    return job;
  };
  return {
    start: async (workspace, kind, input, { actor }) => put({ id: `job-${all.size + 1}`, workspace, kind, input: input as Job['input'], state: 'running', by: actor, attempts: 1, created: 1, progress: { stage: 'ingest', elapsed: 1 } }),
    get: async (workspace, id) => known(workspace, id),
    list: async (workspace) => [...all.values()].filter((job) => job.workspace === workspace),
    async *watch(workspace, id, signal) {
      for (;;) {
        const job = known(workspace, id);
        yield job;
        if (job.state !== 'running' || signal?.aborted) return;
        await new Promise<void>((resolve) => {
          const go = () => (listeners.delete(go), resolve());
          listeners.add(go);
          signal?.addEventListener('abort', go, { once: true });
        });
        if (signal?.aborted) return;
      }
    },
    async *watchAll() {},
    cancel: async (workspace, id) => put({ ...known(workspace, id), state: 'cancelled' }),
    resume: async (workspace, id) => put({ ...known(workspace, id), state: 'running', attempts: 2 }),
    recover: async () => {},
    cancelAll: async () => {},
    counts: () => ({ queued: 0, running: [...all.values()].filter(({ state }) => state === 'running').length }),
    close: async () => {},
    finish: (id, end = {}) => void put({ ...all.get(id)!, state: 'done', result: {}, ...end }),
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasEnded, type Job } from '../../domain/job.js';
import { openStore } from '../../store/catalog.js';
import type { HomeStore } from '../../store/store.js';
import type { OpenWorkspace } from '../workspaces.js';
import { fakeKinds } from './fake.test.fixture.js';
import { openJobs, type Jobs, type JobsOptions } from './jobs.js';

const entry = fileURLToPath(new URL('../../../dist/server/jobs/fake.test.fixture.js', import.meta.url));
const by = { actor: 'test' };
const clock = () => Math.round(performance.timeOrigin + performance.now());
let home: HomeStore;
const opened: Jobs[] = [];
beforeAll(async () => {
  home = await openStore(await mkdtemp(join(tmpdir(), 'shoal-jobs-')), { clock });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
});
afterAll(() => home.close());

/** A server's jobs over records that outlive it, in two new workspaces. */
let count = 0;
async function server({ names, ...options }: Partial<JobsOptions> & { names?: { main: string; other: string } } = {}) {
  const spaces = names ?? { main: `main-${++count}`, other: `other-${count}` };
  if (!names) for (const id of Object.values(spaces)) await home.workspaces.create({ id, name: id }, by);
  const open = async (workspace: string) => ({ store: await home.open(workspace) }) as unknown as OpenWorkspace;
  const jobs = openJobs({ kinds: fakeKinds, entry, open, clock, threads: 1, memory: 2 ** 30, grace: 200, ...options });
  opened.push(jobs);
  return { jobs, ...spaces };
}

/** The job as soon as something holds of it. */
async function when(jobs: Jobs, workspace: string, id: string, holds: (job: Job) => boolean): Promise<Job> {
  for await (const job of jobs.watch(workspace, id)) if (holds(job)) return job;
  throw new Error('it ended before');
}
const ended = (jobs: Jobs, workspace: string, id: string) => when(jobs, workspace, id, ({ state }) => hasEnded(state));
const under = (stage: string) => (job: Job) => job.state === 'running' && job.progress?.stage === stage;
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('jobs', () => {
  it('runs a job in a process of its own and tells every state on the way', async () => {
    const { jobs, main } = await server();
    const job = await jobs.start(main, 'echo', { what: 'hello' }, by);
    expect(job).toMatchObject({ kind: 'echo', workspace: main, state: 'queued', by: 'test', attempts: 0, input: { what: 'hello', bytes: 0 } });
    const done = await ended(jobs, main, job.id);
    expect(done).toMatchObject({ state: 'done', attempts: 1, result: { said: 'hello', timings: [['echo', expect.any(Number)], ['publish', expect.any(Number)]] } });
    expect(done.result!['pid']).not.toBe(process.pid);
    expect(alive(done.result!['pid'] as number)).toBe(false);
    expect(await jobs.get(main, job.id)).toEqual(done);
    expect(await jobs.list(main)).toEqual([done]);
  });

  it('refuses kinds and options that do not exist, and records nothing of them', async () => {
    const { jobs, main } = await server();
    await expect(jobs.start(main, 'toString', {}, by)).rejects.toMatchObject({ code: 'jobs/unknown-kind' });
    await expect(jobs.start(main, 'echo', { wat: 1 }, by)).rejects.toMatchObject({ code: 'config/invalid', message: expect.stringContaining("Did you mean 'what'?") });
    await expect(jobs.get(main, 'job_x')).rejects.toMatchObject({ code: 'jobs/unknown' });
    await expect(async () => { for await (const _ of jobs.watch(main, 'job_x')); }).rejects.toMatchObject({ code: 'jobs/unknown' });
    expect(await jobs.list(main)).toEqual([]);
  });

  it('runs one heavy job at a time, in order, whatever workspace they are of, and light ones beside', async () => {
    const { jobs, main, other } = await server();
    const first = await jobs.start(main, 'hold', {}, by);
    await when(jobs, main, first.id, under('holding'));
    const second = await jobs.start(other, 'echo', { what: '2' }, by);
    const third = await jobs.start(main, 'echo', { what: '3' }, by);
    expect([second.ahead, third.ahead]).toEqual([0, 1]);
    const light = await jobs.start(main, 'quick', { what: 'light' }, by);
    expect(await ended(jobs, main, light.id)).toMatchObject({ state: 'done' });
    expect(jobs.counts()).toEqual({ queued: 2, running: 1 });
    expect(await jobs.get(main, third.id)).toMatchObject({ state: 'queued', ahead: 1 });
    await jobs.cancel(main, first.id, by);
    const last = await ended(jobs, main, third.id);
    const before = await jobs.get(other, second.id);
    expect(before).toMatchObject({ state: 'done', result: { said: '2' } });
    expect(before.ended).toBeLessThanOrEqual(last.started!);
    await expect(jobs.get(main, second.id)).rejects.toMatchObject({ code: 'jobs/unknown' });
  });

  it('never runs two heavy jobs at once, however they come', async () => {
    const { jobs, main } = await server();
    let most = 0;
    const one = async () => {
      const { id } = await jobs.start(main, 'echo', {}, by);
      for await (const { state } of jobs.watch(main, id)) {
        most = Math.max(most, (await jobs.list(main)).filter((job) => job.state === 'running').length);
        if (hasEnded(state)) return;
      }
    };
    // Each begins the next as soon as it hears that it has ended.
    await Promise.all([1, 2, 3].map(async () => { for (let i = 0; i < 4; i++) await one(); }));
    expect(most).toBe(1);
    expect(jobs.counts()).toEqual({ queued: 0, running: 0 });
  });

  it('lets only so many wait', async () => {
    const { jobs, main, other } = await server();
    for (let i = 0; i < 51; i++) await jobs.start(main, 'hold', {}, by);
    await expect(jobs.start(main, 'echo', {}, by)).rejects.toMatchObject({ code: 'jobs/too-many', status: 429 });
    await jobs.start(other, 'echo', {}, by);
    await jobs.cancelAll(main, by);
    expect((await jobs.list(main)).every(({ state }) => state === 'cancelled')).toBe(true);
  });

  it('takes what somebody has a right to however many wait, and lets nobody cancel it', async () => {
    const { jobs, main } = await server();
    for (let i = 0; i < 51; i++) await jobs.start(main, 'hold', {}, by);
    const { id } = await jobs.start(main, 'owed', { what: 'theirs' }, by);
    await expect(jobs.cancel(main, id, by)).rejects.toMatchObject({ code: 'jobs/owed', status: 409 });
    for (const job of await jobs.list(main)) if (job.kind === 'hold') await jobs.cancel(main, job.id, by);
    expect(await ended(jobs, main, id)).toMatchObject({ state: 'done', result: { said: 'theirs' } });
    expect(await jobs.cancel(main, id, by)).toMatchObject({ state: 'done' });
  });

  it('cancels what waits, what runs, and what does not listen', async () => {
    const { jobs, main } = await server();
    const held = await jobs.start(main, 'hold', {}, by);
    const queued = await jobs.start(main, 'echo', {}, by);
    expect(await jobs.cancel(main, queued.id, by)).toMatchObject({ state: 'cancelled', attempts: 0 });
    const { progress } = await when(jobs, main, held.id, under('holding'));
    expect(await jobs.cancel(main, held.id, by)).toMatchObject({ state: 'cancelled' });
    expect(alive(Number(progress!.note))).toBe(false);
    const stubborn = await jobs.start(main, 'stubborn', {}, by);
    const computing = await when(jobs, main, stubborn.id, under('computing'));
    expect(await jobs.cancel(main, stubborn.id, by)).toMatchObject({ state: 'cancelled' });
    expect(alive(Number(computing.progress!.note))).toBe(false);
    expect(await jobs.cancel(main, held.id, by)).toMatchObject({ state: 'cancelled' });
    await expect(jobs.cancel(main, 'job_x', by)).rejects.toMatchObject({ code: 'jobs/unknown' });
  });

  it('says in a sentence why a job failed, and goes on with the next', async () => {
    const { jobs, main } = await server({ memory: 300 * 2 ** 20 });
    const ids = [];
    for (const [kind, input] of [['fail', { what: 'gone.csv' }], ['bug', { what: 'Ann Smith' }], ['exit', {}], ['killed', {}], ['greedy', { bytes: 2 ** 30 }], ['echo', {}]] as const) ids.push((await jobs.start(main, kind, input, by)).id);
    const [fail, bug, exit, killed, greedy, echo] = await Promise.all(ids.map((id) => ended(jobs, main, id)));
    expect(fail).toMatchObject({ state: 'failed', problem: { code: 'ingest/no-such-file', sentence: expect.stringContaining("There is no file 'gone.csv'") } });
    expect(bug).toMatchObject({ state: 'failed', problem: { code: 'jobs/crashed' } });
    expect(JSON.stringify(bug.problem)).not.toContain('Ann');
    expect(exit.problem!.sentence).toContain('ended with code 7');
    expect(killed.problem!.sentence).toContain('ended from outside (SIGKILL)');
    expect(greedy.problem!.sentence).toContain('more than the 300 MiB of memory');
    expect(echo.state).toBe('done');
  });

  it('marks what runs as interrupted when the server is stopped, and resumes it under the same id with the same input', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-jobs-'));
    const { jobs, main, other } = await server();
    const job = await jobs.start(main, 'gate', { what: join(folder, 'go') }, by);
    const waiting = await jobs.start(main, 'echo', { what: 'later' }, by);
    await when(jobs, main, job.id, under('waiting'));
    await jobs.close();
    const { jobs: again } = await server({ names: { main, other } });
    await again.recover(main);
    expect(await again.get(main, job.id)).toMatchObject({ state: 'interrupted', attempts: 1 });
    expect(await ended(again, main, waiting.id)).toMatchObject({ state: 'done', result: { said: 'later' } });
    await expect(again.resume(main, waiting.id, by)).rejects.toMatchObject({ code: 'jobs/not-resumable' });
    expect(await again.resume(main, job.id, by)).toMatchObject({ id: job.id, state: 'queued', input: job.input });
    await writeFile(join(folder, 'go'), '');
    expect(await ended(again, main, job.id)).toMatchObject({ state: 'done', attempts: 2, result: { said: 'open' } });
  });

  it('finds what a killed server left running, and runs it again when asked', async () => {
    const { jobs, main, other } = await server();
    const job = await jobs.start(main, 'hold', {}, by);
    await when(jobs, main, job.id, under('holding'));
    // Another server over the same records, as after a kill: nobody told it what ran.
    const { jobs: again } = await server({ names: { main, other } });
    await again.recover(main);
    expect(await again.get(main, job.id)).toMatchObject({ state: 'interrupted', progress: { stage: 'holding' } });
    await again.resume(main, job.id, by);
    expect(await when(again, main, job.id, under('holding'))).toMatchObject({ attempts: 2 });
  });

  it('runs on where the last job of the kind kept its times in another way', async () => {
    const { jobs, main } = await server();
    const { jobs: records } = await home.open(main);
    const { id } = await records.queue({ kind: 'echo', input: {} }, by);
    await records.start(id, by);
    await records.finish(id, { timings: { echo: 12 } }, by);
    const job = await jobs.start(main, 'echo', { what: 'still here' }, by);
    expect(await ended(jobs, main, job.id)).toMatchObject({ state: 'done', result: { said: 'still here' } });
  });

  it('ends a job whose words cannot be kept as they are, and one whose failure cannot be recorded or cleared away', async () => {
    let refused = 0;
    const refusing = (place: OpenWorkspace) => ({ store: { ...place.store, jobs: { ...place.store.jobs, fail: (...said: Parameters<typeof place.store.jobs.fail>) => (refused++ ? place.store.jobs.fail(...said) : Promise.reject(new Error('no'))) } } }) as unknown as OpenWorkspace;
    const { jobs, main } = await server();
    const odd = await jobs.start(main, 'odd', { what: `a\u0000b${'x'.repeat(300)}` }, by);
    expect(await ended(jobs, main, odd.id)).toMatchObject({ state: 'failed', problem: { code: 'ingest/no-such-file', sentence: expect.stringContaining("'a b") }, progress: { stage: 'odd', note: expect.stringMatching(/^a b.{100,197}$/) } });
    const { jobs: other, main: there } = await server({
      kinds: { ...fakeKinds, fail: { ...fakeKinds.fail, discard: async () => { throw new Error('busy'); } } }, open: async (workspace) => refusing({ store: await home.open(workspace) } as unknown as OpenWorkspace),
    });
    const failed = await other.start(there, 'fail', { what: 'gone.csv' }, by);
    expect(await ended(other, there, failed.id)).toMatchObject({ state: 'failed', problem: { code: 'jobs/crashed' } });
    expect(refused).toBe(2);
    const again = await other.start(there, 'fail', { what: 'gone.csv' }, by);
    expect(await ended(other, there, again.id)).toMatchObject({ state: 'failed', problem: { code: 'ingest/no-such-file' } });
  });

  it('runs a job whose beginning could not be recorded as soon as it can', async () => {
    let tried = 0;
    const { jobs, main } = await server({
      rest: 10, async open(workspace) {
        const store = await home.open(workspace);
        return { store: { ...store, jobs: { ...store.jobs, start: (...said: Parameters<typeof store.jobs.start>) => (tried++ < 2 ? Promise.reject(new Error('full')) : store.jobs.start(...said)) } } } as unknown as OpenWorkspace;
      },
    });
    const { id } = await jobs.start(main, 'echo', { what: 'late' }, by);
    expect(await ended(jobs, main, id)).toMatchObject({ state: 'done', attempts: 1, result: { said: 'late' } });
    expect(tried).toBe(3);
  });

  it('forgets what is secret in an input when the job ends, however it ends', async () => {
    const heard: unknown[] = [];
    const { jobs, main } = await server({
      kinds: { ...fakeKinds, fail: { ...fakeKinds.fail, recorded: () => ({ what: 'hidden' }), prepare: async (input, _, { recorded }) => (heard.push([input['what'], recorded]), input) } },
    });
    const failed = await jobs.start(main, 'fail', { what: 's3cret' }, by);
    await ended(jobs, main, failed.id);
    await jobs.resume(main, failed.id, by);
    await ended(jobs, main, failed.id);
    const held = await jobs.start(main, 'hold', {}, by);
    const waiting = await jobs.start(main, 'fail', { what: 's3cret' }, by);
    await jobs.cancel(main, waiting.id, by);
    await jobs.resume(main, waiting.id, by);
    await jobs.cancel(main, held.id, by);
    await ended(jobs, main, waiting.id);
    expect(heard).toEqual([['s3cret', false], ['hidden', true], ['hidden', true]]);
  });

  it('works for whoever resumed it', async () => {
    const { jobs, main } = await server();
    const { id } = await jobs.start(main, 'fail', { what: 'gone.csv' }, by);
    await ended(jobs, main, id);
    expect(await jobs.resume(main, id, { actor: 'eve' })).toMatchObject({ by: 'eve' });
    await ended(jobs, main, id);
    const { audit } = await home.open(main);
    const { items } = await audit.list({ limit: 100 });
    expect(items.filter(({ actor }) => actor === 'eve').map(({ action }) => action).sort()).toEqual(['job.fail', 'job.resume', 'job.start']);
  });

  it('tells every change of a workspace to whoever listens, and nothing of others', async () => {
    const { jobs, main, other } = await server();
    const stop = new AbortController();
    const listening = jobs.watchAll(main, stop.signal);
    const states: string[] = [];
    const heard = (async () => { for await (const { state, workspace } of listening) { states.push(`${workspace === main} ${state}`); if (state === 'done') stop.abort(); } })();
    const one = await jobs.start(other, 'echo', {}, by);
    await ended(jobs, other, one.id);
    await jobs.start(main, 'echo', {}, by);
    await heard;
    expect(new Set(states)).toEqual(new Set(['true queued', 'true running', 'true done']));
  });

  it('ends the process of a job when the server is gone, even while it computes', async () => {
    const script = `
      import { fork } from 'node:child_process';
      const child = fork(${JSON.stringify(entry)}, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
      child.on('message', ({ progress }) => progress && process.stdout.write(progress.note + '\\n'));
      child.send({ kind: 'stubborn', order: {}, seed: 1, threads: 1, memory: 2 ** 30, parent: process.pid });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = await once(parent.stdout.setEncoding('utf8'), 'data');
    expect(alive(Number(pid))).toBe(true);
    parent.kill('SIGKILL');
    // The pipe that the job has inherited closes when the last process that holds it is gone.
    await once(parent.stdout, 'close');
  });
});

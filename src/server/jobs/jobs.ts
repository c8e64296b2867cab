import { hasEnded, type Job, type JobProgress, type JobRecord } from '../../domain/job.js';
import { ShoalError } from '../../errors.js';
import { checked } from '../../options.js';
import type { By, Store } from '../../store/store.js';
import { tidy } from '../../util/tidy.js';
import { listWords } from '../../util/words.js';
import type { OpenWorkspace } from '../workspaces.js';
import { channels } from './channel.js';
import { remaining, type Timings } from './estimate.js';
import type { JobKind, Plain } from './kind.js';
import { inProcess, JobFailure } from './process.js';

/** The long work behind the server: one heavy job at a time, each in a process of its own, the others wait in order. */
export interface Jobs {
  /** Checks the input and records the job; it is durable when this resolves, and runs when its turn comes. @throws `jobs/unknown-kind`, `jobs/too-many`, `config/invalid` */
  start(workspace: string, kind: string, input: unknown, by: By): Promise<Job>;
  /** @throws `jobs/unknown` */
  get(workspace: string, id: string): Promise<Job>;
  /** Newest first. */
  list(workspace: string, options?: { readonly limit?: number }): Promise<readonly Job[]>;
  /** The job as it is, then as it changes; ends when the job has, or when `signal` aborts. @throws `jobs/unknown` */
  watch(workspace: string, id: string, signal?: AbortSignal): AsyncIterable<Job>;
  /** Every change of any job of a workspace, from now until `signal` aborts. */
  watchAll(workspace: string, signal: AbortSignal): AsyncIterable<Job>;
  /** Stops a job that is queued or running; resolves when it has ended (it may have been done before). @throws `jobs/unknown`, `jobs/owed` */
  cancel(workspace: string, id: string, by: By): Promise<Job>;
  /** Stops all jobs of a workspace. */
  cancelAll(workspace: string, by: By): Promise<void>;
  /** Queues a job that was interrupted, cancelled or failed again: same id, same input. @throws `jobs/unknown`, `jobs/not-resumable` */
  resume(workspace: string, id: string, by: By): Promise<Job>;
  /** For a workspace that has just been opened: what ran when the server ended is marked interrupted, what waited waits again. */
  recover(workspace: string): Promise<void>;
  /** Jobs that wait and that run, of all workspaces. */
  counts(): { readonly queued: number; readonly running: number };
  /** Stops what runs and marks it interrupted; what waits stays queued. */
  close(): Promise<void>;
}

export interface JobsOptions {
  readonly kinds: Readonly<Record<string, JobKind>>;
  /** Module that the process of a job runs; it calls `serveJob` with the same kinds. */
  readonly entry: string;
  readonly open: (workspace: string) => Promise<OpenWorkspace>;
  readonly clock: () => number;
  readonly threads: number;
  /** Bytes that the process of a job may use. */
  readonly memory: number;
  /** Milliseconds between asking a job to stop and making it stop; 5,000 by default. */
  readonly grace?: number;
  /** Milliseconds until a job whose start could not be recorded is tried again; 5,000 by default. */
  readonly rest?: number;
}

interface Turn {
  readonly workspace: string;
  readonly id: string;
  readonly kind: JobKind;
  readonly controller: AbortController;
  /** Who stopped it. */
  stopped?: By;
  /** Only once it runs: how far it is, and when each stage began. */
  progress?: { readonly stage: string; readonly note?: string; readonly done?: number };
  stages?: Map<string, number>;
  /** Milliseconds per stage of the last one like it. */
  usual?: Timings;
  /** It could not begin, and is tried again in a while. */
  resting?: boolean;
  /** When its progress was last recorded. */
  recorded?: number;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** Jobs of one workspace that may wait. */
const mostWaiting = 50;

const system: By = { actor: 'system', reason: 'the server was started' };
/** Milliseconds between two records of the progress of a job. */
const recordEvery = 2000;

export function openJobs({ kinds, entry, open, clock, threads, memory, grace = 5000, rest = 5000 }: JobsOptions): Jobs {
  const waiting: Turn[] = [];
  const running = new Map<JobKind['lane'], Turn>();
  const changes = channels<Job>((job) => job.id);
  /** Inputs that hold secrets, by job, until its turn has ended. */
  const said = new Map<string, Plain>();
  let closing = false;

  const turnOf = (workspace: string, id: string) => [...waiting, ...running.values()].find((turn) => turn.workspace === workspace && turn.id === id);
  const jobs = async (workspace: string): Promise<Store['jobs']> => (await open(workspace)).store.jobs;
  const found = (workspace: string, id: string) => jobs(workspace).then((all) => all.get(id)).catch((error) => {
    throw error instanceof ShoalError && error.code === 'store/not-found' ? new ShoalError('jobs/unknown', { id: id.slice(0, 60) }, { cause: error }) : error;
  });
  const told = (workspace: string, record: JobRecord): Job => jobOf(workspace, record, turnOf(workspace, record.id), waiting, clock());
  const emit = (workspace: string, record: JobRecord): Job => {
    const job = told(workspace, record);
    changes.emit(workspace, job);
    return job;
  };

  const enqueue = (workspace: string, { id, kind }: JobRecord) => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    waiting.push({ workspace, id, kind: kinds[kind], controller: new AbortController(), ended, end });
  };

  /** The lane is free, unless another turn has begun there since. */
  const leave = (turn: Turn) => running.get(turn.kind.lane) === turn && running.delete(turn.kind.lane);

  const next = () => {
    for (const lane of ['heavy', 'light'] as const) {
      if (closing || running.has(lane)) continue;
      const at = waiting.findIndex(({ kind, resting }) => kind.lane === lane && !resting);
      if (at < 0) continue;
      const [turn] = waiting.splice(at, 1);
      running.set(lane, turn);
      // A store that fails here is found out by whoever asks for the job; the queue goes on.
      void begin(turn).then((begun) => take(turn, begun), (error) => putOff(turn, error)).catch(() => {}).finally(() => {
        leave(turn);
        if (!turn.resting) {
          said.delete(turn.id);
          turn.end();
        }
        next();
      });
    }
  };

  const begin = async (turn: Turn) => {
    const { workspace, id, kind } = turn;
    const place = await open(workspace);
    const records = place.store.jobs;
    const { input, by: asker } = await records.get(id);
    const by: By = { actor: asker };
    turn.usual = await usual(records, kind);
    const record = await records.start(id, by);
    turn.stages = new Map();
    emit(workspace, record);
    return { place, input, by, record };
  };

  /** A job that is still queued keeps a turn: where its beginning could not be recorded, it waits again. */
  const putOff = async (turn: Turn, error: unknown) => {
    if (error instanceof ShoalError && (error.code === 'store/not-found' || error.code === 'store/conflict')) return;
    if (turn.stopped) emit(turn.workspace, await (await jobs(turn.workspace)).cancel(turn.id, turn.stopped));
    else if (!closing) {
      turn.resting = true;
      waiting.push(turn);
      setTimeout(() => {
        turn.resting = false;
        next();
      }, rest).unref();
    }
  };

  const take = async (turn: Turn, { place, input, by, record: begun }: Awaited<ReturnType<typeof begin>>) => {
    const { workspace, id, kind, controller: { signal } } = turn;
    const records = place.store.jobs;
    let record = begun;
    try {
      const order = await kind.prepare((said.get(id) ?? input) as never, place, { id, by, recorded: kind.recorded !== undefined && !said.has(id) });
      const result = await inProcess({ kind: kind.name, order, seed: 1, threads, memory, parent: process.pid }, {
        entry, signal, grace,
        progress(told) {
          const progress = { ...told, ...(told.note !== undefined && { note: tidy(told.note, 200) || undefined }) };
          if (turn.progress?.stage !== progress.stage) turn.stages!.set(progress.stage, clock());
          turn.progress = progress;
          if (clock() - (turn.recorded ?? -Infinity) >= recordEvery) {
            turn.recorded = clock();
            void records.progress(id, progress).catch(() => {});
          }
          emit(workspace, record);
        },
      });
      turn.progress = { stage: 'publish' };
      turn.stages!.set('publish', clock());
      if (kind.publish) emit(workspace, record);
      const published = kind.publish ? await kind.publish(result, place, { id, by, input: input as never }) : result;
      record = await records.finish(id, { ...published, timings: timingsOf(turn, clock()) }, by);
    } catch (error) {
      // What cannot be cleared away now is when the server starts; how far it was is not worth another failure.
      await kind.discard?.(place, { id }).catch(() => {});
      if (turn.progress) await records.progress(id, turn.progress).catch(() => {});
      // The mark of an interruption is set by `close`, for all at once.
      if (closing && signal.aborted) return;
      const ended = turn.stopped ? records.cancel(id, turn.stopped) : records.fail(id, problemOf(error), by);
      record = await ended.catch(() => records.fail(id, crashed(), by));
    }
    leave(turn);
    emit(workspace, record);
  };

  const cancel = async (workspace: string, id: string, by: By): Promise<Job> => {
    const turn = turnOf(workspace, id);
    const at = turn ? waiting.indexOf(turn) : -1;
    if (turn && at >= 0) {
      waiting.splice(at, 1);
      said.delete(id);
      turn.end();
      return emit(workspace, await (await jobs(workspace)).cancel(id, by));
    }
    if (turn) {
      turn.stopped ??= by;
      turn.controller.abort();
      await turn.ended;
    }
    return told(workspace, await found(workspace, id));
  };

  return {
    async start(workspace, name, input, by) {
      const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
      if (!kind) throw new ShoalError('jobs/unknown-kind', { kind: name.slice(0, 60), known: listWords(Object.keys(kinds)) });
      const whole = checked(kind.input, input);
      if (!kind.owed && waiting.filter((turn) => turn.workspace === workspace).length >= mostWaiting) throw new ShoalError('jobs/too-many', { most: mostWaiting });
      const record = await (await jobs(workspace)).queue({ kind: name, input: kind.recorded?.(whole) ?? whole }, by);
      if (kind.recorded) said.set(record.id, whole);
      enqueue(workspace, record);
      const job = emit(workspace, record);
      next();
      return job;
    },
    async get(workspace, id) {
      return told(workspace, await found(workspace, id));
    },
    async list(workspace, { limit } = {}) {
      const { items } = await (await jobs(workspace)).list({ limit });
      return items.map((record) => told(workspace, record));
    },
    async *watch(workspace, id, signal) {
      // Listening begins before looking, so that nothing is missed between the two.
      const listening = changes.listen(workspace, signal);
      try {
        const now = told(workspace, await found(workspace, id));
        yield now;
        if (hasEnded(now.state)) return;
        for await (const job of listening) {
          if (job.id !== id) continue;
          yield job;
          if (hasEnded(job.state)) return;
        }
      } finally {
        listening.close();
      }
    },
    watchAll: (workspace, signal) => changes.listen(workspace, signal),
    async cancel(workspace, id, by) {
      if (turnOf(workspace, id)?.kind.owed) throw new ShoalError('jobs/owed', { id });
      return cancel(workspace, id, by);
    },
    async cancelAll(workspace, by) {
      const turns = [...waiting, ...running.values()].filter((turn) => turn.workspace === workspace);
      await Promise.all(turns.map(({ id }) => cancel(workspace, id, by)));
    },
    async resume(workspace, id, by) {
      const { state, kind } = await found(workspace, id);
      if (!hasEnded(state) || state === 'done' || !Object.hasOwn(kinds, kind)) throw new ShoalError('jobs/not-resumable', { id, state });
      const record = await (await jobs(workspace)).resume(id, by);
      enqueue(workspace, record);
      const job = emit(workspace, record);
      next();
      return job;
    },
    async recover(workspace) {
      const records = await jobs(workspace);
      // What runs here is ours; what is marked as running and does not was left by a server that ended.
      if (![...running.values()].some((turn) => turn.workspace === workspace)) await records.interrupt(system);
      const { items } = await records.list({ state: 'queued', limit: 1000 });
      for (const record of [...items].reverse()) if (!turnOf(workspace, record.id) && Object.hasOwn(kinds, record.kind)) enqueue(workspace, record);
      next();
    },
    counts: () => ({ queued: waiting.length, running: running.size }),
    async close() {
      closing = true;
      const stopped = [...running.values()];
      for (const turn of stopped) turn.controller.abort();
      await Promise.all(stopped.map(({ ended }) => ended));
      for (const workspace of new Set(stopped.map((turn) => turn.workspace))) {
        for (const record of await (await jobs(workspace)).interrupt({ actor: 'system', reason: 'the server was stopped' })) emit(workspace, record);
      }
      changes.close();
    },
  };
}

function jobOf(workspace: string, record: JobRecord, turn: Turn | undefined, waiting: readonly Turn[], now: number): Job {
  const { state, started, ended, created, progress: kept, ...rest } = record;
  const ahead = turn && state === 'queued' ? waiting.slice(0, waiting.indexOf(turn)).filter((other) => other.kind.lane === turn.kind.lane).length : undefined;
  const progress = turn?.progress ?? kept;
  return {
    ...rest, workspace, state, created, ...(started !== undefined && { started }), ...(ended !== undefined && { ended }), ...(ahead !== undefined && { ahead }),
    ...(progress && { progress: progressOf(progress, turn, (ended ?? now) - (started ?? now), now) }),
  };
}

function progressOf({ stage, note, done }: NonNullable<JobRecord['progress']>, turn: Turn | undefined, elapsed: number, now: number): JobProgress {
  const left = turn?.stages && remaining({ stages: turn.stages, done, usual: turn.usual ?? [], now });
  return { stage, ...(note !== undefined && { note }), ...(done !== undefined && { done }), elapsed, ...(left !== undefined && { remaining: left }) };
}

function timingsOf({ stages }: Turn, now: number): Timings {
  const starts = [...stages!];
  return starts.map(([stage, at], i) => [stage, (starts[i + 1]?.[1] ?? now) - at]);
}

/** How long each stage took the last time, else what it usually takes in proportion. */
async function usual(records: Store['jobs'], kind: JobKind): Promise<Timings | undefined> {
  const { items: [last] } = await records.list({ kind: kind.name, state: 'done', limit: 1 });
  const kept: unknown = (last?.result as { timings?: unknown } | undefined)?.timings;
  // What an earlier version kept may have another shape: an estimate is not worth a failure.
  const sound = Array.isArray(kept) && kept.every((one) => Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number');
  return sound ? (kept as Timings) : kind.stages;
}

function problemOf(error: unknown): NonNullable<Job['problem']> {
  if (error instanceof JobFailure || error instanceof ShoalError) return { code: error.code, sentence: tidy(error.message, 2000) };
  return crashed();
}

const crashed = () => ({ code: 'jobs/crashed', sentence: new ShoalError('jobs/crashed', { reason: 'the program has failed in a way it should not.' }).message });

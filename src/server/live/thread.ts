import { Worker } from 'node:worker_threads';
import { ShoalError, type ErrorCode } from '../../errors.js';
import type { Live, LiveNews, Receipt } from '../../flow/live/live.js';

/** The live side of a workspace, in a thread of its own: commits and evaluation never hold up whoever else is served. */
export interface LiveThread extends Live {
  /** Events that wait for the journal. */
  readonly waiting: number;
}

export interface LiveThreadOptions {
  /** Module that the thread runs; it calls `serveLive`. */
  readonly entry: string;
  /** Where the records are: a data folder or a 'postgres://…' URL. The journal is beside them. */
  readonly store: string;
  readonly workspace: string;
  /** How long events stay (ms), and how much of them (bytes); without end where absent. */
  readonly retention?: { readonly age?: number; readonly bytes?: number };
  /** Events that may wait for the journal at once; beyond it new ones are refused. */
  readonly most?: number;
  /** Told once when the journal cannot be written any more: nothing is accepted from then on. */
  readonly failed: (error: Error) => void;
}

type Named = Exclude<keyof Live, 'accept' | 'news' | 'close'>;
/** What goes to the thread, and comes from it. */
export type ToLive =
  /** Events as JSON: made once, it crosses as it is and is what is written. Answered with the places of those that had come before. */
  | { readonly accept: number; readonly events: readonly string[] }
  | { readonly ask: number; readonly name: Named; readonly args: readonly unknown[] }
  | { readonly news: Heard }
  | { readonly close: number };
/** What is heard of what happens: nothing goes to the other thread that nobody there wants. */
type Heard = 'all' | 'changes' | 'none';
export type FromLive =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly refusal: Refusal }
  | { readonly news: readonly LiveNews[] }
  | { readonly failed: Refusal };
/** A failure as it crosses threads: told to callers where it has a code, else only where in the code it happened. */
export type Refusal = { readonly code: ErrorCode; readonly details: unknown } | { readonly bug: string; readonly stack?: string };

interface Waiting {
  resolve(answer: never): void;
  reject(error: unknown): void;
}

/** Room for objects of a group before they are collected, MB: what is larger than a group is collected less often, and less of it is still in use. */
const young = 96;

/** Messages with events that are under way before others wait a little, ms, so that they become one: each costs both threads some microseconds. */
const few = 3, pace = 1;

/** Starts the thread. Nothing is lost by ending it: what was accepted is in the journal. */
export function openLiveThread({ entry, store, workspace, retention, most = 50_000, failed }: LiveThreadOptions): LiveThread {
  const worker = new Worker(entry, { workerData: { store, workspace, retention }, resourceLimits: { maxYoungGenerationSizeMb: young } });
  const asked = new Map<number, Waiting>();
  const listeners = new Map<(news: LiveNews) => void, 'changes' | undefined>();
  let heard: Heard = 'none';
  let count = 0, waiting = 0, underWay = 0;
  let broken: Error | undefined;
  let gathered: { readonly events: string[]; readonly givers: { readonly events: number; readonly giver: Waiting }[] } | undefined;

  const breakDown = (error: Error) => {
    if (broken) return;
    broken = error;
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
    failed(error);
  };
  worker.on('message', (message: FromLive) => {
    if ('news' in message) {
      for (const news of message.news) for (const [listener, only] of listeners) if (!only || 'change' in news) listener(news);
    } else if ('failed' in message) breakDown(errorFrom(message.failed));
    else {
      const asker = asked.get(message.id);
      asked.delete(message.id);
      if ('answer' in message) asker?.resolve(message.answer as never);
      else asker?.reject(errorFrom(message.refusal));
    }
  });
  worker.on('error', (error) => breakDown(error));
  worker.on('exit', () => breakDown(new ShoalError('live/stopped', {})));

  const send = <T>(make: (id: number) => ToLive): Promise<T> => new Promise((resolve, reject) => {
    if (broken) return reject(broken);
    const id = ++count;
    asked.set(id, { resolve, reject });
    worker.postMessage(make(id));
  });
  const ask = (name: Named) => (...args: unknown[]) => send<never>((id) => ({ ask: id, name, args }));

  const hear = () => {
    const wanted = listeners.size === 0 ? 'none' : [...listeners.values()].includes(undefined) ? 'all' : 'changes';
    if (wanted === heard || broken) return;
    worker.postMessage({ news: (heard = wanted) } satisfies ToLive);
  };

  /** What came within one turn of the event loop goes as one message; within a millisecond, where the thread has enough to do. */
  const flush = () => {
    const { events, givers } = gathered!;
    gathered = undefined;
    underWay++;
    void told(send<readonly number[]>((id) => ({ accept: id, events })), givers, events.length);
  };
  const told = async (duplicates: Promise<readonly number[]>, givers: NonNullable<typeof gathered>['givers'], events: number) => {
    try {
      const receipts = Array<Receipt>(events).fill('accepted');
      for (const index of await duplicates) receipts[index] = 'duplicate';
      let from = 0;
      for (const { events: n, giver } of givers) giver.resolve(receipts.slice(from, (from += n)) as never);
    } catch (error) {
      for (const { giver } of givers) giver.reject(error);
    } finally {
      waiting -= events;
      underWay--;
    }
  };
  return {
    get waiting() {
      return waiting;
    },
    accept: (events) => new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      if (waiting + events.length > most) return reject(new ShoalError('live/overloaded', { seconds: 1 }));
      waiting += events.length;
      if (!gathered) {
        gathered = { events: [], givers: [] };
        if (underWay < few) setImmediate(flush);
        else setTimeout(flush, pace);
      }
      for (const event of events) gathered.events.push(JSON.stringify(event));
      gathered.givers.push({ events: events.length, giver: { resolve, reject } });
    }),
    define: ask('define'), retire: ask('retire'), export: ask('export'), adopt: ask('adopt'), check: ask('check'), vocabulary: ask('vocabulary'), erase: ask('erase'), erased: ask('erased'), unmerge: ask('unmerge'), merges: ask('merges'), entity: ask('entity'), why: ask('why'),
    segments: ask('segments'), members: ask('members'), changes: ask('changes'), cameAndWent: ask('cameAndWent'), recent: ask('recent'), status: ask('status'),
    news(listener, only) {
      listeners.set(listener, only);
      hear();
      return () => {
        listeners.delete(listener);
        hear();
      };
    },
    async close() {
      if (!broken) await send((id) => ({ close: id })).catch(() => undefined);
      broken ??= new ShoalError('live/stopped', {});
      await worker.terminate();
      // What came after the last message has no answer.
      for (const { reject } of asked.values()) reject(broken);
      asked.clear();
    },
  };
}

/** A failure for the other side. What a bug was about may be somebody's data: only its place is told. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ShoalError) return { code: error.code as ErrorCode, details: error.details };
  return { bug: error instanceof Error ? error.name : typeof error, ...(error instanceof Error && { stack: error.stack }) };
}

function errorFrom(refusal: Refusal): Error {
  if ('code' in refusal) return new ShoalError(refusal.code, refusal.details as never);
  const error = new TypeError(`bug in the live thread: ${refusal.bug}`);
  error.stack = `${error.message}\n${(refusal.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).join('\n')}`;
  return error;
}

import { Worker } from 'node:worker_threads';
import { ShoalError, type ErrorCode } from '../../errors.js';
import type { Lane } from './operation.js';

/** What a thread is told when it is started. */
export interface DeskData {
  /** Folder of the runs. */
  readonly runs: string;
  /** Threads for what is computed. */
  readonly threads: number;
  /** Bytes that the open views of all lanes may hold together, about. */
  readonly memory: number;
  readonly lane: Lane;
}

/** What goes to a thread, and comes from it. */
export type ToDesk = { readonly ask: number; readonly name: string; readonly args: readonly unknown[] } | { readonly cancel: number } | { readonly end: true };
export type FromDesk =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly refusal: { readonly code: ErrorCode; readonly details: unknown } }
  | { readonly id: number; readonly bug: { readonly name: string; readonly stack?: string } };

/** A thread that answers questions by name: started at the first one, let go when nobody asked for a while, begun anew where it broke down. */
export interface Thread {
  /** @throws what the operation throws; `run/aborted` when the signal aborts; `desk/restarted` where the thread broke down over it */
  ask(name: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  readonly started: boolean;
  /** Lets it go now, with all it holds, unless somebody waits. */
  rest(): void;
  close(): Promise<void>;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Milliseconds that a thread at work is given when the desk is closed. */
const patience = 5000;

/** @param idle milliseconds without a question after which it is let go */
export function openThread(entry: string, data: DeskData, idle: number): Thread {
  let worker: Worker | undefined;
  let count = 0;
  let rest: NodeJS.Timeout | undefined;
  let closed = false;
  const waiting = new Map<number, Waiting>();

  const start = (): Worker => {
    const own = new Worker(entry, { workerData: data });
    own.on('message', (message: FromDesk) => {
      const asker = waiting.get(message.id);
      waiting.delete(message.id);
      if ('answer' in message) asker?.resolve(message.answer);
      else asker?.reject('refusal' in message ? new ShoalError(message.refusal.code, message.refusal.details as never) : bugFrom(message.bug));
      if (waiting.size === 0) settle();
    });
    const broken = () => {
      if (worker !== own) return;
      worker = undefined;
      for (const [id, asker] of waiting) {
        waiting.delete(id);
        asker.reject(new ShoalError('desk/restarted', {}));
      }
    };
    own.on('error', broken);
    own.on('exit', broken);
    return own;
  };

  /** Nobody waits: the process may end, and after a while the thread is let go with all it holds. */
  const settle = () => {
    worker?.unref();
    clearTimeout(rest);
    rest = setTimeout(letGo, idle).unref();
  };
  /** It ends by itself, once what is still at work in it is over: a thread that is ended in the middle of native work may take the process along. */
  const letGo = () => {
    worker?.postMessage({ end: true } satisfies ToDesk);
    worker = undefined;
  };
  const end = async () => {
    const own = worker;
    letGo();
    if (!own) return;
    const late = setTimeout(() => void own.terminate(), patience);
    own.ref();
    await new Promise((resolve) => own.once('exit', resolve));
    clearTimeout(late);
  };

  return {
    ask: (name, args, signal) => new Promise((resolve, reject) => {
      if (closed || signal?.aborted) return reject(new ShoalError('run/aborted', {}));
      clearTimeout(rest);
      worker ??= start();
      worker.ref();
      const id = ++count;
      const leave = () => {
        worker?.postMessage({ cancel: id } satisfies ToDesk);
        waiting.get(id)?.reject(new ShoalError('run/aborted', {}));
        waiting.delete(id);
        if (waiting.size === 0) settle();
      };
      signal?.addEventListener('abort', leave, { once: true });
      const over = () => signal?.removeEventListener('abort', leave);
      waiting.set(id, { resolve: (answer) => (over(), resolve(answer)), reject: (error) => (over(), reject(error)) });
      worker.postMessage({ ask: id, name, args } satisfies ToDesk);
    }),
    get started() {
      return worker !== undefined;
    },
    rest: () => void (waiting.size === 0 && letGo()),
    async close() {
      closed = true;
      clearTimeout(rest);
      for (const [id, asker] of waiting) {
        waiting.delete(id);
        worker?.postMessage({ cancel: id } satisfies ToDesk);
        asker.reject(new ShoalError('run/aborted', {}));
      }
      await end();
    },
  };
}

/** Where it happened is told, not what it was about: that may be somebody's data. */
function bugFrom({ name, stack }: { name: string; stack?: string }): Error {
  const error = new TypeError(`bug at the desk: ${name}`);
  error.stack = `${error.message}\n${(stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).join('\n')}`;
  return error;
}

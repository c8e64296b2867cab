// Operations for tests, and the thread that answers them: compiled, this file is the entry of that thread.
import { isMainThread } from 'node:worker_threads';
import { ShoalError } from '../../errors.js';
import type { Reading } from './reading.js';
import { serveDesk } from './serve-desk.js';

const stopped: string[] = [];

export const fakeOperations = {
  echo: async (_: Reading, text: string) => `${text}!`,
  numbers: async (_: Reading, n: number) => ({ values: Float32Array.from({ length: n }, (_, i) => i), part: new Float64Array(8).fill(2).subarray(2, 4), name: 'n' }),
  refuse: async (_: Reading, path: string) => {
    throw new ShoalError('ingest/no-such-file', { path });
  },
  bug: async (_: Reading, secret: string) => {
    throw new RangeError(secret);
  },
  wait: ({ signal }: Reading, name: string) => new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve(String(stopped.push(name))))),
  stopped: async () => stopped,
  exit: async () => process.exit(3),
  escape: async () => {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    return new Promise(() => {});
  },
  folder: async ({ folder }: Reading, run: string) => folder(run),
};

if (!isMainThread) serveDesk(fakeOperations as never, async () => ({}) as never);

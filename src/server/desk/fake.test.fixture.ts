// Operations for tests, and the threads that answer them: compiled, this file is the entry of those threads.
import { isMainThread } from 'node:worker_threads';
import { ShoalError } from '../../errors.js';
import { long, ofRules, quick } from './operation.js';
import type { Reading } from './reading.js';
import { serveDesk } from './serve-desk.js';

const stopped: string[] = [];
let times = 0;

export const fakeOperations = {
  echo: quick(async (_: Reading, text: string) => `${text}!`),
  numbers: quick(async (_: Reading, n: number) => ({ values: Float32Array.from({ length: n }, (_, i) => i), part: new Float64Array(8).fill(2).subarray(2, 4), name: 'n' })),
  refuse: quick(async (_: Reading, path: string) => {
    throw new ShoalError('ingest/no-such-file', { path });
  }),
  bug: quick(async (_: Reading, secret: string) => {
    throw new RangeError(secret);
  }),
  wait: quick(({ signal }: Reading, name: string) => new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve(String(stopped.push(name)))))),
  stopped: quick(async () => stopped),
  exit: quick(async () => process.exit(3)),
  escape: quick(async () => {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    return new Promise(() => {});
  }),
  folder: quick(async ({ folder }: Reading, run: string) => folder(run)),
  /** Keeps its thread busy until the first number is 1; the second tells that it is. */
  block: long(async (_: Reading, gate: Int32Array) => {
    Atomics.store(gate, 1, 1);
    Atomics.wait(gate, 0, 0);
    return 'let go';
  }),
  /** How often it was asked since its thread began. */
  times: ofRules(async () => ++times),
  slow: long(async () => 'done'),
  /** No operation: a name that the thread does not know. */
  unknown: quick(async () => 'never'),
};

if (!isMainThread) {
  const { unknown: _, ...known } = fakeOperations;
  serveDesk(known as never, async () => ({}) as never);
}

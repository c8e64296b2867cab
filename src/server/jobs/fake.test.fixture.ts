// Kinds of jobs for tests, and the process that runs them: compiled, this file is the entry of that process.
import { existsSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ShoalError } from '../../errors.js';
import { serveJob } from './child.js';
import { jobKind } from './kind.js';

const input = z.strictObject({ what: z.string().default(''), bytes: z.number().default(0) });
type Order = z.output<typeof input>;

const fake = (name: string, work: Parameters<typeof jobKind<typeof input, Order, Record<string, unknown>>>[0]['work'], lane: 'heavy' | 'light' = 'heavy') =>
  jobKind<typeof input, Order, Record<string, unknown>>({ name, lane, input, prepare: async (asked) => asked, work });

export const fakeKinds = {
  /** Gives back what it is given. */
  echo: fake('echo', async ({ what }, context) => {
    context.progress({ stage: 'echo', note: what, done: 0.5 });
    return { said: what, pid: process.pid };
  }),
  quick: fake('quick', async ({ what }) => ({ said: what }), 'light'),
  /** Waits to be stopped. */
  hold: fake('hold', (_, { signal, progress }) => new Promise((_, reject) => {
    progress({ stage: 'holding', note: String(process.pid) });
    setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => reject(new ShoalError('run/aborted', {})));
  })),
  /** What somebody has a right to. */
  owed: { ...fake('owed', async ({ what }) => ({ said: what })), owed: true as const },
  /** Waits for a file to be there, and writes another when it begins. */
  gate: fake('gate', ({ what }, { progress }) => new Promise((resolve) => {
    const open = () => existsSync(what) && resolve({ said: 'open' });
    watch(dirname(what), open);
    writeFileSync(join(dirname(what), 'begun'), '');
    progress({ stage: 'waiting' });
    open();
  })),
  /** Computes for ever and hears nothing. */
  stubborn: fake('stubborn', async (_, { progress }) => {
    progress({ stage: 'computing', note: String(process.pid) });
    await new Promise((resolve) => setImmediate(resolve));
    for (;;);
  }),
  fail: fake('fail', async ({ what }) => {
    throw new ShoalError('ingest/no-such-file', { path: what });
  }),
  bug: fake('bug', async ({ what }) => {
    throw new TypeError(what);
  }),
  /** Says something while it works, and fails. */
  odd: fake('odd', async ({ what }, { progress }) => {
    progress({ stage: 'odd', note: what });
    throw new ShoalError('ingest/no-such-file', { path: what });
  }),
  exit: fake('exit', async () => process.exit(7)),
  killed: fake('killed', async () => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => {});
  }),
  /** Takes memory outside of the JavaScript heap. */
  greedy: fake('greedy', async ({ bytes }) => {
    const held: Uint8Array[] = [];
    for (let taken = 0; taken < bytes; taken += 1 << 24) held.push(new Uint8Array(1 << 24).fill(1));
    for (;;) if (held.length === 0) return {};
  }),
};

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) serveJob(fakeKinds);

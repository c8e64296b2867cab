import { writeSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createContext, type Progress } from '../../context.js';
import { ShoalError } from '../../errors.js';
import type { FromChild, JobKind, ToChild } from './kind.js';

/** Progress of one stage is told at most this often, in milliseconds. */
const pause = 100;

/**
 * The process of one job: takes an order from its parent, does the work, tells progress and the result, ends. SIGTERM stops the work; without its parent, or with more
 * memory than allowed, the process ends at once, whatever it is doing.
 */
export function serveJob(kinds: Readonly<Record<string, JobKind>>): void {
  const controller = new AbortController();
  // Whoever waits for an answer goes first.
  setPriority(5);
  process.on('SIGTERM', () => controller.abort());
  // Ctrl-C in a terminal reaches every process of the group; the server decides what to stop.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(1));
  process.once('message', (told: ToChild) => {
    guard(told);
    void work(kinds[told.kind], told, controller.signal).then(tell).then(() => process.exit(0));
  });
}

async function work(kind: JobKind, { order, seed, threads }: ToChild, signal: AbortSignal): Promise<FromChild> {
  try {
    return { result: await kind.work(order, createContext({ seed, threads, signal, progress: sparing((progress) => void tell({ progress })) })) };
  } catch (error) {
    if (error instanceof ShoalError) return { failure: { code: error.code, sentence: error.message } };
    // The message of a bug may hold somebody's data, so it is not passed on; where it happened is.
    const place = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8).join('\n') : '';
    writeSync(2, `${error instanceof Error ? error.name : typeof error} in a job\n${place}\n`);
    return { failure: { code: 'jobs/crashed', sentence: new ShoalError('jobs/crashed', { reason: 'the program has failed in a way it should not.' }).message } };
  }
}

function tell(message: FromChild): Promise<void> {
  return new Promise((told) => {
    if (!process.connected) process.exit(1);
    process.send!(message, () => told());
  });
}

/** Every new stage, and of one stage not more than can be seen. */
function sparing(report: (progress: Progress) => void): (progress: Progress) => void {
  let stage = '';
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (progress.stage === stage && now - last < pause) return;
    stage = progress.stage;
    last = now;
    report(progress);
  };
}

/** What the guard writes before it ends a process that has grown too large. */
export const tooLarge = 'shoal: the job has grown too large';

/** Watches from a thread of its own, since the main one may be computing for seconds: ends the process when its parent is gone or its memory too much. */
function guard({ parent, memory }: ToChild): void {
  const watch = `
    const { writeSync } = require('node:fs');
    setInterval(() => {
      const large = process.memoryUsage.rss() > ${memory};
      if (large) writeSync(2, ${JSON.stringify(tooLarge)});
      if (large || process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL');
    }, 250);`;
  new Worker(watch, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}

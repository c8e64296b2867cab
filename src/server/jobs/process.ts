import { fork } from 'node:child_process';
import { ShoalError, type ErrorCode } from '../../errors.js';
import { inWords } from '../soundness.js';
import { tooLarge } from './child.js';
import type { FromChild, Plain, ToChild } from './kind.js';

export interface ProcessOptions {
  /** Module whose process calls `serveJob`. */
  readonly entry: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: { readonly stage: string; readonly note?: string; readonly done?: number }) => void;
  /** Milliseconds between asking to stop and making it stop. */
  readonly grace: number;
}

/** A failure told by another process: its code and sentence. */
export class JobFailure extends Error {
  constructor(readonly code: string, sentence: string) {
    super(sentence);
  }
}

/** Does an order in a process of its own, which is gone when this settles. @throws JobFailure; `run/aborted` where the signal said so */
export async function inProcess(told: ToChild, { entry, signal, progress, grace }: ProcessOptions): Promise<Plain> {
  if (signal.aborted) throw new JobFailure('run/aborted', new ShoalError('run/aborted', {}).message);
  const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [`--max-old-space-size=${Math.floor(told.memory / 2 ** 20)}`] });
  let end: FromChild | undefined;
  let said = '';
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    kill = setTimeout(() => child.kill('SIGKILL'), grace);
  };
  signal.addEventListener('abort', stop, { once: true });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8192)));
  child.on('message', (message: FromChild) => {
    if ('progress' in message) progress(message.progress);
    else end = message;
  });
  try {
    const gone = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal }));
      child.send(told, (error) => error && reject(error));
    });
    if (end && 'result' in end) return end.result;
    if (signal.aborted) throw new JobFailure('run/aborted', new ShoalError('run/aborted', {}).message);
    if (end && 'failure' in end) throw new JobFailure(end.failure.code, end.failure.sentence);
    throw new JobFailure('jobs/crashed' satisfies ErrorCode, new ShoalError('jobs/crashed', { reason: why(gone, said, told.memory) }).message);
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', stop);
    child.kill('SIGKILL');
  }
}

function why({ code, signal }: { code: number | null; signal: string | null }, said: string, memory: number): string {
  if (said.includes(tooLarge) || said.includes('heap out of memory')) return `it needed more than the ${inWords(memory)} of memory it may use.`;
  return signal ? `its process was ended from outside (${signal}).` : `its process ended with code ${code}.`;
}

import { ShoalError } from './errors.js';
import { createRng, type Rng } from './util/rng.js';

/** One line of progress: a stage word ('featurize'), a short note, and how much of the stage is done (0–1) where known. */
export interface Progress {
  stage: string;
  note?: string;
  done?: number;
}

/** What long work is given instead of ambient state: randomness, time, cancellation, and two ways to speak. */
export interface Context {
  readonly seed: number;
  /** A fresh generator for a named purpose: the same seed and name always give the same stream. */
  rng(name: string): Rng;
  /** Milliseconds since the Unix epoch. */
  clock(): number;
  readonly signal: AbortSignal;
  log(message: string): void;
  progress(update: Progress): void;
  /** Threads that kernels and the engine may use. Results never depend on it. */
  readonly threads: number;
}

export interface ContextOptions {
  seed?: number;
  clock?: () => number;
  signal?: AbortSignal;
  log?: (message: string) => void;
  progress?: (update: Progress) => void;
  threads?: number;
}

export function createContext(options: ContextOptions = {}): Context {
  const seed = options.seed ?? 1;
  return {
    seed,
    rng: (name) => createRng(seed, name),
    clock: options.clock ?? (() => Date.now()),
    signal: options.signal ?? new AbortController().signal,
    log: options.log ?? (() => {}),
    progress: options.progress ?? (() => {}),
    threads: options.threads ?? 2,
  };
}

/** Throws `run/aborted` when the caller has asked to stop. Cheap: call it between steps of long work. */
export function checkAborted(context: Pick<Context, 'signal'>): void {
  if (context.signal.aborted) throw new ShoalError('run/aborted', {});
}

/** Lets timers, signals and progress through between two short pieces of work, and throws `run/aborted` when asked to stop. */
export async function breath(context: Pick<Context, 'signal'>): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  checkAborted(context);
}

/** The same context for one part of the work: its randomness is of its own name, and it reports no progress. */
export function within(context: Context, name: string): Context {
  return { ...context, rng: (inner) => context.rng(`${name}/${inner}`), progress: () => {} };
}

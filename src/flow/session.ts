import { createContext, type Context } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Kernel } from '../kernel/kernel.js';

/** The context of one piece of work: the caller's, with the seed and the threads that the options say. */
export function ownContext(settings: { readonly seed: number; readonly threads?: number }, given?: Context): Context {
  return createContext({ seed: settings.seed, threads: settings.threads ?? given?.threads, clock: given?.clock, signal: given?.signal, log: given?.log, progress: given?.progress });
}

/** Opens a kernel for some work, and closes it. */
export async function withKernel<T>(context: Pick<Context, 'threads'>, work: (kernel: Kernel) => Promise<T>): Promise<T> {
  const kernel = await openKernel({ threads: context.threads });
  try {
    return await work(kernel);
  } finally {
    await kernel.close();
  }
}

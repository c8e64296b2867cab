import { checkAborted, type Context } from '../context.js';

/** Lets timers, signals and progress through between two short pieces of work, and throws `run/aborted` when asked to stop. */
export async function breath(context: Pick<Context, 'signal'>): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  checkAborted(context);
}

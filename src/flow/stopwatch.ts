import { checkAborted, type Context } from '../context.js';

/** Does a stage's work, and knows how long it took. */
export type Timed = <T>(stage: string, work: () => T | Promise<T>) => Promise<T>;

/** Times each stage (milliseconds, in order), and stops between stages when asked to. */
export function stopwatch(context: Context): { readonly timings: Record<string, number>; readonly timed: Timed } {
  const timings: Record<string, number> = {};
  return {
    timings,
    async timed(stage, work) {
      // A turn of the event loop, so that Ctrl-C is heard between stages that do not wait for anything.
      await new Promise((resume) => setImmediate(resume));
      checkAborted(context);
      const start = performance.now();
      const result = await work();
      timings[stage] = Math.round(performance.now() - start);
      return result;
    },
  };
}

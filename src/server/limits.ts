/** Lets through `perSecond` on the long run and `burst` at once, for each of many callers. */
export interface Bucket {
  /** Takes one; 0, or seconds until the next can be had. */
  take(caller: string): number;
}

/** Most callers that are remembered: the ones unseen for longest are forgotten, which gives them a full bucket again. */
const remembered = 10_000;

/** A token bucket per caller. `clock` gives milliseconds. */
export function createBucket({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }, clock: () => number): Bucket {
  const callers = new Map<string, { left: number; at: number }>();
  return {
    take(caller) {
      const now = clock();
      const known = callers.get(caller);
      const left = known ? Math.min(burst, known.left + (Math.max(0, now - known.at) / 1000) * perSecond) : burst;
      callers.delete(caller);
      callers.set(caller, { left: left >= 1 ? left - 1 : left, at: now });
      if (callers.size > remembered) callers.delete(callers.keys().next().value!);
      return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
    },
  };
}

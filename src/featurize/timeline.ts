import { absorb, count, type Tally } from './tally.js';

/** Values by the instant they happened at, so that the first or last one can be found and taken back. */
export type Timeline = Map<number, Tally<number>>;

export function place(timeline: Timeline, at: number, value: number, by = 1): void {
  const here = timeline.get(at) ?? new Map<number, number>();
  count(here, value, by);
  if (here.size) timeline.set(at, here);
  else timeline.delete(at);
}

export function absorbTimeline(into: Timeline, from: Timeline): Timeline {
  for (const [at, values] of from) into.set(at, absorb(into.get(at) ?? new Map<number, number>(), values));
  return into;
}

/** The value at the earliest (sign 1) or latest (−1) instant; of several there, the smallest or largest. NaN when empty. */
export function extreme(timeline: Timeline, sign: 1 | -1): number {
  let when = Number.NaN;
  for (const at of timeline.keys()) if (!(sign * when <= sign * at)) when = at;
  let found = Number.NaN;
  for (const value of timeline.get(when)?.keys() ?? []) if (!(sign * found <= sign * value)) found = value;
  return found;
}

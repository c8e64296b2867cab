/** What each stage took, in order: milliseconds, or proportions. */
export type Timings = readonly (readonly [stage: string, time: number])[];

/** A job under way: when each of its stages began (ms), how much of the last stage is done, and what the stages took (or their shares) another time. */
export interface UnderWay {
  readonly stages: ReadonlyMap<string, number>;
  readonly done?: number;
  readonly usual: Timings;
  readonly now: number;
}

/** Below this part of the whole, what has passed says too little about the pace. */
const enough = 0.15;

/**
 * Milliseconds that are left, if the stages keep the proportions of `usual`: the stages that are over tell the pace. Undefined where too little has passed, or the work is
 * not like the one before.
 */
export function remaining({ stages, done, usual, now }: UnderWay): number | undefined {
  const [stage, since] = [...stages].at(-1) ?? [];
  const at = usual.findIndex(([name]) => name === stage);
  if (at < 0 || since === undefined) return undefined;
  const sum = (some: Timings) => some.reduce((all, [, time]) => all + time, 0);
  const own = usual[at][1], before = sum(usual.slice(0, at)), after = sum(usual.slice(at + 1));
  const [, first] = [...stages][0];
  const past = before + own * (done ?? 0);
  if (past <= 0 || past < enough * (before + own + after)) return undefined;
  const pace = (now - first - (done === undefined ? now - since : 0)) / past;
  const inStage = done === undefined ? Math.max(0, own * pace - (now - since)) : own * (1 - done) * pace;
  return Math.round(inStage + after * pace);
}

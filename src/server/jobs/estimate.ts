/** A job under way: when each of its stages began (ms), how much of the last stage is done, and what the stages took (or their shares) another time. */
export interface UnderWay {
  readonly stages: ReadonlyMap<string, number>;
  readonly done?: number;
  readonly usual: Readonly<Record<string, number>>;
  readonly now: number;
}

/** Below this part of the whole, what has passed says too little about the pace. */
const enough = 0.15;

/**
 * Milliseconds that are left, if the stages keep the proportions of `usual`: the stages that are over tell the pace. Undefined where too little has passed, or the work is
 * not like the one before.
 */
export function remaining({ stages, done, usual, now }: UnderWay): number | undefined {
  const order = Object.keys(usual);
  const [stage, since] = [...stages].at(-1) ?? [];
  const at = stage === undefined ? -1 : order.indexOf(stage);
  if (at < 0 || since === undefined) return undefined;
  const total = order.reduce((sum, name) => sum + usual[name], 0);
  const before = order.slice(0, at).reduce((sum, name) => sum + usual[name], 0);
  const [, first] = [...stages][0];
  const past = before + usual[stage!] * (done ?? 0);
  if (total <= 0 || past < enough * total) return undefined;
  const pace = (now - first - (done === undefined ? now - since : 0)) / past;
  const inStage = done === undefined ? Math.max(0, usual[stage!] * pace - (now - since)) : usual[stage!] * (1 - done) * pace;
  const after = order.slice(at + 1).reduce((sum, name) => sum + usual[name], 0);
  return Math.round(inStage + after * pace);
}

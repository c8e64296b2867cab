/** A value that is edited, and what it was. */
export interface History<T> {
  readonly now: T;
  readonly past: readonly T[];
  readonly future: readonly T[];
  /** What the last edit was about: edits of one field in a row are one step back. */
  readonly about?: string;
}

const MOST = 200;

export const begin = <T>(now: T): History<T> => ({ now, past: [], future: [] });

/** Another value. With `about` the same as last time, it joins the last step. */
export function edit<T>(history: History<T>, now: T, about?: string): History<T> {
  if (Object.is(now, history.now)) return history;
  if (about !== undefined && about === history.about && history.past.length > 0) return { ...history, now, future: [] };
  return { now, past: [...history.past, history.now].slice(-MOST), future: [], about };
}

export function undo<T>({ now, past, future }: History<T>): History<T> {
  return past.length === 0 ? { now, past, future } : { now: past.at(-1)!, past: past.slice(0, -1), future: [now, ...future] };
}

export function redo<T>({ now, past, future }: History<T>): History<T> {
  return future.length === 0 ? { now, past, future } : { now: future[0], past: [...past, now], future: future.slice(1) };
}

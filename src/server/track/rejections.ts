import type { Rejection } from '../../ingest/track/read-messages.js';

/** An event that was not taken: for whoever looks at what arrives. It holds nothing of its payload. */
export interface Rejected extends Rejection {
  /** ms */
  readonly at: number;
  /** Of the contract: 'POST /v1/track'. */
  readonly route: string;
}

/** What was refused lately, by workspace. */
export interface Rejections {
  add(workspace: string, rejected: readonly Rejected[]): void;
  /** Newest first, a hundred at most. */
  recent(workspace: string): readonly Rejected[];
  /** Tells what is refused from now on; gives what ends it. */
  listen(workspace: string, listener: (rejected: Rejected) => void): () => void;
  /** How many in all. */
  readonly total: number;
}

const kept = 100;

export function createRejections(): Rejections {
  const recent = new Map<string, Rejected[]>();
  const listeners = new Map<string, Set<(rejected: Rejected) => void>>();
  let total = 0;
  return {
    add(workspace, rejected) {
      total += rejected.length;
      recent.set(workspace, [...rejected.slice(-kept).reverse(), ...(recent.get(workspace) ?? [])].slice(0, kept));
      for (const listener of listeners.get(workspace) ?? []) for (const one of rejected.slice(-kept)) listener(one);
    },
    recent: (workspace) => recent.get(workspace) ?? [],
    listen(workspace, listener) {
      const all = listeners.get(workspace) ?? new Set();
      listeners.set(workspace, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(workspace);
      };
    },
    get total() {
      return total;
    },
  };
}

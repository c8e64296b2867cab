import type { AuditLog } from '../store/store.js';

/** How a workspace is: what its store says stays the same until something changes, and every change has its entry in the audit log. */
export interface Settled {
  /** Of the newest entry: stands for how things are. */
  readonly hash: string;
  /** What `read` gives, for all who ask the same before something changes; not to be changed. */
  read<T>(question: string, read: () => Promise<T>): Promise<T>;
}

/** Tells how things are now, with what was read since they are so. */
export function settledBy({ head }: Pick<AuditLog, 'head'>): () => Promise<Settled> {
  let now: Settled | undefined;
  return async () => {
    // Read before anything else is: an answer may be newer than its hash, never older.
    const { hash } = await head();
    if (now?.hash !== hash) now = { hash, read: readsOnce() };
    return now;
  };
}

function readsOnce(): Settled['read'] {
  const known = new Map<string, Promise<unknown>>();
  return <T>(question: string, read: () => Promise<T>) => {
    const found = (known.get(question) as Promise<T> | undefined) ?? read();
    known.set(question, found);
    found.catch(() => known.delete(question));
    return found;
  };
}

import type { RunView } from '../../flow/view/view.js';

type Viewed = Pick<RunView, 'bytes' | 'close'>;

interface Kept<V> {
  readonly view: Promise<V>;
  bytes: number;
  users: number;
}

/** Opened views, the last used ones kept as far as `memory` bytes go, the one in use in any case. */
export function keptViews<V extends Viewed>(open: (run: string) => Promise<V>, memory: number) {
  /** Last used last. */
  const kept = new Map<string, Kept<V>>();
  const tidy = () => {
    let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [run, one] of kept) {
      if (total <= memory || kept.size === 1) return;
      if (one.users > 0) continue;
      kept.delete(run);
      total -= one.bytes;
      void one.view.then((view) => view.close()).catch(() => {});
    }
  };
  return {
    /** Closes all of them; none may be in use. */
    async close() {
      const all = [...kept.values()];
      kept.clear();
      for (const { view } of all) await view.then((opened) => opened.close()).catch(() => {});
    },
    /** A view to use until it is released. */
    async use(run: string): Promise<{ readonly view: V; release(): void }> {
      const one = kept.get(run) ?? { view: open(run), bytes: 0, users: 0 };
      kept.delete(run);
      kept.set(run, one);
      one.users++;
      const release = () => {
        one.users--;
        tidy();
      };
      try {
        const view = await one.view;
        one.bytes = view.bytes;
        return { view, release };
      } catch (error) {
        if (kept.get(run) === one) kept.delete(run);
        throw error;
      }
    },
  };
}

import type { RunView } from '../../flow/view/view.js';

type Viewed = Pick<RunView, 'bytes' | 'close'>;

interface Kept<V> {
  readonly view: Promise<V>;
  /** What its files were when it was opened. */
  readonly stamp: string | undefined;
  bytes: number;
  users: number;
}

/** Opened views, the last used ones kept as far as `memory` bytes go, the one in use in any case. `stampOf`: what a run's files are; where they are others now, it is opened anew. */
export function keptViews<V extends Viewed>(open: (run: string) => Promise<V>, memory: number, stampOf: (run: string) => string | undefined = () => undefined) {
  /** Last used last. */
  const kept = new Map<string, Kept<V>>();
  const tidy = () => {
    let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [run, one] of kept) {
      if (total <= memory || kept.size === 1) return;
      if (one.users > 0) continue;
      kept.delete(run);
      total -= one.bytes;
      shut(one);
    }
  };
  const shut = ({ view }: Kept<V>) => void view.then((opened) => opened.close()).catch(() => {});
  return {
    /** Closes all of them; none may be in use. */
    async close() {
      const all = [...kept.values()];
      kept.clear();
      for (const { view } of all) await view.then((opened) => opened.close()).catch(() => {});
    },
    /** A view to use until it is released. */
    async use(run: string): Promise<{ readonly view: V; release(): void }> {
      const known = kept.get(run), stamp = stampOf(run);
      const one = known?.stamp === stamp && known ? known : { view: open(run), stamp, bytes: 0, users: 0 };
      if (known && known !== one && known.users === 0) shut(known);
      kept.delete(run);
      kept.set(run, one);
      one.users++;
      const release = () => {
        one.users--;
        if (one.users === 0 && kept.get(run) !== one) shut(one);
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

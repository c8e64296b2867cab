import { ShoalError } from '../errors.js';
import { formatCount } from '../util/format-value.js';

const DAY = 86_400_000;
/** Past instants that are learnt from, at most. */
const MOST = 4;

/** Instants that features are as of. Answers of the training cuts are known at the test cut, so nothing that is tested on has been learnt from. */
export interface Cuts {
  /** Ascending, at least one. */
  readonly train: readonly number[];
  readonly test: number;
  /** From the end of the gap after a cut until then its answer shows, ms. */
  readonly gap: number;
  readonly horizon: number;
}

/** What the answers of a cut depend on: (from, to], strictly after the cut. */
export const windowOf = (cut: number, { gap, horizon }: Pick<Cuts, 'gap' | 'horizon'>): { readonly from: number; readonly to: number } => ({ from: cut + gap, to: cut + gap + horizon });

/**
 * Rolling origins over the time there is: the test cut as late as its answers are known at the end, training cuts a horizon apart before it, as long as at least a horizon
 * of history lies before the first. Instants and lengths in ms.
 * @throws `predict/too-short` saying what is missing
 */
export function rollingCuts({ from, to }: { readonly from: number; readonly to: number }, horizon: number, gap = 0): Cuts {
  const ahead = gap + horizon;
  const test = to - ahead;
  const latest = test - ahead;
  if (latest - horizon < from) {
    const days = (ms: number) => formatCount(Math.floor(ms / DAY));
    const most = Math.floor((to - from - 2 * gap) / 3 / DAY);
    throw new ShoalError('predict/too-short', {
      sentence: `To learn what happens within ${days(horizon)} days and to test it on later time, the data must span ${days(3 * horizon + 2 * gap)} days: ${days(horizon)} of history, ${days(ahead)} until the answers to learn from are known, and ${days(ahead)} more to test on. It spans ${days(to - from)}. ${most >= 1 ? `Use --horizon ${most} or less, or give` : 'Give'} a longer file.`,
    });
  }
  const train: number[] = [];
  for (let cut = latest; cut - horizon >= from && train.length < MOST; cut -= horizon) train.unshift(cut);
  return { train, test, gap, horizon };
}

/** Refuses a cut whose answers are not known yet. @throws `predict/too-short` */
export function requireWindow(cut: number, end: number, lengths: Pick<Cuts, 'gap' | 'horizon'>): void {
  const { to } = windowOf(cut, lengths);
  if (to <= end) return;
  const days = (ms: number) => formatCount(Math.max(0, Math.floor(ms / DAY)));
  const date = new Date(cut).toISOString().slice(0, 10);
  throw new ShoalError('predict/too-short', { sentence: `Needs ${days(to - cut)} days after the cut of ${date}; the data ends ${end < cut ? 'before it' : `${days(end - cut)} days after`}. Use an earlier cut, a shorter horizon, or more data.` });
}

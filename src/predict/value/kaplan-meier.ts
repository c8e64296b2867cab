// Kaplan–Meier (1958): the share that is still there after each time, when some are only known to have been there until now. Spread by Greenwood (1926), interval on the scale of
// ln(−ln S), which stays within 0 and 1. Holds nothing of anyone's nature; cannot tell people apart. O(n log n).
import { normalQuantile } from '../../util/normal-quantile.js';
import { radixOrder } from '../../util/radix-order.js';
import { requireLifetimes, type Lifetimes } from './lifetimes.js';

/** Steps at the times that anyone ended or was last seen, ascending; before the first one everyone is there. */
export interface SurvivalCurve {
  readonly times: readonly number[];
  /** Those there just before, and those of them who ended. */
  readonly atRisk: readonly number[];
  readonly ended: readonly number[];
  /** The share still there after the time, and the interval. */
  readonly survival: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** The first time after which half or less is there; absent where more than half is at the end. */
  readonly median?: number;
}

/** @throws `predict/bad-lifetime`, `predict/no-ends` */
export function kaplanMeier(lifetimes: Lifetimes, level = 0.95): SurvivalCurve {
  requireLifetimes(lifetimes);
  const { rows, duration, ended } = lifetimes;
  const z = normalQuantile((1 + level) / 2);
  const order = radixOrder(duration);
  const curve = { times: [] as number[], atRisk: [] as number[], ended: [] as number[], survival: [] as number[], low: [] as number[], high: [] as number[] };
  let [survival, hazard] = [1, 0];
  let median: number | undefined;
  for (let from = 0; from < rows; ) {
    const time = duration[order[from]];
    let [to, ends] = [from, 0];
    for (; to < rows && duration[order[to]] === time; to++) ends += ended[order[to]];
    const atRisk = rows - from;
    survival *= 1 - ends / atRisk;
    if (ends < atRisk) hazard += ends / (atRisk * (atRisk - ends)); // Greenwood's sum
    const log = Math.log(survival);
    const half = survival < 1 && survival > 0 ? (z * Math.sqrt(hazard)) / Math.abs(log) : 0;
    curve.times.push(time);
    curve.atRisk.push(atRisk);
    curve.ended.push(ends);
    curve.survival.push(survival);
    curve.low.push(survival > 0 ? Math.exp(log * Math.exp(half)) : 0);
    curve.high.push(survival > 0 ? Math.exp(log * Math.exp(-half)) : 0);
    if (median === undefined && survival <= 0.5) median = time;
    from = to;
  }
  return { ...curve, ...(median !== undefined && { median }) };
}

/** The share still there after `time`; the last known one beyond the end. */
export function survivalAt({ times, survival }: Pick<SurvivalCurve, 'times' | 'survival'>, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low ? survival[low - 1] : 1;
}

/** The time that one who has been there for `age` is expected to stay within the next `horizon`: the area under the curve from there on, over its height there; 0 where nobody was there so long. */
export function expectedStay(curve: Pick<SurvivalCurve, 'times' | 'survival'>, age: number, horizon: number): number {
  const now = survivalAt(curve, age);
  if (!(now > 0)) return 0;
  let [area, from, height] = [0, age, now];
  for (let i = 0; i < curve.times.length; i++) {
    if (curve.times[i] <= age) continue;
    if (curve.times[i] >= age + horizon) break;
    area += height * (curve.times[i] - from);
    from = curve.times[i];
    height = curve.survival[i];
  }
  return (area + height * (age + horizon - from)) / now;
}

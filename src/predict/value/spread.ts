import { spendBelow, spendScale } from './gamma-gamma.js';
import type { Foreteller, Values } from './purchase-model.js';

/** Probabilities of counts are taken until less than this is left. */
const rest = 1e-4;
const mostPurchases = 4_096;
/** Counts that are less likely add nothing that shows. */
const rare = 2e-5;
/** Ages are taken as the middle of so many equal parts of the longest one: the spread hardly depends on them, but with `exactAge`. */
const ages = 24;
/** With `exactAge`, those that are less than a 32nd part of a doubling apart are taken as one: a hundredth, some 300 of them in two years. */
const perDoubling = 32;
/** Amounts at which a distribution is known, between its 0.2 % and 99.8 %. */
const points = 32;

/** How purchases, and what they cost together, spread for people with one past who are still there. */
interface Distribution {
  /** P(at most k purchases). */
  readonly counts: Float64Array;
  readonly mean: number;
  readonly variance: number;
  /** ln of amounts as parts of the person's scale, ascending, and P(at most so much). */
  readonly amounts?: Float64Array;
  readonly below?: Float64Array;
}

export interface Spread {
  /** Variance of the number of purchases. */
  variance(repeats: number, age: number, alive: number): number;
  /** The number of purchases that is not exceeded with the probability p. */
  purchases(repeats: number, age: number, alive: number, p: number): number;
  /** What is not exceeded by what they cost together. `mean`: of the purchases so far. */
  amount(repeats: number, age: number, alive: number, mean: number, p: number): number;
}

/**
 * The distributions of purchases in the time t from now, and of what they cost (exact but for the grouping of ages and straight lines between points; the amount per purchase from
 * Gamma-Gamma fitted to all purchases, the first one too). Each is worked out once.
 */
export function spreadOf(model: Foreteller, p: Values, spend: Values | undefined, t: number, oldest: number): Spread {
  const groupOf = (age: number): number => {
    if (model.time === 'discrete' || (model.exactAge && age < 1)) return age;
    if (model.exactAge) return 2 ** (Math.round(Math.log2(age) * perDoubling) / perDoubling);
    return ((Math.min(ages - 1, Math.floor((age / oldest) * ages)) + 0.5) / ages) * oldest;
  };
  const known = new Map<number, Distribution>();
  const of = (repeats: number, age: number) => {
    const taken = groupOf(age);
    const key = repeats * 65_536 + taken;
    let found = known.get(key);
    if (!found) known.set(key, (found = distribution(model, p, spend, repeats, taken, t)));
    return found;
  };
  return {
    variance(repeats, age, alive) {
      const { mean, variance } = of(repeats, age);
      return alive * (variance + mean * mean) - (alive * mean) ** 2;
    },
    purchases: (repeats, age, alive, share) => firstAbove(of(repeats, age).counts, (share - (1 - alive)) / alive),
    amount(repeats, age, alive, mean, share) {
      const { counts, amounts, below } = of(repeats, age);
      const wanted = (share - (1 - alive)) / alive;
      if (!(wanted > counts[0])) return 0;
      const above = firstAbove(below!, wanted);
      const [left, right] = [Math.max(0, above - 1), above];
      const part = below![right] > below![left] ? (wanted - below![left]) / (below![right] - below![left]) : 0;
      return Math.exp(amounts![left] + Math.min(1, Math.max(0, part)) * (amounts![right] - amounts![left])) * spendScale(spend!, repeats + 1, mean);
    },
  };
}

function distribution(model: Foreteller, p: Values, spend: Values | undefined, repeats: number, age: number, t: number): Distribution {
  const now = model.after(p, repeats, age);
  let most = 16;
  let counts = model.counts(now, t, most);
  while (most < mostPurchases && counts.reduce((a, b) => a + b, 0) < 1 - rest) counts = model.counts(now, t, (most *= 4));
  let [mean, square] = [0, 0];
  counts.forEach((probability, k) => {
    mean += probability * k;
    square += probability * k * k;
  });
  const cumulated = counts.slice();
  for (let k = 1; k <= most; k++) cumulated[k] += cumulated[k - 1];
  const base = { counts: cumulated, mean, variance: Math.max(0, square - mean * mean) };
  if (!spend) return base;
  const likely = grouped(counts);
  const below = (log: number) => likely.reduce((sum, { k, probability }) => sum + probability * spendBelow(spend, repeats + 1, k, Math.exp(log)), counts[0]);
  const whole = likely.reduce((sum, { probability }) => sum + probability, counts[0]);
  const at = (share: number) => {
    let [low, high] = [-25, 25];
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (below(middle) < counts[0] + share * (whole - counts[0])) low = middle;
      else high = middle;
    }
    return high;
  };
  const [from, to] = [at(0.002), at(0.998)];
  const amounts = Float64Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
  return { ...base, amounts, below: amounts.map(below) };
}

/** Counts that are likely enough to show; from 16 on several that differ by at most a sixteenth as one of their mean, which costs the spread of the sum a thousandth. */
function grouped(counts: Float64Array): { readonly k: number; readonly probability: number }[] {
  const groups: { k: number; probability: number }[] = [];
  for (let from = 1; from < counts.length; ) {
    const to = Math.min(counts.length, from + Math.max(1, from >> 4));
    let [probability, weighed] = [0, 0];
    for (; from < to; from++) {
      if (!(counts[from] > rare)) continue;
      probability += counts[from];
      weighed += counts[from] * from;
    }
    if (probability > 0) groups.push({ k: weighed / probability, probability });
  }
  return groups;
}

/** The first index where an ascending column reaches the value; the last one where none does. */
function firstAbove(column: Float64Array, value: number): number {
  let [low, high] = [0, column.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Variance of what is spent: of the number of purchases, of each purchase around the own mean, and of what is not known of that mean. */
export function spendVariance(spend: Values, repeats: number, expected: number, variance: number, mean: number): number {
  const unknown = 1 / Math.max(0.5, spend[1] + spend[0] * (repeats + 1) - 2);
  return mean * mean * (variance + expected / spend[0] + (variance + expected * expected) * unknown);
}

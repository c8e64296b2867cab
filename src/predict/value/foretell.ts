import { discountedPurchases } from './expect.js';
import { expectedSpend, type SpendFit } from './gamma-gamma.js';
import { distinctHistories, type Histories } from './histories.js';
import type { Foreteller, Values } from './purchase-model.js';
import { spendVariance, spreadOf } from './spread.js';

/** What each entity is expected to do in the horizon from now; columns of one length, a row per history. */
export interface ValueColumns {
  /** Days with a purchase after the first one; days from the first to the last one; days from the first to now. */
  readonly repeats: Float64Array;
  readonly last: Float64Array;
  readonly age: Float64Array;
  /** The probability that it has not left for good. */
  readonly alive: Float64Array;
  /** Purchases (days with one) expected, and the interval of what may come. */
  readonly purchases: Float64Array;
  readonly purchasesLow: Float64Array;
  readonly purchasesHigh: Float64Array;
  /** Per purchase; absent where the log has no amounts. */
  readonly spend?: Float64Array;
  /** Expected, less what is usually returned, discounted to now; and the interval. Absent where the log has no amounts, the interval also where it was not asked for. */
  readonly value?: Float64Array;
  readonly valueLow?: Float64Array;
  readonly valueHigh?: Float64Array;
}

export interface Foretold {
  readonly columns: ValueColumns;
  /** Per entity the variance of purchases, or of value (not discounted) where there are amounts. */
  readonly variance: Float64Array;
  /** Discounted over plain purchases. */
  readonly worth: Float64Array;
}

export interface ForetellOptions {
  /** Time ahead and discount per unit of time, in the unit of the histories. */
  readonly horizon: number;
  readonly rate: number;
  /** The share of what happens that intervals should hold. */
  readonly level: number;
  /** What was spent per purchase, over so many purchases (the first one too), and the part of it that is not returned. */
  readonly spend?: { readonly fit: SpendFit; readonly purchases: Float64Array; readonly mean: Float64Array; readonly kept: number };
  /** Whether values get intervals too, which takes longest; by default they do. */
  readonly ranges?: boolean;
}

/** Per history: is it there still, what will it buy and spend within the horizon, and between what and what. What depends on fewer things is worked out once per different value of them. */
export function foretell(model: Foreteller, { parameters: p }: { readonly parameters: Values }, histories: Histories, { horizon, rate, level, spend, ranges = true }: ForetellOptions): Foretold {
  const { rows, repeats, last, age } = histories;
  const fresh = () => new Float64Array(rows);
  const [alive, purchases, purchasesLow, purchasesHigh, variance, worth] = [fresh(), fresh(), fresh(), fresh(), fresh(), fresh()];
  const amounts = spend && { spend: fresh(), value: fresh() };
  const between = spend && ranges ? { valueLow: fresh(), valueHigh: fresh() } : undefined;
  const distinct = distinctHistories(histories);
  // What one who is there will do depends on how often and how long, not on when last.
  const still = distinctHistories({ rows: distinct.rows, repeats: distinct.repeats, age: distinct.age, last: new Float64Array(distinct.rows) });
  const [plain, discounted] = [new Float64Array(still.rows), new Float64Array(still.rows)];
  for (let i = 0; i < still.rows; i++) {
    const now = model.after(p, still.repeats[i], still.age[i]);
    plain[i] = model.expected(now, horizon);
    discounted[i] = discountedPurchases(model, now, horizon, rate);
  }
  const there = new Float64Array(distinct.rows);
  for (let i = 0; i < distinct.rows; i++) there[i] = model.alive(p, distinct.repeats[i], distinct.last[i], distinct.age[i]);
  const spread = spreadOf(model, p, between && spend?.fit.parameters, horizon, age.reduce((most, t) => Math.max(most, t), 1));
  const [low, high] = [(1 - level) / 2, (1 + level) / 2];
  for (let i = 0; i < rows; i++) {
    const pattern = still.of[distinct.of[i]];
    alive[i] = there[distinct.of[i]];
    purchases[i] = alive[i] * plain[pattern];
    worth[i] = plain[pattern] > 0 ? discounted[pattern] / plain[pattern] : 1;
    purchasesLow[i] = spread.purchases(repeats[i], age[i], alive[i], low);
    purchasesHigh[i] = spread.purchases(repeats[i], age[i], alive[i], high);
    variance[i] = spread.variance(repeats[i], age[i], alive[i]);
    if (!amounts) continue;
    const { fit, kept } = spend!;
    const mean = spend!.mean[i];
    const likely = expectedSpend(fit.parameters, spend!.purchases[i], mean);
    // Where spends differ without end there is no mean to be drawn towards: the own one stands.
    const each = (likely < Infinity ? likely : Math.max(0, mean)) * kept;
    amounts.spend[i] = each;
    amounts.value[i] = purchases[i] * worth[i] * each;
    if (between) {
      between.valueLow[i] = spread.amount(repeats[i], age[i], alive[i], mean, low) * worth[i] * kept;
      between.valueHigh[i] = spread.amount(repeats[i], age[i], alive[i], mean, high) * worth[i] * kept;
    }
    variance[i] = spendVariance(fit.parameters, repeats[i], purchases[i], variance[i], each);
  }
  return { columns: { repeats, last, age, alive, purchases, purchasesLow, purchasesHigh, ...amounts, ...between }, variance, worth };
}

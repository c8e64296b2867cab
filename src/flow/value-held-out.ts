import type { Context } from '../context.js';
import type { FrequencyGroup, HeldOut } from '../domain/value.js';
import { ShoalError } from '../errors.js';
import type { PurchaseLog } from '../featurize/purchases.js';
import { fitPurchases } from '../predict/value/fit.js';
import { foretell } from '../predict/value/foretell.js';
import { fitSpend, type Spends } from '../predict/value/gamma-gamma.js';
import { distinctHistories, type Histories } from '../predict/value/histories.js';
import { pastRate } from '../predict/value/past-rate.js';
import type { Foreteller, PurchaseModel, Values } from '../predict/value/purchase-model.js';
import { formatCount, formatPercent } from '../util/format-value.js';
import { pearson } from '../util/pearson.js';

/** All purchases of each, the first one too: a mean over more, and one for those who bought once. */
export const spendsOf = (log: PurchaseLog): Spends => ({ rows: log.rows, purchases: log.days, mean: log.spent.map((v, i) => v / log.days[i]) });

/** A time that was held back. */
export interface Trial {
  readonly past: Histories;
  readonly before: PurchaseLog;
  /** The time held back, in the unit of the histories; and its part until a day after the cut. */
  readonly time: number;
  until(days: number): number;
  /** Purchases of those known at the cut, by day since the epoch. */
  readonly after: { readonly days: Float64Array; readonly purchases: Float64Array };
  readonly level: number;
  readonly money: boolean;
  /** The part of what is spent that is not returned. */
  readonly kept: number;
}

/** How the trial came out, and how much more purchases vary than by chance where everyone goes on as before: what the naive rate is told with. */
export interface Tried {
  readonly heldOut: HeldOut;
  readonly varies: number;
}

const dayMs = 86_400_000;
const frequencies: readonly (readonly [number, number?])[] = [[0, 0], [1, 1], [2, 2], [3, 3], [4, 6], [7]];
/** Points of the curve. */
const most = 26;

/** The model fitted to the past and asked for what followed, beside the naive rate asked the same; undefined where the past cannot be fitted. @throws `run/aborted` */
export function tryOut(model: PurchaseModel, days: number, { past, before, time, until, after, level, money, kept }: Trial, context: Context): Tried | undefined {
  try {
    const fit = fitPurchases(model, past, context);
    const spend = money ? fitSpend(spendsOf(before), context) : undefined;
    const { columns } = foretell(model, fit, past, { horizon: time, rate: 0, level, spend: spend && { fit: spend, ...spendsOf(before), kept }, ranges: false });
    const { laterDays: did, laterSpent, rows } = before;
    let covered = 0;
    for (let i = 0; i < rows; i++) if (did[i] >= columns.purchasesLow[i] && did[i] <= columns.purchasesHigh[i]) covered++;
    const [expected, happened] = [sumOf(columns.purchases), sumOf(did)];
    const net = laterSpent.map((v) => v * kept);
    const rate = pastRate(model.time);
    const naive = Float64Array.from(did, (_, i) => rate.expected([past.repeats[i], past.age[i]], time));
    const [told, squares] = [sumOf(naive), naive.reduce((sum, v, i) => sum + (did[i] - v) ** 2, 0)];
    const heldOut: HeldOut = {
      cut: (before.until + 1) * dayMs - 1, days, entities: rows, expected, happened, ...scores(columns.purchases, did), covered: covered / rows,
      byFrequency: frequencies.flatMap(([from, to]) => groupOf(from, to, past, columns.purchases, did)),
      ...(columns.value && { value: { expected: sumOf(columns.value), happened: sumOf(net), ...scores(columns.value, net) } }),
      naive: { expected: told, ...scores(naive, did), behind: behind(naive, columns.purchases, did) },
      curve: curveOf(model, fit.parameters, past, days, until, before.until, after),
    };
    return { heldOut, varies: told > 0 ? squares / told : 1 };
  } catch (error) {
    if (error instanceof ShoalError && error.code.startsWith('predict/')) return undefined;
    throw error;
  }
}

/** How far off all together was, and single ones: what there is to compare with. */
function scores(told: Float64Array, did: Float64Array): Pick<HeldOut, 'error' | 'correlation'> {
  const varies = (column: Float64Array) => column.some((v) => v !== column[0]);
  return { ...(sumOf(did) > 0 && { error: sumOf(told) / sumOf(did) - 1 }), ...(varies(told) && varies(did) && { correlation: pearson(told, did) }) };
}

/** Twice as much expected as happened, or half as much. */
const faraway = Math.log(2);

/** Whether the naive rate did better: on single customers by more than chance, or where the model was far off on the whole, nearer. */
export function isPoor({ expected, happened, naive }: HeldOut): boolean {
  const off = (told: number) => (told > 0 && happened > 0 ? Math.abs(Math.log(told / happened)) : Infinity);
  return naive.behind < -2 || (off(expected) > faraway && off(naive.expected) < off(expected));
}

/** How it came out, in a sentence. */
export function trialSentence(title: string, heldOut: HeldOut | undefined): string {
  if (!heldOut) return 'The log is too short to hold some of it back: what is foretold here has not been tried.';
  const { days, expected, happened, error, correlation, naive, value } = heldOut;
  const off = (share: number) => `${share > 0 ? '+' : '−'}${formatPercent(Math.abs(share))}`;
  const fitted = `Fitted to all but the last ${formatCount(days)} days, ${title} expected ${formatCount(Math.round(expected))} purchases in them`;
  if (error === undefined || naive.error === undefined) {
    const rather = isPoor(heldOut) ? ', which is nearer: so that is what is told here, and not who is still there' : '';
    return `${fitted}; none happened, so there is no saying by what share it was off. The naive rate, everyone as often as so far, would have said ${formatCount(Math.round(naive.expected))}${rather}.`;
  }
  const single = correlation === undefined ? '' : `; single customers: correlation ${correlation.toFixed(2)}`;
  const told = `${fitted}; ${formatCount(happened)} happened (${off(error)}${single})`;
  const money = value?.error === undefined ? '' : `, and of the money it was ${off(value.error)}`;
  const rate = `The naive rate, everyone as often as so far, would have said ${off(naive.error)}${naive.correlation === undefined ? '' : ` with ${naive.correlation.toFixed(2)}`}`;
  return isPoor(heldOut) ? `${told}${money}. ${rate}, which is better: so that is what is told here, and not who is still there.` : `${told}${money}. ${rate}.`;
}

function groupOf(from: number, to: number | undefined, { rows, repeats }: Histories, told: Float64Array, did: Float64Array): FrequencyGroup[] {
  let [entities, expected, happened] = [0, 0, 0];
  for (let i = 0; i < rows; i++) if (repeats[i] >= from && repeats[i] <= (to ?? Infinity)) (entities++, (expected += told[i]), (happened += did[i]));
  return entities ? [{ from, to, entities, expected: expected / entities, happened: happened / entities }] : [];
}

/** How many standard errors the first one's squared errors are above the second one's, row by row. */
function behind(first: Float64Array, second: Float64Array, did: Float64Array): number {
  const differences = did.map((y, i) => (first[i] - y) ** 2 - (second[i] - y) ** 2);
  const mean = sumOf(differences) / differences.length;
  const spread = differences.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return spread > 0 ? mean / (Math.sqrt(spread) / differences.length) : 0;
}

/** Purchases added up over the time held back, foretold and real. */
function curveOf(model: Foreteller, p: Values, past: Histories, days: number, until: Trial['until'], cut: number, after: Trial['after']): HeldOut['curve'] {
  const still = distinctHistories({ rows: past.rows, repeats: past.repeats, age: past.age, last: new Float64Array(past.rows) });
  const alive = new Float64Array(still.rows);
  for (let i = 0; i < past.rows; i++) alive[still.of[i]] += model.alive(p, past.repeats[i], past.last[i], past.age[i]);
  const now = Array.from(alive, (_, i) => model.after(p, still.repeats[i], still.age[i]));
  const points = Math.min(most, days);
  return Array.from({ length: points }, (_, k) => {
    const day = Math.round((days * (k + 1)) / points);
    const time = until(day);
    const expected = now.reduce((sum, own, i) => sum + alive[i] * model.expected(own, time), 0);
    const happened = after.purchases.reduce((sum, count, i) => (after.days[i] <= cut + day ? sum + count : sum), 0);
    return { day, expected, happened };
  });
}

export const sumOf = (values: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
};

import { z } from 'zod';
import { checkAborted, type Context } from '../context.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { differentDays, purchaseDays, purchaseLog, type PurchaseDays, type PurchaseLog } from '../featurize/purchases.js';
import type { Ingested } from '../ingest/ingest.js';
import { checked } from '../options.js';
import { bootstrap } from '../predict/value/bootstrap.js';
import { purchaseModelNamed } from '../predict/value/catalog.js';
import { comparePurchaseModels, type Comparison } from '../predict/value/compare.js';
import { continuousRate } from '../predict/value/expect.js';
import { fewestRepeaters, fitPurchases, type PurchaseFit } from '../predict/value/fit.js';
import { fitSpend, type SpendFit } from '../predict/value/gamma-gamma.js';
import { foretell, type Foretold, type ValueColumns } from '../predict/value/foretell.js';
import { distinctHistories, type Histories } from '../predict/value/histories.js';
import type { PurchaseModel } from '../predict/value/purchase-model.js';
import { normalQuantile } from '../util/normal-quantile.js';
import { pearson } from '../util/pearson.js';

/** How customers are valued. */
export const valueOptions = z.strictObject({
  horizonDays: z.number().int('must be a whole number').min(1).max(3660).default(365).describe('Days to look ahead').meta({ value: '<days>' }),
  monthlyDiscount: z.number().min(0).max(0.5).default(0.01).describe('What money a month away loses: 0.01 is 1 % a month, 12.7 % a year').meta({ value: '<share>' }),
  level: z.number().min(0.5).max(0.99).default(0.8).describe('The share of what happens that intervals should hold').meta({ value: '<share>' }),
  model: z.enum(['bg-nbd', 'mbg-nbd', 'pareto-nbd', 'nbd', 'bg-bb']).optional().describe('Purchase model; by default the one that tells held-out purchases best'),
});

/** And the segment of an entity, by its id: segments are valued then. */
export type ValueOptions = z.input<typeof valueOptions> & { readonly segmentOf?: (entity: string) => string | undefined };

/** People with so many repeat purchases until the cut: what was expected of each of them after it, and what happened. */
export interface FrequencyGroup {
  readonly from: number;
  readonly to?: number;
  readonly entities: number;
  readonly expected: number;
  readonly happened: number;
}

/** The same models fitted to the first part of the time, against what happened in the rest of it. */
export interface HeldOut {
  /** The last day that was known, ms. */
  readonly cut: number;
  readonly days: number;
  readonly entities: number;
  readonly expected: number;
  readonly happened: number;
  /** expected / happened − 1. */
  readonly error: number;
  /** Of what was expected of each and what each did. */
  readonly correlation: number;
  /** The share whose purchases lay in their interval (at least `level` if the intervals are right: counts are whole numbers). */
  readonly covered: number;
  readonly byFrequency: readonly FrequencyGroup[];
  /** Money expected and spent after the cut, undiscounted. */
  readonly value?: { readonly expected: number; readonly happened: number; readonly error: number; readonly correlation: number };
}

export interface SegmentValue {
  readonly segment: string;
  readonly entities: number;
  /** Entities expected not to have left. */
  readonly alive: number;
  readonly purchases: number;
  readonly value?: number;
  /** In which the sum lies with the probability `level`: of value, or of purchases without amounts. */
  readonly interval: readonly [number, number];
  /** Of the value of all, 0 … 1. */
  readonly share: number;
  /** Per month from now: purchases expected, and what is spent (not discounted). */
  readonly months: readonly { readonly purchases: number; readonly spent?: number }[];
}

/** What customers are worth from now on. Plain data but for its columns. */
export interface CustomerValue {
  /** 'continuous': purchases at any time; 'discrete': on given days only. */
  readonly time: 'continuous' | 'discrete';
  /** Why this kind and this model, in sentences. */
  readonly why: readonly string[];
  readonly comparison?: Comparison;
  /** Parameters in days (discrete: in opportunities). */
  readonly fit: PurchaseFit;
  readonly spend?: SpendFit;
  /** The end of the last day that is known, ms. */
  readonly asOf: number;
  readonly horizonDays: number;
  readonly monthlyDiscount: number;
  readonly level: number;
  readonly currency?: string;
  readonly entities: readonly string[];
  readonly columns: ValueColumns;
  /** Of everyone, and of each segment where segments were given; the most valuable first. */
  readonly all: SegmentValue;
  readonly segments: readonly SegmentValue[];
  /** Absent where the log is too short. */
  readonly heldOut?: HeldOut;
  /** What to bear in mind, in sentences. */
  readonly notes: readonly string[];
}

const dayMs = 86_400_000;
const monthDays = 30.4375;
/** A log of fewer days is too short to hold some back. */
const shortest = 56;
/** At most this share of the days is held back. */
const heldShare = 0.4;
/** On so few different days, far enough apart, purchases fall on occasions rather than at any time. */
const occasions = 40;
/** Bootstrapped parameters, and people of each draw. */
const draws = 30;
const resampled = 2_000;

/**
 * What each customer is expected to buy, spend and be worth within the horizon, from a log of purchases: who is there still, how often they buy, how much they spend. The model is
 * chosen by how well it tells held-out purchases; the intervals are of what may happen, not only of the means. Without amounts there is no value, only purchases.
 *
 *     const { sources, asOf, currency } = await ingest(files, {}, engine, context);
 *     const value = await customerValue({ sources, asOf, currency }, { horizonDays: 180 }, engine, context);
 *     value.entities[0], value.columns.alive[0], value.columns.value?.[0]
 *
 * @throws `config/invalid`, `predict/no-purchases`, `predict/too-few-repeats`, `predict/not-converged`, `predict/unknown-predictor`, `run/aborted`
 */
export async function customerValue(ingested: Pick<Ingested, 'sources' | 'asOf' | 'currency'>, { segmentOf, ...given }: ValueOptions, engine: Engine, context: Context): Promise<CustomerValue> {
  const { horizonDays, monthlyDiscount, level, model: asked } = checked(valueOptions, given);
  const days = await daysOf(ingested, engine);
  try {
    const until = Math.max(days.to, Math.floor((ingested.asOf ?? 0) / dayMs));
    const clock = await clockOf(days, until, engine);
    const cut = until - Math.floor(Math.min(horizonDays, heldShare * (until - days.from)));
    const before = until - days.from >= shortest && cut > days.from ? await purchaseLog(days, cut, engine) : undefined;
    const now = await purchaseLog(days, until, engine);
    checkAborted(context);
    context.progress({ stage: 'value', note: 'comparing purchase models', done: 0.2 });
    const past = before && clock.histories(before);
    const time = before ? clock.between(cut, until) : 0;
    const later = before && time > 0 ? { time, purchases: before.laterDays } : undefined;
    const histories = clock.histories(now);
    const enough = later && past!.repeats.reduce((count, x) => count + Math.sign(x), 0) >= fewestRepeaters;
    const { model, comparison, why } = choose(asked, clock, enough ? past! : histories, enough ? later : undefined, context);
    context.progress({ stage: 'value', note: `fitting ${model.title}`, done: 0.5 });
    const fit = fitPurchases(model, histories, context);
    const money = days.money && now.spent.some((v) => v > 0);
    const spend = money ? fitSpend(spendsOf(now), context) : undefined;
    const horizon = clock.ahead(horizonDays);
    const told = foretell(model, fit, histories, { horizon, rate: continuousRate(monthlyDiscount, clock.unit), level, spend: spend && { fit: spend, ...spendsOf(now), kept: days.kept } });
    context.progress({ stage: 'value', note: 'intervals', done: 0.7 });
    const uncertainty = spreadOfTotal(model, fit, histories, horizon, context);
    const groups = grouped(model, fit, histories, now, told, segmentOf, { clock, horizonDays, level, uncertainty });
    const heldOut = enough ? tryOut(model, past!, before!, later.time, { until, level, money, kept: days.kept }, context) : undefined;
    context.progress({ stage: 'value', done: 1 });
    return {
      time: model.time, why, comparison, fit, spend, asOf: (until + 1) * dayMs - 1, horizonDays, monthlyDiscount, level, currency: ingested.currency, entities: now.entities,
      columns: told.columns, ...groups, heldOut, notes: notesOf(fit, spend, days, now, heldOut),
    };
  } finally {
    await engine.run(`DROP TABLE IF EXISTS ${workTable}`, 'purchases');
  }
}

const workTable = 'shoal_purchase_days';

/** The days of the largest source that is a log of purchases; of events, where there is none of orders. */
async function daysOf({ sources, asOf }: Pick<Ingested, 'sources' | 'asOf'>, engine: Engine): Promise<PurchaseDays> {
  const logs = ['transactions', 'events'].flatMap((kind) => sources.filter((s) => s.kind === kind && s.has.includes('entity') && s.has.includes('at')));
  if (!logs.length) {
    const kinds = sources.map(({ name, kind }) => `'${name}' holds ${kind}`).join(', ');
    throw new ShoalError('predict/no-purchases', { found: kinds ? `${kinds}.` : 'Nothing was found.' });
  }
  const days = await purchaseDays(logs[0], asOf ?? Number.MAX_SAFE_INTEGER / 1000, workTable, engine);
  if (!days) throw new ShoalError('predict/no-purchases', { found: `'${logs[0].name}' has none${asOf === undefined ? '' : ' until then'}.` });
  return days;
}

/** How time is counted: in days, or in the occasions on which anyone bought. */
interface Clock {
  readonly time: 'continuous' | 'discrete';
  readonly why: string;
  /** Days of one unit. */
  readonly unit: number;
  histories(log: PurchaseLog): Histories;
  /** Units after the day `from` until the day `to`. */
  between(from: number, to: number): number;
  ahead(days: number): number;
}

async function clockOf(days: PurchaseDays, until: number, engine: Engine): Promise<Clock> {
  const span = until - days.from;
  if (days.different <= occasions && days.different > 2 && span >= 7 * (days.different - 1)) {
    const dates = await differentDays(days, engine);
    const unit = (dates.at(-1)! - dates[0]) / (dates.length - 1);
    const index = new Map(Array.from(dates, (day, i) => [day, i]));
    const lastBefore = (day: number) => dates.findLastIndex((date) => date <= day);
    return {
      time: 'discrete', unit,
      why: `All purchases fall on ${dates.length} days, ${Math.round(unit)} days apart: they are counted as occasions that are taken or not.`,
      histories: (log) => {
        const end = lastBefore(log.until);
        const at = (day: number) => index.get(day)!;
        return { rows: log.rows, repeats: log.days.map((n) => n - 1), last: log.last.map((day, i) => at(day) - at(log.first[i])), age: log.first.map((day) => end - at(day)) };
      },
      between: (from, to) => lastBefore(to) - lastBefore(from),
      ahead: (ahead) => Math.max(1, Math.round(ahead / unit)),
    };
  }
  return {
    time: 'continuous', unit: 1,
    why: 'People may buy on any day and say nothing when they stop: whether one is still there has to be told from how long it has been quiet.',
    histories: (log) => ({ rows: log.rows, repeats: log.days.map((n) => n - 1), last: log.last.map((day, i) => day - log.first[i]), age: log.first.map((day) => log.until - day) }),
    between: (from, to) => to - from,
    ahead: (ahead) => ahead,
  };
}

const families = { continuous: ['bg-nbd', 'mbg-nbd', 'pareto-nbd', 'nbd'], discrete: ['bg-bb'] };

function choose(asked: string | undefined, clock: Clock, histories: Histories, later: { time: number; purchases: Float64Array } | undefined, context: Context) {
  const names = asked ? [asked] : families[clock.time];
  const models = names.map(purchaseModelNamed);
  if (models.length === 1) return { model: models[0], comparison: undefined, why: [clock.why, asked ? `${models[0].title} was asked for.` : `${models[0].title} is the model of that. ${models[0].says}`] };
  const comparison = comparePurchaseModels(models, histories, later, context);
  const model = purchaseModelNamed(comparison.chosen);
  return { model, comparison, why: [clock.why, comparison.why, model.says] };
}

/** All purchases of each, the first one too: a mean over more, and one for those who bought once. */
const spendsOf = (log: PurchaseLog) => ({ rows: log.rows, purchases: log.days, mean: log.spent.map((v, i) => v / log.days[i]) });

/** How far off, relatively, the sum of what is expected of everyone may be because the parameters are only estimated: standard deviation over bootstrapped ones, on a sample. */
function spreadOfTotal(model: PurchaseModel, fit: PurchaseFit, histories: Histories, horizon: number, context: Context): number {
  const step = Math.ceil(histories.rows / resampled);
  const every = (column: Float64Array) => column.filter((_, i) => i % step === 0);
  const age = every(histories.age);
  const sample = distinctHistories({ rows: age.length, age, repeats: every(histories.repeats), last: every(histories.last) });
  const totals = bootstrap(model, fit, sample, draws, context, resampled).map((p) => {
    let total = 0;
    for (let i = 0; i < sample.rows; i++) total += sample.weights[i] * model.alive(p, sample.repeats[i], sample.last[i], sample.age[i]) * model.expected(model.after(p, sample.repeats[i], sample.age[i]), horizon);
    return total;
  });
  const mean = totals.reduce((a, b) => a + b, 0) / totals.length;
  const deviation = totals.length > 2 ? Math.sqrt(totals.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (totals.length - 1)) / mean : 0;
  // The sample has more of it than all have.
  return deviation / Math.sqrt(step);
}

function grouped(
  model: PurchaseModel, { parameters: p }: PurchaseFit, histories: Histories, log: PurchaseLog, { columns, variance, worth }: Foretold, segmentOf: ValueOptions['segmentOf'],
  { clock, horizonDays, level, uncertainty }: { clock: Clock; horizonDays: number; level: number; uncertainty: number },
): Pick<CustomerValue, 'all' | 'segments'> {
  const months = Math.max(1, Math.min(60, Math.round(horizonDays / monthDays)));
  const still = distinctHistories({ rows: histories.rows, repeats: histories.repeats, age: histories.age, last: new Float64Array(histories.rows) });
  // Purchases of one who is there until the end of each month.
  const until = Float64Array.from({ length: still.rows * months }, (_, at) => {
    const i = Math.floor(at / months);
    const days = Math.min(horizonDays, ((at % months) + 1) * monthDays);
    return model.expected(model.after(p, still.repeats[i], still.age[i]), clock.time === 'discrete' ? Math.floor(days / clock.unit) : days);
  });
  const names = new Map<string, number>();
  const of = segmentOf && Int32Array.from(log.entities, (entity) => {
    const name = segmentOf(entity);
    if (name === undefined) return -1;
    if (!names.has(name)) names.set(name, names.size);
    return names.get(name)!;
  });
  const sums = [undefined, ...names.keys()].map((segment) => ({ segment, entities: 0, alive: 0, purchases: 0, value: 0, variance: 0, bought: new Float64Array(months), spent: new Float64Array(months) }));
  for (let i = 0; i < histories.rows; i++) {
    const pattern = still.of[i] * months;
    for (const to of of && of[i] >= 0 ? [sums[0], sums[of[i] + 1]] : [sums[0]]) {
      to.entities++;
      to.alive += columns.alive[i];
      to.purchases += columns.purchases[i];
      to.value += columns.value?.[i] ?? 0;
      to.variance += variance[i] * (columns.value ? worth[i] ** 2 : 1);
      for (let month = 0; month < months; month++) {
        const bought = columns.alive[i] * (until[pattern + month] - (month ? until[pattern + month - 1] : 0));
        to.bought[month] += bought;
        to.spent[month] += bought * (columns.spend?.[i] ?? 0);
      }
    }
  }
  const z = normalQuantile((1 + level) / 2);
  const whole = columns.value ? sums[0].value : sums[0].purchases;
  const [all, ...segments] = sums.map(({ segment, entities, alive, purchases, value, variance: own, bought, spent }): SegmentValue => {
    const sum = columns.value ? value : purchases;
    const half = z * Math.sqrt(own + (uncertainty * sum) ** 2);
    return {
      segment: segment ?? 'all', entities, alive, purchases, ...(columns.value && { value }), interval: [Math.max(0, sum - half), sum + half], share: whole > 0 ? sum / whole : 0,
      months: Array.from(bought, (count, month) => ({ purchases: count, ...(columns.value && { spent: spent[month] }) })),
    };
  });
  return { all, segments: segments.sort((a, b) => b.share - a.share) };
}

const frequencies: readonly (readonly [number, number?])[] = [[0, 0], [1, 1], [2, 2], [3, 3], [4, 6], [7]];

function tryOut(model: PurchaseModel, past: Histories, before: PurchaseLog, time: number, { until, level, money, kept }: { until: number; level: number; money: boolean; kept: number }, context: Context): HeldOut | undefined {
  try {
    const fit = fitPurchases(model, past, context);
    const spend = money ? fitSpend(spendsOf(before), context) : undefined;
    const { columns } = foretell(model, fit, past, { horizon: time, rate: 0, level, spend: spend && { fit: spend, ...spendsOf(before), kept } });
    const { laterDays, laterSpent, rows } = before;
    let covered = 0;
    for (let i = 0; i < rows; i++) if (laterDays[i] >= columns.purchasesLow[i] && laterDays[i] <= columns.purchasesHigh[i]) covered++;
    const [expected, happened] = [sumOf(columns.purchases), sumOf(laterDays)];
    const net = laterSpent.map((v) => v * kept);
    return {
      cut: (before.until + 1) * dayMs - 1, days: until - before.until, entities: rows, expected, happened, error: expected / happened - 1, correlation: pearson(columns.purchases, laterDays), covered: covered / rows,
      byFrequency: frequencies.flatMap(([from, to]) => {
        let [entities, told, did] = [0, 0, 0];
        for (let i = 0; i < rows; i++) if (past.repeats[i] >= from && past.repeats[i] <= (to ?? Infinity)) (entities++, (told += columns.purchases[i]), (did += laterDays[i]));
        return entities ? [{ from, to, entities, expected: told / entities, happened: did / entities }] : [];
      }),
      ...(columns.value && { value: { expected: sumOf(columns.value), happened: sumOf(net), error: sumOf(columns.value) / sumOf(net) - 1, correlation: pearson(columns.value, net) } }),
    };
  } catch (error) {
    if (error instanceof ShoalError && error.code.startsWith('predict/')) return undefined;
    throw error;
  }
}

/** When more than this share of everyone first appears in the first tenth of the time, many were there before it. */
const beforehand = 0.35;

function notesOf(fit: PurchaseFit, spend: SpendFit | undefined, days: PurchaseDays, now: PurchaseLog, heldOut: HeldOut | undefined): string[] {
  const early = now.first.filter((day) => day - days.from < 0.1 * (now.until - days.from)).length / now.rows;
  return [
    ...fit.warnings, ...(spend?.warnings ?? []),
    ...(fit.model === 'nbd' ? ['Nothing in the log shows that people leave for good, so everyone counts as still there: a longer log may tell.'] : []),
    ...(days.money && !spend ? ['Nobody spent more than 0, so there is no value, only purchases.'] : []),
    ...(days.kept < 1 ? [`${((1 - days.kept) * 100).toFixed(1)} % of what is spent is returned; values are lessened by that.`] : []),
    ...(early > beforehand ? [`${Math.round(early * 100)} % appear within the first tenth of the log: many will have bought before it begins, so their first purchase here is not their first.`] : []),
    ...(heldOut ? [] : ['The log is too short to hold some of it back, so what is foretold has not been tried.']),
  ];
}

const sumOf = (values: Float64Array) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
};

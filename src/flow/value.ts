import type { z } from 'zod';
import { checkAborted, type Context } from '../context.js';
import type { HeldOut, SegmentValue } from '../domain/value.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { differentDays, purchaseDays, purchaseLog, purchasesAfter, type PurchaseDays, type PurchaseLog } from '../featurize/purchases.js';
import type { Ingested } from '../ingest/ingest.js';
import { checked } from '../options.js';
import { bootstrap } from '../predict/value/bootstrap.js';
import { purchaseModelNamed } from '../predict/value/catalog.js';
import { comparePurchaseModels, type Comparison } from '../predict/value/compare.js';
import { continuousRate } from '../predict/value/expect.js';
import { fewestRepeaters, fitPurchases, type PurchaseFit } from '../predict/value/fit.js';
import { fitSpend, spendSlopes, type SpendFit } from '../predict/value/gamma-gamma.js';
import { foretell, type ForetellOptions, type Foretold, type ValueColumns } from '../predict/value/foretell.js';
import { distinctHistories, type Histories } from '../predict/value/histories.js';
import { pastRate } from '../predict/value/past-rate.js';
import type { Foreteller, PurchaseModel, Values } from '../predict/value/purchase-model.js';
import { normalQuantile } from '../util/normal-quantile.js';
import { valueOptions } from './value-options.js';
import { isPoor, spendsOf, trialSentence, tryOut } from './value-held-out.js';

/** And the segment of an entity, by its id: segments are valued then. `quick`: without Pareto/NBD, which takes ten times as long to fit as the others, unless it is asked for. */
export type ValueOptions = z.input<typeof valueOptions> & { readonly segmentOf?: SegmentOf; readonly quick?: boolean };

type SegmentOf = (entity: string) => string | undefined;

/** What customers are worth from now on. Plain data but for its columns. */
export interface CustomerValue {
  /** 'continuous': purchases at any time; 'discrete': on given days only. */
  readonly time: 'continuous' | 'discrete';
  /** 'model': told by the fitted model; 'rate': by the naive rate, which did better on what was held back. Nobody's chance to be there is told then. */
  readonly by: 'model' | 'rate';
  /** Why this kind and this model, in sentences. */
  readonly why: readonly string[];
  /** How it did on what was held back, in a sentence. */
  readonly trial: string;
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
export async function customerValue(ingested: Pick<Ingested, 'sources' | 'asOf' | 'currency'>, { segmentOf, ...options }: ValueOptions, engine: Engine, context: Context): Promise<CustomerValue> {
  const { value, bySegment } = await valueOf(ingested, options, engine, context);
  return segmentOf ? { ...value, segments: bySegment(segmentOf) } : value;
}

/** The same, and a way to ask for segments once they are known. */
export async function valueOf(ingested: Pick<Ingested, 'sources' | 'asOf' | 'currency'>, { quick = false, ...given }: Omit<ValueOptions, 'segmentOf'>, engine: Engine, context: Context): Promise<{ readonly value: CustomerValue; readonly bySegment: (segmentOf: SegmentOf) => readonly SegmentValue[] }> {
  const { horizonDays, monthlyDiscount, level, model: asked } = checked(valueOptions, given);
  const days = await daysOf(ingested, engine);
  try {
    const until = Math.max(days.to, Math.floor((ingested.asOf ?? 0) / dayMs));
    const clock = await clockOf(days, until, engine);
    const cut = until - Math.floor(Math.min(horizonDays, heldShare * (until - days.from)));
    const long = until - days.from >= shortest && cut > days.from;
    const [now, before, after] = await Promise.all([purchaseLog(days, until, engine), long ? purchaseLog(days, cut, engine) : undefined, long ? purchasesAfter(days, cut, engine) : undefined]);
    checkAborted(context);
    context.progress({ stage: 'value', note: 'comparing purchase models', done: 0.2 });
    const past = before && clock.histories(before);
    const time = before ? clock.between(cut, until) : 0;
    const later = before && time > 0 ? { time, purchases: before.laterDays } : undefined;
    const histories = clock.histories(now);
    const enough = later && past!.repeats.reduce((count, x) => count + Math.sign(x), 0) >= fewestRepeaters;
    const { model, comparison, why } = choose(asked, quick, clock, enough ? past! : histories, enough ? later : undefined, context);
    context.progress({ stage: 'value', note: `fitting ${model.title}`, done: 0.5 });
    const fit = fitPurchases(model, histories, context);
    const money = days.money && now.spent.some((v) => v > 0);
    const tried = enough ? tryOut(model, until - cut, { past: past!, before: before!, time, until: (d) => clock.between(cut, cut + d), after: after!, level, money, kept: days.kept }, context) : undefined;
    const heldOut = tried?.heldOut;
    const by = heldOut && isPoor(heldOut) ? 'rate' : 'model';
    const horizon = clock.ahead(horizonDays);
    const [foreteller, parameters] = by === 'rate' ? [pastRate(model.time), [1 + ((tried!.varies - 1) * horizon) / time]] as const : [model, fit.parameters] as const;
    const spends = money ? { fit: fitSpend(spendsOf(now), context), ...spendsOf(now), kept: days.kept } : undefined;
    context.progress({ stage: 'value', note: 'intervals', done: 0.7 });
    const told = foretell(foreteller, { parameters }, histories, { horizon, rate: continuousRate(monthlyDiscount, clock.unit), level, spend: spends });
    const uncertainty = by === 'rate' ? Math.abs(heldOut!.naive.expected - heldOut!.happened) / Math.max(heldOut!.naive.expected, 1) : spreadOfTotal(model, fit, histories, horizon, context);
    const bySegment = grouped(foreteller, parameters, histories, now, told, { clock, horizonDays, level, uncertainty, spends, by });
    const { all } = bySegment();
    context.progress({ stage: 'value', done: 1 });
    const columns = by === 'rate' ? { ...told.columns, alive: told.columns.alive.map(() => Number.NaN) } : told.columns;
    return {
      value: {
        time: model.time, by, why, trial: trialSentence(model.title, heldOut), comparison, fit, spend: spends?.fit, asOf: (until + 1) * dayMs - 1, horizonDays, monthlyDiscount, level, currency: ingested.currency, entities: now.entities,
        columns, all, segments: [], heldOut, notes: notesOf(by, fit, spends?.fit, days, now),
      },
      bySegment: (segmentOf) => bySegment(segmentOf).segments,
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

const slowest = 'pareto-nbd';
const families = { continuous: ['bg-nbd', 'mbg-nbd', 'pareto-nbd', 'nbd'], discrete: ['bg-bb'] };

function choose(asked: string | undefined, quick: boolean, clock: Clock, histories: Histories, later: { time: number; purchases: Float64Array } | undefined, context: Context) {
  const names = asked ? [asked] : families[clock.time].filter((name) => !quick || name !== slowest);
  const models = names.map(purchaseModelNamed);
  if (models.length === 1) return { model: models[0], comparison: undefined, why: [clock.why, asked ? `${models[0].title} was asked for.` : `${models[0].title} is the model of that. ${models[0].says}`] };
  const comparison = comparePurchaseModels(models, histories, later, context);
  const model = purchaseModelNamed(comparison.chosen);
  return { model, comparison, why: [clock.why, comparison.why, model.says] };
}

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

/** What sums over customers need to know besides them. */
interface Summing {
  readonly clock: Clock;
  readonly horizonDays: number;
  readonly level: number;
  /** Relative standard deviation of the total from what is not known of the purchase model. */
  readonly uncertainty: number;
  readonly spends?: NonNullable<ForetellOptions['spend']>;
  readonly by: CustomerValue['by'];
}

/** Sums of what is foretold: of everyone, and by segment where these are said. Each variance is of what may happen, and of what is not known of the purchase model and of the model of spend (by the delta method). */
function grouped(model: Foreteller, p: Values, histories: Histories, log: PurchaseLog, { columns, variance, worth }: Foretold, { clock, horizonDays, level, uncertainty, spends, by }: Summing): (segmentOf?: SegmentOf) => Pick<CustomerValue, 'all' | 'segments'> {
  // The last one ends with the horizon.
  const months = Math.ceil(horizonDays / monthDays);
  const still = distinctHistories({ rows: histories.rows, repeats: histories.repeats, age: histories.age, last: new Float64Array(histories.rows) });
  // Purchases of one who is there until the end of each month.
  const until = Float64Array.from({ length: still.rows * months }, (_, at) => {
    const i = Math.floor(at / months);
    const days = ((at % months) + 1) * monthDays;
    const time = days >= horizonDays ? clock.ahead(horizonDays) : clock.time === 'discrete' ? Math.floor(days / clock.unit) : days;
    return model.expected(model.after(p, still.repeats[i], still.age[i]), time);
  });
  const z = normalQuantile((1 + level) / 2);
  return (segmentOf) => {
    const names = new Map<string, number>();
    const of = segmentOf && Int32Array.from(log.entities, (entity) => {
      const name = segmentOf(entity);
      if (name === undefined) return -1;
      if (!names.has(name)) names.set(name, names.size);
      return names.get(name)!;
    });
    const sums = [undefined, ...names.keys()].map((segment) => ({ segment, entities: 0, alive: 0, purchases: 0, value: 0, past: 0, variance: 0, slopes: [0, 0, 0], bought: new Float64Array(months), spent: new Float64Array(months) }));
    for (let i = 0; i < histories.rows; i++) {
      const pattern = still.of[i] * months;
      const slopes = spends && spendSlopes(spends.fit.parameters, spends.purchases[i], spends.mean[i]);
      for (const to of of && of[i] >= 0 ? [sums[0], sums[of[i] + 1]] : [sums[0]]) {
        to.entities++;
        to.alive += columns.alive[i];
        to.purchases += columns.purchases[i];
        to.value += columns.value?.[i] ?? 0;
        to.past += log.spent[i];
        to.variance += variance[i] * (columns.value ? worth[i] ** 2 : 1);
        if (slopes) for (let k = 0; k < 3; k++) to.slopes[k] += columns.purchases[i] * worth[i] * spends.kept * slopes[k];
        for (let month = 0; month < months; month++) {
          const bought = columns.alive[i] * (until[pattern + month] - (month ? until[pattern + month - 1] : 0));
          to.bought[month] += bought;
          to.spent[month] += bought * (columns.spend?.[i] ?? 0);
        }
      }
    }
    const whole = columns.value ? sums[0].value : sums[0].purchases;
    const [all, ...segments] = sums.map(({ segment, entities, alive, purchases, value, past, variance: own, slopes, bought, spent }): SegmentValue => {
      const sum = columns.value ? value : purchases;
      const half = z * Math.sqrt(own + (uncertainty * sum) ** 2 + quadratic(slopes, spends?.fit.covariance));
      return {
        segment: segment ?? 'all', entities, ...(by === 'model' && { alive }), purchases, ...(columns.value && { value }), interval: [Math.max(0, sum - half), sum + half], share: whole > 0 ? sum / whole : 0, ...(columns.value && { spent: past }),
        months: Array.from(bought, (count, month) => ({ purchases: count, ...(columns.value && { spent: spent[month] }) })),
      };
    });
    return { all, segments: segments.sort((a, b) => b.share - a.share) };
  };
}

/** xᵀ C x; 0 where the covariance is not known. */
const quadratic = (x: readonly number[], covariance: readonly number[] | undefined): number =>
  covariance ? x.reduce((sum, a, i) => sum + x.reduce((row, b, j) => row + a * b * covariance[i * x.length + j], 0), 0) : 0;

/** When more than this share of everyone first appears in the first tenth of the time, many were there before it. */
const beforehand = 0.35;

function notesOf(by: CustomerValue['by'], fit: PurchaseFit, spend: SpendFit | undefined, days: PurchaseDays, now: PurchaseLog): string[] {
  const early = now.first.filter((day) => day - days.from < 0.1 * (now.until - days.from)).length / now.rows;
  return [
    ...fit.warnings, ...(spend?.warnings ?? []),
    ...(fit.model === 'nbd' && by === 'model' ? ['Nothing in the log shows that people leave for good, so everyone counts as still there: a longer log may tell.'] : []),
    ...(days.money && !spend ? ['Nobody spent more than 0, so there is no value, only purchases.'] : []),
    ...(days.kept < 1 ? [`${((1 - days.kept) * 100).toFixed(1)} % of what is spent is returned; values are lessened by that.`] : []),
    ...(early > beforehand ? [`${Math.round(early * 100)} % appear within the first tenth of the log: many will have bought before it begins, so their first purchase here is not their first.`] : []),
  ];
}

import type { Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { purchaseCounts, expectedPurchases } from './expect.js';
import { fitPurchases, type PurchaseFit } from './fit.js';
import type { Histories } from './histories.js';
import type { PurchaseModel } from './purchase-model.js';

/** What happened after the histories ended: purchases of each row in the time `time` that followed. */
export interface Later {
  readonly time: number;
  readonly purchases: Float64Array;
}

/** One model beside the others. */
export interface Candidate {
  readonly model: string;
  readonly title: string;
  readonly logLikelihood?: number;
  readonly bic?: number;
  /** Mean logarithm of the probability that was given to what happened later: higher is better. */
  readonly score?: number;
  /** Purchases expected later, over those that happened. */
  readonly ratio?: number;
  /** Why it could not be fitted. */
  readonly problem?: string;
}

export interface Comparison {
  readonly candidates: readonly Candidate[];
  readonly chosen: string;
  /** Why, in a sentence. */
  readonly why: string;
}

/** Mean scores nearer than this are the same: a tenth of a per cent in the probability. */
const alike = 1e-3;
/** Histories that the models are compared on at most. */
const compared = 10_000;

/**
 * Fits each model to the histories and lets it tell the probability of what happened later. The best one wins, but among those within a standard error of it the one with the
 * lower BIC; without later purchases the lowest BIC. @throws `predict/too-few-repeats` and the like where none can be fitted
 */
export function comparePurchaseModels(models: readonly PurchaseModel[], histories: Histories, later: Later | undefined, context: Context): Comparison {
  const step = Math.ceil(histories.rows / compared);
  const every = (column: Float64Array) => (step === 1 ? column : column.filter((_, i) => i % step === 0));
  const age = every(histories.age);
  const sample: Histories = { rows: age.length, age, repeats: every(histories.repeats), last: every(histories.last) };
  const happened = later && every(later.purchases);
  let failure: ShoalError | undefined;
  const tried = models.map((model) => {
    try {
      const fit = fitPurchases(model, sample, context);
      return { model, fit, ...(later && scored(model, fit, sample, later.time, happened!)) };
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code === 'run/aborted') throw error;
      failure = error;
      return { model, problem: error.message };
    }
  });
  const fitted = tried.flatMap((one) => ('fit' in one ? [one] : []));
  if (!fitted.length) throw failure!;
  const byBic = [...fitted].sort((a, b) => a.fit.bic - b.fit.bic);
  const best = fitted.every((one) => one.scores) ? [...fitted].sort((a, b) => b.score! - a.score!)[0] : undefined;
  const winner = best ? byBic.find((one) => best.score! - one.score! < alike || behind(best.scores!, one.scores!) <= 1)! : byBic[0];
  return {
    chosen: winner.model.name,
    why: sentence(winner.model.title, best?.model.title, byBic[0].model.title, fitted.length),
    candidates: tried.map((one) => ({
      model: one.model.name, title: one.model.title,
      ...('fit' in one ? { logLikelihood: one.fit.logLikelihood, bic: one.fit.bic, ...(one.scores && { score: one.score, ratio: one.ratio }) } : { problem: one.problem }),
    })),
  };
}

function sentence(chosen: string, best: string | undefined, leanest: string, count: number): string {
  if (count === 1) return `${chosen} is the only one that could be fitted.`;
  const fits = chosen === leanest ? 'and it fits the past best (BIC)' : `though ${leanest} fits the past better (BIC)`;
  if (!best) return `${chosen} fits the past best (BIC); the log is too short to try it on later purchases.`;
  return best === chosen ? `${chosen} gave what happened later the highest probability, ${fits}.` : `${chosen} gave what happened later as high a probability as ${best} but for chance, ${fits}.`;
}

function scored(model: PurchaseModel, { parameters }: PurchaseFit, { rows, repeats, last, age }: Histories, time: number, happened: Float64Array) {
  const scores = new Float64Array(rows);
  let [told, total, sum] = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const counts = purchaseCounts(model, parameters, repeats[i], last[i], age[i], time, happened[i]);
    scores[i] = Math.log(Math.max(counts[happened[i]], 1e-12));
    sum += scores[i];
    told += expectedPurchases(model, parameters, repeats[i], last[i], age[i], time);
    total += happened[i];
  }
  return { scores, score: sum / rows, ratio: told / total };
}

/** How many standard errors the second one's scores are behind the first one's, pair by pair. */
function behind(first: Float64Array, second: Float64Array): number {
  const differences = first.map((v, i) => v - second[i]);
  const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
  const spread = differences.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return spread > 0 ? mean / (Math.sqrt(spread) / differences.length) : 0;
}

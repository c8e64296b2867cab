import { checkAborted, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { minimise, type Minimum } from '../../util/minimise.js';
import { distinctHistories, requireHistories, type DistinctHistories, type Histories } from './histories.js';
import type { Likelihood, PurchaseModel } from './purchase-model.js';

/** Parameters found in data, and how sure they are. */
export interface Estimate {
  /** In the order of the model's parameters, in the unit of the data. */
  readonly parameters: readonly number[];
  /** Standard errors from the curvature of the likelihood; absent where it is flat. */
  readonly errors?: readonly number[];
  /** Covariance of the parameters' logarithms, row-major; absent where the likelihood is flat. */
  readonly covariance?: readonly number[];
  readonly logLikelihood: number;
  /** Evaluations of the likelihood. */
  readonly evaluations: number;
  /** What to bear in mind, in sentences. */
  readonly warnings: readonly string[];
}

/** A purchase model with its parameters: plain data. */
export interface PurchaseFit extends Estimate {
  readonly model: string;
  readonly entities: number;
  /** Bayes's information criterion: lower is better. */
  readonly bic: number;
}

/** Fewer who came back tell nothing of when people stop. */
export const fewestRepeaters = 10;
/** Above this many different histories the search begins on a sample of them. */
const sampled = 20_000;
/** Logarithms of parameters (times as parts of the longest one) beyond which only rounding differs. */
const farthest = 20;
/** Mean slope per entity at which the search has ended, up to which a maximum is one, and up to which the likelihood is at least flat. */
const there = 1e-10;
const nearly = 1e-6;
const flat = 1e-3;

/**
 * The parameters under which these histories are most likely. Rows that are alike are counted once; times are scaled by the longest one meanwhile.
 * @param near where to begin, instead of the model's own start: as a bootstrap does
 * @throws `predict/bad-history`, `predict/too-few-repeats`, `predict/not-converged`, `run/aborted`
 */
export function fitPurchases(model: PurchaseModel, histories: Histories, context: Pick<Context, 'signal'>, near?: readonly number[]): PurchaseFit {
  requireHistories(histories);
  const distinct = distinctHistories(histories);
  let repeaters = 0;
  for (let i = 0; i < distinct.rows; i++) if (distinct.repeats[i] > 0) repeaters += distinct.weights[i];
  if (repeaters < fewestRepeaters) throw new ShoalError('predict/too-few-repeats', { model: model.title, entities: distinct.entities, repeaters, minimum: fewestRepeaters });
  const unit = model.time === 'continuous' ? distinct.age.reduce((most, age) => Math.max(most, age), 0) : 1;
  const scaled = unit === 1 ? distinct : { ...distinct, last: distinct.last.map((t) => t / unit), age: distinct.age.map((t) => t / unit) };
  const scales = model.parameters.map((_, i) => (model.times.includes(i) ? unit : 1));
  const start = near ? near.map((v, i) => v / scales[i]) : model.start(scaled);
  const found = mostLikely(model.title, model.parameters, (rows) => model.likelihood(rows), scaled, start, context);
  // A purchase is 1 / unit as likely within a unit of time.
  let purchases = 0;
  for (let i = 0; i < distinct.rows; i++) purchases += distinct.weights[i] * distinct.repeats[i];
  const logLikelihood = found.logLikelihood - purchases * Math.log(unit);
  return {
    ...found, logLikelihood,
    parameters: found.parameters.map((v, i) => v * scales[i]), errors: found.errors?.map((v, i) => v * scales[i]),
    model: model.name, entities: distinct.entities, bic: model.parameters.length * Math.log(distinct.entities) - 2 * logLikelihood,
  };
}

/** The parameters (all more than 0) with the highest likelihood, searched for by their logarithms; on many rows from where a sample of them has its own. */
function mostLikely(title: string, names: readonly string[], likelihoodOf: (rows: DistinctHistories) => Likelihood, rows: DistinctHistories, start: readonly number[], context: Pick<Context, 'signal'>): Estimate {
  let from = start.map(Math.log);
  let metric: Float64Array | undefined;
  if (rows.rows > sampled) {
    const sample = everyNth(rows, Math.ceil(rows.rows / sampled));
    const first = search(likelihoodOf(sample), sample.entities, from, context);
    from = [...first.at];
    metric = first.inverse;
  }
  return estimate(title, names, search(likelihoodOf(rows), rows.entities, from, context, metric), rows.entities);
}

function search(likelihood: Likelihood, weight: number, from: readonly number[], context: Pick<Context, 'signal'>, metric?: Float64Array): Minimum {
  const p = new Float64Array(from.length);
  return minimise((at, gradient) => {
    for (let i = 0; i < p.length; i++) {
      if (!(Math.abs(at[i]) < farthest)) return Number.NaN;
      p[i] = Math.exp(at[i]);
    }
    const value = likelihood(p, gradient);
    for (let i = 0; i < p.length; i++) gradient[i] *= -p[i] / weight;
    return -value / weight;
  }, from, { precision: there, metric, breath: () => checkAborted(context) });
}

/** A minimum of the negative mean log-likelihood in logarithms of parameters → the parameters, with what is known of them. @throws `predict/not-converged` */
export function estimate(title: string, names: readonly string[], found: Minimum, weight: number): Estimate {
  const parameters = [...found.at].map(Math.exp);
  const extreme = names.filter((_, i) => Math.abs(found.at[i]) > farthest / 2);
  if (!Number.isFinite(found.value) || (found.slope > flat && !extreme.length)) throw new ShoalError('predict/not-converged', { model: title, slope: found.slope, evaluations: found.evaluations });
  const inverse = extreme.length || found.slope > nearly ? undefined : found.inverse;
  const covariance = inverse && [...inverse].map((v) => v / weight);
  return {
    parameters, covariance,
    errors: covariance && parameters.map((v, i) => v * Math.sqrt(covariance[i * names.length + i])),
    logLikelihood: -found.value * weight, evaluations: found.evaluations,
    warnings: covariance ? [] : [`The data do not tell where ${extreme.length ? extreme.join(' and ') : names.join(', ')} of ${title} end${extreme.length === 1 ? 's' : ''}: other values fit as well. What is expected of people can be used, the parameters and their differences cannot.`],
  };
}

function everyNth(h: DistinctHistories, n: number): DistinctHistories {
  const at = (column: Float64Array) => column.filter((_, i) => i % n === 0);
  const weights = at(h.weights);
  return { rows: weights.length, repeats: at(h.repeats), last: at(h.last), age: at(h.age), weights, entities: weights.reduce((a, b) => a + b, 0) };
}

// Cox's proportional hazards (1972): by what factor each column raises the risk to end at any time, whatever that risk is over time. Ties by Efron (1977); Newton's method, steps halved
// where they overshoot. Holds that a factor is the same at all times: see the discrete-time hazard where it is not. O(n columns²) per iteration.
import { checkAborted, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { invertLower } from '../../util/cholesky.js';
import { normalQuantile } from '../../util/normal-quantile.js';
import { normalTail } from '../../util/normal-tail.js';
import { radixOrder } from '../../util/radix-order.js';
import { chiSquareTail } from '../../util/special.js';
import { requireLifetimes, type Lifetimes } from './lifetimes.js';

/** Numbers per row that the risk may depend on; none missing. */
export interface Covariates {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

export interface CoxEffect {
  readonly name: string;
  /** ln of the factor by which the risk rises with each unit more. */
  readonly coefficient: number;
  readonly error: number;
  /** e^coefficient and its 95 % interval. */
  readonly ratio: number;
  readonly interval: readonly [number, number];
  /** Probability of so great a coefficient by chance. */
  readonly p: number;
}

export interface CoxFit {
  readonly effects: readonly CoxEffect[];
  /** Means that risks are measured from. */
  readonly means: readonly number[];
  readonly rows: number;
  readonly ends: number;
  /** Partial log-likelihood, and that of no effects. */
  readonly logLikelihood: number;
  readonly nullLogLikelihood: number;
  /** 2 × their difference, which is χ² with one degree per column where nothing matters. */
  readonly test: { readonly statistic: number; readonly degrees: number; readonly p: number };
  /** Of pairs of which one is known to have ended earlier, the share in which it had the higher risk (ties half). */
  readonly concordance: number;
  /** Share still there over time of one who has the means (Breslow 1972). */
  readonly baseline: { readonly times: readonly number[]; readonly survival: readonly number[] };
}

const iterations = 50;
/** Gain in the partial log-likelihood after which it ends. */
const precise = 1e-10;
/** A coefficient that changes the odds e^12-fold over a standard deviation has no end. */
const endless = 12;

/** @throws `predict/bad-lifetime`, `predict/no-ends`, `predict/no-effect` for a column that has none to find, `run/aborted` */
export function fitCox(lifetimes: Lifetimes, { names, columns }: Covariates, context: Pick<Context, 'signal'>): CoxFit {
  requireLifetimes(lifetimes);
  const { rows, duration, ended } = lifetimes;
  const d = names.length;
  const means = columns.map((column) => column.reduce((a, b) => a + b, 0) / rows);
  const spreads = columns.map((column, j) => Math.sqrt(column.reduce((sum, v) => sum + (v - means[j]) ** 2, 0) / rows));
  spreads.forEach((spread, j) => {
    if (!(spread > 1e-12 * Math.max(1, Math.abs(means[j])))) throw new ShoalError('predict/no-effect', { name: names[j], reason: Number.isNaN(spread) ? 'has values that are missing' : 'is the same for everyone' });
  });
  // Latest first, so that those at risk are added one by one.
  const order = radixOrder(duration, true);
  const x = new Float64Array(rows * d);
  for (let r = 0; r < rows; r++) for (let j = 0; j < d; j++) x[r * d + j] = (columns[j][order[r]] - means[j]) / spreads[j];
  const time = Float64Array.from(order, (i) => duration[i]);
  const end = Float64Array.from(order, (i) => ended[i]);
  let at = partial(new Float64Array(d), x, time, end, d);
  const nothing = at.value;
  let beta = new Float64Array(d);
  let lower = factor(at.information, d, names);
  for (let iteration = 0; iteration < iterations; iteration++) {
    checkAborted(context);
    const step = solve(lower, at.gradient, d);
    let next: typeof at | undefined;
    let tried = beta;
    for (let part = 1; part > 1e-4; part /= 2) {
      tried = beta.map((v, j) => v + part * step[j]);
      next = partial(tried, x, time, end, d);
      if (next.value >= at.value - 1e-12 * Math.abs(at.value)) break;
    }
    const gain = next!.value - at.value;
    beta = tried;
    at = next!;
    const far = beta.findIndex((v) => Math.abs(v) > endless);
    if (far >= 0) throw new ShoalError('predict/no-effect', { name: names[far], reason: 'tells who ends without an exception, so its effect has no bound' });
    lower = factor(at.information, d, names);
    if (Math.abs(gain) < precise) break;
  }
  const inverse = invertLower(lower, d);
  const z = normalQuantile(0.975);
  const effects = names.map((name, j): CoxEffect => {
    let variance = 0;
    for (let k = j; k < d; k++) variance += inverse[k * d + j] ** 2;
    const [coefficient, error] = [beta[j] / spreads[j], Math.sqrt(variance) / spreads[j]];
    return { name, coefficient, error, ratio: Math.exp(coefficient), interval: [Math.exp(coefficient - z * error), Math.exp(coefficient + z * error)], p: 2 * normalTail(Math.abs(coefficient / error)) };
  });
  const risk = Float64Array.from({ length: rows }, (_, r) => dot(beta, x, r * d, d));
  const statistic = 2 * (at.value - nothing);
  return {
    effects, means, rows, ends: end.reduce((a, b) => a + b, 0), logLikelihood: at.value, nullLogLikelihood: nothing, test: { statistic, degrees: d, p: chiSquareTail(d, statistic) },
    concordance: concordanceOf(time, end, risk), baseline: baselineOf(time, end, risk),
  };
}

/** The risk of a row relative to one with the means: e^Σ coefficient × (value − mean). */
export function relativeRisk({ effects, means }: Pick<CoxFit, 'effects' | 'means'>, values: ArrayLike<number>): number {
  return Math.exp(effects.reduce((sum, { coefficient }, j) => sum + coefficient * (values[j] - means[j]), 0));
}

/** The partial log-likelihood with its gradient and information; rows latest first. */
function partial(beta: Float64Array, x: Float64Array, time: Float64Array, end: Float64Array, d: number) {
  const gradient = new Float64Array(d);
  const information = new Float64Array(d * d);
  // Sums over those at risk, and over those who end at the time: of risk, risk × x and risk × x xᵀ.
  const [first, second] = [new Float64Array(d), new Float64Array(d * d)];
  const [tiedFirst, tiedSecond, mean] = [new Float64Array(d), new Float64Array(d * d), new Float64Array(d)];
  let [all, value] = [0, 0];
  for (let from = 0; from < time.length; ) {
    let [to, ends, tied] = [from, 0, 0];
    tiedFirst.fill(0);
    tiedSecond.fill(0);
    for (; to < time.length && time[to] === time[from]; to++) {
      const linear = dot(beta, x, to * d, d);
      const risk = Math.exp(linear);
      all += risk;
      const ending = end[to] === 1;
      if (ending) {
        ends++;
        tied += risk;
        value += linear;
      }
      for (let j = 0; j < d; j++) {
        const v = x[to * d + j];
        first[j] += risk * v;
        if (ending) {
          tiedFirst[j] += risk * v;
          gradient[j] += v;
        }
        for (let k = 0; k <= j; k++) {
          const product = risk * v * x[to * d + k];
          second[j * d + k] += product;
          if (ending) tiedSecond[j * d + k] += product;
        }
      }
    }
    // Efron: of those who end together, each in turn leaves the rest with part of their risk.
    for (let one = 0; one < ends; one++) {
      const share = one / ends;
      const risk = all - share * tied;
      value -= Math.log(risk);
      for (let j = 0; j < d; j++) {
        mean[j] = (first[j] - share * tiedFirst[j]) / risk;
        gradient[j] -= mean[j];
        for (let k = 0; k <= j; k++) information[j * d + k] += (second[j * d + k] - share * tiedSecond[j * d + k]) / risk - mean[j] * mean[k];
      }
    }
    from = to;
  }
  for (let j = 0; j < d; j++) for (let k = 0; k < j; k++) information[k * d + j] = information[j * d + k];
  return { value, gradient, information };
}

/** A pivot below this part of its column's own information is rounding. */
const dependent = 1e-9;

/** Cholesky's factor; the first column that depends on those before it is named. */
function factor(information: Float64Array, d: number, names: readonly string[]): Float64Array {
  const lower = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = information[i * d + j];
      for (let l = 0; l < j; l++) sum -= lower[i * d + l] * lower[j * d + l];
      if (i !== j) lower[i * d + j] = sum / lower[j * d + j];
      else if (sum > dependent * information[i * d + i]) lower[i * d + i] = Math.sqrt(sum);
      else throw new ShoalError('predict/no-effect', { name: names[i], reason: 'says nothing that the other columns do not say together' });
    }
  }
  return lower;
}

function solve(lower: Float64Array, b: Float64Array, d: number): Float64Array {
  const y = b.slice();
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) y[i] -= lower[i * d + j] * y[j];
    y[i] /= lower[i * d + i];
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let j = i + 1; j < d; j++) y[i] -= lower[j * d + i] * y[j];
    y[i] /= lower[i * d + i];
  }
  return y;
}

function dot(beta: Float64Array, x: Float64Array, from: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += beta[j] * x[from + j];
  return sum;
}

/** Harrell's C: rows latest first. Counts of lower risks among those who end later come from a Fenwick tree over ranks. O(n log n). */
export function concordanceOf(time: Float64Array, end: Float64Array, risk: Float64Array): number {
  const sorted = Float64Array.from(new Set(risk)).sort();
  const rank = new Map(Array.from(sorted, (v, i) => [v, i + 1]));
  const tree = new Float64Array(sorted.length + 1);
  const upTo = (at: number) => {
    let sum = 0;
    for (; at > 0; at -= at & -at) sum += tree[at];
    return sum;
  };
  let [pairs, right, inside] = [0, 0, 0];
  for (let from = 0; from < time.length; ) {
    let to = from;
    for (; to < time.length && time[to] === time[from]; to++);
    // Those still there at the time of an end are later; those who end with it are not compared.
    const enter = (wanted: number) => {
      for (let i = from; i < to; i++) {
        if (end[i] !== wanted) continue;
        inside++;
        for (let at = rank.get(risk[i])!; at < tree.length; at += at & -at) tree[at]++;
      }
    };
    enter(0);
    for (let i = from; i < to; i++) {
      if (end[i] !== 1) continue;
      const own = rank.get(risk[i])!;
      const [lower, notHigher] = [upTo(own - 1), upTo(own)];
      pairs += inside;
      right += lower + (notHigher - lower) / 2;
    }
    enter(1);
    from = to;
  }
  return pairs ? right / pairs : 0.5;
}

function baselineOf(time: Float64Array, end: Float64Array, risk: Float64Array): CoxFit['baseline'] {
  const steps: { at: number; hazard: number }[] = [];
  let all = 0;
  for (let from = 0; from < time.length; ) {
    let [to, ends] = [from, 0];
    for (; to < time.length && time[to] === time[from]; to++) {
      all += Math.exp(risk[to]);
      ends += end[to];
    }
    steps.push({ at: time[from], hazard: ends / all });
    from = to;
  }
  let sum = 0;
  const rising = steps.reverse().map(({ at, hazard }) => ({ at, survival: Math.exp(-(sum += hazard)) }));
  return { times: rising.map(({ at }) => at), survival: rising.map(({ survival }) => survival) };
}

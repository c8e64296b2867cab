// Gamma-Gamma: what people spend per purchase varies around an own mean, and these means vary among people (Fader & Hardie 2013, "The Gamma-Gamma model of monetary value", note 025). One
// who has bought little is drawn towards everyone's mean. It holds that how much is spent does not depend on how often; `correlation` says how far that is from true here.
import { checkAborted, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { minimise } from '../../util/minimise.js';
import { digamma, incompleteBeta, lnGamma } from '../../util/special.js';
import { estimate, fewestRepeaters, type Estimate } from './fit.js';
import { pearson } from '../../util/pearson.js';
import type { Values } from './purchase-model.js';

/** Purchases per entity and what was spent on each on average, in one currency. The first purchase is usually left out, as purchase models count repeats. */
export interface Spends {
  readonly rows: number;
  readonly purchases: Float64Array;
  readonly mean: Float64Array;
}

/** Parameters p, q and v: a purchase is Gamma(p, ν), where ν is Gamma(q, v) among people. */
export interface SpendFit extends Estimate {
  /** Entities with purchases and a mean spend above 0: those that were looked at. */
  readonly entities: number;
  /** Left out: with no purchases; with a mean spend of 0 or less. */
  readonly without: number;
  readonly notPositive: number;
  /** Pearson's correlation of how often and how much, over those looked at. */
  readonly correlation: number;
}

/** From here on how much is spent cannot be held independent of how often. */
const dependent = 0.3;

/** @throws `predict/too-few-spends`, `predict/not-converged`, `run/aborted` */
export function fitSpend({ rows, purchases, mean }: Spends, context: Pick<Context, 'signal'>): SpendFit {
  const kept: number[] = [];
  let [without, notPositive] = [0, 0];
  for (let i = 0; i < rows; i++) {
    if (!(purchases[i] > 0)) without++;
    else if (!(mean[i] > 0 && mean[i] < Infinity)) notPositive++;
    else kept.push(i);
  }
  if (kept.length < fewestRepeaters) throw new ShoalError('predict/too-few-spends', { entities: kept.length, notPositive, minimum: fewestRepeaters });
  const x = Float64Array.from(kept, (i) => purchases[i]);
  const m = Float64Array.from(kept, (i) => mean[i]);
  // Money as parts of the typical spend, so that all parameters are of one scale.
  const unit = Math.exp(m.reduce((sum, v) => sum + Math.log(v), 0) / m.length);
  const scaled = m.map((v) => v / unit);
  const found = minimise(negativeLikelihood(x, scaled), [Math.log(2), Math.log(3), 0], { breath: () => checkAborted(context) });
  const { parameters, errors, ...rest } = estimate('Gamma-Gamma', ['p', 'q', 'v'], found, x.length);
  const correlation = pearson(x, m);
  const inUnit = ([p, q, v]: readonly number[]) => [p, q, v * unit];
  return {
    ...rest, parameters: inUnit(parameters), errors: errors && inUnit(errors), logLikelihood: rest.logLikelihood - x.length * Math.log(unit), entities: x.length, without, notPositive, correlation,
    warnings: [
      ...rest.warnings,
      ...(notPositive ? [`${notPositive.toLocaleString('en')} with a mean spend of 0 or less ${notPositive === 1 ? 'is' : 'are'} left out of the model of spend.`] : []),
      ...(Math.abs(correlation) >= dependent ? [`Those who buy more often spend ${correlation > 0 ? 'more' : 'less'} each time (correlation ${correlation.toFixed(2)}), but the model holds the two independent: values of frequent buyers are ${correlation > 0 ? 'too low for new ones' : 'too high for new ones'}; model groups apart.`] : []),
      ...(parameters[1] <= 1 ? [`Mean spends differ so much (q = ${parameters[1].toFixed(2)} ≤ 1) that everyone's mean is not finite: for those without a repeat purchase no spend can be told. Take out extreme amounts, or take the median.`] : []),
    ],
  };
}

/**
 * The mean spend expected of one with so many purchases of this mean; everyone's mean where there are none. Infinity where it has no mean (p x + q ≤ 1). A mean spend of 0 or less says
 * nothing to this model and counts as no purchases.
 */
export function expectedSpend({ 0: p, 1: q, 2: v }: Values, purchases: number, mean: number): number {
  const x = mean > 0 ? purchases : 0;
  return p * x + q > 1 ? (p * (v + x * (x ? mean : 0))) / (p * x + q - 1) : Infinity;
}

/** How the expected spend changes with the logarithm of each parameter; 0 where it has no mean. */
export function spendSlopes({ 0: p, 1: q, 2: v }: Values, purchases: number, mean: number): readonly [number, number, number] {
  const x = mean > 0 ? purchases : 0;
  const below = p * x + q - 1;
  if (!(below > 0)) return [0, 0, 0];
  const each = (p * (v + x * (x ? mean : 0))) / below;
  return [each * (1 - (p * x) / below), (-each * q) / below, (p * v) / below];
}

/** What sums of purchases of one with this past are measured by: v + x m. */
export function spendScale({ 2: v }: Values, purchases: number, mean: number): number {
  return mean > 0 ? v + purchases * mean : v;
}

/** The probability that n purchases of one with so many before cost at most `multiple` times the own scale together: their sum is beta-prime. */
export function spendBelow({ 0: p, 1: q }: Values, purchases: number, n: number, multiple: number): number {
  return n === 0 ? 1 : multiple > 0 ? incompleteBeta(p * n, q + p * purchases, multiple / (1 + multiple)) : 0;
}

/** Equation 1a of the note, over rows; what depends on x alone is summed over its different values. The derivative of everything but ln(x m + v) comes by count. */
function negativeLikelihood(x: Float64Array, m: Float64Array) {
  const counts = new Map<number, number>();
  let fixed = 0;
  let logs = 0;
  for (let i = 0; i < x.length; i++) {
    counts.set(x[i], (counts.get(x[i]) ?? 0) + 1);
    fixed -= Math.log(m[i]);
    logs += x[i] * Math.log(m[i] * x[i]);
  }
  const byCount = [...counts];
  const n = x.length;
  return (at: Float64Array, gradient: Float64Array): number => {
    if (at.some((v) => !(Math.abs(v) < 20))) return Number.NaN;
    const [p, q, v] = at.map(Math.exp);
    // Σ over rows of −ln m + p x ln(x m) + q ln v − (p x + q) ln(x m + v) + ln Γ(p x + q) − ln Γ(p x) − ln Γ(q)
    let sum = fixed + p * logs + n * (q * Math.log(v) - lnGamma(q));
    let [dp, dq, dv] = [logs, n * (Math.log(v) - digamma(q)), (n * q) / v];
    for (const [count, people] of byCount) {
      const upper = digamma(p * count + q);
      sum += people * (lnGamma(p * count + q) - lnGamma(p * count));
      dp += people * count * (upper - digamma(p * count));
      dq += people * upper;
    }
    for (let i = 0; i < n; i++) {
      const base = x[i] * m[i] + v;
      const log = Math.log(base);
      const shape = p * x[i] + q;
      sum -= shape * log;
      dp -= x[i] * log;
      dq -= log;
      dv -= shape / base;
    }
    gradient[0] = (-p * dp) / n;
    gradient[1] = (-q * dq) / n;
    gradient[2] = (-v * dv) / n;
    return -sum / n;
  };
}

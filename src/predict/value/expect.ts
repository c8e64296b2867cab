import { gaussLegendre } from '../../util/gauss-legendre.js';
import type { Foreteller, Values } from './purchase-model.js';

/** Purchases expected in the time t from now of one with this history. */
export function expectedPurchases(model: Foreteller, p: Values, repeats: number, last: number, age: number, t: number): number {
  return model.alive(p, repeats, last, age) * model.expected(model.after(p, repeats, age), t);
}

/** Repeat purchases expected of a new one until the time t after the first purchase. */
export function expectedOfNew(model: Foreteller, p: Values, t: number): number {
  return expectedPurchases(model, p, 0, 0, 0, t);
}

/** The probabilities of 0, 1, … `most` purchases in the time t from now of one with this history. */
export function purchaseCounts(model: Foreteller, p: Values, repeats: number, last: number, age: number, t: number, most: number): Float64Array {
  const alive = model.alive(p, repeats, last, age);
  const counts = model.counts(model.after(p, repeats, age), t, most);
  for (let k = 0; k <= most; k++) counts[k] *= alive;
  counts[0] += 1 - alive;
  return counts;
}

const over = gaussLegendre(16);

/** As `model.expected`, each purchase counted as e^(−rate × time until it): what they are worth now. `rate` per unit of time; opportunities lie at 1, 2, … */
export function discountedPurchases(model: Foreteller, p: Values, t: number, rate: number): number {
  if (!(rate > 0)) return model.expected(p, t);
  if (model.time === 'discrete') {
    let [sum, before] = [0, 0];
    for (let at = 1; at <= t; at++) {
      const until = model.expected(p, at);
      sum += (until - before) * Math.exp(-rate * at);
      before = until;
    }
    return sum;
  }
  // By parts: e^(−rate t) E(t) + rate ∫ e^(−rate τ) E(τ) dτ, where E is smooth.
  let integral = 0;
  for (let node = 0; node < over.points.length; node++) integral += over.weights[node] * Math.exp(-rate * t * over.points[node]) * model.expected(p, t * over.points[node]);
  return Math.exp(-rate * t) * model.expected(p, t) + rate * t * integral;
}

/** Days of an average month. */
const monthDays = 30.4375;

/** A rate per month ("1 % a month": money a month away is worth 1 / 1.01) as the continuous rate per `unit` days. */
export function continuousRate(monthly: number, unit: number): number {
  return (Math.log1p(monthly) * unit) / monthDays;
}

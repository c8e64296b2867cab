// Pareto/NBD: people buy at random at their own rate and leave at any time, each at an own hazard (Schmittlein, Morrison & Colombo 1987; likelihood as Fader & Hardie 2005,
// "A note on deriving the Pareto/NBD model"). Leaving does not wait for a purchase, so those who bought only once are told apart too. About ten times as slow to fit as BG/NBD.
import { drawGamma } from '../../util/gamma-draw.js';
import { gaussLegendre } from '../../util/gauss-legendre.js';
import { moreThan, type DistinctHistories } from './histories.js';
import { poissonGamma } from './poisson-gamma.js';
import type { Likelihood, PurchaseModel, Values } from './purchase-model.js';

export const paretoNbd: PurchaseModel = {
  name: 'pareto-nbd', title: 'Pareto/NBD',
  says: 'People buy at random at their own rate and leave for good at any time, each at an own hazard.',
  time: 'continuous',
  parameters: ['r', 'alpha', 's', 'beta'],
  times: [1, 3],
  start: ({ rows, repeats, age, weights }) => {
    let [bought, time, people] = [0, 0, 0];
    for (let i = 0; i < rows; i++) (bought += weights[i] * repeats[i], time += weights[i] * age[i], people += weights[i]);
    return [0.5, (0.5 * time) / bought, 0.5, time / people];
  },
  likelihood,
  alive: (p, x, tx, age) => 1 / (1 + Math.exp(leftOdds()(p, x, tx, age, new Float64Array(4)))),
  after: (p, x, age) => [p[0] + x, p[1] + age, p[2], p[3] + age],
  /** r β / (α (s − 1)) × (1 − (β / (β + t)) ^ (s − 1)), without its pole at s = 1. */
  expected: ({ 0: r, 1: alpha, 2: s, 3: beta }, t) => {
    const log = Math.log1p(t / beta);
    const power = (1 - s) * log;
    return ((r * beta) / alpha) * (Math.abs(power) < 1e-12 ? log : log * (Math.expm1(power) / power));
  },
  /** Bought k times and stayed, or left at some time before t and bought k times until then: an integral over that time (smooth in the logarithm of β + time). */
  counts: ({ 0: r, 1: alpha, 2: s, 3: beta }, t, most) => {
    const length = Math.log1p(t / beta);
    const counts = poissonGamma(r, alpha, t, most).map((probability) => probability * Math.exp(-s * length));
    for (let node = 0; node < over.points.length; node++) {
      const at = length * over.points[node];
      const leaves = over.weights[node] * length * s * Math.exp(-s * at);
      const until = poissonGamma(r, alpha, beta * Math.expm1(at), most);
      for (let k = 0; k <= most; k++) counts[k] += leaves * until[k];
    }
    return counts;
  },
  draw: (p, age, rng) => {
    const rate = drawGamma(p[0], rng) / p[1];
    const hazard = drawGamma(p[2], rng) / p[3];
    const end = Math.min(age, -Math.log(1 - rng.next()) / hazard);
    let [repeats, last] = [0, 0];
    for (let next = 0; rate > 0 && (next -= Math.log(1 - rng.next()) / rate) <= end; repeats++) last = next;
    return { repeats, last };
  },
};

const over = gaussLegendre(48);

/** Per row ln(α + T), ln(β + T) and the log-odds that the entity has left, with their derivatives. */
function likelihood(h: DistinctHistories): Likelihood {
  const { rows, repeats, last, age, weights, entities } = h;
  const above = moreThan(h);
  const left = leftOdds();
  const slope = new Float64Array(4);
  return (p, gradient) => {
    const [r, alpha, s, beta] = [p[0], p[1], p[2], p[3]];
    let sum = entities * (r * Math.log(alpha) + s * Math.log(beta));
    let [dr, dAlpha, ds, dBeta] = [entities * Math.log(alpha), (entities * r) / alpha, entities * Math.log(beta), (entities * s) / beta];
    for (let j = 0; j < above.length; j++) {
      sum += above[j] * Math.log(r + j);
      dr += above[j] / (r + j);
    }
    for (let i = 0; i < rows; i++) {
      const [x, t, weight] = [repeats[i], age[i], weights[i]];
      const [lnAlpha, lnBeta] = [Math.log(alpha + t), Math.log(beta + t)];
      const log = left(p, x, last[i], t, slope);
      const gone = weight / (1 + Math.exp(-log));
      sum += weight * ((log > 0 ? log : 0) + Math.log1p(Math.exp(-Math.abs(log))) - (r + x) * lnAlpha - s * lnBeta);
      dr += gone * slope[0] - weight * lnAlpha;
      dAlpha += gone * slope[1] - (weight * (r + x)) / (alpha + t);
      ds += gone * slope[2] - weight * lnBeta;
      dBeta += gone * slope[3] - (weight * s) / (beta + t);
    }
    gradient[0] = dr;
    gradient[1] = dAlpha;
    gradient[2] = ds;
    gradient[3] = dBeta;
    return sum;
  };
}

/**
 * The log-odds that one has left: ln of s (A(t_x) − A(T)) (α + T)^(r + x) (β + T)^s, where A(t) = ∫ from t to ∞ of (α + τ)^−(r + x) (β + τ)^−(s + 1) dτ (Fader & Hardie's A₀); its
 * derivatives by r, α, s and β are written into `slope`. A(T) is at most of the size of what it is compared with, so the difference loses no digits that matter.
 */
function leftOdds(): (p: Values, x: number, tx: number, age: number, slope: Float64Array) => number {
  const first = new Float64Array(4);
  const second = new Float64Array(4);
  const series: Series = { log: 0, b: 0, c: 0, z: 0 };
  return (p, x, tx, age, slope) => {
    slope.fill(0);
    if (tx === age) return -Infinity;
    const { 1: alpha, 3: beta } = p;
    if (Math.abs(alpha - beta) > slow * (Math.max(alpha, beta) + tx)) return integral(p, x, tx, age, slope);
    const from = tailOf(p, x, tx, age, first, series);
    const share = Math.exp(tailOf(p, x, age, age, second, series) - from); // A(T) / A(t_x)
    if (!(share < 1)) return -Infinity;
    for (let k = 0; k < 4; k++) slope[k] = (first[k] - share * second[k]) / (1 - share);
    return from + Math.log1p(-share);
  };
}

/** Beyond this argument the series has too many terms. */
const slow = 0.8;
/** Below e^−45 of its start an integrand adds nothing. */
const negligible = 45;

/**
 * The same odds as what they are, s ∫ from t_x to T of ((α + T) / (α + τ))^(r + x) ((β + T) / (β + τ))^s dτ / (β + τ): smooth in the logarithm of the lesser of α and β + τ, whatever
 * the two are.
 */
function integral({ 0: r, 1: alpha, 2: s, 3: beta }: Values, x: number, tx: number, age: number, slope: Float64Array): number {
  const less = Math.min(alpha, beta);
  const start = less + tx;
  const falls = (r + x) * (start / (alpha + tx)) + s * (start / (beta + tx)) - (1 - start / (beta + tx));
  const length = Math.min(Math.log((less + age) / start), falls > 0 ? negligible / falls : Infinity);
  const first = (r + x) * Math.log((alpha + age) / (alpha + tx)) + s * Math.log((beta + age) / (beta + tx));
  let sum = 0;
  for (let node = 0; node < over.points.length; node++) {
    const at = start * Math.exp(length * over.points[node]);
    const [toAlpha, toBeta] = [at + (alpha - less), at + (beta - less)];
    const [lnAlpha, lnBeta] = [Math.log((alpha + age) / toAlpha), Math.log((beta + age) / toBeta)];
    const part = over.weights[node] * Math.exp((r + x) * lnAlpha + s * lnBeta - first) * (at / toBeta);
    sum += part;
    slope[0] += part * lnAlpha;
    slope[1] += part * (r + x) * (1 / (alpha + age) - 1 / toAlpha);
    slope[2] += part * lnBeta;
    slope[3] += part * (s / (beta + age) - (s + 1) / toBeta);
  }
  for (let k = 0; k < 4; k++) slope[k] /= sum;
  slope[2] += 1 / s;
  return first + Math.log(s * length * sum);
}

/** ln of s A(t) (α + T)^(r + x) (β + T)^s and its derivatives by r, α, s, β: ₂F₁ with one argument 1 after Euler's transformation, so that all its terms are positive. */
function tailOf({ 0: r, 1: alpha, 2: s, 3: beta }: Values, x: number, t: number, age: number, slope: Float64Array, f: Series): number {
  const n = r + s + x;
  const [dAlpha, dBeta] = [1 / (alpha + t), 1 / (beta + t)];
  const [lnAlpha, lnBeta] = [Math.log((alpha + age) * dAlpha), Math.log((beta + age) * dBeta)];
  const log = Math.log(s / n) + (r + x) * lnAlpha + s * lnBeta;
  slope[0] = lnAlpha - 1 / n;
  slope[1] = (r + x) * (1 / (alpha + age) - dAlpha);
  slope[2] = lnBeta + 1 / s - 1 / n;
  slope[3] = s * (1 / (beta + age) - dBeta);
  if (alpha >= beta) {
    sumSeries(r + x, n + 1, (alpha - beta) * dAlpha, f);
    slope[0] += f.b + f.c;
    slope[1] += f.z * (beta + t) * dAlpha * dAlpha;
    slope[2] += f.c;
    slope[3] -= f.z * dAlpha;
    return log + f.log;
  }
  sumSeries(s + 1, n + 1, (beta - alpha) * dBeta, f);
  slope[0] += f.c;
  slope[1] += dAlpha - f.z * dBeta;
  slope[2] += f.b + f.c;
  slope[3] += f.z * (alpha + t) * dBeta * dBeta - dBeta;
  return log + f.log + Math.log((alpha + t) * dBeta);
}

/** ln ₂F₁(1, b; c; z) and its derivatives by b, c and z. */
interface Series {
  log: number;
  b: number;
  c: number;
  z: number;
}

/** For 0 ≤ z ≤ `slow`. */
function sumSeries(b: number, c: number, z: number, f: Series): void {
  let [term, sum, byB, byC, byZ, inB, inC] = [1, 1, 0, 0, 0, 0, 0];
  for (let k = 0; k < mostTerms; k++) {
    const ratio = ((b + k) / (c + k)) * z;
    term *= ratio;
    inB += 1 / (b + k);
    inC += 1 / (c + k);
    sum += term;
    byB += term * inB;
    byC -= term * inC;
    byZ += term * (k + 1);
    if (term * (k + 1) <= 1e-16 * sum * (1 - Math.max(z, ratio))) break;
  }
  f.log = Math.log(sum);
  f.b = byB / sum;
  f.c = byC / sum;
  f.z = z > 0 ? byZ / (z * sum) : b / c;
}

const mostTerms = 10_000;

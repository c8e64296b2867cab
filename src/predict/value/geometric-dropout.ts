import { drawBeta, drawGamma } from '../../util/gamma-draw.js';
import type { Rng } from '../../util/rng.js';
import { indexed, moreThan, type DistinctHistories } from './histories.js';
import { expectedBeforeLeaving, poissonGamma } from './poisson-gamma.js';
import type { Likelihood, PurchaseModel, Values } from './purchase-model.js';

/**
 * What BG/NBD and MBG/NBD share: purchases at a Poisson rate that is Gamma(r, α) among people, who may leave after each purchase with a probability that is Beta(a, b) among
 * them. `first` is how many chances to leave come with the first purchase itself: 0 (BG/NBD) or 1 (MBG/NBD).
 */
export function geometricDropout(first: 0 | 1): Omit<PurchaseModel, 'name' | 'title' | 'says'> {
  /** The log-odds that one has left, −∞ where there was no chance to. */
  const leftOdds = ([r, alpha, a, b]: ArrayLike<number> & Iterable<number>, x: number, tx: number, age: number) =>
    x + first === 0 ? -Infinity : Math.log(a / (b + x - 1 + first)) + (r + x) * Math.log1p((age - tx) / (alpha + tx));
  return {
    time: 'continuous',
    parameters: ['r', 'alpha', 'a', 'b'],
    times: [1],
    start: (h) => startOf(h),
    likelihood: (h) => likelihood(h, first),
    alive: (p, x, tx, age) => 1 / (1 + Math.exp(leftOdds(Array.from(p), x, tx, age))),
    after: (p, x, age) => [p[0] + x, p[1] + age, p[2], p[3] + x + first],
    expected: (p, t) => expectedBeforeLeaving(p[0], p[1], p[2], p[3], t),
    counts: countsOf,
    draw: (p, age, rng) => drawOf(p, age, first, rng),
  };
}

/** Everyone alike at the mean rate, with a third who leave: far from nothing in each direction. */
function startOf({ rows, repeats, age, weights }: DistinctHistories): readonly number[] {
  let [bought, time] = [0, 0];
  for (let i = 0; i < rows; i++) {
    bought += weights[i] * repeats[i];
    time += weights[i] * age[i];
  }
  return [0.5, (0.5 * time) / bought, 1, 2];
}

/**
 * Fader, Hardie & Lee 2005, equation 6, in logarithms. What depends on x or on T alone is summed over their different values; per row remains one ln(1 + eᵈ), where d are the
 * log-odds that the entity has left.
 */
function likelihood(h: DistinctHistories, first: 0 | 1): Likelihood {
  const { rows, repeats, weights, entities } = h;
  const above = moreThan(h);
  const age = indexed(h.age);
  const last = indexed(h.last);
  const most = above.length;
  // Per different T: entities, and their purchases.
  const people = new Float64Array(age.values.length);
  const bought = new Float64Array(age.values.length);
  for (let i = 0; i < rows; i++) {
    people[age.of[i]] += weights[i];
    bought[age.of[i]] += weights[i] * repeats[i];
  }
  // Rows that had a chance to leave.
  const could = first ? Int32Array.from({ length: rows }, (_, i) => i) : Int32Array.from({ length: rows }, (_, i) => i).filter((i) => repeats[i] > 0);
  const lnAge = new Float64Array(age.values.length);
  const lnLast = new Float64Array(last.values.length);
  const odds = new Float64Array(most + 1);
  const leftBy = new Float64Array(most + 1);
  return (p, gradient) => {
    const [r, alpha, a, b] = [p[0], p[1], p[2], p[3]];
    let sum = entities * r * Math.log(alpha);
    let [dr, dAlpha, da, db] = [entities * Math.log(alpha), (entities * r) / alpha, 0, 0];
    for (let j = 0; j < most; j++) {
      sum += above[j] * Math.log(r + j);
      dr += above[j] / (r + j);
    }
    // Chances to leave that were passed: B(a, b + x + first) / B(a, b).
    for (let j = 0; j < most + first; j++) {
      const passed = j < first ? entities : above[j - first];
      sum += passed * Math.log((b + j) / (a + b + j));
      da -= passed / (a + b + j);
      db += passed * (1 / (b + j) - 1 / (a + b + j));
    }
    for (let k = 0; k < lnAge.length; k++) {
      lnAge[k] = Math.log(alpha + age.values[k]);
      const shape = people[k] * r + bought[k];
      sum -= shape * lnAge[k];
      dr -= people[k] * lnAge[k];
      dAlpha -= shape / (alpha + age.values[k]);
    }
    for (let k = 0; k < lnLast.length; k++) lnLast[k] = Math.log(alpha + last.values[k]);
    for (let x = 1 - first; x <= most; x++) odds[x] = Math.log(a / (b + x - 1 + first));
    leftBy.fill(0);
    for (let n = 0; n < could.length; n++) {
      const i = could[n];
      const x = repeats[i];
      const away = lnAge[age.of[i]] - lnLast[last.of[i]];
      const d = odds[x] + (r + x) * away;
      const e = Math.exp(-Math.abs(d));
      const weight = weights[i];
      const left = (d > 0 ? 1 : e) / (1 + e) * weight;
      sum += weight * ((d > 0 ? d : 0) + Math.log1p(e));
      dr += left * away;
      dAlpha += left * (r + x) * (1 / (alpha + age.values[age.of[i]]) - 1 / (alpha + last.values[last.of[i]]));
      leftBy[x] += left;
    }
    for (let x = 1 - first; x <= most; x++) {
      da += leftBy[x] / a;
      db -= leftBy[x] / (b + x - 1 + first);
    }
    gradient[0] = dr;
    gradient[1] = dAlpha;
    gradient[2] = da;
    gradient[3] = db;
    return sum;
  };
}

/** Bought k times and stayed, or left at the k-th of at least k (Fader, Hardie & Lee 2005, equation 8, term by term). */
function countsOf(p: Values, t: number, most: number): Float64Array {
  const [r, alpha, a, b] = [p[0], p[1], p[2], p[3]];
  const counts = poissonGamma(r, alpha, t, most);
  let tail = 1;
  let stays = 1;
  for (let k = 0; k <= most; k++) {
    const exactly = counts[k];
    const leaves = k === 0 ? 0 : (stays * a) / (a + b + k - 1);
    if (k > 0) stays *= (b + k - 1) / (a + b + k - 1);
    counts[k] = exactly * stays + Math.max(0, tail) * leaves;
    tail -= exactly;
  }
  return counts;
}

function drawOf(p: Values, age: number, first: 0 | 1, rng: Rng) {
  const rate = drawGamma(p[0], rng) / p[1];
  const leaves = drawBeta(p[2], p[3], rng);
  let [repeats, last] = [0, 0];
  let gone = first === 1 && rng.next() < leaves;
  while (!gone && rate > 0) {
    const next = last - Math.log(1 - rng.next()) / rate;
    if (next > age) break;
    repeats++;
    last = next;
    gone = rng.next() < leaves;
  }
  return { repeats, last };
}

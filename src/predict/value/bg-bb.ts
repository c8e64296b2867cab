// BG/BB: at each of n opportunities (every year's appeal, every month's drive) people who are still there buy with an own probability, and may leave for good before any of them (Fader,
// Hardie & Shang 2010, "Customer-base analysis in a discrete-time noncontractual setting", Marketing Science 29(6)). For purchases that can only fall on given occasions, at most one each.
// Cost per evaluation: O(different histories × opportunities).
import { drawBeta } from '../../util/gamma-draw.js';
import type { DistinctHistories } from './histories.js';
import type { Likelihood, PurchaseModel, Values } from './purchase-model.js';

/** Parameters α, β (buying) and γ, δ (leaving). A history: x purchases at n = `age` opportunities, the last of them at `last`. */
export const bgBb: PurchaseModel = {
  name: 'bg-bb', title: 'BG/BB',
  says: 'At each opportunity people buy with an own probability, until they leave for good before one of them.',
  time: 'discrete',
  parameters: ['alpha', 'beta', 'gamma', 'delta'],
  times: [],
  start: () => [1, 1, 1, 2],
  likelihood,
  alive: (p, x, tx, n) => {
    let left = 0;
    // Had it left before opportunity i + 1, for each i from the last purchase on, relative to being there.
    for (let i = tx, odds = leftBefore(p, x, n); i < n; i++) left += odds(i);
    return 1 / (1 + left);
  },
  after: (p, x, n) => [p[0] + x, p[1] + n - x, p[2], p[3] + n],
  expected: ({ 0: alpha, 1: beta, 2: gamma, 3: delta }, t) => {
    let [stays, sum] = [1, 0];
    for (let i = 0; i < t; i++) sum += stays *= (delta + i) / (gamma + delta + i);
    return (alpha / (alpha + beta)) * sum;
  },
  counts: (p, t, most) => {
    const { 2: gamma, 3: delta } = p;
    const counts = new Float64Array(most + 1);
    let among = Float64Array.of(1); // purchases at i opportunities, of those who are there
    let stays = 1;
    for (let i = 0; i <= t; i++) {
      const leaves = i < t ? (stays * gamma) / (gamma + delta + i) : stays;
      for (let k = 0; k <= Math.min(i, most); k++) counts[k] += leaves * among[k];
      stays -= leaves;
      among = nextOpportunity(p, among, i);
    }
    return counts;
  },
  draw: (p, n, rng) => {
    const buys = drawBeta(p[0], p[1], rng);
    const leaves = drawBeta(p[2], p[3], rng);
    let [repeats, last] = [0, 0];
    for (let i = 1; i <= n && rng.next() >= leaves; i++) if (rng.next() < buys) (repeats++, (last = i));
    return { repeats, last };
  },
};

/** Beta-binomial counts at i opportunities → at i + 1: one more purchase is as likely as those before make it (Pólya's urn). */
function nextOpportunity({ 0: alpha, 1: beta }: Values, counts: Float64Array, i: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(i + 2);
  for (let k = 0; k <= i; k++) {
    const buys = (alpha + k) / (alpha + beta + i);
    next[k] += counts[k] * (1 - buys);
    next[k + 1] += counts[k] * buys;
  }
  return next;
}

/** i → how likely this history is of one who was there for i opportunities, relative to one who is there after all n of them. */
function leftBefore({ 0: alpha, 1: beta, 2: gamma, 3: delta }: Values, x: number, n: number): (i: number) => number {
  const ratios = new Float64Array(n);
  let [buying, leaving] = [1, 1];
  for (let i = n - 1; i >= x; i--) {
    // B(α + x, β + i − x) / B(α + x, β + n − x), and B(γ + 1, δ + i) / B(γ, δ + n)
    buying *= (alpha + beta + i) / (beta + i - x);
    leaving *= i === n - 1 ? gamma / (delta + i) : (gamma + delta + i + 1) / (delta + i);
    ratios[i] = buying * leaving;
  }
  return (i) => ratios[i];
}

/** Equation 5 of the paper. Beta functions are products of shifts by whole numbers, so are their derivatives: no gamma function is needed. */
function likelihood({ rows, repeats, last, age, weights }: DistinctHistories): Likelihood {
  let most = 0;
  for (let i = 0; i < rows; i++) most = Math.max(most, age[i]);
  return ({ 0: alpha, 1: beta, 2: gamma, 3: delta }, gradient) => {
    const [ofAlpha, ofBeta, ofBoth] = [rising(alpha, most), rising(beta, most), rising(alpha + beta, most)];
    const [ofDelta, ofStay] = [rising(delta, most), rising(gamma + delta, most + 1)];
    const total = [0, 0, 0, 0];
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const [x, tx, n, weight] = [repeats[row], last[row], age[row], weights[row]];
      // ln of the part of each possible end, and of the greatest of them.
      const end = (i: number) => ofAlpha.ln[x] + ofBeta.ln[i - x] - ofBoth.ln[i] + (i < n ? Math.log(gamma) + ofDelta.ln[i] - ofStay.ln[i + 1] : ofDelta.ln[n] - ofStay.ln[n]);
      let greatest = -Infinity;
      for (let i = tx; i <= n; i++) greatest = Math.max(greatest, end(i));
      const by = [0, 0, 0, 0];
      let all = 0;
      for (let i = tx; i <= n; i++) {
        const part = Math.exp(end(i) - greatest);
        const stay = i < n ? i + 1 : n;
        all += part;
        by[0] += part * (ofAlpha.slope[x] - ofBoth.slope[i]);
        by[1] += part * (ofBeta.slope[i - x] - ofBoth.slope[i]);
        by[2] += part * ((i < n ? 1 / gamma : 0) - ofStay.slope[stay]);
        by[3] += part * (ofDelta.slope[i] - ofStay.slope[stay]);
      }
      sum += weight * (greatest + Math.log(all));
      for (let k = 0; k < 4; k++) total[k] += (weight * by[k]) / all;
    }
    gradient.set(total);
    return sum;
  };
}

/** ln of v (v + 1) … (v + k − 1) and its derivative, for k = 0 … most. */
function rising(v: number, most: number): { readonly ln: Float64Array; readonly slope: Float64Array } {
  const [ln, slope] = [new Float64Array(most + 1), new Float64Array(most + 1)];
  for (let k = 0; k < most; k++) {
    ln[k + 1] = ln[k] + Math.log(v + k);
    slope[k + 1] = slope[k] + 1 / (v + k);
  }
  return { ln, slope };
}

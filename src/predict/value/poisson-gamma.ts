/** Below this an exponential is 0, and so would be all that follows from it by recurrence. */
const underflow = -700;

/** Probabilities of 0, 1, … `most` purchases in the time t at Poisson rates that are Gamma(r, α) among people: negative binomial. */
export function poissonGamma(r: number, alpha: number, t: number, most: number): Float64Array {
  const counts = new Float64Array(most + 1);
  const z = t / (alpha + t);
  const first = -r * Math.log1p(t / alpha);
  let [log, probability] = [first, Math.exp(first)];
  counts[0] = probability;
  for (let k = 1; k <= most; k++) {
    const ratio = ((r + k - 1) / k) * z;
    if (log > underflow) probability *= ratio;
    else probability = Math.exp((log += Math.log(ratio)));
    counts[k] = probability;
  }
  return counts;
}

/**
 * Σ over k ≥ 1 of P(at least k purchases in the time t) × S(k − 1), where S(k) = Π over j < k of (b + j) / (a + b + j) is the share that stays through k chances to leave:
 * purchases expected of people who may leave after each one. Only positive terms, so nothing cancels and no parameter has a pole; O(quantile of the count).
 */
export function expectedBeforeLeaving(r: number, alpha: number, a: number, b: number, t: number): number {
  if (!(t > 0)) return 0;
  const z = t / (alpha + t);
  const first = -r * Math.log1p(t / alpha);
  let [log, probability, tail, stays, sum] = [first, Math.exp(first), -Math.expm1(first), 1, 0];
  for (let k = 1; k < mostTerms; k++) {
    const term = tail * stays;
    sum += term;
    if (tail < 1e-15 || term < 1e-14 * sum) break;
    const ratio = ((r + k - 1) / k) * z;
    if (log > underflow) probability *= ratio;
    else probability = Math.exp((log += Math.log(ratio)));
    tail -= probability;
    stays *= (b + k - 1) / (a + b + k - 1);
  }
  return sum;
}

const mostTerms = 10_000_000;

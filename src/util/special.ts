/** Stirling's series holds to the last bits from here on; smaller values are shifted up to it. */
const far = 10;

/** ln Γ(x), x > 0 (Abramowitz & Stegun 6.1.41 after 6.1.15). */
export function lnGamma(x: number): number {
  let product = 1;
  let at = x;
  for (; at < far; at++) product *= at;
  const u = 1 / (at * at);
  const series = (1 / 12 - u * (1 / 360 - u * (1 / 1260 - u * (1 / 1680 - u * (1 / 1188 - u * (691 / 360_360 - u / 156)))))) / at;
  return (at - 0.5) * Math.log(at) - at + halfLnTwoPi + series - (product === 1 ? 0 : Math.log(product));
}

const halfLnTwoPi = 0.918938533204672741780329736406;

/** ψ(x) = d ln Γ(x) / dx, x > 0 (Abramowitz & Stegun 6.3.18 after 6.3.5). */
export function digamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < far; at++) sum += 1 / at;
  const u = 1 / (at * at);
  return Math.log(at) - 0.5 / at - u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u * (1 / 240 - u * (1 / 132 - u * (691 / 32_760 - u / 12)))))) - sum;
}

/** ln B(a, b), a, b > 0. */
export function lnBeta(a: number, b: number): number {
  return lnGamma(a) + lnGamma(b) - lnGamma(a + b);
}

const tiny = 1e-300;
const precise = 1e-16;
/** Beyond so many terms a series is given up where it is; reached only next to its pole at z = 1. */
const mostTerms = 1_000_000;

/**
 * Gauss's hypergeometric ₂F₁(a, b; c; z) for a, b, c > 0 and z < 1. Negative z by Pfaff's transformation, else whichever of the plain series and Euler's has the
 * faster falling terms; all terms are positive then, so nothing cancels. O(1 / (1 − z)) at worst.
 */
export function hypergeometric(a: number, b: number, c: number, z: number): number {
  if (z < 0) return c > b ? Math.pow(1 - z, -a) * hypergeometric(a, c - b, c, z / (z - 1)) : Math.pow(1 - z, -b) * hypergeometric(c - a, b, c, z / (z - 1));
  // The terms of the series fall as k^(a + b − c − 1) z^k, those of Euler's as k^(c − a − b − 1) z^k.
  return a + b > c && c > a && c > b ? Math.exp((c - a - b) * Math.log1p(-z)) * series(c - a, c - b, c, z) : series(a, b, c, z);
}

function series(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 0; k < mostTerms; k++) {
    const ratio = (((a + k) * (b + k)) / ((c + k) * (1 + k))) * z;
    term *= ratio;
    sum += term;
    // The rest is at most a geometric series once the ratio falls, or stays below z.
    if (term <= precise * sum * (1 - Math.max(z, ratio))) break;
  }
  return sum;
}

/** I_x(a, b), the share of a Beta(a, b) distribution below x (continued fraction, Lentz's method; DLMF 8.17.22). a, b > 0, 0 ≤ x ≤ 1. */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x > (a + 1) / (a + b + 2) ? 1 - fraction(b, a, 1 - x) : fraction(a, b, x);
}

function fraction(a: number, b: number, x: number): number {
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - lnBeta(a, b)) / a;
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < precise * 4) break;
  }
  return front * value;
}

const guarded = (v: number) => (Math.abs(v) < tiny ? tiny : v);

/** P(X > x) of a χ² distribution with k degrees of freedom: the upper incomplete gamma function (series or continued fraction; DLMF 8.11.4, 8.9.2). */
export function chiSquareTail(k: number, x: number): number {
  const a = k / 2;
  const z = x / 2;
  if (!(z > 0)) return 1;
  const front = Math.exp(a * Math.log(z) - z - lnGamma(a));
  if (z < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > precise * sum; n++) {
      term *= z / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = z + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const top = -n * (n - a);
    b += 2;
    d = 1 / guarded(top * d + b);
    c = guarded(b + top / c);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < precise * 4) break;
  }
  return front * value;
}

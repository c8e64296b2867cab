import type { Rng } from './rng.js';

/** A draw from the gamma distribution of this shape and rate 1 (Marsaglia & Tsang 2000). Very small shapes give 0 where the draw underflows. */
export function drawGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawGamma(shape + 1, rng) * Math.pow(1 - rng.next(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.next()) < x * x / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A draw from the beta distribution. */
export function drawBeta(a: number, b: number, rng: Rng): number {
  const x = drawGamma(a, rng);
  const y = drawGamma(b, rng);
  return x + y > 0 ? x / (x + y) : a / (a + b);
}

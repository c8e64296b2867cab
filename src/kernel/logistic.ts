const log2e = 1.4426950408889634;
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
/** 1 / k!, from the highest: e^r for |r| ≤ ln 2 / 2 to 3·10⁻¹³. */
const terms = [1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];
const shifter = 6755399441055744;

/** 1 / (1 + e^−s), by the very operations of the SIMD kernel, so that both give the same bits; to about 10⁻¹². */
export function logistic(s: number): number {
  const x = Math.max(-600, Math.min(600, -s));
  const k = x * log2e + shifter - shifter;
  const r = x - k * ln2High - k * ln2Low;
  let e = terms[0];
  for (let i = 1; i < terms.length; i++) e = e * r + terms[i];
  return 1 / (1 + e * 2 ** k);
}

/** Benjamini & Hochberg (1995) adjusted p-values, in the order given; NaN stays NaN and does not count as a test. */
export function benjaminiHochberg(p: ArrayLike<number>): Float64Array {
  const adjusted = new Float64Array(p.length).fill(Number.NaN);
  const order = Array.from({ length: p.length }, (_, i) => i).filter((i) => !Number.isNaN(p[i]));
  order.sort((a, b) => p[b] - p[a] || a - b);
  let least = 1;
  order.forEach((i, rank) => {
    least = Math.min(least, (p[i] * order.length) / (order.length - rank));
    adjusted[i] = least;
  });
  return adjusted;
}

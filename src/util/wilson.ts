/** Wilson's 95 % interval (1927) for a share of `hits` in `n`: never leaves [0, 1], sensible at 0 and at n. */
export function wilson(hits: number, n: number, z = 1.959963984540054): readonly [number, number] {
  if (n === 0) return [0, 1];
  const p = hits / n;
  const z2 = z * z;
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

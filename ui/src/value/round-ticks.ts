/** Round numbers from 0 to `end`, three to six of them, evenly apart: 0, 50, 100, 150, 200 up to 218. */
export function roundTicks(end: number): number[] {
  if (!(end > 0)) return [0];
  const power = 10 ** Math.floor(Math.log10(end / 5));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => end / one < 6)!;
  // Counted, not added up: sums of 0.1 are not round.
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/**
 * The roundest number within `tolerance` (relative) of `value`: 37.6 → 40 at 10 %, 1,183 → 1,200 at 5 %.
 * Zero and non-finite values come back as they are.
 */
export function friendly(value: number, tolerance = 0.06): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const size = Math.abs(value);
  const top = Math.floor(Math.log10(size));
  for (let e = top; e >= top - 4; e--) {
    for (const step of [5, 2, 1]) {
      const unit = step * 10 ** e;
      const rounded = Math.round(size / unit) * unit;
      if (rounded > 0 && Math.abs(rounded - size) <= tolerance * size) return tidy(Math.sign(value) * rounded);
    }
  }
  return value;
}

/** Drops the float noise of multiplying by powers of ten (0.30000000000000004 → 0.3). */
const tidy = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(12)));

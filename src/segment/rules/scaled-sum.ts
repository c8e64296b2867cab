/** Adds numbers up as decimals with four digits, exactly and in any order, as engines add DECIMAL(18, 4). */
export interface ScaledSum {
  clear(): void;
  /** NaN adds nothing, and neither does what such a decimal cannot hold. */
  add(value: number): void;
  value(): number;
}

export function scaledSum(): ScaledSum {
  let total = 0;
  /** What has gone over to whole numbers without end, once a double would not hold it exactly. */
  let large = 0n;
  return {
    clear() {
      total = 0;
      large = 0n;
    },
    add(value) {
      const scaled = tenThousandths(value);
      if (scaled !== scaled) return;
      if (Math.abs(total + scaled) > Number.MAX_SAFE_INTEGER) {
        large += BigInt(total);
        total = 0;
        if (Math.abs(scaled) > Number.MAX_SAFE_INTEGER) return void (large += BigInt(scaled));
      }
      total += scaled;
    },
    value: () => (large === 0n ? total : Number(large + BigInt(total))) / 10_000,
  };
}

/** A number in whole ten-thousandths, halves away from zero, as DuckDB casts a double to DECIMAL(18, 4); NaN where it does not fit. */
export function tenThousandths(value: number): number {
  const scaled = value * 10_000;
  const rounded = Math.sign(scaled) * Math.round(Math.abs(scaled));
  return Math.abs(rounded) < 1e18 ? rounded + 0 : Number.NaN;
}

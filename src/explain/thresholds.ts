/** Candidate thresholds of one feature, ascending, and for each value how many of them lie below it: value ≤ at[m] exactly where bin ≤ m. */
export interface Thresholds {
  readonly at: Float64Array;
  readonly bins: Uint8Array;
  /** All values are integers. */
  readonly whole: boolean;
}

/** Bins fit a byte; where a feature has more distinct values, so many quantiles stand for all. */
const most = 250;

/**
 * Thresholds between all neighbouring values where there are at most `most` of those, else at evenly spaced ranks; each the roundest number that cuts
 * there (at ranks: within an eighth of the way to the next). `apart`: places, such as centres, that thresholds must exist between too.
 */
export function thresholds(values: Float64Array, apart: readonly number[] = []): Thresholds {
  const sorted = values.slice().sort();
  const distinct = distinctOf(sorted);
  const wanted = new Set<number>();
  const between = (places: Float64Array) => { for (let i = 1; i < places.length; i++) wanted.add(roundest(places[i - 1], places[i])); };
  if (distinct.length + apart.length <= most) between(distinctOf(Float64Array.of(...distinct, ...apart).sort()));
  else {
    between(distinctOf(Float64Array.from(apart).sort()));
    const step = sorted.length / Math.max(100, most - apart.length);
    let next = 0; // position in `distinct`
    for (let rank = step; rank < sorted.length; rank += step) {
      const low = sorted[Math.floor(rank)];
      while (next < distinct.length && distinct[next] <= low) next++;
      if (next < distinct.length) wanted.add(roundest(low, Math.max(distinct[next], sorted[Math.min(sorted.length - 1, Math.floor(rank + step / 8))])));
    }
  }
  const at = Float64Array.from(wanted).sort().slice(0, 255);
  const bins = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) bins[i] = below(at, values[i]);
  return { at, bins, whole: values.every(Number.isInteger) };
}

const distinctOf = (sorted: Float64Array) => sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);

/** How many thresholds lie strictly below the value. */
export function below(at: Float64Array, value: number): number {
  let low = 0, high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number in [low, high) with the fewest digits: 37.2 … 41.9 gives 40, 3 … 4 gives 3. */
export function roundest(low: number, high: number): number {
  if (low <= 0 && high > 0) return 0;
  for (let e = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)))); e > -18; e--) {
    for (const step of [10, 5, 2, 1]) {
      const unit = step * 10 ** (e - 1);
      const number = Math.ceil(low / unit - 1e-9) * unit;
      if (number > high + Math.abs(number) * 1e-9) continue; // writing it out takes longer than all else here
      const tidy = Number(number.toPrecision(12));
      if (tidy >= low && tidy < high) return tidy;
    }
  }
  return low;
}

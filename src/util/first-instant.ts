/** The first whole instant in (from, to] at which something holds that holds at `to` and not at `from`, by halving: where it changes once in between, exactly that one. */
export function firstInstant(from: number, to: number, holds: (at: number) => boolean): number {
  let low = from, high = to;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

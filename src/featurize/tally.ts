/** A multiset: how many of each. Zero counts are not kept, so two tallies of the same things are equal. */
export type Tally<K> = Map<K, number>;

/** Adds `by` (may be negative) of `key`. */
export function count<K>(tally: Tally<K>, key: K, by = 1): void {
  const n = (tally.get(key) ?? 0) + by;
  if (n === 0) tally.delete(key);
  else tally.set(key, n);
}

/** Adds everything of `from`; returns `into`. */
export function absorb<K>(into: Tally<K>, from: Tally<K>): Tally<K> {
  for (const [key, n] of from) count(into, key, n);
  return into;
}

/** The keys in ascending order. */
export function sorted(tally: Tally<number>): number[] {
  return [...tally.keys()].sort((a, b) => a - b);
}

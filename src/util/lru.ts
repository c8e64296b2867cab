/** Keeps what was made lately, up to a total size; what is used least lately goes first. */
export interface Lru<V> {
  /** What is kept under the key, or what `make` gives; made once for all who ask meanwhile, and not kept where it fails. */
  get(key: string, make: () => Promise<V>): Promise<V>;
  /** Total size of what is kept. */
  readonly size: number;
}

/** @param limit total size at most, in the units of `sizeOf`; the last one made is kept whatever its size */
export function createLru<V>(limit: number, sizeOf: (value: V) => number = () => 1): Lru<V> {
  const kept = new Map<string, { readonly value: Promise<V>; size: number }>();
  let size = 0;
  return {
    get(key, make) {
      const found = kept.get(key);
      if (found) {
        kept.delete(key);
        kept.set(key, found);
        return found.value;
      }
      const entry = { value: make(), size: 0 };
      kept.set(key, entry);
      entry.value.then((value) => {
        if (kept.get(key) !== entry) return;
        size += entry.size = sizeOf(value);
        for (const [other, { size: freed }] of kept) {
          if (size <= limit || kept.get(other) === entry) break;
          kept.delete(other);
          size -= freed;
        }
      }, () => kept.get(key) === entry && kept.delete(key));
      return entry.value;
    },
    get size() {
      return size;
    },
  };
}

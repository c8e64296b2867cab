/** Things kept while they fit into a number of bytes; what was not asked for longest goes first. */
export interface ByteCache {
  /** What is kept under a key, else what `make` gives (kept from then on, unless it is larger than everything may be). */
  get<T>(key: string, make: () => T, bytesOf: (made: T) => number): T;
  /** What is kept under a key, if anything is. */
  find<T>(key: string): T | undefined;
  /** Bytes kept now. */
  readonly bytes: number;
  clear(): void;
}

export function createByteCache(limit: number): ByteCache {
  const kept = new Map<string, { readonly value: unknown; readonly bytes: number }>(); // a Map remembers the order of insertion: oldest first
  let total = 0;
  const used = (key: string) => {
    const found = kept.get(key);
    if (found) {
      kept.delete(key);
      kept.set(key, found);
    }
    return found;
  };
  return {
    find: <T>(key: string) => used(key)?.value as T | undefined,
    get<T>(key: string, make: () => T, bytesOf: (made: T) => number): T {
      const found = used(key);
      if (found) return found.value as T;
      const value = make();
      const bytes = bytesOf(value);
      if (bytes > limit) return value;
      for (const [oldest, { bytes: freed }] of kept) {
        if (total + bytes <= limit) break;
        kept.delete(oldest);
        total -= freed;
      }
      kept.set(key, { value, bytes });
      total += bytes;
      return value;
    },
    get bytes() {
      return total;
    },
    clear() {
      kept.clear();
      total = 0;
    },
  };
}

/** Who is in, by number of the entity: one bit each. */
export interface Members {
  readonly count: number;
  has(entity: number): boolean;
  /** Gives whether that changed anything. */
  put(entity: number, is: boolean): boolean;
  /** Ascending, from the `offset`-th on. */
  page(offset: number, limit: number): number[];
  all(): Generator<number>;
  /** From a number on. */
  from(entity: number): Generator<number>;
  /** Above every number that is in. */
  span(): number;
  save(): Uint8Array;
}

export function createMembers(saved?: Uint8Array): Members {
  let words = saved ? new Uint32Array(saved.slice().buffer) : new Uint32Array(32);
  let count = 0;
  for (const word of words) count += ones(word);
  function* from(entity: number): Generator<number> {
    for (const each of all(entity >>> 5)) if (each >= entity) yield each;
  }
  function* all(first = 0): Generator<number> {
    for (let i = first; i < words.length; i++) for (let word = words[i]; word !== 0; word &= word - 1) yield (i << 5) + 31 - Math.clz32(word & -word);
  }
  return {
    get count() { return count; },
    has: (entity) => (words[entity >>> 5] & (1 << (entity & 31))) !== 0,
    put(entity, is) {
      const i = entity >>> 5, bit = 1 << (entity & 31);
      if (i >= words.length) {
        if (!is) return false;
        const larger = new Uint32Array(Math.max(i + 1, 2 * words.length));
        larger.set(words);
        words = larger;
      }
      if (((words[i] & bit) !== 0) === is) return false;
      words[i] ^= bit;
      count += is ? 1 : -1;
      return true;
    },
    page(offset, limit) {
      const found: number[] = [];
      let skip = offset;
      for (let i = 0; i < words.length && found.length < limit; i++) {
        const n = ones(words[i]);
        if (skip >= n) skip -= n;
        else for (let word = words[i]; word !== 0 && found.length < limit; word &= word - 1) {
          if (skip > 0) skip--;
          else found.push((i << 5) + 31 - Math.clz32(word & -word));
        }
      }
      return found;
    },
    all: () => all(),
    from,
    span: () => words.length << 5,
    save: () => new Uint8Array(words.slice().buffer),
  };
}

function ones(value: number): number {
  let word = value - ((value >>> 1) & 0x55555555);
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of randomness. Every draw depends only on the seed, the name and the number of earlier draws. */
export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  /** Standard normal (polar method). */
  normal(): number;
}

/** A generator for one purpose: `createRng(7, 'kmeans')` and `createRng(7, 'dip')` are independent streams. */
export function createRng(seed: number, name = ''): Rng {
  let h = 0x811c9dc5 ^ (seed | 0);
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  h ^= Math.imul(Math.floor(seed / 4294967296) | 0, 0x85ebca6b);
  const generator = xoroshiro128plus(h);
  const bits = () => generator.next() >>> 0;
  for (let i = 0; i < 16; i++) bits(); // nearby seeds start alike; a few draws part them
  let spare: number | undefined;
  const rng: Rng = {
    next: () => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992,
    int: (n) => Math.floor(rng.next() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      let u: number, v: number, s: number;
      do {
        u = 2 * rng.next() - 1;
        v = 2 * rng.next() - 1;
        s = u * u + v * v;
      } while (s >= 1 || s === 0);
      const f = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * f;
      return u * f;
    },
  };
  return rng;
}

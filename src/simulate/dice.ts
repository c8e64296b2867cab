/**
 * The market's own fast generator (sfc32, Doty-Humphrey's PractRand): 2^64 seeds × any number of customers × a stream per source.
 * One instance is reseeded for every customer and source, so what customer i does never depends on who else is drawn or which files
 * are written. `createRng` allocates per stream; this one does not, which is what makes 10 million customers cheap.
 */
export class Dice {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 1;
  private spare = Number.NaN;

  /** Points the generator at one customer's stream. Equal arguments give equal draws. */
  seat(seed: number, customer: number, stream: number): this {
    this.a = scramble((seed | 0) ^ Math.imul(stream + 1, 0x9e3779b1));
    this.b = scramble((Math.floor(seed / 4294967296) | 0) ^ 0x85ebca6b);
    this.c = scramble((customer | 0) + 0x27d4eb2f);
    this.d = 1;
    this.spare = Number.NaN;
    for (let i = 0; i < 12; i++) this.bits();
    return this;
  }

  /** 32 random bits, signed. */
  bits(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t;
  }

  /** Uniform in [0, 1), 32 bits. */
  unit(): number {
    return (this.bits() >>> 0) * 2.3283064365386963e-10;
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return (this.unit() * n) | 0;
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }

  between(low: number, high: number): number {
    return low + this.unit() * (high - low);
  }

  /** Standard normal (polar method). */
  normal(): number {
    const kept = this.spare;
    if (kept === kept) {
      this.spare = Number.NaN;
      return kept;
    }
    let u = 0;
    let v = 0;
    let s = 0;
    do {
      u = 2 * this.unit() - 1;
      v = 2 * this.unit() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const f = Math.sqrt((-2 * Math.log(s)) / s);
    this.spare = v * f;
    return u * f;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /** Poisson: products of uniforms below 30, the rounded normal above. */
  poisson(mean: number): number {
    if (mean >= 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const floor = Math.exp(-mean);
    let k = 0;
    for (let p = this.unit(); p > floor; p *= this.unit()) k++;
    return k;
  }
}

/** Chooses an index with probability proportional to its weight, in constant time (Walker's alias method as Vose 1991 builds it). */
export class Alias {
  private readonly n: number;
  private readonly keep: Float64Array;
  private readonly other: Uint16Array;

  constructor(weights: readonly number[]) {
    const n = weights.length;
    const total = weights.reduce((sum, w) => sum + w, 0);
    this.n = n;
    this.keep = Float64Array.from(weights, (w) => (w / total) * n);
    this.other = new Uint16Array(n);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < n; i++) (this.keep[i] < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const s = small.pop() as number;
      const l = large[large.length - 1];
      this.other[s] = l;
      this.keep[l] -= 1 - this.keep[s];
      if (this.keep[l] < 1) small.push(large.pop() as number);
    }
    for (const i of [...small, ...large]) this.keep[i] = 1;
  }

  draw(dice: Dice): number {
    const u = dice.unit() * this.n;
    const i = u | 0;
    return u - i < this.keep[i] ? i : this.other[i];
  }
}

function scramble(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

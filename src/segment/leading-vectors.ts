import type { Rng } from '../util/rng.js';
import { symmetricEigen } from '../util/symmetric-eigen.js';

/** Writes the product of a symmetric matrix with a vector into another. */
export type Product = (from: Float64Array, into: Float64Array) => void;

export interface Leading {
  /** Descending. */
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** Residual at which an eigenvector of a matrix of norm 1 is good enough to place rows by. */
const tolerance = 1e-6;
/** Products after which the vectors are taken as they are. */
const mostProducts = 4_000;

/**
 * The eigenvectors of the `want` largest eigenvalues of a symmetric n × n matrix that can be multiplied with: Lanczos, restarted with the best of what it has
 * found (thick restart, Wu & Simon 2000), every vector kept at right angles to all others. `known` are orthonormal eigenvectors of largest eigenvalues
 * that are known already; they count among the wanted. Of an eigenvalue that repeats exactly, one other vector is found. `pause` is awaited now and then.
 */
export async function leadingVectors(product: Product, n: number, want: number, known: readonly Float64Array[], rng: Rng, pause: () => Promise<void>): Promise<Leading> {
  const room = Math.min(n, Math.max(2 * want + 20, want + 30));
  const kept = Math.min(room - 1, want + Math.floor((room - want) / 2));
  const h = new Float64Array(room * room);
  let basis: Float64Array[] = [];
  const w = new Float64Array(n);
  let since = 0;
  /** Multiplies basis vector j, fills row and column j of h, and leaves what sticks out of the basis in w; gives its length. */
  const expand = (j: number): number => {
    product(basis[j], w);
    since++;
    const before = Math.sqrt(dot(w, w));
    subtract(j);
    // Once more where much was taken away: rounding left some of it (Kahan & Parlett, "twice is enough").
    if (Math.sqrt(dot(w, w)) < 0.7 * before) subtract(j);
    return Math.sqrt(dot(w, w));
  };
  const subtract = (j: number): void => {
    basis.forEach((v, i) => {
      const along = dot(v, w);
      for (let r = 0; r < n; r++) w[r] -= along * v[r];
      h[i * room + j] += along;
      if (i !== j) h[j * room + i] += along;
    });
  };
  for (const v of known.slice(0, want)) {
    basis.push(v);
    expand(basis.length - 1);
  }
  const locked = basis.length;
  let next = locked < n ? fresh(basis, n, rng) : undefined;
  for (let products = 0; ; ) {
    let beta = 0;
    while (next && basis.length < room) {
      basis.push(next);
      const j = basis.length - 1;
      for (let i = 0; i <= j; i++) h[i * room + j] = h[j * room + i] = 0;
      beta = expand(j);
      if (since >= 20) {
        products += since;
        since = 0;
        await pause();
      }
      // Nothing sticks out: the basis holds whole eigenspaces, and the next direction is any other.
      if (beta < 1e-12) {
        beta = 0;
        next = basis.length < n ? fresh(basis, n, rng) : undefined;
      } else next = w.map((value) => value / beta);
    }
    const m = basis.length;
    const { values, vectors } = symmetricEigen(Float64Array.from({ length: m * m }, (_, v) => h[Math.floor(v / m) * room + (v % m)]), m);
    const count = Math.min(want, m);
    const settled = Array.from({ length: count }, (_, i) => beta * Math.abs(vectors[i * m + m - 1])).every((residual) => residual < tolerance);
    const through = settled || !next || products >= mostProducts;
    const keep = through ? count : Math.min(kept, m - 1);
    const combined = Array.from({ length: keep }, (_, i) => combination(basis, vectors.subarray(i * m, (i + 1) * m), n));
    if (through) return { values: values.slice(0, count), vectors: combined };
    basis = combined;
    h.fill(0);
    for (let i = 0; i < keep; i++) h[i * room + i] = values[i];
  }
}

function combination(basis: readonly Float64Array[], shares: Float64Array, n: number): Float64Array {
  const sum = new Float64Array(n);
  basis.forEach((v, i) => {
    const share = shares[i];
    for (let r = 0; r < n; r++) sum[r] += share * v[r];
  });
  return sum;
}

/** A random unit vector at right angles to the basis. */
function fresh(basis: readonly Float64Array[], n: number, rng: Rng): Float64Array {
  const v = Float64Array.from({ length: n }, () => rng.normal());
  for (let pass = 0; pass < 2; pass++) {
    for (const other of basis) {
      const along = dot(other, v);
      for (let r = 0; r < n; r++) v[r] -= along * other[r];
    }
    const length = Math.sqrt(dot(v, v));
    for (let r = 0; r < n; r++) v[r] /= length;
  }
  return v;
}

function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0, s1 = 0, r = 0;
  for (; r + 2 <= a.length; r += 2) {
    s0 += a[r] * b[r];
    s1 += a[r + 1] * b[r + 1];
  }
  return r < a.length ? s0 + s1 + a[r] * b[r] : s0 + s1;
}

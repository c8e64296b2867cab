// The E step of a Gaussian mixture fused with the sums its M step needs: the data is read once, and no responsibilities are kept. Four rows at a time stand
// side by side in the lanes of two vectors, in double precision; see `expectation` in reference-mixture.ts.

/** Memory of one step; every address in bytes. Written by ../expectation.ts, which must list the same fields in the same order. */
@unmanaged
export class Step {
  points: usize; from: i32; to: i32; stride: i32;
  single: i32; d: i32; k: i32; matrix: i32;
  tied: i32; means: usize; factors: usize; constants: usize;
  slots: usize; slot: i32; piece: i32; scratch: usize;
  room: i32;
}

/** Responsibilities below e⁻²⁵ of the largest are taken for none. */
const negligible: f64 = -25;

/** Blocks of rows after which the logarithm of the product of their sums is taken: 64 sums of at most 500 terms cannot overflow. */
const blocksPerLog = 64;

/** Into the piece's own slot: log-likelihood, then k weights, k × d first moments around the means, and second moments (diagonals, or packed lower triangles). */
export function expectationRows(a: Step, piece: i32): void {
  const d = a.d, k = a.k;
  const start = a.from + piece * a.piece;
  const end = min(start + a.piece, a.to);
  const x = a.scratch + <usize>piece * <usize>a.room;
  const away = x + (<usize>d << 5);
  const logs = away + (<usize>d << 5);
  const sums = logs + (<usize>k << 5);
  const size = sumsSize(a);
  memory.fill(sums, 0, <usize>size << 4);
  let tops = f64x2.splat(0);
  let product = f64x2.splat(1);
  let logarithms: f64 = 0;
  let sinceLog = 0;
  for (let i = start; i < end; i += 4) {
    const low = lanes(end - i), high = lanes(end - i - 2);
    stand(a, x, i, end);
    let most0 = f64x2.splat(-Infinity), most1 = most0;
    for (let c = 0; c < k; c++) {
      const at = logs + (<usize>c << 5);
      if (a.matrix) matrixLogs(a, c, x, away, at);
      else axisLogs(a, c, x, at);
      most0 = f64x2.max(most0, v128.load(at));
      most1 = f64x2.max(most1, v128.load(at, 16));
    }
    let sum0 = f64x2.splat(0), sum1 = sum0;
    for (let c = 0; c < k; c++) {
      const at = logs + (<usize>c << 5);
      const e0 = shareOf(f64x2.sub(v128.load(at), most0)), e1 = shareOf(f64x2.sub(v128.load(at, 16), most1));
      sum0 = f64x2.add(sum0, e0);
      sum1 = f64x2.add(sum1, e1);
      v128.store(at, e0);
      v128.store(at, e1, 16);
    }
    const one = f64x2.splat(1);
    const part0 = v128.and(f64x2.div(one, sum0), low), part1 = v128.and(f64x2.div(one, sum1), high);
    tops = f64x2.add(tops, f64x2.add(v128.and(most0, low), v128.and(most1, high)));
    product = f64x2.mul(product, f64x2.mul(v128.bitselect(sum0, one, low), v128.bitselect(sum1, one, high)));
    if (++sinceLog == blocksPerLog / 2) {
      logarithms += logarithm(f64x2.extract_lane(product, 0)) + logarithm(f64x2.extract_lane(product, 1));
      product = one;
      sinceLog = 0;
    }
    for (let c = 0; c < k; c++) {
      const at = logs + (<usize>c << 5);
      const r0 = f64x2.mul(v128.load(at), part0), r1 = f64x2.mul(v128.load(at, 16), part1);
      if (!v128.any_true(v128.or(r0, r1))) continue;
      if (a.matrix) collectMatrix(a, c, x, away, r0, r1, sums);
      else collectAxes(a, c, x, r0, r1, sums);
    }
  }
  const slot = a.slots + <usize>piece * <usize>a.slot;
  logarithms += logarithm(f64x2.extract_lane(product, 0)) + logarithm(f64x2.extract_lane(product, 1));
  store<f64>(slot, logarithms + f64x2.extract_lane(tops, 0) + f64x2.extract_lane(tops, 1));
  for (let v = 0; v < size; v++) {
    const both = v128.load(sums + (<usize>v << 4));
    store<f64>(slot + <usize>((v + 1) << 3), f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1));
  }
}

/** Pairs of doubles that the sums of a piece take. */
// @ts-ignore: decorator
@inline
function sumsSize(a: Step): i32 {
  const triangle = (a.d * (a.d + 1)) >> 1;
  return a.k + a.k * a.d + (a.matrix ? (a.tied ? triangle : a.k * triangle) : a.k * a.d);
}

/** All bits set in the lanes that hold a row: two, one or none. */
// @ts-ignore: decorator
@inline
function lanes(rows: i32): v128 {
  return i64x2(rows > 0 ? -1 : 0, rows > 1 ? -1 : 0);
}

/** Four rows as d × 4 doubles; rows past the end repeat the last. */
// @ts-ignore: decorator
@inline
function stand(a: Step, x: usize, i: i32, end: i32): void {
  for (let p = 0; p < 4; p++) {
    const row = a.points + <usize>min(i + p, end - 1) * <usize>a.stride;
    const to = x + <usize>(p << 3);
    if (a.single) for (let j = 0; j < a.d; j++) store<f64>(to + (<usize>j << 5), <f64>load<f32>(row + (<usize>j << 2)));
    else for (let j = 0; j < a.d; j++) store<f64>(to + (<usize>j << 5), load<f64>(row + (<usize>j << 3)));
  }
}

// @ts-ignore: decorator
@inline
function axisLogs(a: Step, c: i32, x: usize, into: usize): void {
  let square0 = f64x2.splat(0), square1 = square0;
  let mean = a.means + <usize>((c * a.d) << 3), scale = a.factors + <usize>((c * a.d) << 3);
  for (let at = x, end = x + (<usize>a.d << 5); at < end; at += 32, mean += 8, scale += 8) {
    const m = v128.load_splat<f64>(mean), s = v128.load_splat<f64>(scale);
    const t0 = f64x2.mul(f64x2.sub(v128.load(at), m), s), t1 = f64x2.mul(f64x2.sub(v128.load(at, 16), m), s);
    square0 = f64x2.add(square0, f64x2.mul(t0, t0));
    square1 = f64x2.add(square1, f64x2.mul(t1, t1));
  }
  storeLogs(a, c, square0, square1, into);
}

// @ts-ignore: decorator
@inline
function storeLogs(a: Step, c: i32, square0: v128, square1: v128, into: usize): void {
  const constant = v128.load_splat<f64>(a.constants + (<usize>c << 3));
  const half = f64x2.splat(0.5);
  v128.store(into, f64x2.sub(constant, f64x2.mul(square0, half)));
  v128.store(into, f64x2.sub(constant, f64x2.mul(square1, half)), 16);
}

/** The differences of the four rows from the mean of component c. */
// @ts-ignore: decorator
@inline
function differ(a: Step, c: i32, x: usize, away: usize): void {
  let mean = a.means + <usize>((c * a.d) << 3);
  for (let at: usize = 0, end = <usize>a.d << 5; at < end; at += 32, mean += 8) {
    const m = v128.load_splat<f64>(mean);
    v128.store(away + at, f64x2.sub(v128.load(x + at), m));
    v128.store(away + at, f64x2.sub(v128.load(x + at, 16), m), 16);
  }
}

/** ‖F (x − mean)‖² with lower triangular F, two rows of F at a time. */
function matrixLogs(a: Step, c: i32, x: usize, away: usize, into: usize): void {
  const d = a.d;
  const width = <usize>d << 3;
  let row = a.factors + (a.tied ? 0 : <usize>c * <usize>d * width);
  differ(a, c, x, away);
  let square0 = f64x2.splat(0), square1 = square0;
  let j = 0;
  for (; j + 2 <= d; j += 2, row += 2 * width) {
    let s0 = f64x2.splat(0), s1 = s0, t0 = s0, t1 = s0;
    let f = row, at = away;
    for (const end = away + (<usize>(j + 1) << 5); at < end; at += 32, f += 8) {
      const a0 = v128.load(at), a1 = v128.load(at, 16);
      const u = v128.load_splat<f64>(f), v = v128.load_splat<f64>(f + width);
      s0 = f64x2.add(s0, f64x2.mul(u, a0));
      s1 = f64x2.add(s1, f64x2.mul(u, a1));
      t0 = f64x2.add(t0, f64x2.mul(v, a0));
      t1 = f64x2.add(t1, f64x2.mul(v, a1));
    }
    const last = v128.load_splat<f64>(f + width);
    t0 = f64x2.add(t0, f64x2.mul(last, v128.load(at)));
    t1 = f64x2.add(t1, f64x2.mul(last, v128.load(at, 16)));
    square0 = f64x2.add(square0, f64x2.add(f64x2.mul(s0, s0), f64x2.mul(t0, t0)));
    square1 = f64x2.add(square1, f64x2.add(f64x2.mul(s1, s1), f64x2.mul(t1, t1)));
  }
  if (j < d) {
    let s0 = f64x2.splat(0), s1 = s0;
    let f = row;
    for (let at = away, end = away + (<usize>d << 5); at < end; at += 32, f += 8) {
      const u = v128.load_splat<f64>(f);
      s0 = f64x2.add(s0, f64x2.mul(u, v128.load(at)));
      s1 = f64x2.add(s1, f64x2.mul(u, v128.load(at, 16)));
    }
    square0 = f64x2.add(square0, f64x2.mul(s0, s0));
    square1 = f64x2.add(square1, f64x2.mul(s1, s1));
  }
  storeLogs(a, c, square0, square1, into);
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, value: v128): void {
  v128.store(at, f64x2.add(v128.load(at), value));
}

// @ts-ignore: decorator
@inline
function collectAxes(a: Step, c: i32, x: usize, r0: v128, r1: v128, sums: usize): void {
  const width = <usize>a.d << 4;
  addTo(sums + (<usize>c << 4), f64x2.add(r0, r1));
  let first = sums + (<usize>a.k << 4) + <usize>c * width;
  let second = first + <usize>a.k * width;
  let mean = a.means + <usize>((c * a.d) << 3);
  for (let at = x, end = x + (<usize>a.d << 5); at < end; at += 32, mean += 8, first += 16, second += 16) {
    const m = v128.load_splat<f64>(mean);
    const a0 = f64x2.sub(v128.load(at), m), a1 = f64x2.sub(v128.load(at, 16), m);
    const w0 = f64x2.mul(r0, a0), w1 = f64x2.mul(r1, a1);
    addTo(first, f64x2.add(w0, w1));
    addTo(second, f64x2.add(f64x2.mul(w0, a0), f64x2.mul(w1, a1)));
  }
}

/** Second moments as a packed lower triangle, two of its rows at a time. */
function collectMatrix(a: Step, c: i32, x: usize, away: usize, r0: v128, r1: v128, sums: usize): void {
  const d = a.d, k = a.k;
  addTo(sums + (<usize>c << 4), f64x2.add(r0, r1));
  let first = sums + (<usize>(k + c * d) << 4);
  let row = sums + (<usize>(k + k * d + (a.tied ? 0 : c * ((d * (d + 1)) >> 1))) << 4);
  differ(a, c, x, away);
  let j = 0;
  for (; j + 2 <= d; j += 2, first += 32) {
    const own = away + (<usize>j << 5);
    const u0 = f64x2.mul(r0, v128.load(own)), u1 = f64x2.mul(r1, v128.load(own, 16));
    const v0 = f64x2.mul(r0, v128.load(own, 32)), v1 = f64x2.mul(r1, v128.load(own, 48));
    addTo(first, f64x2.add(u0, u1));
    addTo(first + 16, f64x2.add(v0, v1));
    const next = row + (<usize>(j + 1) << 4);
    let to: usize = 0;
    let at = away;
    for (; at <= own; at += 32, to += 16) {
      const a0 = v128.load(at), a1 = v128.load(at, 16);
      addTo(row + to, f64x2.add(f64x2.mul(u0, a0), f64x2.mul(u1, a1)));
      addTo(next + to, f64x2.add(f64x2.mul(v0, a0), f64x2.mul(v1, a1)));
    }
    addTo(next + to, f64x2.add(f64x2.mul(v0, v128.load(at)), f64x2.mul(v1, v128.load(at, 16))));
    row = next + (<usize>(j + 2) << 4);
  }
  if (j < d) {
    const own = away + (<usize>j << 5);
    const u0 = f64x2.mul(r0, v128.load(own)), u1 = f64x2.mul(r1, v128.load(own, 16));
    addTo(first, f64x2.add(u0, u1));
    for (let at = away; at <= own; at += 32, row += 16) addTo(row, f64x2.add(f64x2.mul(u0, v128.load(at)), f64x2.mul(u1, v128.load(at, 16))));
  }
}

/** e^x of two numbers ≤ 0; 0 where negligible. */
// @ts-ignore: decorator
@inline
function shareOf(x: v128): v128 {
  const inside = f64x2.ge(x, f64x2.splat(negligible));
  if (!v128.any_true(inside)) return f64x2.splat(0);
  // x = n ln 2 + r with |r| ≤ ln 2 / 2; adding 1.5 × 2⁵² leaves n in the lowest bits.
  const magic = f64x2.splat(6755399441055744);
  const held = f64x2.max(x, f64x2.splat(negligible));
  const shifted = f64x2.add(f64x2.mul(held, f64x2.splat(1.4426950408889634)), magic);
  const n = f64x2.sub(shifted, magic);
  const r = f64x2.sub(f64x2.sub(held, f64x2.mul(n, f64x2.splat(0.6931471803691238))), f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)));
  let e = f64x2.splat(1.0 / 479001600.0);
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 39916800.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 3628800.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 362880.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 40320.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 5040.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 720.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 120.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 24.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1.0 / 6.0));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(0.5));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1));
  e = f64x2.add(f64x2.mul(e, r), f64x2.splat(1));
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return v128.and(f64x2.mul(e, power), inside);
}

/** ln x of a normal number > 0. (`Math.log` keeps tables in memory that here belongs to the caller.) */
function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = <f64>((bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m /= 2;
    exponent += 1;
  }
  // ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1) / (m + 1), |s| < 0.172.
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum: f64 = 0;
  for (let odd: f64 = 23; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return exponent * 0.6931471805599453 + 2 * s * sum;
}

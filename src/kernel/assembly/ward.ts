// The nearest other group by Ward's measure. Groups that are near in memory should be near in space: they are kept in blocks with a box around each, and
// blocks that are too far for all four asked groups (one lane each) are passed over. What is left is compared in single precision first, where twice as
// many fit into a vector, and in double precision only where that cannot tell it from the nearest so far: the answer is double precision's.

/** Asked groups side by side, and how many of a block are compared with them at once in double precision. */
const tile = 4;
/** How many of a block are compared at once in single precision. */
const wide = 8;
/** Groups per block; ward.ts pads to it. */
const block = 32;

/** May be too large by as much as rounding in the products below; what passes is compared exactly. */
const slack: f64 = 1 + 1e-14;
/**
 * In single precision a difference is off by at most e = 2⁻²⁴ (|x| + |y|), their root of squares by at most √d e, and (√s + √d e)² ≤ (1 + τ) s + (1 + 1/τ) d e².
 * With τ = 1/1000, which also covers rounding in the sums:
 */
const slackWide: f64 = 1.002;
const spareWide: f64 = 4e-12;
/** And where squares leave the range of single precision. */
const leastWide: f64 = 1e-37;

@unmanaged
export class Ward {
  values: usize; inverses: usize; d: i32; rows: i32;
  asked: usize; count: i32; nearest: usize; distances: usize;
  scratch: usize; slot: i32; piece: i32; boxes: usize;
  singles: usize;
}

/** Box of one block: the most of its inverses, the greatest size of a value, d least values, d greatest values. Groups at infinity are not there. */
export function boxOf(ward: Ward, index: i32): void {
  const d = ward.d;
  const box = ward.boxes + <usize>index * (<usize>(2 * d + 2) << 3);
  const low = box + 16, high = low + (<usize>d << 3);
  let most: f64 = 0, size: f64 = 0;
  for (let j = 0; j < d; j++) {
    store<f64>(low + (<usize>j << 3), Infinity);
    store<f64>(high + (<usize>j << 3), -Infinity);
  }
  for (let i = index * block; i < (index + 1) * block; i++) {
    const row = ward.values + <usize>i * (<usize>d << 3);
    const single = ward.singles + <usize>i * (<usize>d << 2);
    for (let j = 0; j < d; j++) store<f32>(single + (<usize>j << 2), <f32>load<f64>(row + (<usize>j << 3)));
    if (load<f64>(row) == Infinity) continue;
    most = Math.max(most, load<f64>(ward.inverses + (<usize>i << 3)));
    for (let j: usize = 0; j < <usize>d << 3; j += 8) {
      const value = load<f64>(row + j);
      store<f64>(low + j, Math.min(load<f64>(low + j), value));
      store<f64>(high + j, Math.max(load<f64>(high + j), value));
    }
  }
  for (let j = 0; j < d; j++) size = Math.max(size, Math.max(-load<f64>(low + (<usize>j << 3)), load<f64>(high + (<usize>j << 3))));
  store<f64>(box, most);
  store<f64>(box, size, 8);
}

/**
 * For asked groups [start, end) the least 2 |x − y|² / (1/wx + 1/wy) over all groups y but x, and the lowest y that has it (−1: none). `lanes` is
 * scratch: d × 4 doubles for the asked, 4 for their inverses, 4 bounds, 16 squares; then in single precision d × 4 for the asked, 4 inverses, 4 bounds.
 */
export function nearestRows(ward: Ward, start: i32, end: i32, lanes: usize): void {
  const d = ward.d;
  const inverses = lanes + (<usize>d << 5);
  const singles = inverses + 192;
  for (let q = start; q < end; q += tile) {
    let size: f64 = 0;
    for (let p = 0; p < tile; p++) {
      const group = askedAt(ward, min(q + p, end - 1));
      const from = ward.values + <usize>group * (<usize>d << 3);
      for (let j = 0; j < d; j++) {
        const value = load<f64>(from + (<usize>j << 3));
        size = Math.max(size, Math.abs(value));
        store<f64>(lanes + (<usize>(j * tile + p) << 3), value);
        store<f32>(singles + (<usize>(j * tile + p) << 2), <f32>value);
      }
      const inverse = load<f64>(ward.inverses + (<usize>group << 3));
      store<f64>(inverses + (<usize>p << 3), inverse);
      store<f32>(singles + (<usize>(d * tile + p) << 2), <f32>inverse);
      setBound(p, Infinity, inverses, singles, d);
      if (q + p >= end) continue;
      store<i32>(ward.nearest + (<usize>(q + p) << 2), -1);
      store<f64>(ward.distances + (<usize>(q + p) << 3), Infinity);
    }
    const count = min(tile, end - q);
    // First where they are themselves: what is near sets the bound for the rest.
    for (let p = 0; p < count; p++) compare(ward, askedAt(ward, q + p) / block, q, count, lanes, size);
    const blocks = ward.rows / block;
    for (let b = 0; b < blocks; b++) if (mayHold(ward, b, lanes)) compare(ward, b, q, count, lanes, size);
  }
}

// @ts-ignore: decorator
@inline
function askedAt(ward: Ward, q: i32): i32 {
  return load<i32>(ward.asked + (<usize>q << 2));
}

/** Whether a block's box is as near to any of the four as their nearest so far. Sums run as in `compareExactly`, so that rounding cannot hide a group. */
function mayHold(ward: Ward, index: i32, lanes: usize): bool {
  const size = <usize>ward.d << 3;
  const box = ward.boxes + <usize>index * (size * 2 + 16);
  const low = box + 16, high = low + size;
  const zero = f64x2.splat(0);
  let l = zero, r = zero;
  for (let j: usize = 0, at = lanes; j < size; j += 8, at += 32) {
    const u = v128.load(at), v = v128.load(at, 16);
    const from = v128.load64_splat(low + j), to = v128.load64_splat(high + j);
    const s = f64x2.pmax(zero, f64x2.pmax(f64x2.sub(from, u), f64x2.sub(u, to)));
    const t = f64x2.pmax(zero, f64x2.pmax(f64x2.sub(from, v), f64x2.sub(v, to)));
    l = f64x2.add(l, f64x2.mul(s, s));
    r = f64x2.add(r, f64x2.mul(t, t));
  }
  return within(l, r, v128.load64_splat(box), lanes + (size << 2));
}

/** Whether any of four squares, two vectors of two, may be as near as the nearest so far to a group of that inverse weight. */
// @ts-ignore: decorator
@inline
function within(l: v128, r: v128, inverse: v128, inverses: usize): bool {
  const left = f64x2.mul(v128.load(inverses, 32), f64x2.add(v128.load(inverses), inverse));
  const right = f64x2.mul(v128.load(inverses, 48), f64x2.add(v128.load(inverses, 16), inverse));
  return v128.any_true(v128.or(f64x2.le(l, left), f64x2.le(r, right)));
}

/** The bound of lane p: half the least distance so far, a little enlarged. */
// @ts-ignore: decorator
@inline
function setBound(p: i32, half: f64, inverses: usize, singles: usize, d: i32): void {
  store<f64>(inverses + 32 + (<usize>p << 3), half * slack);
  store<f32>(singles + (<usize>((d + 1) * tile + p) << 2), <f32>(half * slackWide));
}

/** Compares the four, none of whose values is greater than `size`, with every group of a block. */
function compare(ward: Ward, index: i32, q: i32, count: i32, lanes: usize, size: f64): void {
  const d = ward.d;
  const bytes = <usize>d << 2;
  const singles = lanes + (<usize>d << 5) + 192;
  const reach = size + load<f64>(ward.boxes + <usize>index * (<usize>(2 * d + 2) << 3), 8);
  const spare = f32x4.splat(<f32>(<f64>d * (spareWide * reach * reach + leastWide)));
  const inverse = v128.load(singles + (bytes << 2));
  let y = ward.singles + <usize>(index * block) * bytes;
  for (let t = index * block; t < (index + 1) * block; t += wide, y += bytes * wide) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    const y2 = y + bytes * 2, y4 = y + bytes * 4, y6 = y + bytes * 6;
    for (let j: usize = 0, at = singles; j < bytes; j += 4, at += 16) {
      const x = v128.load(at);
      let s = f32x4.sub(x, v128.load32_splat(y + j)); a0 = f32x4.add(a0, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y + bytes + j)); a1 = f32x4.add(a1, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y2 + j)); a2 = f32x4.add(a2, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y2 + bytes + j)); a3 = f32x4.add(a3, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y4 + j)); a4 = f32x4.add(a4, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y4 + bytes + j)); a5 = f32x4.add(a5, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y6 + j)); a6 = f32x4.add(a6, f32x4.mul(s, s));
      s = f32x4.sub(x, v128.load32_splat(y6 + bytes + j)); a7 = f32x4.add(a7, f32x4.mul(s, s));
    }
    const bound = v128.load(singles + (bytes << 2), 16);
    const w = ward.inverses + (<usize>t << 3);
    let near = v128.or(nearWide(a0, bound, inverse, w, spare), nearWide(a1, bound, inverse, w + 8, spare));
    near = v128.or(near, v128.or(nearWide(a2, bound, inverse, w + 16, spare), nearWide(a3, bound, inverse, w + 24, spare)));
    if (v128.any_true(near)) compareExactly(ward, t, q, count, lanes);
    near = v128.or(nearWide(a4, bound, inverse, w + 32, spare), nearWide(a5, bound, inverse, w + 40, spare));
    near = v128.or(near, v128.or(nearWide(a6, bound, inverse, w + 48, spare), nearWide(a7, bound, inverse, w + 56, spare)));
    if (v128.any_true(near)) compareExactly(ward, t + tile, q, count, lanes);
  }
}

/** Which of four squares in single precision may be as near as the nearest so far to the group with that inverse weight. */
// @ts-ignore: decorator
@inline
function nearWide(squares: v128, bound: v128, inverse: v128, w: usize, spare: v128): v128 {
  return f32x4.le(squares, f32x4.add(f32x4.mul(bound, f32x4.add(inverse, f32x4.splat(<f32>load<f64>(w)))), spare));
}

/** Compares the four with four groups from t on, in double precision. */
function compareExactly(ward: Ward, t: i32, q: i32, count: i32, lanes: usize): void {
  const size = <usize>ward.d << 3;
  const inverses = lanes + (size << 2);
  const squares = inverses + 64;
  const y = ward.values + <usize>t * size;
  const w = ward.inverses + (<usize>t << 3);
  let l0 = f64x2.splat(0), l1 = l0, l2 = l0, l3 = l0, r0 = l0, r1 = l0, r2 = l0, r3 = l0;
  for (let j: usize = 0, at = lanes; j < size; j += 8, at += 32) {
    const u = v128.load(at), v = v128.load(at, 16);
    let c = v128.load64_splat(y + j), s = f64x2.sub(u, c), z = f64x2.sub(v, c);
    l0 = f64x2.add(l0, f64x2.mul(s, s));
    r0 = f64x2.add(r0, f64x2.mul(z, z));
    c = v128.load64_splat(y + size + j); s = f64x2.sub(u, c); z = f64x2.sub(v, c);
    l1 = f64x2.add(l1, f64x2.mul(s, s));
    r1 = f64x2.add(r1, f64x2.mul(z, z));
    c = v128.load64_splat(y + size * 2 + j); s = f64x2.sub(u, c); z = f64x2.sub(v, c);
    l2 = f64x2.add(l2, f64x2.mul(s, s));
    r2 = f64x2.add(r2, f64x2.mul(z, z));
    c = v128.load64_splat(y + size * 3 + j); s = f64x2.sub(u, c); z = f64x2.sub(v, c);
    l3 = f64x2.add(l3, f64x2.mul(s, s));
    r3 = f64x2.add(r3, f64x2.mul(z, z));
  }
  if (!(within(l0, r0, v128.load64_splat(w), inverses) || within(l1, r1, v128.load64_splat(w, 8), inverses) ||
    within(l2, r2, v128.load64_splat(w, 16), inverses) || within(l3, r3, v128.load64_splat(w, 24), inverses))) return;
  v128.store(squares, l0); v128.store(squares, r0, 16);
  v128.store(squares, l1, 32); v128.store(squares, r1, 48);
  v128.store(squares, l2, 64); v128.store(squares, r2, 80);
  v128.store(squares, l3, 96); v128.store(squares, r3, 112);
  settle(ward, t, w, q, count, inverses, squares);
}

/** Looks at 4 × 4 squares one by one. */
function settle(ward: Ward, t: i32, w: usize, q: i32, count: i32, inverses: usize, squares: usize): void {
  for (let p = 0; p < count; p++) {
    const nearest = ward.nearest + (<usize>(q + p) << 2);
    const distance = ward.distances + (<usize>(q + p) << 3);
    const own = askedAt(ward, q + p);
    let found = load<i32>(nearest);
    let least = load<f64>(distance);
    for (let g = 0; g < tile; g++) {
      const group = t + g;
      const value = (2 * load<f64>(squares + (<usize>(g * tile + p) << 3))) / (load<f64>(inverses + (<usize>p << 3)) + load<f64>(w + (<usize>g << 3)));
      if (group == own || !(value < least || (value == least && group < found))) continue;
      least = value;
      found = group;
    }
    store<i32>(nearest, found);
    store<f64>(distance, least);
    setBound(p, least / 2, inverses, squares + 128, ward.d);
  }
  // Lanes without a group of their own must not ask for more.
  for (let p = count; p < tile; p++) setBound(p, -Infinity, inverses, squares + 128, ward.d);
}

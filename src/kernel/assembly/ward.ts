// The nearest other group by Ward's measure, in double precision. Groups that are near in memory should be near in space: they are kept in blocks with
// a box around each, and blocks that are too far for all four asked groups (one lane each) are passed over.

/** Asked groups side by side, and how many of a block are compared with them at once. */
const tile = 4;
/** Groups per block; ward.ts pads to it. */
const block = 32;

/** May be too large by as much as rounding in the products below; what passes is compared exactly. */
const slack: f64 = 1 + 1e-14;

@unmanaged
export class Ward {
  values: usize; inverses: usize; d: i32; rows: i32;
  asked: usize; count: i32; nearest: usize; distances: usize;
  scratch: usize; slot: i32; piece: i32; boxes: usize;
}

/** Box of one block: the most of its inverses, d least values, d greatest values. Groups at infinity are not there. */
export function boxOf(ward: Ward, index: i32): void {
  const d = ward.d;
  const box = ward.boxes + <usize>index * (<usize>(2 * d + 1) << 3);
  const low = box + 8, high = low + (<usize>d << 3);
  let most: f64 = 0;
  for (let j = 0; j < d; j++) {
    store<f64>(low + (<usize>j << 3), Infinity);
    store<f64>(high + (<usize>j << 3), -Infinity);
  }
  for (let i = index * block; i < (index + 1) * block; i++) {
    const row = ward.values + <usize>i * (<usize>d << 3);
    if (load<f64>(row) == Infinity) continue;
    most = Math.max(most, load<f64>(ward.inverses + (<usize>i << 3)));
    for (let j: usize = 0; j < <usize>d << 3; j += 8) {
      const value = load<f64>(row + j);
      store<f64>(low + j, Math.min(load<f64>(low + j), value));
      store<f64>(high + j, Math.max(load<f64>(high + j), value));
    }
  }
  store<f64>(box, most);
}

/**
 * For asked groups [start, end) the least 2 |x − y|² / (1/wx + 1/wy) over all groups y but x, and the lowest y that has it (−1: none). `lanes` is
 * scratch: d × 4 doubles for the asked, 4 for their inverses, 4 bounds, 16 squares.
 */
export function nearestRows(ward: Ward, start: i32, end: i32, lanes: usize): void {
  const d = ward.d;
  const inverses = lanes + (<usize>d << 5);
  for (let q = start; q < end; q += tile) {
    for (let p = 0; p < tile; p++) {
      const group = askedAt(ward, min(q + p, end - 1));
      const from = ward.values + <usize>group * (<usize>d << 3);
      for (let j = 0; j < d; j++) store<f64>(lanes + (<usize>(j * tile + p) << 3), load<f64>(from + (<usize>j << 3)));
      store<f64>(inverses + (<usize>p << 3), load<f64>(ward.inverses + (<usize>group << 3)));
      store<f64>(inverses + 32 + (<usize>p << 3), Infinity);
      if (q + p >= end) continue;
      store<i32>(ward.nearest + (<usize>(q + p) << 2), -1);
      store<f64>(ward.distances + (<usize>(q + p) << 3), Infinity);
    }
    const count = min(tile, end - q);
    // First where they are themselves: what is near sets the bound for the rest.
    for (let p = 0; p < count; p++) compare(ward, askedAt(ward, q + p) / block, q, count, lanes);
    const blocks = ward.rows / block;
    for (let b = 0; b < blocks; b++) if (mayHold(ward, b, lanes)) compare(ward, b, q, count, lanes);
  }
}

// @ts-ignore: decorator
@inline
function askedAt(ward: Ward, q: i32): i32 {
  return load<i32>(ward.asked + (<usize>q << 2));
}

/** Whether a block's box is as near to any of the four as their nearest so far. Sums run as in `compare`, so that rounding cannot hide a group. */
function mayHold(ward: Ward, index: i32, lanes: usize): bool {
  const size = <usize>ward.d << 3;
  const box = ward.boxes + <usize>index * (size * 2 + 8);
  const low = box + 8, high = low + size;
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

/** Compares the four with every group of a block. */
function compare(ward: Ward, index: i32, q: i32, count: i32, lanes: usize): void {
  const size = <usize>ward.d << 3;
  const inverses = lanes + (size << 2);
  const squares = inverses + 64;
  let y = ward.values + <usize>(index * block) * size;
  let w = ward.inverses + (<usize>(index * block) << 3);
  for (let t = index * block; t < (index + 1) * block; t += tile, y += size * tile, w += tile << 3) {
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
      within(l2, r2, v128.load64_splat(w, 16), inverses) || within(l3, r3, v128.load64_splat(w, 24), inverses))) continue;
    v128.store(squares, l0); v128.store(squares, r0, 16);
    v128.store(squares, l1, 32); v128.store(squares, r1, 48);
    v128.store(squares, l2, 64); v128.store(squares, r2, 80);
    v128.store(squares, l3, 96); v128.store(squares, r3, 112);
    settle(ward, t, w, q, count, inverses, squares);
  }
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
    store<f64>(inverses + 32 + (<usize>p << 3), (least / 2) * slack);
  }
  // Lanes without a group of their own must not ask for more.
  for (let p = count; p < tile; p++) store<f64>(inverses + 32 + (<usize>p << 3), -1);
}

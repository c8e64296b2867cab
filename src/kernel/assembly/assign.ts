// Nearest centre of every row, fused with the sums and counts of the new centres, so that the data is read once.
//
// Since |x − c|² = |x|² − 2 (x·c − |c|²/2), the nearest centre has the least |c|²/2 − x·c. Centres are packed in blocks of eight, one
// dimension after the other, so that four rows × eight centres keep eight accumulators in registers.

/** Packs k × d doubles into blocks of 8 (the last of 4, where 4 are enough) centres, transposed, and |c|²/2 (padding: +∞). */
export function pack(values: usize, k: i32, d: i32, blocks: usize, halves: usize): void {
  const padded = (k + 3) & ~3;
  for (let c = 0; c < padded; c++) {
    const block = c & ~7;
    const width = padded - block >= 8 ? 8 : 4;
    const target = blocks + <usize>((block * d + (c - block)) << 2);
    let norm: f64 = 0;
    for (let j = 0; j < d; j++) {
      const value: f32 = c < k ? <f32>load<f64>(values + <usize>((c * d + j) << 3)) : 0;
      store<f32>(target + <usize>((j * width) << 2), value);
      norm += <f64>value * <f64>value;
    }
    store<f32>(halves + <usize>(c << 2), c < k ? <f32>(norm / 2) : f32.MAX_VALUE * 2);
  }
}

/** Labels rows [start, end) and adds them to `sums` (k × stride doubles) and `counts` (k doubles). */
export function assignRows(
  points: usize, stride: i32, d: i32, start: i32, end: i32,
  k: i32, blocks: usize, halves: usize, labels: usize, sums: usize, counts: usize, weights: usize,
): void {
  const padded = (k + 3) & ~3;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const row = points + <usize>i * <usize>stride;
    label4(row, stride, d, k, padded, blocks, halves, labels + (<usize>i << 2));
    for (let p = 0; p < 4; p++) add(row + <usize>(p * stride), stride, i + p, labels, sums, counts, weights);
  }
  for (; i < end; i++) {
    const row = points + <usize>i * <usize>stride;
    label1(row, d, k, padded, blocks, halves, labels + (<usize>i << 2));
    add(row, stride, i, labels, sums, counts, weights);
  }
}

// @ts-ignore: decorator
@inline
function add(row: usize, stride: i32, i: i32, labels: usize, sums: usize, counts: usize, weights: usize): void {
  const label = load<i32>(labels + (<usize>i << 2));
  const target = sums + <usize>(label * stride * 2);
  const count = counts + <usize>(label << 3);
  if (weights == 0) {
    store<f64>(count, load<f64>(count) + 1);
    for (let at = 0; at < stride; at += 16) {
      const x = v128.load(row + <usize>at);
      const to = target + <usize>(at * 2);
      v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(x)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1))), 16);
    }
    return;
  }
  const w = <f64>load<f32>(weights + (<usize>i << 2));
  const ww = f64x2.splat(w);
  store<f64>(count, load<f64>(count) + w);
  for (let at = 0; at < stride; at += 16) {
    const x = v128.load(row + <usize>at);
    const to = target + <usize>(at * 2);
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(ww, f64x2.promote_low_f32x4(x))));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(ww, f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1)))), 16);
  }
}

function label4(row: usize, stride: i32, d: i32, k: i32, padded: i32, blocks: usize, halves: usize, labels: usize): void {
  const r0 = row;
  const r1 = row + <usize>stride;
  const r2 = r1 + <usize>stride;
  const r3 = r2 + <usize>stride;
  let best0 = f32x4.splat(f32.MAX_VALUE * 2), best1 = best0, best2 = best0, best3 = best0;
  let index0 = i32x4.splat(0), index1 = index0, index2 = index0, index3 = index0;
  let at = blocks;
  let c = 0;
  const size = <usize>(d << 2);
  for (; c + 8 <= padded; c += 8) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let j: usize = 0; j < size; j += 4, at += 32) {
      const u = v128.load(at);
      const v = v128.load(at, 16);
      const x0 = v128.load_splat<f32>(r0 + j);
      a0 = f32x4.add(a0, f32x4.mul(x0, u));
      b0 = f32x4.add(b0, f32x4.mul(x0, v));
      const x1 = v128.load_splat<f32>(r1 + j);
      a1 = f32x4.add(a1, f32x4.mul(x1, u));
      b1 = f32x4.add(b1, f32x4.mul(x1, v));
      const x2 = v128.load_splat<f32>(r2 + j);
      a2 = f32x4.add(a2, f32x4.mul(x2, u));
      b2 = f32x4.add(b2, f32x4.mul(x2, v));
      const x3 = v128.load_splat<f32>(r3 + j);
      a3 = f32x4.add(a3, f32x4.mul(x3, u));
      b3 = f32x4.add(b3, f32x4.mul(x3, v));
    }
    const h = v128.load(halves + <usize>(c << 2));
    const g = v128.load(halves + <usize>(c << 2), 16);
    const ic = i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3));
    const id = i32x4.add(i32x4.splat(c), i32x4(4, 5, 6, 7));
    let s = f32x4.sub(h, a0), m = f32x4.lt(s, best0);
    best0 = v128.bitselect(s, best0, m); index0 = v128.bitselect(ic, index0, m);
    s = f32x4.sub(h, a1); m = f32x4.lt(s, best1);
    best1 = v128.bitselect(s, best1, m); index1 = v128.bitselect(ic, index1, m);
    s = f32x4.sub(h, a2); m = f32x4.lt(s, best2);
    best2 = v128.bitselect(s, best2, m); index2 = v128.bitselect(ic, index2, m);
    s = f32x4.sub(h, a3); m = f32x4.lt(s, best3);
    best3 = v128.bitselect(s, best3, m); index3 = v128.bitselect(ic, index3, m);
    s = f32x4.sub(g, b0); m = f32x4.lt(s, best0);
    best0 = v128.bitselect(s, best0, m); index0 = v128.bitselect(id, index0, m);
    s = f32x4.sub(g, b1); m = f32x4.lt(s, best1);
    best1 = v128.bitselect(s, best1, m); index1 = v128.bitselect(id, index1, m);
    s = f32x4.sub(g, b2); m = f32x4.lt(s, best2);
    best2 = v128.bitselect(s, best2, m); index2 = v128.bitselect(id, index2, m);
    s = f32x4.sub(g, b3); m = f32x4.lt(s, best3);
    best3 = v128.bitselect(s, best3, m); index3 = v128.bitselect(id, index3, m);
  }
  if (c < padded) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (let j: usize = 0; j < size; j += 4, at += 16) {
      const u = v128.load(at);
      a0 = f32x4.add(a0, f32x4.mul(v128.load_splat<f32>(r0 + j), u));
      a1 = f32x4.add(a1, f32x4.mul(v128.load_splat<f32>(r1 + j), u));
      a2 = f32x4.add(a2, f32x4.mul(v128.load_splat<f32>(r2 + j), u));
      a3 = f32x4.add(a3, f32x4.mul(v128.load_splat<f32>(r3 + j), u));
    }
    const h = v128.load(halves + <usize>(c << 2));
    const ic = i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3));
    let s = f32x4.sub(h, a0), m = f32x4.lt(s, best0);
    best0 = v128.bitselect(s, best0, m); index0 = v128.bitselect(ic, index0, m);
    s = f32x4.sub(h, a1); m = f32x4.lt(s, best1);
    best1 = v128.bitselect(s, best1, m); index1 = v128.bitselect(ic, index1, m);
    s = f32x4.sub(h, a2); m = f32x4.lt(s, best2);
    best2 = v128.bitselect(s, best2, m); index2 = v128.bitselect(ic, index2, m);
    s = f32x4.sub(h, a3); m = f32x4.lt(s, best3);
    best3 = v128.bitselect(s, best3, m); index3 = v128.bitselect(ic, index3, m);
  }
  store<i32>(labels, leastLane(best0, index0, k));
  store<i32>(labels, leastLane(best1, index1, k), 4);
  store<i32>(labels, leastLane(best2, index2, k), 8);
  store<i32>(labels, leastLane(best3, index3, k), 12);
}

/** The index of the least of four lanes, the lowest among equals; 0 where none compares (not a number). */
// @ts-ignore: decorator
@inline
function leastLane(best: v128, index: v128, k: i32): i32 {
  let least = f32x4.pmin(best, v128.shuffle<i32>(best, best, 2, 3, 0, 1));
  least = f32x4.pmin(least, v128.shuffle<i32>(least, least, 1, 0, 3, 2));
  let among = v128.bitselect(index, i32x4.splat(i32.MAX_VALUE), f32x4.eq(best, least));
  among = i32x4.min_s(among, v128.shuffle<i32>(among, among, 2, 3, 0, 1));
  among = i32x4.min_s(among, v128.shuffle<i32>(among, among, 1, 0, 3, 2));
  const label = i32x4.extract_lane(among, 0);
  return label < k ? label : 0;
}

/** One row, with the arithmetic of `label4` in the same order: where a row falls in the grid must not change its label. */
function label1(row: usize, d: i32, k: i32, padded: i32, blocks: usize, halves: usize, labels: usize): void {
  let best: f32 = f32.MAX_VALUE * 2;
  let label = 0;
  for (let c = 0; c < k; c++) {
    const block = c & ~7;
    const width = padded - block >= 8 ? 8 : 4;
    let at = blocks + <usize>((block * d + (c - block)) << 2);
    let dot: f32 = 0;
    for (let j = 0; j < d; j++, at += <usize>(width << 2)) dot += load<f32>(row + <usize>(j << 2)) * load<f32>(at);
    const score: f32 = load<f32>(halves + <usize>(c << 2)) - dot;
    if (score < best) {
      best = score;
      label = c;
    }
  }
  store<i32>(labels, label);
}

// A pass of Lloyd's k-means that skips rows whose nearest centre cannot have changed (Hamerly 2010): each row keeps an upper bound of the distance to its own
// centre and a lower bound of that to any other; both are moved by how far the centres went. Sums change only by the rows that change their centre.
import { squaredDistance } from './spread';

/** Memory of the passes; every address in bytes. Written by ../passes.ts, which must list the same fields in the same order. */
@unmanaged
export class Bounds {
  points: usize; rows: i32; d: i32; stride: i32;
  k: i32; blocks: usize; halves: usize; values: usize;
  labels: usize; upper: usize; lower: usize; drifts: usize;
  slots: usize; slot: i32; piece: i32; weights: usize;
  scratch: usize; room: i32;
  /** How much larger than the truth single-precision squares of a row may come out: part of |x|², and a constant for the centres. */
  rounding: f32; floor: f32;
}

/** One single-precision rounding, up and down. */
const up: f32 = 1.0000002;
const down: f32 = 0.9999998;

/**
 * `drifts` holds, per centre, how far it went, how far any other went, and half the way to the nearest other (all rounded to the safe side). Into the piece's own
 * slot: changes of the k counts, then of the k × stride sums. A label of −1 is a row not seen yet.
 */
export function boundedRows(a: Bounds, piece: i32): void {
  const start = piece * a.piece;
  const end = min(start + a.piece, a.rows);
  const slot = a.slots + <usize>piece * <usize>a.slot;
  const scores = a.scratch + <usize>piece * <usize>a.room;
  memory.fill(slot, 0, <usize>a.slot);
  for (let i = start; i < end; i++) {
    const at = <usize>i << 2;
    const row = a.points + <usize>i * <usize>a.stride;
    const old = load<i32>(a.labels + at);
    if (old >= 0) {
      const drift = a.drifts + <usize>(old * 12);
      const lower = (load<f32>(a.lower + at) - load<f32>(drift, 4)) * down;
      const bound = max(lower, load<f32>(drift, 8));
      let upper = (load<f32>(a.upper + at) + load<f32>(drift)) * up;
      if (upper >= bound) upper = <f32>Math.sqrt(squaredDistance(row, a.values + <usize>((old * a.d) << 3), a.d)) * up;
      store<f32>(a.upper + at, upper);
      store<f32>(a.lower + at, lower);
      if (upper < bound) continue;
    }
    const label = scan(a, row, at, scores);
    if (label == old) continue;
    store<i32>(a.labels + at, label);
    const w = a.weights == 0 ? 1 : <f64>load<f32>(a.weights + at);
    if (old >= 0) count(a, row, old, -w, slot);
    count(a, row, label, w, slot);
  }
}

// @ts-ignore: decorator
@inline
function count(a: Bounds, row: usize, label: i32, w: f64, slot: usize): void {
  const own = slot + <usize>(label << 3);
  store<f64>(own, load<f64>(own) + w);
  let to = slot + <usize>(a.k << 3) + <usize>(label * a.stride * 2);
  const ww = f64x2.splat(w);
  for (let at = row, end = row + <usize>a.stride; at < end; at += 16, to += 32) {
    const x = v128.load(at);
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(ww, f64x2.promote_low_f32x4(x))));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(ww, f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1)))), 16);
  }
}

/** The nearest centre, by the arithmetic of `label4` in assign.ts, and both bounds anew. */
function scan(a: Bounds, row: usize, at: usize, scores: usize): i32 {
  const padded = (a.k + 3) & ~3;
  const size = <usize>(a.d << 2);
  let block = a.blocks;
  let c = 0;
  for (; c + 8 <= padded; c += 8) {
    let low = f32x4.splat(0), high = low;
    for (let j: usize = 0; j < size; j += 4, block += 32) {
      const x = v128.load_splat<f32>(row + j);
      low = f32x4.add(low, f32x4.mul(x, v128.load(block)));
      high = f32x4.add(high, f32x4.mul(x, v128.load(block, 16)));
    }
    const half = a.halves + <usize>(c << 2), score = scores + <usize>(c << 2);
    v128.store(score, f32x4.sub(v128.load(half), low));
    v128.store(score, f32x4.sub(v128.load(half, 16), high), 16);
  }
  if (c < padded) {
    let low = f32x4.splat(0);
    for (let j: usize = 0; j < size; j += 4, block += 16) low = f32x4.add(low, f32x4.mul(v128.load_splat<f32>(row + j), v128.load(block)));
    v128.store(scores + <usize>(c << 2), f32x4.sub(v128.load(a.halves + <usize>(c << 2)), low));
  }
  let squares = f32x4.splat(0);
  for (let j = row, end = row + <usize>a.stride; j < end; j += 16) squares = f32x4.add(squares, f32x4.mul(v128.load(j), v128.load(j)));
  const norm = f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1) + f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3);
  let least: f32 = f32.MAX_VALUE * 2, next: f32 = least;
  let label = 0;
  for (c = 0; c < a.k; c++) {
    const score = load<f32>(scores + <usize>(c << 2));
    if (score < least) {
      next = least;
      least = score;
      label = c;
    } else if (score < next) next = score;
  }
  const error = a.rounding * norm + a.floor;
  store<f32>(a.upper + at, <f32>Math.sqrt(<f64>max<f32>(0, norm + 2 * least + error)) * up);
  store<f32>(a.lower + at, <f32>Math.sqrt(<f64>max<f32>(0, norm + 2 * next - error)) * down);
  return label;
}

// Greedy k-means++: see `seed` in reference.ts. Up to four candidates share one pass over the rows; where there is but one, sixteen rows share a step of it.
import { setLane, toFour } from './distances';

/**
 * Fills `values` (k × d doubles) with rows. `costs` is scratch of 2 × rows × 4 floats (four candidate costs per row, two generations), or where `trials` is 1
 * of rows × (d + 1) floats, rows rounded up to sixteens (see `seedSingly`); `block` of d × 4 floats, `draws` k × trials uniform doubles.
 */
export function seedCentres(
  points: usize, stride: i32, d: i32, rows: i32, k: i32, weights: usize, draws: usize, trials: i32, values: usize, costs: usize, block: usize,
): void {
  if (trials == 1) return seedSingly(points, stride, d, rows, k, weights, draws, values, costs);
  let now = costs;
  let next = costs + (<usize>rows << 4);
  let lane = 0;
  for (let i = 0; i < rows; i++) store<f32>(now + (<usize>i << 4), 1);
  for (let c = 0; c < k; c++) {
    const count = c == 0 ? 1 : trials;
    const before = now + (<usize>lane << 2);
    const total = room(before, 4, rows, weights);
    let row0 = 0, row1 = 0, row2 = 0, row3 = 0;
    for (let t = 0; t < 4; t++) {
      const row = t < count ? pick(load<f64>(draws + <usize>((c * trials + t) << 3)) * total, before, 4, rows, weights) : row0;
      setLane(block, t, points + <usize>row * <usize>stride, d);
      if (t == 0) row0 = row;
      else if (t == 1) row1 = row;
      else if (t == 2) row2 = row;
      else row3 = row;
    }
    // Before the first centre every cost is infinite; the ones written above only made the first draw uniform.
    lane = cheapest(points, stride, d, rows, weights, block, now, c == 0 ? -1 : lane, next, count);
    const row = lane == 0 ? row0 : lane == 1 ? row1 : lane == 2 ? row2 : row3;
    for (let j = 0; j < d; j++) {
      store<f64>(values + <usize>((c * d + j) << 3), <f64>load<f32>(points + <usize>row * <usize>stride + <usize>(j << 2)));
    }
    const spare = now;
    now = next;
    next = spare;
  }
}

/**
 * The same with one candidate per centre. `scratch` holds the cost of every row, then the rows in groups of sixteen side by side: d × 16 floats each. A group is left
 * as soon as the new centre can be nearer to none of its rows.
 */
function seedSingly(points: usize, stride: i32, d: i32, rows: i32, k: i32, weights: usize, draws: usize, values: usize, scratch: usize): void {
  const groups = (rows + 15) >> 4;
  const beside = scratch + (<usize>groups << 6);
  memory.fill(beside, 0, <usize>groups * <usize>d << 6);
  for (let i = 0; i < rows; i++) {
    const to = beside + (<usize>(i >> 4) * <usize>d << 6) + (<usize>(i & 15) << 2);
    const from = points + <usize>i * <usize>stride;
    for (let j = 0; j < d; j++) store<f32>(to + (<usize>j << 6), load<f32>(from + (<usize>j << 2)));
  }
  for (let i = 0; i < groups << 4; i++) store<f32>(scratch + (<usize>i << 2), 1);
  for (let c = 0; c < k; c++) {
    const total = room(scratch, 2, rows, weights);
    const row = points + <usize>pick(load<f64>(draws + (<usize>c << 3)) * total, scratch, 2, rows, weights) * <usize>stride;
    for (let j = 0; j < d; j++) store<f64>(values + <usize>((c * d + j) << 3), <f64>load<f32>(row + (<usize>j << 2)));
    if (c == 0) for (let i = 0; i < groups << 4; i++) store<f32>(scratch + (<usize>i << 2), Infinity);
    for (let g = 0; g < groups; g++) lower(beside + (<usize>g * <usize>d << 6), d, row, scratch + (<usize>g << 6));
  }
}

/** Features between two looks at whether a group can be left. */
const untilLook = 16;

/** Lowers the costs of sixteen rows to their squared distances to a centre, where these are less. */
function lower(group: usize, d: i32, centre: usize, costs: usize): void {
  const c0 = v128.load(costs), c1 = v128.load(costs, 16), c2 = v128.load(costs, 32), c3 = v128.load(costs, 48);
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let j = 0; j < d;) {
    for (const stop = min(j + untilLook, d); j < stop; j++, group += 64, centre += 4) {
      const value = v128.load_splat<f32>(centre);
      const t0 = f32x4.sub(v128.load(group), value), t1 = f32x4.sub(v128.load(group, 16), value);
      const t2 = f32x4.sub(v128.load(group, 32), value), t3 = f32x4.sub(v128.load(group, 48), value);
      a0 = f32x4.add(a0, f32x4.mul(t0, t0));
      a1 = f32x4.add(a1, f32x4.mul(t1, t1));
      a2 = f32x4.add(a2, f32x4.mul(t2, t2));
      a3 = f32x4.add(a3, f32x4.mul(t3, t3));
    }
    const nearer = v128.or(v128.or(f32x4.lt(a0, c0), f32x4.lt(a1, c1)), v128.or(f32x4.lt(a2, c2), f32x4.lt(a3, c3)));
    if (!v128.any_true(nearer)) return;
  }
  v128.store(costs, f32x4.pmin(c0, a0));
  v128.store(costs, f32x4.pmin(c1, a1), 16);
  v128.store(costs, f32x4.pmin(c2, a2), 32);
  v128.store(costs, f32x4.pmin(c3, a3), 48);
}

/** All costs together; one lies every 2^`apart` bytes. */
function room(costs: usize, apart: i32, rows: i32, weights: usize): f64 {
  let total: f64 = 0;
  for (let i = 0; i < rows; i++) total += weigh(costs, apart, i, weights);
  return total;
}

// @ts-ignore: decorator
@inline
function weigh(costs: usize, apart: i32, i: i32, weights: usize): f64 {
  const cost = <f64>load<f32>(costs + (<usize>i << apart));
  return weights == 0 ? cost : cost * <f64>load<f32>(weights + (<usize>i << 2));
}

function pick(goal: f64, costs: usize, apart: i32, rows: i32, weights: usize): i32 {
  let left = goal;
  let last = 0;
  for (let i = 0; i < rows; i++) {
    const size = weigh(costs, apart, i, weights);
    if (!(size > 0)) continue;
    last = i;
    left -= size;
    if (left < 0) return i;
  }
  return last;
}

/** Writes every row's cost with each candidate into `next`; gives the candidate with the least total. */
function cheapest(
  points: usize, stride: i32, d: i32, rows: i32, weights: usize, block: usize, now: usize, lane: i32, next: usize, count: i32,
): i32 {
  let low = f64x2.splat(0), high = low;
  for (let i = 0; i < rows; i++) {
    let cost = toFour(points + <usize>i * <usize>stride, block, d);
    if (lane >= 0) cost = f32x4.pmin(cost, v128.load_splat<f32>(now + (<usize>i << 4) + <usize>(lane << 2)));
    v128.store(next + (<usize>i << 4), cost);
    const w = f64x2.splat(weights == 0 ? 1 : <f64>load<f32>(weights + (<usize>i << 2)));
    low = f64x2.add(low, f64x2.mul(w, f64x2.promote_low_f32x4(cost)));
    high = f64x2.add(high, f64x2.mul(w, f64x2.promote_low_f32x4(v128.shuffle<i64>(cost, cost, 1, 1))));
  }
  let best = f64x2.extract_lane(low, 0);
  let which = 0;
  if (count > 1 && f64x2.extract_lane(low, 1) < best) { best = f64x2.extract_lane(low, 1); which = 1; }
  if (count > 2 && f64x2.extract_lane(high, 0) < best) { best = f64x2.extract_lane(high, 0); which = 2; }
  if (count > 3 && f64x2.extract_lane(high, 1) < best) which = 3;
  return which;
}

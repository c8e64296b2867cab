// Greedy k-means++: see `seed` in reference.ts. Up to four candidates share one pass over the rows.
import { setLane, toFour } from './distances';

/**
 * Fills `values` (k × d doubles) with rows. `costs` is scratch of 2 × rows × 4 floats (four candidate costs per row, two generations),
 * `block` of d × 4 floats, `draws` k × trials uniform doubles.
 */
export function seedCentres(
  points: usize, stride: i32, d: i32, rows: i32, k: i32, weights: usize, draws: usize, trials: i32, values: usize, costs: usize, block: usize,
): void {
  let now = costs;
  let next = costs + (<usize>rows << 4);
  let lane = 0;
  for (let i = 0; i < rows; i++) store<f32>(now + (<usize>i << 4), 1);
  for (let c = 0; c < k; c++) {
    const count = c == 0 ? 1 : trials;
    const total = room(now, lane, rows, weights);
    let row0 = 0, row1 = 0, row2 = 0, row3 = 0;
    for (let t = 0; t < 4; t++) {
      const row = t < count ? pick(load<f64>(draws + <usize>((c * trials + t) << 3)) * total, now, lane, rows, weights) : row0;
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

function room(costs: usize, lane: i32, rows: i32, weights: usize): f64 {
  let total: f64 = 0;
  for (let i = 0; i < rows; i++) total += weigh(costs, lane, i, weights);
  return total;
}

// @ts-ignore: decorator
@inline
function weigh(costs: usize, lane: i32, i: i32, weights: usize): f64 {
  const cost = <f64>load<f32>(costs + (<usize>i << 4) + <usize>(lane << 2));
  return weights == 0 ? cost : cost * <f64>load<f32>(weights + (<usize>i << 2));
}

function pick(goal: f64, costs: usize, lane: i32, rows: i32, weights: usize): i32 {
  let left = goal;
  let last = 0;
  for (let i = 0; i < rows; i++) {
    const size = weigh(costs, lane, i, weights);
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

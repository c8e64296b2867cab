// Exact distances of rows to their own centres: direct differences in double precision, so that nothing cancels.

/** Adds (weighted) squared distances and distances of rows [start, end) to `squares` and `distances` (k doubles each). */
export function spreadRows(
  points: usize, stride: i32, d: i32, start: i32, end: i32, values: usize, labels: usize, squares: usize, distances: usize, weights: usize,
): void {
  for (let i = start; i < end; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    const square = squaredDistance(points + <usize>i * <usize>stride, values + <usize>((label * d) << 3), d);
    const w: f64 = weights == 0 ? 1 : <f64>load<f32>(weights + (<usize>i << 2));
    const s = squares + <usize>(label << 3);
    store<f64>(s, load<f64>(s) + w * square);
    const t = distances + <usize>(label << 3);
    store<f64>(t, load<f64>(t) + w * Math.sqrt(square));
  }
}

// @ts-ignore: decorator
@inline
export function squaredDistance(row: usize, centre: usize, d: i32): f64 {
  let a = f64x2.splat(0), b = a;
  let j = 0;
  for (; j + 4 <= d; j += 4) {
    const x = v128.load(row + <usize>(j << 2));
    const c = centre + <usize>(j << 3);
    const s = f64x2.sub(f64x2.promote_low_f32x4(x), v128.load(c));
    const t = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1)), v128.load(c, 16));
    a = f64x2.add(a, f64x2.mul(s, s));
    b = f64x2.add(b, f64x2.mul(t, t));
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; j < d; j++) {
    const t = <f64>load<f32>(row + <usize>(j << 2)) - load<f64>(centre + <usize>(j << 3));
    sum += t * t;
  }
  return sum;
}

// Squared distances of every row to four others at once: the four are transposed, one lane each.

/** Copies row `row` into lane `lane` of a d × 4 block. */
export function setLane(block: usize, lane: i32, row: usize, d: i32): void {
  for (let j = 0; j < d; j++) store<f32>(block + <usize>((j * 4 + lane) << 2), load<f32>(row + <usize>(j << 2)));
}

/** Squared distances of one row to the four of a block. */
// @ts-ignore: decorator
@inline
export function toFour(row: usize, block: usize, d: i32): v128 {
  let a = f32x4.splat(0);
  const end = row + <usize>(d << 2);
  for (let x = row, at = block; x < end; x += 4, at += 16) {
    const t = f32x4.sub(v128.load_splat<f32>(x), v128.load(at));
    a = f32x4.add(a, f32x4.mul(t, t));
  }
  return a;
}

/**
 * For rows [start, start + 4): adds the distances to every row into out[labelling][row][label] (doubles). `block` is scratch of d × 4 floats,
 * `table` of labellings × k × 4 doubles. `labels` holds `labellings` × rows ints.
 */
export function distanceSumRows(
  points: usize, stride: i32, d: i32, rows: i32, start: i32, labels: usize, labellings: i32, k: i32, block: usize, table: usize, out: usize,
): void {
  for (let p = 0; p < 4; p++) setLane(block, p, points + <usize>min(start + p, rows - 1) * <usize>stride, d);
  memory.fill(table, 0, <usize>(labellings * k * 32));
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = points + <usize>i * <usize>stride;
    const r1 = r0 + <usize>stride, r2 = r1 + <usize>stride, r3 = r2 + <usize>stride;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    let at = block;
    for (let j: usize = 0, size = <usize>(d << 2); j < size; j += 4, at += 16) {
      const c = v128.load(at);
      const t0 = f32x4.sub(v128.load_splat<f32>(r0 + j), c);
      const t1 = f32x4.sub(v128.load_splat<f32>(r1 + j), c);
      const t2 = f32x4.sub(v128.load_splat<f32>(r2 + j), c);
      const t3 = f32x4.sub(v128.load_splat<f32>(r3 + j), c);
      a0 = f32x4.add(a0, f32x4.mul(t0, t0));
      a1 = f32x4.add(a1, f32x4.mul(t1, t1));
      a2 = f32x4.add(a2, f32x4.mul(t2, t2));
      a3 = f32x4.add(a3, f32x4.mul(t3, t3));
    }
    tally(f32x4.sqrt(a0), i, rows, labels, labellings, k, table);
    tally(f32x4.sqrt(a1), i + 1, rows, labels, labellings, k, table);
    tally(f32x4.sqrt(a2), i + 2, rows, labels, labellings, k, table);
    tally(f32x4.sqrt(a3), i + 3, rows, labels, labellings, k, table);
  }
  for (; i < rows; i++) {
    tally(f32x4.sqrt(toFour(points + <usize>i * <usize>stride, block, d)), i, rows, labels, labellings, k, table);
  }
  for (let l = 0; l < labellings; l++) {
    for (let p = 0; p < 4 && start + p < rows; p++) {
      const target = out + ((<usize>l * <usize>rows + <usize>(start + p)) * <usize>k << 3);
      for (let c = 0; c < k; c++) store<f64>(target + <usize>(c << 3), load<f64>(table + <usize>(((l * k + c) * 4 + p) << 3)));
    }
  }
}

// @ts-ignore: decorator
@inline
function tally(distances: v128, i: i32, rows: i32, labels: usize, labellings: i32, k: i32, table: usize): void {
  const low = f64x2.promote_low_f32x4(distances);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(distances, distances, 1, 1));
  let label = labels + (<usize>i << 2);
  for (let l = 0; l < labellings; l++, label += <usize>rows << 2) {
    const at = table + <usize>((l * k + load<i32>(label)) << 5);
    v128.store(at, f64x2.add(v128.load(at), low));
    v128.store(at, f64x2.add(v128.load(at, 16), high), 16);
  }
}

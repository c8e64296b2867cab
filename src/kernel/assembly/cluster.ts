// One whole k-means on one thread: seeding, Lloyd's iterations, exact inertia. See `cluster` in reference.ts.
import { assignRows, pack } from './assign';
import { seedCentres } from './seed';
import { spreadRows, squaredDistance } from './spread';

/** Memory of one job; every address in bytes. Written by simd.ts (`CLUSTER`), which must list the same fields in the same order. */
@unmanaged
export class Job {
  points: usize; rows: i32; d: i32; stride: i32;
  k: i32; weights: usize; seeded: i32; draws: usize;
  trials: i32; maxIterations: i32; values: usize; old: usize;
  labels: usize; counts: usize; sums: usize; blocks: usize;
  halves: usize; costs: usize; iterations: i32; spare: i32;
  tolerance: f64;
  inertia: f64;
}

export function clusterJob(job: Job): void {
  if (!job.seeded) {
    seedCentres(job.points, job.stride, job.d, job.rows, job.k, job.weights, job.draws, job.trials, job.values, job.costs, job.blocks);
  }
  let iterations = 0;
  while (iterations < job.maxIterations) {
    iterations++;
    pass(job);
    if (move(job) <= job.tolerance) break;
  }
  pass(job);
  const squares = job.old;
  memory.fill(squares, 0, <usize>(job.k << 4));
  spreadRows(job.points, job.stride, job.d, 0, job.rows, job.values, job.labels, squares, squares + <usize>(job.k << 3), job.weights);
  let inertia: f64 = 0;
  for (let c = 0; c < job.k; c++) inertia += load<f64>(squares + <usize>(c << 3));
  job.inertia = inertia;
  job.iterations = iterations;
}

function pass(job: Job): void {
  pack(job.values, job.k, job.d, job.blocks, job.halves);
  memory.fill(job.sums, 0, <usize>(job.k * job.stride * 2));
  memory.fill(job.counts, 0, <usize>(job.k << 3));
  assignRows(
    job.points, job.stride, job.d, 0, job.rows, job.k, job.blocks, job.halves, job.labels, job.sums, job.counts, job.weights,
  );
}

/** Moves the centres; gives the squared distance moved by all together. */
function move(job: Job): f64 {
  const k = job.k, d = job.d;
  memory.copy(job.old, job.values, <usize>((k * d) << 3));
  let moved: f64 = 0;
  for (let c = 0; c < k; c++) {
    const count = load<f64>(job.counts + <usize>(c << 3));
    const to = job.values + <usize>((c * d) << 3);
    if (count > 0) {
      const sum = job.sums + <usize>(c * job.stride * 2);
      for (let j = 0; j < d; j++) store<f64>(to + <usize>(j << 3), load<f64>(sum + <usize>(j << 3)) / count);
    }
  }
  for (let c = 0; c < k; c++) {
    if (load<f64>(job.counts + <usize>(c << 3)) > 0) continue;
    const i = farthest(job);
    if (i < 0) continue;
    const row = job.points + <usize>i * <usize>job.stride;
    for (let j = 0; j < d; j++) store<f64>(job.values + <usize>((c * d + j) << 3), <f64>load<f32>(row + <usize>(j << 2)));
    // Marks the row as taken, so that a second empty centre goes elsewhere; the next pass labels every row anew.
    store<i32>(job.labels + (<usize>i << 2), -1);
  }
  for (let v = 0; v < k * d; v++) {
    const t = load<f64>(job.values + <usize>(v << 3)) - load<f64>(job.old + <usize>(v << 3));
    moved += t * t;
  }
  return moved;
}

/** The row farthest from the centre it was labelled with; −1 where none is off its centre. */
function farthest(job: Job): i32 {
  let worst = -1;
  let most: f64 = 0;
  for (let i = 0; i < job.rows; i++) {
    const label = load<i32>(job.labels + (<usize>i << 2));
    if (label < 0) continue;
    const square = squaredDistance(job.points + <usize>i * <usize>job.stride, job.old + <usize>((label * job.d) << 3), job.d);
    if (square > most) {
      most = square;
      worst = i;
    }
  }
  return worst;
}

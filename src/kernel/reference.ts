// The kernels written to be read: one thread, plain loops, double precision inside. The SIMD kernel must agree with this file.
import { searchReference } from './reference-search.js';
import type { Centres, ClusterJob, ClusterResult, Kernel, KernelPoints, Points, Spread, Sums } from './kernel.js';
import { wardGroups } from './reference-ward.js';
import { forestRows } from './reference-forest.js';
import { treeRows } from './reference-trees.js';
import { expectation } from './reference-mixture.js';
import { shapReference } from './reference-shap.js';

export function referenceKernel(): Kernel {
  return {
    name: 'reference',
    threads: 1,
    allocate,
    adopt: (points) => ({ points, release() {} }),
    free() {},
    assign: (points, centres, labels, weights) => assign(points, centres, labels ?? new Int32Array(points.rows), weights),
    spread,
    passes: (points, k, weights) => ({
      pass: (values) => assign(points, { k, d: points.d, values }, new Int32Array(points.rows), weights),
      release() {},
    }),
    cluster: (jobs) => jobs.map(cluster),
    distanceSums,
    wardGroups,
    search: searchReference,
    expectation,
    shap: shapReference,
    sort: (columns) => columns.forEach((column) => column.sort()),
    treeRows,
    forestRows,
    async close() {},
  };
}

/** Rows padded with zeros to a multiple of four numbers. */
export const strideOf = (d: number): number => (d + 3) & ~3;

function allocate(rows: number, d: number): KernelPoints {
  const stride = strideOf(d);
  return { rows, d, stride, data: new Float32Array(rows * stride) };
}

function assign(points: Points, centres: Centres, labels: Int32Array, weights?: Float32Array): Sums {
  const { rows, d, stride, data } = points;
  const sums = new Float64Array(centres.k * d);
  const counts = new Float64Array(centres.k);
  for (let i = 0; i < rows; i++) {
    const c = nearest(points, i, centres);
    const w = weights ? weights[i] : 1;
    labels[i] = c;
    counts[c] += w;
    for (let j = 0; j < d; j++) sums[c * d + j] += w * data[i * stride + j];
  }
  return { sums, counts };
}

function nearest(points: Points, i: number, { k, d, values }: Centres): number {
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < k; c++) {
    const distance = squaredDistance(points, i, values, c * d);
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return best;
}

function squaredDistance({ d, stride, data }: Points, i: number, values: ArrayLike<number>, offset: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) {
    const t = data[i * stride + j] - values[offset + j];
    sum += t * t;
  }
  return sum;
}

function spread(points: Points, centres: Centres, labels: Int32Array, weights?: Float32Array): Spread {
  const squares = new Float64Array(centres.k);
  const distances = new Float64Array(centres.k);
  for (let i = 0; i < points.rows; i++) {
    const w = weights ? weights[i] : 1;
    const square = squaredDistance(points, i, centres.values, labels[i] * centres.d);
    squares[labels[i]] += w * square;
    distances[labels[i]] += w * Math.sqrt(square);
  }
  return { squares, distances };
}

function cluster(job: ClusterJob): ClusterResult {
  const { points, k, weights } = job;
  const d = points.d;
  const values = job.start ? Float64Array.from(job.start) : seed(job);
  const centres = { k, d, values };
  const labels = new Int32Array(points.rows);
  let iterations = 0;
  while (iterations < job.maxIterations) {
    iterations++;
    const { sums, counts } = assign(points, centres, labels, weights);
    if (move(centres, sums, counts, points, labels) <= job.tolerance) break;
  }
  const { counts } = assign(points, centres, labels, weights);
  const { squares } = spread(points, centres, labels, weights);
  return { k, d, values, labels, counts, inertia: squares.reduce((a, b) => a + b, 0), iterations };
}

/** Moves each centre to the mean of its points, an empty one to the point worst served; gives the squared distance moved. */
function move(centres: Centres, sums: Float64Array, counts: Float64Array, points: Points, labels: Int32Array): number {
  const { k, d, values } = centres;
  const old = Float64Array.from(values);
  for (let c = 0; c < k; c++) {
    if (counts[c] > 0) for (let j = 0; j < d; j++) values[c * d + j] = sums[c * d + j] / counts[c];
  }
  const taken: number[] = [];
  for (let c = 0; c < k; c++) {
    if (counts[c] > 0) continue;
    const i = farthest(points, { k, d, values: old }, labels, taken);
    if (i < 0) continue;
    taken.push(i);
    for (let j = 0; j < d; j++) values[c * d + j] = points.data[i * points.stride + j];
  }
  let moved = 0;
  for (let v = 0; v < values.length; v++) moved += (values[v] - old[v]) ** 2;
  return moved;
}

/** The row farthest from its own centre, −1 where every row sits on its centre. */
function farthest(points: Points, centres: Centres, labels: Int32Array, taken: readonly number[]): number {
  let worst = -1;
  let most = 0;
  for (let i = 0; i < points.rows; i++) {
    const distance = squaredDistance(points, i, centres.values, labels[i] * centres.d);
    if (distance > most && !taken.includes(i)) {
      most = distance;
      worst = i;
    }
  }
  return worst;
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007, section 5): each new centre is the best of a few candidates drawn in proportion to the squared
 * distance to the nearest centre so far.
 */
function seed({ points, k, draws, trials, weights }: ClusterJob): Float64Array {
  const { rows, d } = points;
  const values = new Float64Array(k * d);
  let cost: Float64Array = new Float64Array(rows).fill(Infinity);
  const take = (c: number, i: number) => {
    for (let j = 0; j < d; j++) values[c * d + j] = points.data[i * points.stride + j];
  };
  const costWith = (i: number) => {
    const centre = points.data.subarray(i * points.stride, i * points.stride + d);
    return cost.map((now, r) => Math.min(now, squaredDistance(points, r, centre, 0)));
  };
  const first = pick(draws![0], rows, () => 1, weights);
  take(0, first);
  cost = costWith(first);
  for (let c = 1; c < k; c++) {
    let best = { potential: Infinity, row: 0, cost };
    for (let t = 0; t < trials; t++) {
      const row = pick(draws![c * trials + t], rows, (i) => cost[i], weights);
      const candidate = costWith(row);
      const potential = candidate.reduce((sum, value, i) => sum + value * (weights ? weights[i] : 1), 0);
      if (potential < best.potential) best = { potential, row, cost: candidate };
    }
    take(c, best.row);
    cost = best.cost;
  }
  return values;
}

/** The row on which a draw in [0, 1) falls when rows take room in proportion to `size` × weight. */
function pick(draw: number, rows: number, size: (i: number) => number, weights?: Float32Array): number {
  const room = (i: number) => size(i) * (weights ? weights[i] : 1);
  let total = 0;
  for (let i = 0; i < rows; i++) total += room(i);
  let left = draw * total;
  let last = 0;
  for (let i = 0; i < rows; i++) {
    if (room(i) <= 0) continue;
    last = i;
    left -= room(i);
    if (left < 0) return i;
  }
  return last;
}

function distanceSums(points: Points, labelings: readonly Int32Array[], k: number): Float64Array[] {
  const { rows, stride, d, data } = points;
  const sums = labelings.map(() => new Float64Array(rows * k));
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * stride, i * stride + d);
    for (let r = 0; r < rows; r++) {
      const distance = Math.sqrt(squaredDistance(points, r, row, 0));
      labelings.forEach((labels, l) => {
        sums[l][i * k + labels[r]] += distance;
      });
    }
  }
  return sums;
}

// The kernels in WebAssembly SIMD (assembly/), on one memory shared by the caller and its helper threads.
import type { Centres, ClusterJob, ClusterResult, Kernel, Points, Spread, Sums } from './kernel.js';
import { openSearch } from './search.js';
import { openForestRows } from './forest.js';
import { openTreeRows } from './trees.js';
import { expectation } from './expectation.js';
import { openPasses } from './passes.js';
import { openShap } from './shap.js';
import { adopt, allocate, borrowing, free, openShop, pieceRows, type Borrow, type Shop } from './shop.js';
import { wardGroups } from './ward.js';

/** The kernel on a compiled module, using up to `threads` threads (the caller's among them). */
export function simdKernel(module: WebAssembly.Module, threads: number): Kernel {
  const shop = openShop(module, threads);
  return {
    name: 'simd',
    threads,
    allocate: (rows, d) => allocate(shop, rows, d),
    adopt: (points) => adopt(shop, points),
    free: (points) => free(shop, points),
    assign: (points, centres, labels, weights) => borrowing(shop, (borrow) => assign(shop, borrow, points, centres, labels, weights)),
    spread: (points, centres, labels, weights) => borrowing(shop, (borrow) => spread(shop, borrow, points, centres, labels, weights)),
    passes: (points, k, weights) => openPasses(shop, points, k, weights),
    cluster: (jobs) => (jobs.length === 0 ? [] : borrowing(shop, (borrow) => cluster(shop, borrow, jobs))),
    distanceSums: (points, labelings, k) => borrowing(shop, (borrow) => distanceSums(shop, borrow, points, labelings, k)),
    wardGroups: (count, d) => wardGroups(shop, count, d),
    search: (points) => openSearch(shop, points),
    expectation: (points, mixture, from, to) => borrowing(shop, (borrow) => expectation(shop, borrow, points, mixture, from, to)),
    shap: (plan, rows) => openShap(shop, plan, rows),
    sort: (columns) => borrowing(shop, (borrow) => sort(shop, borrow, columns)),
    forestRows: (plan) => openForestRows(shop, plan),
    treeRows: (columns, bins, rows, leaves, outputs) => openTreeRows(shop, columns, bins, rows, leaves, outputs),
    close: () => shop.close(),
  };
}

function assign(shop: Shop, borrow: Borrow, points: Points, centres: Centres, labels?: Int32Array, weights?: Float32Array): Sums {
  const { k, d } = centres;
  const { rows } = points;
  const { at, stride } = borrow.points(points);
  const padded = (k + 3) & ~3;
  const blocks = borrow.take(padded * d * 4);
  const halves = borrow.take(padded * 4);
  shop.pack(borrow.doubles(centres.values), k, d, blocks, halves);
  const piece = pieceRows(rows);
  const pieces = Math.ceil(rows / piece);
  const slot = k * (1 + stride) * 8;
  const slots = borrow.take(pieces * slot);
  const labelsAt = borrow.take(rows * 4);
  const args = borrow.words([at, rows, d, stride * 4, k, blocks, halves, 0, labelsAt, slots, slot, piece, weights ? borrow.floats(weights) : 0]);
  shop.run('assign', pieces, args, rows * d * padded);
  labels?.set(borrow.intsAt(labelsAt, rows));
  const all = borrow.doublesAt(slots, pieces * k * (1 + stride));
  const counts = new Float64Array(k);
  const sums = new Float64Array(k * d);
  for (let p = 0; p < pieces; p++) {
    const own = all.subarray(p * k * (1 + stride));
    for (let c = 0; c < k; c++) {
      counts[c] += own[c];
      for (let j = 0; j < d; j++) sums[c * d + j] += own[k + c * stride + j];
    }
  }
  return { sums, counts };
}

function spread(shop: Shop, borrow: Borrow, points: Points, centres: Centres, labels: Int32Array, weights?: Float32Array): Spread {
  const { k, d } = centres;
  const { rows } = points;
  const { at, stride } = borrow.points(points);
  const piece = pieceRows(rows);
  const pieces = Math.ceil(rows / piece);
  const slots = borrow.take(pieces * k * 16);
  const args = borrow.words(
    [at, rows, d, stride * 4, k, 0, 0, borrow.doubles(centres.values), borrow.ints(labels), slots, k * 16, piece, weights ? borrow.floats(weights) : 0],
  );
  shop.run('spread', pieces, args, rows * d * 4);
  const all = borrow.doublesAt(slots, pieces * k * 2);
  const squares = new Float64Array(k);
  const distances = new Float64Array(k);
  for (let p = 0; p < pieces; p++) {
    for (let c = 0; c < k; c++) {
      squares[c] += all[p * k * 2 + c];
      distances[c] += all[p * k * 2 + k + c];
    }
  }
  return { squares, distances };
}

/** Words of `Job` in assembly/cluster.ts, its two doubles included. */
const jobWords = 24;

function cluster(shop: Shop, borrow: Borrow, jobs: readonly ClusterJob[]): ClusterResult[] {
  const args = borrow.take(jobs.length * jobWords * 4);
  let work = 0;
  jobs.forEach((job, index) => {
    writeJob(borrow, args + index * jobWords * 4, job);
    work += job.points.rows * job.points.d * job.k * Math.min(job.maxIterations + 2, 20);
  });
  shop.run('cluster', jobs.length, args, work);
  return jobs.map((job, index) => readJob(borrow, args + index * jobWords * 4, job));
}

function writeJob(borrow: Borrow, address: number, job: ClusterJob): void {
  const { k, points, weights, start, draws } = job;
  const { rows, d } = points;
  const { at, stride } = borrow.points(points);
  const padded = (k + 3) & ~3;
  const room = Math.max(k * d, 2 * k) * 8;
  const values = start ? borrow.doubles(start) : borrow.take(room);
  borrow.wordsAt(address, jobWords).set([
    at, rows, d, stride * 4,
    k, weights ? borrow.floats(weights) : 0, start ? 1 : 0, draws ? borrow.doubles(draws) : 0,
    job.trials, job.maxIterations, values, borrow.take(room),
    borrow.take(rows * 4), borrow.take(k * 8), borrow.take(k * stride * 8), borrow.take(padded * d * 4),
    borrow.take(padded * 4), start ? 0 : borrow.take(job.trials === 1 ? ((rows + 15) & ~15) * (d + 1) * 4 : rows * 32), 0, 0,
  ]);
  borrow.doublesAt(address + 80, 1)[0] = job.tolerance;
}

function readJob(borrow: Borrow, address: number, { k, points }: ClusterJob): ClusterResult {
  const words = borrow.wordsAt(address, jobWords);
  const { rows, d } = points;
  return {
    k,
    d,
    values: borrow.doublesAt(words[10], k * d).slice(),
    labels: borrow.intsAt(words[12], rows).slice(),
    counts: borrow.doublesAt(words[13], k).slice(),
    inertia: borrow.doublesAt(address + 88, 1)[0],
    iterations: words[18],
  };
}

function distanceSums(shop: Shop, borrow: Borrow, points: Points, labelings: readonly Int32Array[], k: number): Float64Array[] {
  const { rows, d } = points;
  const { at, stride } = borrow.points(points);
  const count = labelings.length;
  const labels = borrow.take(count * rows * 4);
  labelings.forEach((labeling, l) => borrow.intsAt(labels + l * rows * 4, rows).set(labeling));
  const out = borrow.take(count * rows * k * 8);
  const piece = 64;
  const pieces = Math.ceil(rows / piece);
  const slot = Math.ceil((d * 16 + count * k * 32) / 64) * 64;
  const args = borrow.words([at, rows, d, stride * 4, k, labels, count, out, borrow.take(pieces * slot), slot, piece]);
  shop.run('distanceSums', pieces, args, rows * rows * (d + 4 * count));
  return labelings.map((_, l) => borrow.doublesAt(out + l * rows * k * 8, rows * k).slice());
}

function sort(shop: Shop, borrow: Borrow, columns: readonly Float64Array[]): void {
  if (columns.length === 0) return;
  const { length } = columns[0];
  const at = borrow.take(columns.length * length * 8);
  columns.forEach((column, j) => borrow.doublesAt(at + j * length * 8, length).set(column));
  const args = borrow.words([at, borrow.take(columns.length * length * 8), length, borrow.take(columns.length * 8192)]);
  shop.run('sortColumns', columns.length, args, columns.length * length * 16);
  columns.forEach((column, j) => column.set(borrow.doublesAt(at + j * length * 8, length)));
}

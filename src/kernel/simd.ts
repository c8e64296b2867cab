// The kernels in WebAssembly SIMD (assembly/), on one memory shared by the caller and its helper threads.
import { openHeap, type Heap } from './memory.js';
import type { Centres, ClusterJob, ClusterResult, Kernel, KernelPoints, Points, Spread, Sums } from './kernel.js';
import { strideOf } from './reference.js';
import { controlWords, startCrew, type Crew, type Operation } from './workers.js';

/** Multiplications below which waking helpers costs more than they save … */
const worthWaking = 2_000_000;
/** … and, since the kernel was opened, below which starting them does. */
const worthStarting = 60_000_000;

/** Rows per piece of a pass. Fixed by the number of rows alone, so that sums are added in one order whatever the number of threads. */
const pieceRows = (rows: number) => Math.max(2048, Math.ceil(rows / 1024 / 4) * 4);

/** The kernel on a compiled module, using up to `threads` threads (the caller's among them). */
export function simdKernel(module: WebAssembly.Module, threads: number): Kernel {
  const shop = openShop(module, threads);
  return {
    name: 'simd',
    threads,
    allocate: (rows, d) => allocate(shop, rows, d),
    adopt: (points) => adopt(shop, points),
    free: (points) => free(shop, points),
    assign: (points, centres, labels) => borrowing(shop, (borrow) => assign(shop, borrow, points, centres, labels)),
    spread: (points, centres, labels) => borrowing(shop, (borrow) => spread(shop, borrow, points, centres, labels)),
    cluster: (jobs) => (jobs.length === 0 ? [] : borrowing(shop, (borrow) => cluster(shop, borrow, jobs))),
    distanceSums: (points, labelings, k) => borrowing(shop, (borrow) => distanceSums(shop, borrow, points, labelings, k)),
    close: () => shop.close(),
  };
}

interface Shop {
  readonly heap: Heap;
  readonly pack: (values: number, k: number, d: number, blocks: number, halves: number) => void;
  /** Arrays that `allocate` gave and that are still in use. */
  readonly owned: WeakSet<Points['data']>;
  /** Does all pieces; `work` is the number of multiplications, which decides whether helpers are worth it. */
  run(operation: string, pieces: number, args: number, work: number): void;
  close(): Promise<void>;
}

function openShop(module: WebAssembly.Module, threads: number): Shop {
  const heap = openHeap();
  const { pack, ...operations } = new WebAssembly.Instance(module, { env: { memory: heap.memory } }).exports as unknown as {
    pack: Shop['pack'];
  } & Record<string, Operation>;
  const controlAt = heap.take(controlWords * 4);
  let crew: Crew | undefined;
  let done = 0;
  return {
    heap,
    pack,
    owned: new WeakSet(),
    run(operation, pieces, args, work) {
      done += work;
      if (!crew && threads > 1 && done >= worthStarting) {
        crew = startCrew(module, heap.memory, operations as Record<string, Operation>, threads - 1, controlAt);
      }
      if (crew && pieces > 1 && work >= worthWaking) crew.run(operation, pieces, args);
      else for (let piece = 0; piece < pieces; piece++) operations[operation](piece, args);
    },
    close: async () => crew?.close(),
  };
}

function allocate({ heap, owned }: Shop, rows: number, d: number): KernelPoints {
  const stride = strideOf(d);
  const at = heap.take(rows * stride * 4);
  const data = new Float32Array(heap.memory.buffer, at, rows * stride).fill(0);
  owned.add(data);
  return { rows, d, stride, data };
}

function free({ heap, owned }: Shop, points: Points): void {
  owned.delete(points.data);
  heap.give(points.data.byteOffset);
}

function adopt(shop: Shop, points: Points): { points: Points; release(): void } {
  if (shop.owned.has(points.data)) return { points, release() {} };
  const own = allocate(shop, points.rows, points.d);
  copyRows(points, own.data, own.stride);
  return { points: own, release: () => free(shop, own) };
}

function assign(shop: Shop, borrow: Borrow, points: Points, centres: Centres, labels?: Int32Array): Sums {
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
  const args = borrow.words([at, rows, d, stride * 4, k, blocks, halves, 0, labelsAt, slots, slot, piece, 0]);
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

function spread(shop: Shop, borrow: Borrow, points: Points, centres: Centres, labels: Int32Array): Spread {
  const { k, d } = centres;
  const { rows } = points;
  const { at, stride } = borrow.points(points);
  const piece = pieceRows(rows);
  const pieces = Math.ceil(rows / piece);
  const slots = borrow.take(pieces * k * 16);
  const args = borrow.words(
    [at, rows, d, stride * 4, k, 0, 0, borrow.doubles(centres.values), borrow.ints(labels), slots, k * 16, piece, 0],
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
    borrow.take(padded * 4), start ? 0 : borrow.take(rows * 32), 0, 0,
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

/** Kernel memory for the length of one call. */
interface Borrow {
  take(bytes: number): number;
  /** Where the points are, or a copy of them where they are not in the kernel's memory. */
  points(points: Points): { at: number; stride: number };
  ints(values: ArrayLike<number>): number;
  floats(values: ArrayLike<number>): number;
  doubles(values: ArrayLike<number>): number;
  words(values: ArrayLike<number>): number;
  intsAt(address: number, length: number): Int32Array;
  doublesAt(address: number, length: number): Float64Array;
  wordsAt(address: number, length: number): Uint32Array;
}

interface ArrayKind {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, at: number, length: number): { set(values: ArrayLike<number>): void };
}

function borrowing<T>({ heap, owned }: Shop, work: (borrow: Borrow) => T): T {
  const borrowed: number[] = [];
  const copies = new Map<Points['data'], { at: number; stride: number }>();
  const take = (bytes: number) => {
    const at = heap.take(bytes);
    borrowed.push(at);
    return at;
  };
  const put = (View: ArrayKind) => (values: ArrayLike<number>) => {
    const at = take(values.length * View.BYTES_PER_ELEMENT);
    new View(heap.memory.buffer, at, values.length).set(values);
    return at;
  };
  const copied = (points: Points) => {
    const found = copies.get(points.data);
    if (found) return found;
    const copy = copyIn(heap, take, points);
    copies.set(points.data, copy);
    return copy;
  };
  try {
    return work({
      take,
      points: (points) => (owned.has(points.data) ? { at: points.data.byteOffset, stride: points.stride } : copied(points)),
      ints: put(Int32Array),
      floats: put(Float32Array),
      doubles: put(Float64Array),
      words: put(Uint32Array),
      intsAt: (address, length) => new Int32Array(heap.memory.buffer, address, length),
      doublesAt: (address, length) => new Float64Array(heap.memory.buffer, address, length),
      wordsAt: (address, length) => new Uint32Array(heap.memory.buffer, address, length),
    });
  } finally {
    for (const at of borrowed) heap.give(at);
  }
}

function copyIn(heap: Heap, take: (bytes: number) => number, points: Points): { at: number; stride: number } {
  const stride = strideOf(points.d);
  const at = take(points.rows * stride * 4);
  copyRows(points, new Float32Array(heap.memory.buffer, at, points.rows * stride).fill(0), stride);
  return { at, stride };
}

function copyRows({ rows, d, stride, data }: Points, target: Float32Array, targetStride: number): void {
  if (stride === targetStride) target.set(data.subarray(0, rows * stride));
  else for (let i = 0; i < rows; i++) target.set(data.subarray(i * stride, i * stride + d), i * targetStride);
}

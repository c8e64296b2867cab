// What every SIMD operation works with: the memory shared by the caller and its helper threads, the threads, and memory borrowed for one call.
import { openHeap, type Heap } from './memory.js';
import type { KernelPoints, Points } from './kernel.js';
import { strideOf } from './reference.js';
import { controlWords, startCrew, type Crew, type Operation } from './workers.js';

/** Multiplications below which waking helpers costs more than they save … */
const worthWaking = 2_000_000;
/** … and, since the kernel was opened, below which starting them does. */
const worthStarting = 60_000_000;

/** Rows per piece of a pass. Fixed by the number of rows alone, so that sums are added in one order whatever the number of threads. */
export const pieceRows = (rows: number) => Math.max(2048, Math.ceil(rows / 1024 / 4) * 4);

/** The memory, the module and the threads behind one kernel. */
export interface Shop {
  /** The caller's among them. */
  readonly threads: number;
  readonly heap: Heap;
  readonly pack: (values: number, k: number, d: number, blocks: number, halves: number) => void;
  /** Arrays that `allocate` gave and that are still in use. */
  readonly owned: WeakSet<Points['data']>;
  /** Does all pieces; `work` is the number of multiplications, which decides whether helpers are worth it. */
  run(operation: string, pieces: number, args: number, work: number): void;
  close(): Promise<void>;
}

export function openShop(module: WebAssembly.Module, threads: number): Shop {
  const heap = openHeap();
  const { pack, ...operations } = new WebAssembly.Instance(module, { env: { memory: heap.memory } }).exports as unknown as {
    pack: Shop['pack'];
  } & Record<string, Operation>;
  const controlAt = heap.take(controlWords * 4);
  let crew: Crew | undefined;
  let done = 0;
  return {
    threads,
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

export function allocate({ heap, owned }: Shop, rows: number, d: number): KernelPoints {
  const stride = strideOf(d);
  const at = heap.take(rows * stride * 4);
  const data = new Float32Array(heap.memory.buffer, at, rows * stride).fill(0);
  owned.add(data);
  return { rows, d, stride, data };
}

export function free({ heap, owned }: Shop, points: Points): void {
  owned.delete(points.data);
  heap.give(points.data.byteOffset);
}

export function adopt(shop: Shop, points: Points): { points: Points; release(): void } {
  if (shop.owned.has(points.data)) return { points, release() {} };
  const own = allocate(shop, points.rows, points.d);
  copyRows(points, own.data, own.stride);
  return { points: own, release: () => free(shop, own) };
}

/** Kernel memory for the length of one call. */
export interface Borrow {
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

export function borrowing<T>({ heap, owned }: Shop, work: (borrow: Borrow) => T): T {
  const borrowed: number[] = [];
  const copies = new Map<Points, { at: number; stride: number }>();
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
    const found = copies.get(points);
    if (found) return found;
    const copy = copyIn(heap, take, points);
    copies.set(points, copy);
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
  else if (d > 32) for (let i = 0; i < rows; i++) target.set(data.subarray(i * stride, i * stride + d), i * targetStride);
  // A call for every short row would cost more than the row.
  else for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) target[i * targetStride + j] = data[i * stride + j];
}

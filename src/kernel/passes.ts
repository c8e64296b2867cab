import type { Passes, Points, Sums } from './kernel.js';
import { adopt, borrowing, pieceRows, type Shop } from './shop.js';

/** Lloyd passes with Hamerly's bounds in WebAssembly: see assembly/bounded.ts. */
export function openPasses(shop: Shop, x: Points, k: number, weights?: Float32Array): Passes {
  const { heap } = shop;
  const { points, release } = adopt(shop, x);
  const { rows, d, stride } = points;
  const padded = (k + 3) & ~3;
  const piece = pieceRows(rows);
  const pieces = Math.ceil(rows / piece);
  const slot = k * (1 + stride) * 8;
  const room = Math.max(64, padded * 4);
  const held = [rows * 4, rows * 4, rows * 4, weights ? rows * 4 : 4].map((bytes) => heap.take(bytes));
  const [labels, upper, lower, heavy] = held;
  new Int32Array(heap.memory.buffer, labels, rows).fill(-1);
  if (weights) new Float32Array(heap.memory.buffer, heavy, rows).set(weights);
  const totals = new Float64Array(k * (1 + stride));
  let before: Float64Array | undefined;
  return {
    pass: (values) => borrowing(shop, (borrow): Sums => {
      const blocks = borrow.take(padded * d * 4);
      const halves = borrow.take(padded * 4);
      const at = borrow.doubles(values);
      shop.pack(at, k, d, blocks, halves);
      const slots = borrow.take(pieces * slot);
      const args = borrow.words([
        points.data.byteOffset, rows, d, stride * 4, k, blocks, halves, at, labels, upper, lower, borrow.floats(drifts(values, before, k, d)),
        slots, slot, piece, weights ? heavy : 0, borrow.take(pieces * room), room, ...floatBits(roundings(values, k, d)),
      ]);
      shop.run('bounded', pieces, args, before ? rows * d : rows * d * padded);
      const all = borrow.doublesAt(slots, pieces * totals.length);
      for (let p = 0; p < pieces; p++) for (let v = 0; v < totals.length; v++) totals[v] += all[p * totals.length + v];
      before = values.slice();
      const sums = new Float64Array(k * d);
      for (let c = 0; c < k; c++) sums.set(totals.subarray(k + c * stride, k + c * stride + d), c * d);
      return { sums, counts: totals.slice(0, k) };
    }),
    release() {
      for (const address of held) heap.give(address);
      release();
    },
  };
}

/** Per centre: how far it went, how far any other went (both a little more), and half the way to the nearest other (a little less). */
function drifts(values: Float64Array, before: Float64Array | undefined, k: number, d: number): Float32Array {
  const went = Float64Array.from({ length: k }, (_, c) => (before ? distance(values, c, before, c, d) : 0));
  const result = new Float32Array(3 * k);
  for (let c = 0; c < k; c++) {
    let most = 0;
    let nearest = Infinity;
    for (let o = 0; o < k; o++) {
      if (o === c) continue;
      most = Math.max(most, went[o]);
      nearest = Math.min(nearest, distance(values, c, values, o, d));
    }
    result.set([went[c] * 1.000001, most * 1.000001, (nearest / 2) * 0.999999], 3 * c);
  }
  return result;
}

function distance(a: Float64Array, c: number, b: Float64Array, o: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (a[c * d + j] - b[o * d + j]) ** 2;
  return Math.sqrt(sum);
}

/** What d single-precision multiplications and additions can get wrong, as a part of |x|² and for the largest |c|². */
function roundings(values: Float64Array, k: number, d: number): [part: number, floor: number] {
  const part = (d + 8) * 2 ** -23;
  let most = 0;
  for (let c = 0; c < k; c++) most = Math.max(most, values.subarray(c * d, (c + 1) * d).reduce((sum, value) => sum + value * value, 0));
  return [part, part * most];
}

function floatBits(values: readonly number[]): Uint32Array {
  return new Uint32Array(Float32Array.from(values).buffer);
}

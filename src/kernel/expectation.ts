import { isMatrix, normalisers, scalesOf } from './density.js';
import type { Points } from './kernel.js';
import type { Mixture, Moments } from './mixture.js';
import type { Borrow, Shop } from './shop.js';

/** One E step over rows [from, to) in WebAssembly: see assembly/mixture.ts. */
export function expectation(shop: Shop, borrow: Borrow, points: Points, mixture: Mixture, from: number, to: number): Moments {
  const { k, d, covariance, means } = mixture;
  const matrix = isMatrix(covariance);
  const tied = covariance === 'tied';
  const triangle = (d * (d + 1)) / 2;
  const size = k + k * d + (matrix ? (tied ? triangle : k * triangle) : k * d);
  const slot = (1 + size) * 8;
  const room = 64 * d + 32 * k + 16 * size;
  const piece = Math.max(256, Math.ceil((to - from) / 128) * 4);
  const pieces = Math.ceil((to - from) / piece);
  const rows = placeRows(shop, borrow, points, from, to);
  const slots = borrow.take(pieces * slot);
  const args = borrow.words([
    rows.at, rows.from, rows.from + to - from, rows.stride, rows.single ? 1 : 0, d, k, matrix ? 1 : 0, tied ? 1 : 0, borrow.doubles(means),
    borrow.doubles(scalesOf(mixture)), borrow.doubles(normalisers(mixture)), slots, slot, piece, borrow.take(pieces * room), room,
  ]);
  shop.run('expectation', pieces, args, (to - from) * k * (matrix ? d * d : 4 * d));
  const sums = new Float64Array(1 + size);
  const all = borrow.doublesAt(slots, pieces * sums.length);
  for (let p = 0; p < pieces; p++) for (let v = 0; v < sums.length; v++) sums[v] += all[p * sums.length + v];
  const second = sums.subarray(1 + k + k * d);
  return {
    logLikelihood: sums[0], weights: sums.slice(1, 1 + k), first: sums.slice(1 + k, 1 + k + k * d),
    second: matrix ? unpacked(second, tied ? 1 : k, d) : second.slice(),
  };
}

/** Where the rows are: in place where the kernel holds them, else copied, double precision kept. */
function placeRows({ owned }: Shop, borrow: Borrow, points: Points, from: number, to: number): { at: number; from: number; stride: number; single: boolean } {
  const { data, stride } = points;
  if (owned.has(data)) return { at: data.byteOffset, from, stride: stride * 4, single: true };
  const part = data.subarray(from * stride, to * stride);
  const single = part instanceof Float32Array;
  return { at: single ? borrow.floats(part) : borrow.doubles(part), from: 0, stride: stride * (single ? 4 : 8), single };
}

/** Lower triangles laid out as d × d. */
function unpacked(packed: Float64Array, count: number, d: number): Float64Array {
  const result = new Float64Array(count * d * d);
  let at = 0;
  for (let c = 0; c < count; c++) for (let j = 0; j < d; j++) for (let l = 0; l <= j; l++) result[c * d * d + j * d + l] = packed[at++];
  return result;
}

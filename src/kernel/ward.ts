import type { WardGroups } from './kernel.js';
import { borrowing, type Shop } from './shop.js';

/** Asked groups per piece. */
const piece = 32;
/** Groups per block, as in assembly/ward.ts. */
const block = 32;

export function wardGroups(shop: Shop, count: number, d: number): WardGroups {
  const { heap } = shop;
  const rows = Math.ceil(count / block) * block;
  const at = heap.take(rows * d * 8);
  const inversesAt = heap.take(rows * 8);
  const singlesAt = heap.take(rows * d * 4);
  new Float64Array(heap.memory.buffer, at, rows * d).fill(Infinity);
  new Float64Array(heap.memory.buffer, inversesAt, rows).fill(1);
  return {
    values: new Float64Array(heap.memory.buffer, at, count * d),
    inverses: new Float64Array(heap.memory.buffer, inversesAt, count),
    nearest: (asked) => borrowing(shop, (borrow) => {
      const pieces = Math.ceil(asked.length / piece);
      const slot = Math.ceil((d * 48 + 224) / 64) * 64;
      const neighbours = borrow.take(asked.length * 4);
      const distances = borrow.take(asked.length * 8);
      const boxes = borrow.take((rows / block) * (2 * d + 2) * 8);
      const args = borrow.words([at, inversesAt, d, rows, borrow.ints(asked), asked.length, neighbours, distances, borrow.take(pieces * slot), slot, piece, boxes, singlesAt]);
      shop.run('wardBoxes', rows / block, args, rows * d);
      shop.run('wardNearest', pieces, args, asked.length * rows * d);
      return { neighbours: borrow.intsAt(neighbours, asked.length).slice(), distances: borrow.doublesAt(distances, asked.length).slice() };
    }),
    release() {
      heap.give(at);
      heap.give(inversesAt);
      heap.give(singlesAt);
    },
  };
}

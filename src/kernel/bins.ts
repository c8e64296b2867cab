import { borrowing, type Shop } from './shop.js';
import type { Bins } from './tree-rows.js';

/** Rows per piece. */
const block = 8192;

/** Writes the bins of all rows, column by column, to an address: a byte each. */
export function binColumns(shop: Shop, columns: readonly Float64Array[], bins: readonly Bins[], rows: number, to: number): void {
  borrowing(shop, (borrow) => {
    const column = borrow.take(rows * 8);
    const table = borrow.take(Math.max(256 * 8, ...bins.map(({ codes }) => codes?.length ?? 0)));
    const args = borrow.take(7 * 4);
    columns.forEach((values, j) => {
      const { cuts, codes, count } = bins[j];
      borrow.doublesAt(column, rows).set(values.subarray(0, rows));
      if (codes) new Uint8Array(shop.heap.memory.buffer, table, codes.length).set(codes);
      else borrow.doublesAt(table, 256).fill(Infinity).set(cuts);
      borrow.wordsAt(args, 7).set([column, to + j * rows, rows, block, count, table, codes ? Math.max(1, codes.length) : 0]);
      shop.run('treeBins', Math.ceil(rows / block), args, rows * 50);
    });
  });
}

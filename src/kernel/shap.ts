import { nodeWords, type Shap, type ShapPlan, tabled, tableSize, treeWords } from './shap-plan.js';
import type { Shop } from './shop.js';
import { borrowing } from './shop.js';

/** Bytes of columns and values of one piece: they and a tree's table lie in a core's cache. */
const pieceBytes = 2 ** 19;
/** Bytes of the same of one call. */
const callBytes = 2 ** 27;
/** Multiplications per inner node and row, about. */
const perNode = 24;

/** The forest in the kernel's memory, with tables where they pay for so many rows; rows are explained side by side on its threads. */
export function openShap(shop: Shop, plan: ShapPlan, rows: number): Shap {
  const { heap } = shop;
  const { d, outputs, trees } = plan;
  const held: number[] = [];
  const take = (bytes: number) => {
    const at = heap.take(Math.max(8, bytes));
    held.push(at);
    return at;
  };
  const put = (values: Int32Array | Float64Array): number => {
    const at = take(values.byteLength);
    new Uint8Array(heap.memory.buffer, at, values.byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return at;
  };
  const treeCount = trees.length / treeWords;
  const nodes = plan.nodes.length / nodeWords;
  const sizes = Array.from({ length: treeCount }, (_, t) => {
    const [inner, inputs] = [trees[t * treeWords + 1], trees[t * treeWords + 8]];
    return inner <= tabled && rows >= 2 ** (inner + 1) ? tableSize(inner, inputs) * 8 : 0;
  });
  let end = take(sizes.reduce((sum, size) => sum + size, 0));
  const tables = Int32Array.from(sizes, (size) => (size === 0 ? 0 : (end += size) - size));
  const words = [
    d, outputs, put(trees), treeCount, put(plan.inputs), put(plan.nodes), put(plan.thresholds), put(plan.sets), put(plan.leaves), put(plan.constants), put(tables),
  ];
  let states = 0, sums = 0, given = 0;
  for (let t = 0; t < trees.length; t += treeWords) {
    states = Math.max(states, 2 * ((trees[t + 1] + 16) & ~15));
    sums = Math.max(sums, (trees[t + 1] + trees[t + 3]) * trees[t + 4] * 8);
    given = Math.max(given, (trees[t + 8] + 1) & ~1);
  }
  const own = states + sums + given * 8;
  const call = (pieces: number, piece: number, slot: number, more: number[], operation: string, work: number) =>
    borrowing(shop, (borrow) => shop.run(operation, pieces, borrow.words([...words, borrow.take(pieces * slot), slot, states, sums, given * 8, piece, ...more]), work));
  if (sizes.some((size) => size > 0)) call(treeCount, 0, own, [0, 0, 0, 0], 'shapTables', sizes.reduce((sum, size) => sum + size, 0) * perNode / 8);
  const wide = (outputs * d + 1) * 8;
  const rowBytes = wide + 8;
  const most = Math.max(32, Math.floor(pieceBytes / (rowBytes + d * 8)) & ~7);
  const rowsPerCall = Math.max(most, Math.floor(callBytes / (2 * rowBytes + d * 8)) & ~7);
  return {
    add(columns, count, values) {
      for (let start = 0; start < count; start += rowsPerCall) {
        const some = Math.min(rowsPerCall, count - start);
        const piece = Math.min(most, Math.max(32, (Math.ceil(some / (4 * shop.threads)) + 7) & ~7));
        borrowing(shop, (borrow) => {
          const stride = (some + 7) & ~7;
          const columnsAt = borrow.take(d * stride * 8 + 64);
          for (let j = 0; j < d; j++) borrow.doublesAt(columnsAt + j * stride * 8, some).set(columns.subarray(j * count + start, j * count + start + some));
          const part = values.subarray(start * outputs * d, (start + some) * outputs * d);
          const valuesAt = borrow.doubles(part);
          call(Math.ceil(some / piece), piece, own + piece * rowBytes, [columnsAt, stride, some, valuesAt], 'shap', some * nodes * perNode);
          part.set(borrow.doublesAt(valuesAt, part.length));
        });
      }
    },
    release() {
      for (const at of held) heap.give(at);
    },
  };
}

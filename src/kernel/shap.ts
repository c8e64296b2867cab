import { nodeWords, type Shap, type ShapPlan, treeWords } from './shap-plan.js';
import type { Shop } from './shop.js';
import { borrowing } from './shop.js';

/** Rows per piece. */
const piece = 32;
/** Rows per call of the kernel at most: bounds what their values and scratch take. */
const most = 8192;
/** Multiplications per inner node and point, about. */
const perPoint = 6;

/** The forest in the kernel's memory; rows are explained side by side on its threads. */
export function openShap(shop: Shop, plan: ShapPlan): Shap {
  const { heap } = shop;
  const held: number[] = [];
  const put = (values: Int32Array | Float64Array): number => {
    const at = heap.take(Math.max(8, values.byteLength));
    held.push(at);
    new Uint8Array(heap.memory.buffer, at, values.byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return at;
  };
  const { d, outputs } = plan;
  const treeCount = plan.trees.length / treeWords;
  const words = [d, outputs, put(plan.trees), treeCount, put(plan.nodes), put(plan.thresholds), put(plan.sets), put(plan.leaves), put(plan.constants)];
  let states = 0, sums = 0;
  for (let t = 0; t < plan.trees.length; t += treeWords) {
    states = Math.max(states, (plan.trees[t + 1] + 16) & ~15);
    sums = Math.max(sums, (plan.trees[t + 1] + plan.trees[t + 3]) * plan.trees[t + 4] * 8);
  }
  const slot = states + sums;
  const rowsPerCall = Math.max(piece, Math.min(most, Math.floor(2 ** 26 / Math.max(1, slot)) * piece));
  return {
    add(rows, count, values) {
      for (let start = 0; start < count; start += rowsPerCall) {
        const some = Math.min(rowsPerCall, count - start);
        borrowing(shop, (borrow) => {
          const pieces = Math.ceil(some / piece);
          const own = values.subarray(start * outputs * d, (start + some) * outputs * d);
          const valuesAt = borrow.doubles(own);
          const args = borrow.words([...words, borrow.doubles(rows.subarray(start * d, (start + some) * d)), some, piece, valuesAt, borrow.take(pieces * slot), slot, states]);
          shop.run('shap', pieces, args, some * (plan.nodes.length / nodeWords) * 4 * perPoint);
          own.set(borrow.doublesAt(valuesAt, own.length));
        });
      }
    },
    release() {
      for (const at of held) heap.give(at);
    },
  };
}

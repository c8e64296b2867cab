import { binColumns } from './bins.js';
import { hessianBits, nearest, rowBits } from './fixed-point.js';
import type { ForestPlan, ForestRows, ForestRules, ForestTree } from './forest-rows.js';
import { forestUnits } from './reference-forest.js';
import { borrowing, type Borrow, type Shop } from './shop.js';

/** Bytes of a node before its sums, as in assembly/forest.ts. */
const headBytes = 24;

/** Rows for trees that stand by themselves, in WebAssembly: see assembly/forest.ts. */
export function openForestRows(shop: Shop, plan: ForestPlan): ForestRows {
  const { heap } = shop;
  const { columns, bins, rows, classes, targets, weights } = plan;
  const inputs = bins.length;
  const units = forestUnits(plan);
  const shift = Math.max(32, hessianBits(rows) + rowBits(rows));
  const held: number[] = [];
  const take = (bytes: number) => {
    const at = heap.take(bytes);
    held.push(at);
    return at;
  };
  const binned = take(rows * inputs);
  binColumns(shop, columns, bins, rows, binned);
  const counts = take(inputs * 4);
  new Int32Array(heap.memory.buffer, counts, inputs).set(bins.map(({ count }) => count));
  const lanes = take(rows * 8);
  const words = new Uint32Array(heap.memory.buffer, lanes, rows * 2);
  for (let i = 0; i < rows; i++) {
    words[2 * i] = weights ? nearest(weights[i] / units.weight) : 1;
    words[2 * i + 1] = 2 ** (shift - 32);
  }
  const truth = take(rows);
  const numbers = take(classes > 0 ? 4 : rows * 4);
  if (classes > 0) new Uint8Array(heap.memory.buffer, truth, rows).set(targets);
  else new Int32Array(heap.memory.buffer, numbers, rows).set(targets.map((y, i) => nearest((y * (weights ? weights[i] : 1)) / units.number)));
  const width = classes > 0 ? classes : 2;
  const nodeBytes = headBytes + width * 8;

  function growSome(borrow: Borrow, seeds: Uint32Array, { tries, minRows, maxDepth, bootstrap }: ForestRules): ForestTree[] {
    // Each leaf has rows of its own, and at least `minRows` drawn.
    const capacity = 2 * Math.max(1, Math.min(rows, Math.floor(rows / minRows))) + 1;
    const slot = Math.ceil((1024 + rows * 48 + width * 8 * 258 + inputs * 4 + (maxDepth + 4) * 16) / 64) * 64;
    const nodes = borrow.take(seeds.length * capacity * nodeBytes);
    const made = borrow.take(seeds.length * 4);
    const args = borrow.words([
      binned, counts, rows, inputs, classes, truth, lanes, numbers, borrow.words(seeds), borrow.take(seeds.length * slot), slot, nodes, capacity * nodeBytes, capacity, nodeBytes, shift,
      tries, minRows, maxDepth, bootstrap ? 1 : 0, made, 0,
    ]);
    shop.run('growForestTree', seeds.length, args, seeds.length * rows * tries * 60);
    const sizes = borrow.intsAt(made, seeds.length);
    return Array.from(seeds, (_, t) => readTree(borrow, nodes + t * capacity * nodeBytes, sizes[t]));
  }

  function readTree(borrow: Borrow, at: number, count: number): ForestTree {
    const raw = borrow.intsAt(at, (count * nodeBytes) / 4);
    const stride = nodeBytes / 4;
    const field = (offset: number) => {
      const values = new Int32Array(count);
      for (let node = 0; node < count; node++) values[node] = raw[node * stride + offset];
      return values;
    };
    const mask = 2 ** (shift - 32) - 1;
    const sums = new Float64Array(count * width);
    for (let node = 0; node < count; node++) {
      for (let s = 0, from = node * stride + headBytes / 4; s < width; s++, from += 2) {
        const number = classes === 0 && s === 0;
        sums[node * width + s] = number ? (raw[from + 1] * 4294967296 + (raw[from] >>> 0)) * units.number : ((raw[from + 1] & mask) * 4294967296 + (raw[from] >>> 0)) * units.weight;
      }
    }
    return { input: field(0), bin: field(1), missingLeft: Uint8Array.from(field(2)), left: field(3), right: field(4), sums };
  }

  return {
    grow: (seeds, rules) => borrowing(shop, (borrow) => growSome(borrow, seeds, rules)),
    release() {
      for (const at of held) heap.give(at);
      held.length = 0;
    },
  };
}

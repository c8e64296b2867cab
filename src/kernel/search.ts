// The SIMD kernel's side of `Search`: a kd-tree laid out for assembly/search.ts.
import { leafRows, sortIntoBoxes, type Boxes } from './kd-tree.js';
import type { Points, Search } from './kernel.js';
import { sharedComponents, sharingPiece } from './reference-search.js';
import { strideOf } from './reference.js';
import { borrowing, type Shop } from './shop.js';

/** Words of `Tree` in assembly/search.ts, its two doubles included. */
const treeWords = 20;
/** A number in the lanes that hold no row: too far from everything to be found. */
const nowhere = 1e30;
/** No limit in single precision is above this (assembly/search.ts). */
const widest = 3e38;

/** Queries per piece of work: few, so that many features, where few are asked at a time, keep all threads busy. */
const nearestPiece = 16;

export function openSearch(shop: Shop, points: Points): Search {
  const { d } = points;
  const boxes = sortIntoBoxes(points);
  const { n, rows, nodes, start, end, right } = boxes;
  const padded = strideOf(d);
  const held: number[] = [];
  const hold = (bytes: number) => {
    const at = shop.heap.take(bytes);
    held.push(at);
    return at;
  };
  const ints = (values: Int32Array) => {
    const at = hold(values.length * 4);
    new Int32Array(shop.heap.memory.buffer, at, values.length).set(values);
    return at;
  };
  const { scale, shift } = frame(points);
  const blocksAt = hold(Math.ceil(n / 4) * d * 16);
  const blocks = new Float32Array(shop.heap.memory.buffer, blocksAt, Math.ceil(n / 4) * d * 4);
  const exactAt = narrowBlocks(points, rows, scale, blocks) ? 0 : hold(n * d * 8);
  // Denormal numbers are off by 1.4e−45 a square.
  let slack = 1e-22 * Math.sqrt(d);
  if (exactAt > 0) {
    const exact = new Float64Array(shop.heap.memory.buffer, exactAt, n * d);
    slack += 2 * Math.sqrt(d) * wideBlocks(points, rows, scale, shift, blocks, exact);
  }
  const boxesAt = hold(nodes * padded * 8);
  writeBoxes(boxes, blocks, padded, new Float32Array(shop.heap.memory.buffer, boxesAt, nodes * padded * 2));
  const relative = (d + 8) * 2 ** -23;
  // Above some 15 features boxes are nearly empty and balls bound far better what is in them.
  const ballsAt = d > 15 ? hold(nodes * padded * 4) : 0;
  const radiiAt = d > 15 ? hold(nodes * 4) : 0;
  if (ballsAt > 0) {
    const centres = new Float32Array(shop.heap.memory.buffer, ballsAt, nodes * padded).fill(0);
    writeBalls(boxes, blocks, padded, centres, new Float32Array(shop.heap.memory.buffer, radiiAt, nodes), relative);
  }
  const componentsAt = ints(new Int32Array(n));
  const sharedAt = ints(new Int32Array(nodes).fill(-1));
  const coresAt = hold(n * 8);
  const cores = new Float64Array(shop.heap.memory.buffer, coresAt, n).fill(0);
  const nodeCoresAt = hold(nodes * 4);
  const nodeCores = new Float32Array(shop.heap.memory.buffer, nodeCoresAt, nodes).fill(0);
  const treeAt = hold(treeWords * 4);
  const tree = new Uint32Array(shop.heap.memory.buffer, treeAt, treeWords);
  tree.set([blocksAt, exactAt, n, d, boxesAt, padded, ints(start), ints(end), ints(right), nodes, 0, 0, coresAt, 0, ballsAt, radiiAt]);
  new Float64Array(shop.heap.memory.buffer, treeAt + 64, 2).set([slack, relative]);
  const slot = (24 + 16 + padded * 12 + 2 * leafRows(d) * 4 + 96 * 8 + 64) & ~63;
  /** Squares in the tree's own scale, and back: powers of two, so nothing is rounded. */
  const inner = scale * scale;

  /** The links of a round of `improve`: in the kernel's memory for as long as the same ones are given again. */
  let linked: Int32Array | undefined;
  let linksAt = 0;

  /** Words 10, 11 and 13 of the tree: whether searches keep to other components, and to core distances. */
  const minding = (components: boolean) => {
    tree.set(components ? [componentsAt, sharedAt] : [0, 0], 10);
    tree[13] = components ? nodeCoresAt : 0;
  };
  /** Runs an operation; `words` are those of `Queries` in assembly/index.ts from `from` to `bounds`, `rest` those behind `within`. */
  const run = (operation: 'nearest' | 'improve' | 'foreign', piece: number, words: readonly number[], within: number, rest: readonly number[]) =>
    borrowing(shop, (borrow) => {
      const [, count] = words;
      const pieces = Math.ceil(count / piece);
      const at = borrow.take(96);
      borrow.wordsAt(at, 12).set([treeAt, ...words, borrow.take(pieces * slot), slot]);
      borrow.doublesAt(at + 48, 1)[0] = within;
      borrow.wordsAt(at + 56, 6).set(rest);
      shop.run(operation, pieces, at, count * d * 2000);
    });

  return {
    n,
    d,
    rows,
    nearest(from, count, k, within, any, squares, positions, leaves = 2 ** 31 - 1) {
      borrowing(shop, (borrow) => {
        const squaresAt = borrow.take(count * k * 8);
        const positionsAt = borrow.take(count * k * 4);
        minding(false);
        run('nearest', nearestPiece, [from, count, nearestPiece, k, any ? 1 : 0, squaresAt, positionsAt, 0, 0], within * inner, [0, leaves]);
        const found = borrow.doublesAt(squaresAt, count * k);
        for (let i = 0; i < found.length; i++) squares[i] = found[i] / inner;
        positions.set(borrow.intsAt(positionsAt, count * k));
      });
    },
    improve(from, count, k, links, squares, positions) {
      borrowing(shop, (borrow) => {
        const m = links.length / n;
        const seenBytes = Math.ceil(n / 128 / 4) * 16;
        const seenAt = borrow.take(Math.ceil(count / 64) * (seenBytes + m * m * 4));
        borrow.intsAt(seenAt, Math.ceil(count / 64) * (seenBytes / 4 + m * m)).fill(0);
        const squaresAt = borrow.doubles(squares.map((square) => square * inner));
        const positionsAt = borrow.ints(positions);
        if (links !== linked) {
          if (linksAt > 0) shop.heap.give(held.splice(held.indexOf(linksAt), 1)[0]);
          linksAt = ints(links);
          linked = links;
        }
        minding(false);
        run('improve', 64, [from, count, 64, k, 0, squaresAt, positionsAt, 0, 0], 0, [0, 0, linksAt, m, seenAt, seenBytes]);
        borrow.doublesAt(squaresAt, count * k).forEach((square, i) => (squares[i] = square / inner));
        positions.set(borrow.intsAt(positionsAt, count * k));
      });
    },
    setCores(given) {
      for (let p = 0; p < n; p++) cores[p] = given[p] * inner;
      for (let node = nodes - 1; node >= 0; node--) {
        let least = Infinity;
        if (right[node] !== 0) least = Math.min(nodeCores[node + 1], nodeCores[right[node]]);
        else for (let p = start[node]; p < end[node]; p++) least = Math.min(least, cores[p]);
        nodeCores[node] = Math.min(least, widest);
      }
    },
    setComponents(given) {
      new Int32Array(shop.heap.memory.buffer, componentsAt, n).set(given);
      new Int32Array(shop.heap.memory.buffer, sharedAt, nodes).set(sharedComponents(boxes, given));
    },
    foreign(queries, bounds, sharing, squares, positions) {
      borrowing(shop, (borrow) => {
        const count = queries.length;
        const squaresAt = borrow.take(count * 8);
        const positionsAt = borrow.take(count * 4);
        const queriesAt = borrow.ints(queries);
        const boundsAt = borrow.doubles(bounds.map((bound) => bound * inner));
        minding(true);
        run('foreign', sharingPiece, [0, count, sharingPiece, 0, 0, squaresAt, positionsAt, queriesAt, boundsAt], 0, [sharing ? 1 : 0]);
        const found = borrow.doublesAt(squaresAt, count);
        for (let i = 0; i < count; i++) squares[i] = found[i] / inner;
        positions.set(borrow.intsAt(positionsAt, count));
      });
    },
    release: () => held.splice(0).forEach((at) => shop.heap.give(at)),
  };
}

/** A power of two that brings all numbers below 1, and the middle of each feature. */
function frame({ rows, d, stride, data }: Points): { scale: number; shift: Float64Array } {
  const low = new Float64Array(d).fill(Infinity);
  const high = new Float64Array(d).fill(-Infinity);
  for (let i = 0; i < rows; i++) {
    for (let j = 0, at = i * stride; j < d; j++, at++) {
      if (data[at] < low[j]) low[j] = data[at];
      if (data[at] > high[j]) high[j] = data[at];
    }
  }
  const most = low.reduce((max, value, j) => Math.max(max, Math.abs(value), Math.abs(high[j])), 0);
  // Not so small a number that the square of the scale overflows.
  const power = Math.max(-400, Math.ceil(Math.log2(most)));
  return { scale: most > 0 && rows > 0 ? 2 ** -power : 1, shift: low.map((value, j) => value / 2 + high[j] / 2) };
}

/** Writes the numbers as they are where single precision holds them all; else false. */
function narrowBlocks({ d, stride, data }: Points, rows: Int32Array, scale: number, blocks: Float32Array): boolean {
  blocks.fill(nowhere);
  for (let p = 0; p < rows.length; p++) {
    for (let j = 0, at = rows[p] * stride, to = (p >> 2) * d * 4 + (p & 3); j < d; j++, at++, to += 4) {
      const value = data[at] * scale;
      blocks[to] = value;
      if (blocks[to] !== value) return false;
    }
  }
  return true;
}

/** Writes the exact numbers, and centred ones in single precision; gives by how much those are off at most. */
function wideBlocks({ d, stride, data }: Points, rows: Int32Array, scale: number, shift: Float64Array, blocks: Float32Array, exact: Float64Array): number {
  let off = 0;
  blocks.fill(nowhere);
  for (let p = 0; p < rows.length; p++) {
    for (let j = 0, at = rows[p] * stride, to = (p >> 2) * d * 4 + (p & 3); j < d; j++, at++, to += 4) {
      const centred = (data[at] - shift[j]) * scale;
      exact[p * d + j] = data[at] * scale;
      blocks[to] = centred;
      const error = Math.abs(blocks[to] - centred);
      if (error > off) off = error;
    }
  }
  // Centring itself rounds: all numbers are below 1 in this scale.
  return off + 2 ** -52;
}

function writeBoxes({ nodes, start, end, right, d }: Boxes, blocks: Float32Array, padded: number, out: Float32Array): void {
  for (let node = nodes - 1; node >= 0; node--) {
    const at = node * padded * 2;
    for (let j = 0; j < d; j++) {
      let low = Infinity;
      let high = -Infinity;
      if (right[node] !== 0) {
        low = Math.min(out[at + padded * 2 + j], out[right[node] * padded * 2 + j]);
        high = Math.max(out[at + padded * 3 + j], out[right[node] * padded * 2 + padded + j]);
      } else {
        for (let p = start[node]; p < end[node]; p++) {
          const value = blocks[((p >> 2) * d + j) * 4 + (p & 3)];
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
      out[at + j] = low;
      out[at + padded + j] = high;
    }
    out.fill(0, at + d, at + padded);
    out.fill(0, at + padded + d, at + padded * 2);
  }
}

/** Per node the mean of its positions, and the distance from there to the farthest, a little lengthened. */
function writeBalls({ nodes, start, end, right, d }: Boxes, blocks: Float32Array, padded: number, centres: Float32Array, radii: Float32Array, relative: number): void {
  const sums = new Float64Array(nodes * d);
  for (let node = nodes - 1; node >= 0; node--) {
    const sum = sums.subarray(node * d, node * d + d);
    if (right[node] !== 0) for (let j = 0; j < d; j++) sum[j] = sums[(node + 1) * d + j] + sums[right[node] * d + j];
    else for (let p = start[node]; p < end[node]; p++) for (let j = 0, at = (p >> 2) * d * 4 + (p & 3); j < d; j++, at += 4) sum[j] += blocks[at];
    const centre = centres.subarray(node * padded, node * padded + d);
    for (let j = 0; j < d; j++) centre[j] = sum[j] / (end[node] - start[node]);
    let farthest = 0;
    for (let p = start[node]; p < end[node]; p++) {
      let square = 0;
      for (let j = 0, at = (p >> 2) * d * 4 + (p & 3); j < d; j++, at += 4) square += (blocks[at] - centre[j]) ** 2;
      if (square > farthest) farthest = square;
    }
    radii[node] = Math.sqrt(farthest) * (1 + relative);
  }
}

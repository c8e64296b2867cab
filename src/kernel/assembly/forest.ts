// Trees that stand by themselves, one per piece: as reference-forest.ts, operation by operation. A histogram has for every bin one 64-bit integer per class, the weight of its rows
// with their number above it; or for numbers two, the other being their sum. Only bins that have rows are looked at and cleared.

@unmanaged
export class Grove {
  columns: usize; counts: usize; rows: i32; inputs: i32;
  /** 0 = numbers. */
  classes: i32; targets: usize; lanes: usize; numbers: usize;
  seeds: usize; scratch: usize; slot: usize; nodes: usize;
  nodesSlot: usize; capacity: i32; nodeBytes: i32; shift: i32;
  tries: i32; minRows: i32; maxDepth: i32; bootstrap: i32;
  nodeCounts: usize; spare: i32;
}

/** Before the sums of a node: input, bin, missingLeft, left, right, and one word more. */
@unmanaged
class Node {
  input: i32; bin: i32; missingLeft: i32; left: i32; right: i32; unused: i32;
}

@unmanaged
class Visit {
  parent: i32; from: i32; count: i32; depth: i32;
}

/** What a tree works with: where in its scratch memory things are. */
@unmanaged
class Desk {
  order: usize; other: usize; lane: usize; number: usize; histogram: usize; touched: usize; inputs: usize; stack: usize;
  left: usize; best: usize; seqLane: usize; seqSlot: usize; seqNumber: usize; state: u32; width: i32;
  /** Of the best cut found last: its bin, and whether most rows are on its left. */
  bin: i32; most: i32;
}

const rounding: f64 = 1e-10;
// @ts-ignore: decorator
@inline
function draw(desk: Desk, n: i32): i32 {
  desk.state += 0x6d2b79f5;
  const state = desk.state;
  let t = (state ^ (state >> 15)) * (state | 1);
  t ^= t + (t ^ (t >> 7)) * (t | 61);
  return <i32>((<u64>(t ^ (t >> 14)) * <u64>n) >> 32);
}

export function growTree(a: Grove, piece: i32): void {
  const desk = changetype<Desk>(a.scratch + <usize>piece * a.slot);
  const rows = <usize>a.rows;
  desk.width = a.classes > 0 ? a.classes : 2;
  const wide = <usize>desk.width << 3;
  desk.lane = changetype<usize>(desk) + 128;
  desk.number = desk.lane + rows * 8;
  desk.seqLane = desk.number + rows * 8;
  desk.seqNumber = desk.seqLane + rows * 8;
  desk.seqSlot = desk.seqNumber + rows * 8;
  desk.histogram = desk.seqSlot + rows * 8;
  desk.left = desk.histogram + wide * 256;
  desk.best = desk.left + wide;
  desk.touched = desk.best + wide;
  desk.stack = desk.touched + 32;
  desk.inputs = desk.stack + <usize>(a.maxDepth + 4) * 16;
  desk.order = desk.inputs + <usize>((a.inputs + 1) >> 1 << 3);
  desk.other = desk.order + rows * 4;
  desk.state = load<u32>(a.seeds + (<usize>piece << 2));
  memory.fill(desk.histogram, 0, wide * 256);
  memory.fill(desk.touched, 0, 32);
  const count = drawRows(a, desk);
  for (let j = 0; j < a.inputs; j++) store<i32>(desk.inputs + (<usize>j << 2), j);

  const nodes = a.nodes + <usize>piece * a.nodesSlot;
  const nodeBytes = <usize>a.nodeBytes;
  sumPart(a, desk, 0, count, nodes + offsetof<Node>());
  let made = 1, top = 0;
  store<i32>(desk.stack, -1);
  store<i32>(desk.stack, 0, 4);
  store<i32>(desk.stack, count, 8);
  store<i32>(desk.stack, 0, 12);
  while (top >= 0) {
    const visit = changetype<Visit>(desk.stack + (<usize>top << 4));
    top--;
    const from = visit.from, rowsHere = visit.count, depth = visit.depth, parent = visit.parent;
    // Made with its parent's sums; the left child comes right behind its parent, the right one after all that is below the left.
    let at = 0;
    if (parent >= 0) {
      at = made++;
      const above = nodes + <usize>parent * nodeBytes;
      const own = nodes + <usize>at * nodeBytes;
      const node = changetype<Node>(above);
      const sums = own + offsetof<Node>(), all = above + offsetof<Node>();
      if (node.left < 0) {
        node.left = at;
        sumPart(a, desk, from, rowsHere, sums);
      } else {
        node.right = at;
        const left = nodes + <usize>node.left * nodeBytes + offsetof<Node>();
        for (let s: usize = 0; s < wide; s += 8) store<i64>(sums + s, load<i64>(all + s) - load<i64>(left + s));
      }
    }
    const node = changetype<Node>(nodes + <usize>at * nodeBytes);
    node.input = -1;
    node.bin = 0;
    node.missingLeft = 0;
    node.left = -1;
    node.right = -1;
    if (depth >= a.maxDepth || !findSplit(a, desk, from, rowsHere, node, changetype<usize>(node) + offsetof<Node>())) continue;
    const lefts = part(a, desk, from, rowsHere, node);
    let next = changetype<Visit>(desk.stack + (<usize>++top << 4));
    next.parent = at;
    next.from = from + lefts;
    next.count = rowsHere - lefts;
    next.depth = depth + 1;
    next = changetype<Visit>(desk.stack + (<usize>++top << 4));
    next.parent = at;
    next.from = from;
    next.count = lefts;
    next.depth = depth + 1;
  }
  store<i32>(a.nodeCounts + (<usize>piece << 2), made);
}

/** Draws rows and keeps those that were, each as one row, with its weight times how often. */
function drawRows(a: Grove, desk: Desk): i32 {
  const times = desk.other;
  if (a.bootstrap) {
    memory.fill(times, 0, <usize>a.rows << 2);
    for (let k = 0; k < a.rows; k++) {
      const at = times + (<usize>draw(desk, a.rows) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
  const mask = (<i64>1 << a.shift) - 1;
  let count = 0;
  for (let i: usize = 0, rows = <usize>a.rows; i < rows; i++) {
    const n = a.bootstrap ? <i64>load<i32>(times + (i << 2)) : 1;
    if (n == 0) continue;
    store<i32>(desk.order + (<usize>count << 2), <i32>i);
    count++;
    const lane = load<i64>(a.lanes + (i << 3));
    store<i64>(desk.lane + (i << 3), lane + (n - 1) * (lane & mask));
    if (!a.classes) store<i64>(desk.number + (i << 3), n * <i64>load<i32>(a.numbers + (i << 2)));
  }
  return count;
}

function sumPart(a: Grove, desk: Desk, from: i32, count: i32, sums: usize): void {
  clear(sums, <usize>desk.width << 3);
  for (let i = from; i < from + count; i++) {
    const row = <usize>load<i32>(desk.order + (<usize>i << 2));
    const slot = a.classes ? sums + (<usize>load<u8>(a.targets + row) << 3) : sums + 8;
    store<i64>(slot, load<i64>(slot) + load<i64>(desk.lane + (row << 3)));
    if (!a.classes) store<i64>(sums, load<i64>(sums) + load<i64>(desk.number + (row << 3)));
  }
}

/** How many classes the rows in sums are of; 0 of numbers. */
function kindsOf(a: Grove, sums: usize): i32 {
  let kinds = 0;
  for (let c = 0; c < a.classes; c++) kinds += <i32>(load<i64>(sums + (<usize>c << 3)) != 0);
  return kinds;
}

/** Rows in sums. */
// @ts-ignore: decorator
@inline
function countOf(a: Grove, sums: usize): i64 {
  if (!a.classes) return load<i64>(sums, 8) >> a.shift;
  let n: i64 = 0;
  for (let c = 0; c < a.classes; c++) n += load<i64>(sums + (<usize>c << 3)) >> a.shift;
  return n;
}

function purity(a: Grove, sums: usize): f64 {
  const mask = (<i64>1 << a.shift) - 1;
  if (!a.classes) {
    const weight = <f64>(load<i64>(sums, 8) & mask);
    const g = <f64>load<i64>(sums);
    return weight > 0 ? (g * g) / weight : 0;
  }
  let total: f64 = 0, squares: f64 = 0;
  for (let c = 0; c < a.classes; c++) {
    const weight = <f64>(load<i64>(sums + (<usize>c << 3)) & mask);
    total += weight;
    squares += weight * weight;
  }
  return total > 0 ? squares / total : 0;
}

/** Purity of all − sums. */
function purityOfRest(a: Grove, all: usize, sums: usize): f64 {
  const mask = (<i64>1 << a.shift) - 1;
  if (!a.classes) {
    const weight = <f64>((load<i64>(all, 8) & mask) - (load<i64>(sums, 8) & mask));
    const g = <f64>(load<i64>(all) - load<i64>(sums));
    return weight > 0 ? (g * g) / weight : 0;
  }
  let total: f64 = 0, squares: f64 = 0;
  for (let c = 0; c < a.classes; c++) {
    const weight = <f64>((load<i64>(all + (<usize>c << 3)) & mask) - (load<i64>(sums + (<usize>c << 3)) & mask));
    total += weight;
    squares += weight * weight;
  }
  return total > 0 ? squares / total : 0;
}

/** A call would cost more than a few sums. */
// @ts-ignore: decorator
@inline
function clear(sums: usize, bytes: usize): void {
  for (const end = sums + bytes; sums < end; sums += 8) store<i64>(sums, 0);
}

function findSplit(a: Grove, desk: Desk, from: i32, count: i32, node: Node, sums: usize): bool {
  const total = countOf(a, sums);
  if (total < 2 * <i64>a.minRows || count < 2 || kindsOf(a, sums) == 1) return false;
  const own = purity(a, sums);
  let most = own + rounding * own;
  const wide = <usize>desk.width << 3;
  const histogram = desk.histogram;
  for (let i = 0; i < count; i++) {
    const row = <usize>load<i32>(desk.order + (<usize>(from + i) << 2));
    store<i64>(desk.seqLane + (<usize>i << 3), load<i64>(desk.lane + (row << 3)));
    if (a.classes) store<i32>(desk.seqSlot + (<usize>i << 2), <i32>load<u8>(a.targets + row) << 3);
    else store<i64>(desk.seqNumber + (<usize>i << 3), load<i64>(desk.number + (row << 3)));
  }
  let found = false;
  for (let k = 0, tried = 0; k < a.inputs && (tried < a.tries || !found); k++) {
    const here = desk.inputs + (<usize>k << 2), there = here + (<usize>draw(desk, a.inputs - k) << 2);
    const input = load<i32>(there);
    store<i32>(there, load<i32>(here));
    store<i32>(here, input);
    const codes = a.columns + <usize>input * <usize>a.rows;
    tallyInput(a, desk, codes, from, count);
    const size = load<i32>(a.counts + (<usize>input << 2));
    const some = load<u64>(desk.touched + <usize>(size >> 6 << 3)) >> <u64>(size & 63) & 1;
    let bins = 0;
    for (let w: usize = 0; w < 32; w += 8) bins += <i32>popcnt(load<u64>(desk.touched + w));
    if (bins >= 2) {
      tried++;
      const ways = some ? 2 : 1;
      for (let missingLeft = 0; missingLeft < ways; missingLeft++) {
        const gain = a.classes == 2 ? bestOfTwo(a, desk, size, missingLeft, most, sums) : bestOfMany(a, desk, size, missingLeft, most, sums, total);
        if (gain <= most) continue;
        most = gain;
        found = true;
        node.input = input;
        node.bin = desk.bin;
        node.missingLeft = some ? missingLeft : desk.most;
      }
    }
    for (let w = 0; w < 4; w++) {
      for (let bits = load<u64>(desk.touched + <usize>(w << 3)); bits != 0; bits &= bits - 1) clear(histogram + <usize>((w << 6) + <i32>ctz(bits)) * wide, wide);
      store<u64>(desk.touched + <usize>(w << 3), 0);
    }
  }
  return found;
}

/** The greatest purity of both sides above `most`, or `most`: of any number of classes, or numbers. */
function bestOfMany(a: Grove, desk: Desk, size: i32, missingLeft: i32, most: f64, sums: usize, total: i64): f64 {
  const wide = <usize>desk.width << 3;
  if (missingLeft) memory.copy(desk.left, desk.histogram + <usize>size * wide, wide);
  else memory.fill(desk.left, 0, wide);
  for (let w = 0; w < 4; w++) {
    for (let bits = load<u64>(desk.touched + <usize>(w << 3)); bits != 0; bits &= bits - 1) {
      const bin = (w << 6) + <i32>ctz(bits);
      if (bin == size) continue;
      const at = desk.histogram + <usize>bin * wide;
      for (let s: usize = 0; s < wide; s += 8) store<i64>(desk.left + s, load<i64>(desk.left + s) + load<i64>(at + s));
      const n = countOf(a, desk.left);
      if (n < <i64>a.minRows) continue;
      if (total - n < <i64>a.minRows) return most;
      const gain = purity(a, desk.left) + purityOfRest(a, sums, desk.left);
      if (gain <= most) continue;
      most = gain;
      desk.bin = bin;
      desk.most = n > total - n ? 1 : 0;
    }
  }
  return most;
}

/** The same of two classes: both sides at once. */
function bestOfTwo(a: Grove, desk: Desk, size: i32, missingLeft: i32, most: f64, sums: usize): f64 {
  const shift = <i64>a.shift, mask = (<i64>1 << shift) - 1, minRows = <i64>a.minRows;
  const all0 = load<i64>(sums), all1 = load<i64>(sums, 8);
  const total = (all0 >> shift) + (all1 >> shift);
  const weight0 = all0 & mask, weight1 = all1 & mask;
  const histogram = desk.histogram;
  let left0: i64 = 0, left1: i64 = 0;
  if (missingLeft) {
    left0 = load<i64>(histogram + (<usize>size << 4));
    left1 = load<i64>(histogram + (<usize>size << 4), 8);
  }
  for (let w = 0; w < 4; w++) {
    for (let bits = load<u64>(desk.touched + <usize>(w << 3)); bits != 0; bits &= bits - 1) {
      const bin = (w << 6) + <i32>ctz(bits);
      if (bin == size) continue;
      const at = histogram + (<usize>bin << 4);
      left0 += load<i64>(at);
      left1 += load<i64>(at, 8);
      const n = (left0 >> shift) + (left1 >> shift);
      if (n < minRows) continue;
      if (total - n < minRows) return most;
      const w0 = left0 & mask, w1 = left1 & mask;
      const a0 = f64x2.replace_lane(f64x2.splat(<f64>w0), 1, <f64>(weight0 - w0));
      const a1 = f64x2.replace_lane(f64x2.splat(<f64>w1), 1, <f64>(weight1 - w1));
      const purities = f64x2.div(f64x2.add(f64x2.mul(a0, a0), f64x2.mul(a1, a1)), f64x2.add(a0, a1));
      const gain = f64x2.extract_lane(purities, 0) + f64x2.extract_lane(purities, 1);
      if (gain <= most) continue;
      most = gain;
      desk.bin = bin;
      desk.most = n > total - n ? 1 : 0;
    }
  }
  return most;
}

/** Rows from which all bins are looked through for rows afterwards, rather than noting each. */
const many = 512;

/** The histogram of one input over the rows of a node, and which bins have any. */
function tallyInput(a: Grove, desk: Desk, codes: usize, from: i32, count: i32): void {
  const wide = desk.width << 3;
  const histogram = desk.histogram, touched = desk.touched;
  let order = desk.order + (<usize>from << 2), lane = desk.seqLane;
  const until = order + (<usize>count << 2);
  if (a.classes == 2 && count >= many) {
    for (let slot = desk.seqSlot; order < until; order += 4, lane += 8, slot += 4) {
      const to = histogram + <usize>((<i32>load<u8>(codes + <usize>load<i32>(order)) << 4) + load<i32>(slot));
      store<i64>(to, load<i64>(to) + load<i64>(lane));
    }
    for (let w = 0; w < 4; w++) {
      let bits: u64 = 0;
      for (let b = 0, at = histogram + <usize>(w << 10); b < 64; b++, at += 16) bits |= <u64>v128.any_true(v128.load(at)) << <u64>b;
      store<u64>(touched + <usize>(w << 3), bits);
    }
    return;
  }
  if (a.classes == 2) {
    for (let slot = desk.seqSlot; order < until; order += 4, lane += 8, slot += 4) {
      const code = <i32>load<u8>(codes + <usize>load<i32>(order));
      const to = histogram + <usize>((code << 4) + load<i32>(slot));
      store<i64>(to, load<i64>(to) + load<i64>(lane));
      const word = touched + <usize>(code >> 6 << 3);
      store<u64>(word, load<u64>(word) | (<u64>1 << <u64>(code & 63)));
    }
    return;
  }
  let slot = desk.seqSlot, number = desk.seqNumber;
  for (; order < until; order += 4, lane += 8, slot += 4, number += 8) {
    const code = <i32>load<u8>(codes + <usize>load<i32>(order));
    let to = histogram + <usize>(code * wide);
    if (a.classes) to += <usize>load<i32>(slot);
    else {
      store<i64>(to, load<i64>(to) + load<i64>(number));
      to += 8;
    }
    store<i64>(to, load<i64>(to) + load<i64>(lane));
    const word = touched + <usize>(code >> 6 << 3);
    store<u64>(word, load<u64>(word) | (<u64>1 << <u64>(code & 63)));
  }
}

/** Parts the rows of a node in place, each side in its order; gives how many go left. */
function part(a: Grove, desk: Desk, from: i32, count: i32, node: Node): i32 {
  const codes = a.columns + <usize>node.input * <usize>a.rows;
  const missing = load<i32>(a.counts + (<usize>node.input << 2));
  const bin = node.bin, missingLeft = node.missingLeft;
  const begin = desk.order + (<usize>from << 2);
  let left = begin, right = desk.other;
  for (let i = 0; i < count; i++) {
    const row = load<i32>(begin + (<usize>i << 2));
    const code = <i32>load<u8>(codes + <usize>row);
    const goes = <usize>select<i32>(missingLeft, <i32>(code <= bin), code == missing) << 2;
    store<i32>(right, row);
    store<i32>(left, row);
    left += goes;
    right += 4 - goes;
  }
  memory.copy(left, desk.other, right - desk.other);
  return <i32>((left - begin) >> 2);
}

// Growing trees on binned rows. A histogram has for every bin the sum of g in one 64-bit integer, and in another the sum of h with the number of rows above it. Derivatives are
// integers, so sums are exact whatever the order. One histogram is made per split, of the smaller side: the other is the difference from their parent's.
// Bins are kept twice: column by column, to part rows by one input, and row by row, eight inputs (a group) to a 64-bit word, so that a row of a leaf is one touch of memory. Of a
// leaf a few hundred rows at a time are fetched, which many loads at once can do, and then swept through group by group, whose histograms fit into the nearest cache.

/** Bytes of one input in a histogram: 256 bins of two 64-bit integers, and a little, lest equal bins of several inputs fall into the same place of the cache. */
const inputBytes: usize = 4160;

/** What one operation after the other works on; written by trees.ts. */
@unmanaged
export class Trees {
  rows: i32; inputs: i32; groups: i32; perGroup: i32;
  columns: usize; counts: usize; order: usize; pairs: usize;
  scratch: usize; lefts: usize; rights: usize; tallies: usize;
  side: usize; from: i32; count: i32; input: i32;
  words: usize; smallFrom: i32; smallCount: i32; small: usize;
  large: usize; piece: i32; found: usize; asked: usize;
  allowed: usize; monotone: usize; askSmall: i32; askLarge: i32;
  leftTotal: i32; shift: i32; margins: usize; targets: usize;
  weights: usize; first: usize; second: usize; leaves: usize;
  leafCount: i32; block: i32; minRows: i32; others: usize;
  whole: i32; phases: usize;
  scaleG: f64; scaleH: f64; unitG: f64; unitH: f64; lambda: f64; minHessian: f64;
}

/** One leaf to find a split for. */
@unmanaged
class Asked {
  g: f64; h: f64; n: f64; lower: f64; upper: f64; least: f64;
}

/** The best split by one input; gain is −Infinity where there is none. */
@unmanaged
class Found {
  gain: f64; g: f64; h: f64;
  n: i32; bin: i32; missingLeft: i32; none: i32;
}

@unmanaged
class Leaf {
  from: i32; count: i32; value: f64;
}

/** The bins of a block of rows once more, row by row. */
export function wordBlock(a: Trees, piece: i32): void {
  const start = piece * a.block, end = min(start + a.block, a.rows);
  const rows = <usize>a.rows;
  for (let group = 0; group < a.groups; group++) {
    const first = group * a.perGroup;
    const k = min(a.perGroup, a.inputs - first);
    for (let i = start; i < end; i++) {
      let at = a.columns + <usize>first * rows + <usize>i;
      let word: u64 = 0;
      for (let j = 0; j < k; j++, at += rows) word |= <u64>load<u8>(at) << <u64>(j << 3);
      store<u64>(a.words + (<usize>(i * a.groups + group) << 3), word);
    }
  }
}

const log2e: f64 = 1.4426950408889634;
const ln2High: f64 = 0.6931471803691238;
const ln2Low: f64 = 1.9082149292705877e-10;
const shifter: f64 = 6755399441055744;

// @ts-ignore: decorator
@inline
function horner(e: v128, r: v128, term: f64): v128 {
  return f64x2.add(f64x2.mul(e, r), f64x2.splat(term));
}

/** 1 / (1 + e^−s), operation by operation as in logistic.ts. */
// @ts-ignore: decorator
@inline
function logistic(s: v128): v128 {
  const x = f64x2.pmax(f64x2.pmin(f64x2.neg(s), f64x2.splat(600)), f64x2.splat(-600));
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(log2e)), f64x2.splat(shifter));
  const k = f64x2.sub(shifted, f64x2.splat(shifter));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(ln2High))), f64x2.mul(k, f64x2.splat(ln2Low)));
  let e = f64x2.splat(1.0 / 3628800.0);
  e = horner(e, r, 1.0 / 362880.0);
  e = horner(e, r, 1.0 / 40320.0);
  e = horner(e, r, 1.0 / 5040.0);
  e = horner(e, r, 1.0 / 720.0);
  e = horner(e, r, 1.0 / 120.0);
  e = horner(e, r, 1.0 / 24.0);
  e = horner(e, r, 1.0 / 6.0);
  e = horner(e, r, 0.5);
  e = horner(e, r, 1.0);
  e = horner(e, r, 1.0);
  // The low bits of the shifted number are k: in the place of an exponent they are 2^k.
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return f64x2.div(f64x2.splat(1), f64x2.add(f64x2.splat(1), f64x2.mul(e, power)));
}

/** Two rows' pairs of derivatives in fixed point: the low bits of the shifted number are the nearest integer. */
// @ts-ignore: decorator
@inline
function storePairs(to: usize, g: v128, h: v128): void {
  const shift = f64x2.splat(shifter);
  v128.store(to, v128.shuffle<i32>(f64x2.add(g, shift), f64x2.add(h, shift), 0, 4, 2, 6));
}

/** Derivatives of the logistic loss for a block of rows (even, so that only the last block may end in half a vector: arrays have room for it). */
export function logisticBlock(a: Trees, piece: i32): void {
  const start = piece * a.block, end = min(start + a.block, a.rows);
  const scaleG = f64x2.splat(a.scaleG), scaleH = f64x2.splat(a.scaleH), one = f64x2.splat(1);
  for (let i = start; i < end; i += 2) {
    const at = <usize>i << 3;
    const p = logistic(v128.load(a.margins + at));
    let g = f64x2.sub(p, v128.load(a.targets + at));
    let h = f64x2.mul(p, f64x2.sub(one, p));
    if (a.weights) {
      const w = v128.load(a.weights + at);
      g = f64x2.mul(w, g);
      h = f64x2.mul(w, h);
    }
    storePairs(a.pairs + at, f64x2.mul(g, scaleG), f64x2.mul(h, scaleH));
  }
}

/** Given derivatives in fixed point. */
export function deriveBlock(a: Trees, piece: i32): void {
  const start = piece * a.block, end = min(start + a.block, a.rows);
  const scaleG = f64x2.splat(a.scaleG), scaleH = f64x2.splat(a.scaleH);
  for (let i = start; i < end; i += 2) {
    const at = <usize>i << 3;
    storePairs(a.pairs + at, f64x2.mul(v128.load(a.first + at), scaleG), f64x2.mul(v128.load(a.second + at), scaleH));
  }
}

/** Parts a block of a leaf's rows into two scratch arrays, and tells how many go left. */
function partBlock(a: Trees, piece: i32): void {
  const start = a.from + piece * a.block, end = min(start + a.block, a.from + a.count);
  const codes = a.columns + <usize>a.input * <usize>a.rows;
  const side = a.side;
  let from = a.order + (<usize>start << 2);
  const until = a.order + (<usize>end << 2);
  const begin = a.lefts + (<usize>start << 2);
  let left = begin, right = a.rights + (<usize>start << 2);
  for (; from < until; from += 4) {
    const row = load<i32>(from);
    const goes = <usize>load<u8>(side + <usize>load<u8>(codes + <usize>row));
    store<i32>(left, row);
    store<i32>(right, row);
    left += goes;
    right += 4 - goes;
  }
  store<i32>(a.tallies + (<usize>piece << 2), <i32>((left - begin) >> 2));
}

/** Puts a parted block where it belongs. */
function placeBlock(a: Trees, piece: i32): void {
  const start = a.from + piece * a.block, end = min(start + a.block, a.from + a.count);
  let before = 0;
  for (let p = 0; p < piece; p++) before += load<i32>(a.tallies + (<usize>p << 2));
  const lefts = load<i32>(a.tallies + (<usize>piece << 2));
  const size = <usize>start << 2;
  memory.copy(a.order + (<usize>(a.from + before) << 2), a.lefts + size, <usize>lefts << 2);
  memory.copy(a.order + (<usize>(start + a.leftTotal - before) << 2), a.rights + size, <usize>(end - start - lefts) << 2);
}

// @ts-ignore: decorator
@inline
function tally(at: usize, sums: v128, offset: usize): void {
  const to = at + offset * inputBytes;
  v128.store(to, i64x2.add(v128.load(to), sums));
}

/** Adds rows to the histograms of `k` inputs (a constant: eight loops come of this one). */
// @ts-ignore: decorator
@inline
function sweep(k: i32, words: usize, stride: usize, pairs: usize, count: i32, to: usize, shift: i32): void {
  const one = i64x2.replace_lane(i64x2.splat(0), 1, <i64>1 << <i64>shift);
  for (const until = pairs + (<usize>count << 3); pairs < until; words += stride, pairs += 8) {
    const low = load<u32>(words), high = k > 4 ? load<u32>(words, 4) : 0;
    const sums = i64x2.add(i64x2.extend_low_i32x4_s(v128.load64_zero(pairs)), one);
    tally(to + ((low << 4) & 0xff0), sums, 0);
    if (k > 1) tally(to + ((low >> 4) & 0xff0), sums, 1);
    if (k > 2) tally(to + ((low >> 12) & 0xff0), sums, 2);
    if (k > 3) tally(to + ((low >> 20) & 0xff0), sums, 3);
    if (k > 4) tally(to + ((high << 4) & 0xff0), sums, 4);
    if (k > 5) tally(to + ((high >> 4) & 0xff0), sums, 5);
    if (k > 6) tally(to + ((high >> 12) & 0xff0), sums, 6);
    if (k > 7) tally(to + ((high >> 20) & 0xff0), sums, 7);
  }
}

// @ts-ignore: decorator
@inline
function sweepGroup(k: i32, words: usize, stride: usize, pairs: usize, count: i32, to: usize, shift: i32): void {
  switch (k) {
    case 1: sweep(1, words, stride, pairs, count, to, shift); break;
    case 2: sweep(2, words, stride, pairs, count, to, shift); break;
    case 3: sweep(3, words, stride, pairs, count, to, shift); break;
    case 4: sweep(4, words, stride, pairs, count, to, shift); break;
    case 5: sweep(5, words, stride, pairs, count, to, shift); break;
    case 6: sweep(6, words, stride, pairs, count, to, shift); break;
    case 7: sweep(7, words, stride, pairs, count, to, shift); break;
    default: sweep(8, words, stride, pairs, count, to, shift);
  }
}

/** Rows fetched at a time, and the bytes they take: words, then derivatives. */
const fetched = 512;

/** Where a thread's part of the histogram is: the first one's is the leaf's own. */
// @ts-ignore: decorator
@inline
function shareAt(a: Trees, share: i32): usize {
  return share == 0 ? a.small : a.others + <usize>((share - 1) * a.inputs) * inputBytes;
}

function clearShare(a: Trees, share: i32): void {
  const to = shareAt(a, share);
  for (let j = 0; j < a.inputs; j++) memory.fill(to + <usize>j * inputBytes, 0, <usize>(load<i32>(a.counts + (<usize>j << 2)) + 1) << 4);
}

/** Adds some of the smaller side's rows to a thread's share of its histogram. */
function tallyPiece(a: Trees, piece: i32, share: i32): void {
  const to = shareAt(a, share);
  const stride = <usize>a.groups << 3;
  const scratch = a.scratch + <usize>share * (<usize>fetched * (stride + 8));
  const end = min((piece + 1) * a.piece, a.smallCount);
  for (let start = piece * a.piece; start < end; start += fetched) {
    const count = min(fetched, end - start);
    let words = a.words + <usize>start * stride, pairs = a.pairs + (<usize>start << 3);
    if (!a.whole) {
      words = scratch;
      pairs = scratch + <usize>fetched * stride;
      fetch(a, a.order + (<usize>(a.smallFrom + start) << 2), count, words, pairs, stride);
    }
    for (let group = 0; group < a.groups; group++) {
      const first = group * a.perGroup;
      sweepGroup(min(a.perGroup, a.inputs - first), words + (<usize>group << 3), stride, pairs, count, to + <usize>first * inputBytes, a.shift);
    }
  }
}

function fetch(a: Trees, at: usize, count: i32, words: usize, pairs: usize, stride: usize): void {
  const fromWords = a.words, fromPairs = a.pairs;
  const until = at + (<usize>count << 2);
  if (stride == 32) {
    for (; at < until; at += 4, pairs += 8, words += 32) {
      const row = <usize>load<i32>(at);
      const from = fromWords + (row << 5);
      v128.store(words, v128.load(from));
      v128.store(words, v128.load(from, 16), 16);
      store<u64>(pairs, load<u64>(fromPairs + (row << 3)));
    }
    return;
  }
  for (; at < until; at += 4, pairs += 8) {
    const row = <usize>load<i32>(at);
    store<u64>(pairs, load<u64>(fromPairs + (row << 3)));
    let from = fromWords + row * stride;
    for (const end = words + stride; words < end; words += 8, from += 8) store<u64>(words, load<u64>(from));
  }
}

/** The whole histogram of the smaller side for one input, that of the other side by difference, and the best split of each. */
function searchInput(a: Trees, j: i32, shares: i32): void {
  const bins = load<i32>(a.counts + (<usize>j << 2));
  const own = a.small + <usize>j * inputBytes;
  const other = a.large + <usize>j * inputBytes;
  const end = <usize>(bins + 1) << 4;
  for (let share = 1; share < shares; share++) {
    const more = shareAt(a, share) + <usize>j * inputBytes;
    for (let at: usize = 0; at < end; at += 16) v128.store(own + at, i64x2.add(v128.load(own + at), v128.load(more + at)));
  }
  if (a.large) {
    for (let at: usize = 0; at < end; at += 16) v128.store(other + at, i64x2.sub(v128.load(other + at), v128.load(own + at)));
  }
  if (load<u8>(a.allowed + <usize>j) != 1) return;
  const found = a.found + <usize>j * offsetof<Found>();
  if (a.askSmall) bestCut(a, j, own, bins, changetype<Asked>(a.asked), changetype<Found>(found));
  if (a.askLarge) bestCut(a, j, other, bins, changetype<Asked>(a.asked + offsetof<Asked>()), changetype<Found>(found + <usize>a.inputs * offsetof<Found>()));
}

/** As `bestCut` in split-search.ts. A bin without rows changes nothing, so it is passed over. */
function bestCut(a: Trees, input: i32, histogram: usize, bins: i32, asked: Asked, found: Found): void {
  const shift = <i64>a.shift;
  const mask = (<i64>1 << shift) - 1;
  const direction = a.monotone ? <f64>load<i8>(a.monotone + <usize>input) : 0;
  const missingAt = histogram + (<usize>bins << 4);
  const missing = load<i64>(missingAt, 8);
  const lambda = f64x2.splat(a.lambda), zero = f64x2.splat(0), two = f64x2.splat(2);
  const lower = f64x2.splat(asked.lower), upper = f64x2.splat(asked.upper);
  const total = <i64>asked.n;
  const minRows = <i64>a.minRows;
  let best = asked.least;
  found.none = 1;
  for (let missingLeft = 0; missingLeft < (missing != 0 ? 2 : 1); missingLeft++) {
    let g: i64 = 0, heavy: i64 = 0;
    if (missingLeft) {
      g = load<i64>(missingAt);
      heavy = missing;
    }
    const last = missing != 0 && !missingLeft ? bins : bins - 1;
    for (let bin = 0; bin < last; bin++) {
      const at = histogram + (<usize>bin << 4);
      const more = load<i64>(at, 8);
      // The first bin may be the only one next to missing values.
      if (more == 0 && bin > 0) continue;
      g += load<i64>(at);
      heavy += more;
      const n = heavy >> shift;
      if (n < minRows) continue;
      const leftH = <f64>(heavy & mask) * a.unitH;
      if (leftH < a.minHessian) continue;
      const rightH = asked.h - leftH;
      if (total - n < minRows || rightH < a.minHessian) break;
      const leftG = <f64>g * a.unitG;
      const gs = f64x2.replace_lane(f64x2.splat(leftG), 1, asked.g - leftG);
      const hs = f64x2.add(f64x2.replace_lane(f64x2.splat(leftH), 1, rightH), lambda);
      const free = v128.and(f64x2.div(f64x2.neg(gs), hs), f64x2.gt(hs, zero));
      const value = f64x2.pmin(f64x2.pmax(free, lower), upper);
      if (direction != 0 && direction * (f64x2.extract_lane(value, 1) - f64x2.extract_lane(value, 0)) < 0) continue;
      const gains = f64x2.add(f64x2.mul(f64x2.mul(two, gs), value), f64x2.mul(f64x2.mul(hs, value), value));
      const gain = -f64x2.extract_lane(gains, 0) + -f64x2.extract_lane(gains, 1);
      if (gain > best) {
        best = gain;
        found.none = 0;
        found.gain = gain;
        found.g = leftG;
        found.h = leftH;
        found.n = <i32>n;
        found.bin = bin;
        found.missingLeft = missing != 0 ? missingLeft : n > total - n ? 1 : 0;
      }
    }
  }
}

/** Of the ascending rows at `from` … `until`, where those from `row` on begin. */
function firstFrom(order: usize, row: i32, from: i32, until: i32): i32 {
  while (from < until) {
    const middle = (from + until) >> 1;
    if (load<i32>(order + (<usize>middle << 2)) < row) from = middle + 1;
    else until = middle;
  }
  return from;
}

/** Adds the values of leaves to the margins of a block of rows: neighbours stay with one thread. */
export function addBlock(a: Trees, piece: i32): void {
  const start = piece * a.block, end = min(start + a.block, a.rows);
  for (let l = 0; l < a.leafCount; l++) {
    const leaf = changetype<Leaf>(a.leaves + <usize>l * offsetof<Leaf>());
    const last = leaf.from + leaf.count;
    const from = firstFrom(a.order, start, leaf.from, last);
    const until = a.order + (<usize>firstFrom(a.order, end, from, last) << 2);
    const value = leaf.value;
    for (let at = a.order + (<usize>from << 2); at < until; at += 4) {
      const to = a.margins + (<usize>load<i32>(at) << 3);
      store<f64>(to, load<f64>(to) + value);
    }
  }
}

/** Bytes of the counters of each phase of a step: pieces it has, pieces taken, pieces done; of the third one then how many threads have a share of the histogram. */
const phaseBytes: usize = 64;
/** Looks at a counter before a thread goes to sleep, and nanoseconds that it then sleeps at most. */
const patience = 2000;
const nap: i64 = 1_000_000;

/**
 * One split and what follows of it: rows are parted and placed, the smaller side is tallied, both are searched. Threads take pieces of one phase until there are none, and go on to the next
 * when all are done; one that comes late joins where the others are. Sums are exact, so who tallies what does not show.
 */
export function step(a: Trees): void {
  const sharing = a.phases + 2 * phaseBytes + 12;
  let share = -1;
  for (let phase = 0; phase < 4; phase++) {
    const counters = a.phases + <usize>phase * phaseBytes;
    const pieces = load<i32>(counters);
    for (let piece = atomic.add<i32>(counters, 1, 4); piece < pieces; piece = atomic.add<i32>(counters, 1, 4)) {
      if (phase == 0) partBlock(a, piece);
      else if (phase == 1) placeBlock(a, piece);
      else if (phase == 2) {
        if (share < 0) {
          share = atomic.add<i32>(sharing, 1);
          clearShare(a, share);
        }
        tallyPiece(a, piece, share);
      } else searchInput(a, piece, atomic.load<i32>(sharing));
      if (atomic.add<i32>(counters, 1, 8) == pieces - 1) atomic.notify(counters + 8, -1);
    }
    let looks = 0;
    for (let done = atomic.load<i32>(counters, 8); done < pieces; done = atomic.load<i32>(counters, 8)) {
      if (++looks > patience) atomic.wait<i32>(counters + 8, done, nap);
    }
  }
}

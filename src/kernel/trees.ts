import { binColumns } from './bins.js';
import { fixedPoint, hessianBits, rowBits } from './fixed-point.js';
import { mostOf, sideOf } from './reference-trees.js';
import type { Shop } from './shop.js';
import { bestOf, leastGain, type Histogram } from './split-search.js';
import type { Bins, Bounds, RowSums, Split, SplitRules, TreeRows } from './tree-rows.js';

/** As in assembly/trees.ts. */
const inputBytes = 4160;
const foundBytes = 40;
const askedBytes = 48;
const leafBytes = 16;
/** Rows per piece of a pass; even. */
const block = 8192;
/** Rows fetched at a time, as in assembly/trees.ts. */
const fetched = 512;
/** Rows per piece of a histogram; a multiple of those. */
const tallied = 2048;
/** What an update of a histogram, and a row moved, count for beside a multiplication … */
const effort = 6;
/** … and a cut considered. */
const cutEffort = 75;
/** Bytes of the counters of each of a step's phases, as in assembly/trees.ts. */
const phaseBytes = 64;
/** Which of them tells in how many shares a histogram was made. */
const sharesAt = 2 * (phaseBytes / 4) + 3;

/** Words of `Trees` in assembly/trees.ts; its doubles follow. */
const words = [
  'rows', 'inputs', 'groups', 'perGroup', 'columns', 'counts', 'order', 'pairs', 'scratch', 'lefts', 'rights', 'tallies', 'side', 'from', 'count', 'input',
  'words', 'smallFrom', 'smallCount', 'small', 'large', 'piece', 'found', 'asked', 'allowed', 'monotone', 'askSmall', 'askLarge', 'leftTotal', 'shift', 'margins', 'targets',
  'weights', 'first', 'second', 'leaves', 'leafCount', 'block', 'minRows', 'others', 'whole', 'phases',
] as const;
const doubles = ['scaleG', 'scaleH', 'unitG', 'unitH', 'lambda', 'minHessian'] as const;
type Fields = Record<(typeof words)[number] | (typeof doubles)[number], number>;

interface Leaf {
  from: number;
  count: number;
  /** Address of its histogram; 0 = none made. */
  histogram: number;
}

/** Rows for trees in WebAssembly: see assembly/trees.ts. */
export function openTreeRows(shop: Shop, columns: readonly Float64Array[], bins: readonly Bins[], rows: number, leaves: number, outputs: number): TreeRows {
  const { heap } = shop;
  const held: number[] = [];
  const take = (bytes: number) => {
    const at = heap.take(bytes);
    held.push(at);
    return at;
  };
  const view = <V>(View: new (buffer: ArrayBufferLike, at: number, length: number) => V, at: number, length: number) => new View(heap.memory.buffer, at, length);
  const inputs = bins.length;
  // Two groups can be searched side by side; a group has as many inputs as a word has bytes, at most.
  const groups = inputs > 1 ? 2 * Math.ceil(inputs / 16) : 1;
  const perGroup = Math.ceil(inputs / groups);
  const args = take((words.length + doubles.length * 2) * 4);
  const fields = fieldsAt(heap.memory, args);
  const most = Math.max(...bins.map(({ count }) => count));
  const pieces = Math.ceil(rows / block);
  Object.assign(fields, {
    rows, inputs, groups: Math.ceil(inputs / perGroup), perGroup, block, piece: tallied, columns: take(rows * inputs), words: take(rows * 8 * Math.ceil(inputs / perGroup)), counts: take(inputs * 4),
    order: take(rows * 4), pairs: take((rows + 1) * 8), lefts: take(rows * 4), rights: take(rows * 4), tallies: take(pieces * 4), side: take(256),
    scratch: take(shop.threads * fetched * (Math.ceil(inputs / perGroup) + 1) * 8), others: take((shop.threads - 1) * inputs * inputBytes), found: take(2 * inputs * foundBytes), asked: take(2 * askedBytes), allowed: take(inputs), monotone: 0, leaves: take(leaves * leafBytes), shift: Math.max(32, hessianBits(rows) + rowBits(rows)),
    phases: take(4 * phaseBytes),
  });
  const directions = take(inputs);
  view(Int32Array, fields.counts, inputs).set(bins.map(({ count }) => count));
  const margins = Array.from({ length: outputs }, () => view(Float64Array, take((rows + 1) * 8), rows).fill(0));
  const order = view(Int32Array, fields.order, rows);
  const everyRow = Int32Array.from({ length: rows }, (_, i) => i);
  let parts: Leaf[] = [];
  /** The leaves whose histograms are to be made of one parent's. */
  let pending: { readonly small: number; readonly large: number } | undefined;
  const spare: number[] = [];
  let given: { targets: Float64Array; at: number } | undefined;
  let heavy: { weights: Float64Array; at: number; most: number } | undefined;
  let derivatives: { first: number; second: number } | undefined;

  /** Blocks of rows of a split that are yet to be parted. */
  let unmoved = 0;

  const run = (operation: string, count: number, work: number) => shop.run(operation, count, args, work);
  const counters = view(Int32Array, fields.phases, phaseBytes);
  /** Parts rows that are yet to be, and then tallies and searches so many pieces. */
  const step = (tally: number, search: number, work: number) => {
    [unmoved, unmoved, tally, search].forEach((pieces, phase) => counters.set([pieces, 0, 0], (phase * phaseBytes) / 4));
    // Where nothing is tallied, that has been done before, in so many shares.
    if (tally > 0) counters[sharesAt] = 0;
    run('treeStep', shop.threads, work + (unmoved > 0 ? fields.count * effort : 0));
    unmoved = 0;
  };
  const move = () => {
    if (unmoved > 0) step(0, 0, 0);
  };
  const scale = (mostG: number, mostH: number) => {
    const { g, h } = fixedPoint(rows, mostG, mostH);
    Object.assign(fields, { scaleG: g, scaleH: h, unitG: 1 / g, unitH: 1 / h });
  };

  binColumns(shop, columns, bins, rows, fields.columns);
  run('treeWords', pieces, rows * inputs * effort);

  /** Room for the histogram of a leaf, which is made piece by piece. */
  function plan(leaf: number, whole: boolean): { pieces: number; work: number } {
    const part = parts[leaf];
    part.histogram = spare.pop() ?? take(inputs * inputBytes);
    Object.assign(fields, { small: part.histogram, whole: whole ? 1 : 0, smallFrom: part.from, smallCount: part.count });
    return { pieces: Math.max(1, Math.ceil(part.count / tallied)), work: part.count * inputs * effort };
  }

  /** Sums over the rows that have just been tallied: those of the bins of the first input. */
  function sumsOf(leaf: number): RowSums {
    const sums = { g: 0, h: 0, n: 0 };
    for (let share = 0; share < counters[sharesAt]; share++) {
      const { g, h, n } = readHistogram(share === 0 ? parts[leaf].histogram : fields.others + (share - 1) * inputs * inputBytes, bins[0].count + 1);
      for (let bin = 0; bin < g.length; bin++) {
        sums.g += g[bin];
        sums.h += h[bin];
        sums.n += n[bin];
      }
    }
    return sums;
  }

  /** Makes the histograms of the pending leaves and finds splits by numbers. */
  function search(asked: readonly { leaf: number; sums: RowSums; bounds: Bounds }[], rules: SplitRules): void {
    const { small, large } = pending!;
    const tally = large >= 0 ? plan(small, false) : { pieces: 0, work: 0 };
    [small, large].forEach((leaf, place) => {
      const ask = asked.find((one) => one.leaf === leaf);
      if (place === 0) fields.askSmall = ask ? 1 : 0;
      else fields.askLarge = ask ? 1 : 0;
      if (!ask) return;
      const { sums, bounds } = ask;
      view(Float64Array, fields.asked + place * askedBytes, 6).set([sums.g, sums.h, sums.n, bounds.lower, bounds.upper, leastGain(sums, rules, bounds)]);
    });
    view(Uint8Array, fields.allowed, inputs).set(rules.allowed.map((allowed, j) => (bins[j].codes ? 0 : allowed)));
    if (rules.monotone) view(Int8Array, directions, inputs).set(rules.monotone);
    Object.assign(fields, {
      monotone: rules.monotone ? directions : 0, minRows: rules.minRows, minHessian: rules.minHessian, lambda: rules.lambda, large: large >= 0 ? parts[large].histogram : 0,
    });
    step(tally.pieces, inputs, tally.work + most * inputs * asked.length * cutEffort);
    pending = undefined;
  }

  /** The best split of a leaf: of what was found by numbers, and by categories. */
  function best(leaf: number, place: number, sums: RowSums, bounds: Bounds, rules: SplitRules): Split | undefined {
    const least = leastGain(sums, rules, bounds);
    let best: Split | undefined;
    for (let input = 0; input < inputs; input++) {
      if (rules.allowed[input] !== 1) continue;
      if (bins[input].codes) {
        best = bestOf(input, bins[input], readHistogram(parts[leaf].histogram + input * inputBytes, bins[input].count + 1), sums, rules, bounds, best?.gain ?? least) ?? best;
        continue;
      }
      const at = fields.found + (place * inputs + input) * foundBytes;
      const [gain, g, h] = view(Float64Array, at, 3);
      const [n, bin, missingLeft, none] = view(Int32Array, at + 24, 4);
      if (none === 1 || gain <= (best?.gain ?? least)) continue;
      best = { input, bin, missingLeft: missingLeft === 1, gain, left: { g, h, n }, right: { g: sums.g - g, h: sums.h - h, n: sums.n - n }, smoothing: 0 };
    }
    return best;
  }

  function readHistogram(at: number, size: number): Histogram {
    const raw = view(Int32Array, at, size * 4);
    const high = fields.shift - 32;
    const histogram = { g: new Float64Array(size), h: new Float64Array(size), n: new Float64Array(size) };
    for (let b = 0; b < size; b++) {
      histogram.g[b] = (raw[b * 4 + 1] * 4294967296 + (raw[b * 4] >>> 0)) * fields.unitG;
      histogram.n[b] = raw[b * 4 + 3] >>> high;
      histogram.h[b] = ((raw[b * 4 + 3] & (2 ** high - 1)) * 4294967296 + (raw[b * 4 + 2] >>> 0)) * fields.unitH;
    }
    return histogram;
  }

  return {
    rows,
    bins,
    margins,
    logistic(targets, weights) {
      if (given?.targets !== targets) {
        given = { targets, at: given?.at ?? take((rows + 1) * 8) };
        view(Float64Array, given.at, rows).set(targets);
      }
      if (weights && heavy?.weights !== weights) {
        heavy = { weights, at: heavy?.at ?? take((rows + 1) * 8), most: mostOf(weights) };
        view(Float64Array, heavy.at, rows).set(weights);
      }
      const most = weights ? heavy!.most : 1;
      scale(most, most / 4);
      Object.assign(fields, { margins: margins[0].byteOffset, targets: given!.at, weights: weights ? heavy!.at : 0 });
      run('treeLogistic', pieces, rows * 16);
    },
    derivatives(first, second) {
      derivatives ??= { first: take((rows + 1) * 8), second: take((rows + 1) * 8) };
      view(Float64Array, derivatives.first, rows).set(first);
      view(Float64Array, derivatives.second, rows).set(second);
      scale(mostOf(first), mostOf(second));
      Object.assign(fields, derivatives);
      run('treeDerive', pieces, rows * 8);
    },
    plant(sample) {
      unmoved = 0;
      for (const part of parts) if (part?.histogram) spare.push(part.histogram);
      const count = sample ? sample.length : rows;
      parts = [{ from: 0, count, histogram: 0 }];
      pending = { small: 0, large: -1 };
      order.set(sample ?? everyRow);
      const { pieces, work } = plan(0, sample === undefined);
      step(pieces, 0, work);
      return sumsOf(0);
    },
    split(leaf, right, split) {
      move();
      const part = parts[leaf];
      const leftIsSmall = split.left.n <= split.right.n;
      view(Uint8Array, fields.side, 256).set(sideOf(split, bins[split.input]).map((left) => left * 4));
      Object.assign(fields, { from: part.from, count: part.count, input: split.input, leftTotal: split.left.n });
      unmoved = Math.ceil(part.count / block);
      const total = { ...part };
      // The parent's histogram becomes the larger side's.
      parts[leaf] = { from: total.from, count: split.left.n, histogram: leftIsSmall ? 0 : total.histogram };
      parts[right] = { from: total.from + split.left.n, count: split.right.n, histogram: leftIsSmall ? total.histogram : 0 };
      pending = leftIsSmall ? { small: leaf, large: right } : { small: right, large: leaf };
    },
    best(asked, rules) {
      const { small } = pending!;
      search(asked, rules);
      return asked.map(({ leaf, sums, bounds }) => best(leaf, leaf === small ? 0 : 1, sums, bounds, rules));
    },
    rowsOf(leaf) {
      move();
      return order.subarray(parts[leaf].from, parts[leaf].from + parts[leaf].count);
    },
    add(output, values) {
      move();
      const table = fields.leaves;
      parts.forEach((part, l) => {
        view(Int32Array, table + l * leafBytes, 2).set([part.from, part.count]);
        view(Float64Array, table + l * leafBytes + 8, 1)[0] = values[l];
      });
      Object.assign(fields, { leafCount: parts.length, margins: margins[output].byteOffset });
      run('treeAdd', pieces, rows * effort);
    },
    release() {
      for (const at of held) heap.give(at);
      held.length = 0;
    },
  };
}

/** The fields by name, in the kernel's memory. */
function fieldsAt(memory: WebAssembly.Memory, at: number): Fields {
  const fields = {} as Fields;
  const ints = new Int32Array(memory.buffer, at, words.length);
  words.forEach((name, i) => Object.defineProperty(fields, name, { enumerable: true, get: () => ints[i] >>> 0, set: (value: number) => (ints[i] = value) }));
  const numbers = new Float64Array(memory.buffer, at + words.length * 4, doubles.length);
  doubles.forEach((name, i) => Object.defineProperty(fields, name, { enumerable: true, get: () => numbers[i], set: (value: number) => (numbers[i] = value) }));
  return fields;
}

// The rare-segment scan: small dense groups that k-means does not see, because cutting the large cloud once more gains it more than setting them apart.
// On one half of the rows k-means cuts far too finely; cells with no trough between them are joined again; what is then left over as a small part, with
// a trough towards its surroundings, is a candidate. The other half decides: along the line from the middle of its neighbours to it, inside a tube of
// constant width, one continuous cloud never has fewer rows in between than at both ends (its density only falls away from its mode), so of the rows in
// two equally wide windows at most half, up to chance, lie in the outer one: a binomial test, for windows chosen on the first half, times the number of
// candidates. Every single neighbour must show a trough too, at a lower bar: an arc of a ring has none along the ring. Then the halves change roles.
// Whole numbers are spread over the gaps between them first: a lattice has troughs, but no segments.
// O(rows × features × cells) on at most `rows` sampled rows, then one pass over all. Not for groups of a few dozen rows, nor for threads.
import { z } from 'zod';
import { breath, type Context } from '../context.js';
import type { RareGroup } from '../domain/rare.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';
import { requireFinite } from '../kernel/finite.js';
import { bestOf } from './restarts.js';
import { sampleRows, shuffled } from './sample.js';
import { UnionFind } from './union-find.js';

export const rareOptions = z.strictObject({
  minShare: z.number().min(0.001).max(0.5).default(0.004).describe('Smallest share of the rows that makes a group'),
  maxShare: z.number().min(0.001).max(0.5).default(0.1).describe('Largest share of the rows that is still rare'),
  rows: z.int().min(200).max(1_000_000).default(40_000).describe('Above this many rows, the scan looks at a sample of so many'),
  level: z.number().gt(0).max(0.1).default(0.01).describe('Probability of reporting any group where there is one continuous cloud'),
});

export type RareOptions = z.output<typeof rareOptions>;

/** Cells the first half is cut into. */
const cuts = [5, 8, 12, 20, 32];
/** Neighbours that a group must be apart from: the nearest ones. */
const neighbourCount = 6;
/** Cells are joined where no trough is deeper than so many standard deviations: a candidate at any of these is one. */
const joins = [1, 1.75, 2.5];
/** How deep the trough on the main way must be on the half that found it. */
const leastContrast = 3;
/** The held-out middle of a group must be this many times denser than the trough on the main way. */
const leastRatio = 1.5;
/** Probability that a trough towards a single neighbour must stay below. */
const sideLevel = 0.2;

/**
 * Small dense groups, the surest first; none where the rows are too few or one continuous cloud. `labels`: the present segments, to say which one a group is in.
 * @throws `segment/not-finite`, `run/aborted`
 */
export async function scanRare(x: Points, options: Partial<RareOptions>, context: Context, kernel: Kernel, labels?: Int32Array): Promise<RareGroup[]> {
  const chosen = rareOptions.parse(options);
  requireFinite(x);
  const rng = context.rng('rare');
  const sample = sampleRows(x.rows, chosen.rows, rng);
  const frame = frameOf(x, sample);
  if (sample.length < 200 || frame.scales.every((scale) => scale === 0)) return [];
  const values = standardised(x, sample, frame, rng);
  const order = shuffled(Int32Array.from(sample.keys()), rng);
  const half = order.length >> 1;
  const halves = [order.subarray(0, half), order.subarray(half)].map((rows) => gatherRows(values, rows, x.d));
  const tested: Tested[] = [];
  for (const [h, own] of halves.entries()) {
    for (const [c, k] of cuts.entries()) {
      if (own.rows < 20 * k) continue;
      context.progress({ stage: 'segment', note: 'looking for rare groups', done: (h + c / cuts.length) / 2 });
      for (const candidate of await candidatesAt(k, own, chosen, rng, context, kernel)) tested.push({ candidate, ...heldOut(candidate, halves[1 - h]) });
    }
  }
  const passed = tested
    .map((test) => ({ ...test, p: Math.min(1, test.p * tested.length) }))
    .filter(({ p, ratio, share, candidate }) => p < chosen.level && ratio >= leastRatio && share > candidate.share / 2 && share < candidate.share * 2)
    .sort((a, b) => a.p - b.p || b.ratio - a.ratio);
  const groups: { group: RareGroup; rows: Int32Array; candidate: Candidate }[] = [];
  for (const { candidate, p, ratio, rows, share: again } of passed) {
    if (groups.some((other) => away(candidate.middle, other.candidate.middle) <= other.candidate.radius)) continue;
    const region = regionOf(candidate, frame);
    const members = rowsInRegion(region, x);
    const share = members.length / x.rows;
    if (share < chosen.minShare || share > chosen.maxShare || groups.some((other) => overlap(other.rows, members) > 0.2)) continue;
    groups.push({ rows: members, candidate, group: { ...described(x, members, labels), densityRatio: ratio, heldOut: { rows, share: again, p }, region } });
    await breath(context);
  }
  return groups.map(({ group }) => group);
}

/** The rows that belong to a group, ascending: pure, row by row. */
export function rowsInRegion({ sides, middle, scales, radius }: RareGroup['region'], { rows, d, stride, data }: Points): Int32Array {
  const members: number[] = [];
  for (let i = 0, at = 0; i < rows; i++, at += stride) {
    let square = 0;
    for (let j = 0; j < d; j++) square += (scales[j] * (data[at + j] - middle[j])) ** 2;
    if (square > radius * radius) continue;
    const inside = sides.every(({ weights, threshold }) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += weights[j] * data[at + j];
      return sum > threshold;
    });
    if (inside) members.push(i);
  }
  return Int32Array.from(members);
}

/** What could still be missed among so many rows, in a sentence. */
export function rarePower(rows: number, options: Partial<RareOptions> = {}, many = 'customers'): string {
  const { minShare, rows: limit } = rareOptions.parse(options);
  const looked = Math.min(rows, limit);
  // About 14 rows against none in the window of the held-out half (2⁻¹⁴ < .01 / 100 candidates), the window holding two fifths of the group's half.
  // A group's thin edge is left out, so one of just the least share comes out too small.
  const least = Math.max(1.25 * minShare, 70 / looked);
  if (looked < 200 || least > 0.25) return `${rows} ${many} are too few to look for rare groups.`;
  const percent = (100 * least).toFixed(least < 0.0995 ? 1 : 0);
  return `A group under ${percent} % of the ${many} (about ${Math.ceil(least * rows).toLocaleString('en')}) could be missed, and so could a larger one that runs into its surroundings.`;
}

interface Half {
  readonly rows: number;
  readonly d: number;
  readonly values: Float64Array;
}

/** The line from a neighbour to the candidate, and what was chosen along it: bins of `length / binsPerLength`, the first bin of each window, and their width. */
interface Way {
  readonly origin: Float64Array;
  readonly direction: Float64Array;
  readonly length: number;
  readonly radius: number;
  readonly outer: number;
  readonly trough: number;
  readonly inner: number;
  readonly width: number;
  readonly contrast: number;
}

interface Candidate {
  /** The main way, from the middle of all neighbours, then one from each. */
  readonly ways: readonly Way[];
  readonly middle: Float64Array;
  readonly radius: number;
  readonly share: number;
}

interface Frame {
  readonly means: Float64Array;
  /** 1 / standard deviation without the outermost rows; 0 for constant features. */
  readonly scales: Float64Array;
}

interface Tested {
  readonly candidate: Candidate;
  readonly p: number;
  readonly ratio: number;
  readonly rows: number;
  readonly share: number;
}

function frameOf({ d, stride, data }: Points, sample: Int32Array): Frame {
  const means = new Float64Array(d);
  const scales = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    const column = Float64Array.from(sample, (row) => data[row * stride + j]).sort();
    const edge = Math.floor(column.length / 200);
    const trimmed = spreadOf(column.subarray(edge, column.length - edge));
    const { mean, deviation } = trimmed.deviation > 0 ? trimmed : spreadOf(column);
    means[j] = mean;
    scales[j] = deviation > 0 ? 1 / deviation : 0;
  }
  return { means, scales };
}

function spreadOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) };
}

/** Sampled rows in standard deviations, whole numbers and other repeated values spread half-way to their neighbours. */
function standardised({ d, stride, data }: Points, sample: Int32Array, { means, scales }: Frame, rng: Rng): Float64Array {
  const values = new Float64Array(sample.length * d);
  for (let j = 0; j < d; j++) {
    const column = Float64Array.from(sample, (row) => data[row * stride + j]);
    const distinct = Float64Array.from(new Set(column)).sort();
    const place = distinct.length <= sample.length / 4 ? new Map(Array.from(distinct, (value, at) => [value, at])) : undefined;
    column.forEach((value, i) => {
      let spread = value;
      if (place && distinct.length > 1) {
        const at = place.get(value)!;
        const below = at > 0 ? (value - distinct[at - 1]) / 2 : (distinct[1] - value) / 2;
        const above = at < distinct.length - 1 ? (distinct[at + 1] - value) / 2 : below;
        spread = value - below + rng.next() * (below + above);
      }
      values[i * d + j] = (spread - means[j]) * scales[j];
    });
  }
  return values;
}

function gatherRows(values: Float64Array, rows: Int32Array, d: number): Half {
  const own = new Float64Array(rows.length * d);
  rows.forEach((row, r) => own.set(values.subarray(row * d, row * d + d), r * d));
  return { rows: rows.length, d, values: own };
}

async function candidatesAt(k: number, half: Half, { minShare, maxShare }: RareOptions, rng: Rng, context: Context, kernel: Kernel): Promise<Candidate[]> {
  const { rows, d, values } = half;
  const points = kernel.allocate(rows, d);
  let labels: Int32Array;
  try {
    for (let i = 0; i < rows; i++) points.data.set(values.subarray(i * d, i * d + d), i * points.stride);
    [{ labels }] = bestOf([{ points, k }], { starts: 4, finalists: 1, maxIterations: 30, tolerance: 1e-4 }, rng, kernel);
  } finally {
    kernel.free(points);
  }
  const cells = Array.from({ length: k }, (_, c) => cellOf(half, labels, (label) => label === c)).filter((cell) => cell.members.length > 0);
  const enough = 0.25 * minShare * rows;
  const pairs: { c: number; other: number; contrast: number }[] = [];
  for (const [c, cell] of cells.entries()) {
    await breath(context);
    for (const other of nearestCells(cell, cells, c, enough)) pairs.push({ c, other, contrast: wayFrom(cells[other], cell, half).contrast });
  }
  const found = new Map<string, Candidate>();
  for (const join of joins) {
    const sets = new UnionFind(cells.length);
    for (const { c, other, contrast } of pairs) if (contrast < join) sets.union(c, other);
    for (let c = 0; c < cells.length; c++) {
      if (sets.find(c) !== c) continue;
      const own = [...cells.keys()].filter((o) => sets.find(o) === c);
      const candidate = found.has(own.join()) ? undefined : candidateFrom(own.map((o) => cells[o]), cells.filter((_, o) => sets.find(o) !== c));
      if (candidate) found.set(own.join(), candidate);
    }
  }
  return [...found.values()];

  function candidateFrom(own: readonly Cell[], others: readonly Cell[]): Candidate | undefined {
    const cell = joined(own, half);
    const share = cell.members.length / rows;
    if (share < minShare / 2 || share > 1.5 * maxShare) return undefined;
    const around = nearestCells(cell, others, -1, enough).map((o) => others[o]);
    if (around.length === 0) return undefined;
    const main = wayFrom(joined(around, half), cell, half);
    if (main.contrast < leastContrast) return undefined;
    const ways = [main, ...around.map((other) => wayFrom(other, cell, half))];
    return ways.every((way) => way.contrast >= joins[0]) ? candidateOf(cell, ways, half) : undefined;
  }
}

function joined(cells: readonly Cell[], half: Half): Cell {
  const members = Int32Array.from(cells.flatMap((cell) => Array.from(cell.members)));
  return { members, mean: meanOf(half, members) };
}

interface Cell {
  readonly members: Int32Array;
  readonly mean: Float64Array;
}

function cellOf(half: Half, labels: Int32Array, is: (label: number) => boolean): Cell {
  const members = Int32Array.from(labels.keys()).filter((i) => is(labels[i]));
  return { members, mean: meanOf(half, members) };
}

function meanOf({ d, values }: Half, members: Int32Array): Float64Array {
  const mean = new Float64Array(d);
  for (const i of members) for (let j = 0; j < d; j++) mean[j] += values[i * d + j];
  return mean.map((sum) => sum / members.length);
}

/** The nearest cells by their means, without those too small to say anything. */
function nearestCells(cell: Cell, cells: readonly Cell[], self: number, enough: number): number[] {
  const square = (other: Cell) => other.mean.reduce((sum, v, j) => sum + (v - cell.mean[j]) ** 2, 0);
  const fit = [...cells.keys()].filter((o) => o !== self && cells[o].members.length >= Math.min(enough, cell.members.length / 2));
  return fit.map((o) => ({ o, square: square(cells[o]) })).sort((a, b) => a.square - b.square).slice(0, neighbourCount).map(({ o }) => o);
}

const binsPerLength = 64;
/** Bins start a length before the neighbour's mean and end half a length behind the candidate's. */
const bins = 2.5 * binsPerLength;
const widths = [8, 12, 16];

/** The line from a neighbour to a cell, and the tube and windows in which its rows show the deepest trough. */
function wayFrom(neighbour: Cell, cell: Cell, half: Half): Way {
  const direction = cell.mean.map((v, j) => v - neighbour.mean[j]);
  const length = Math.hypot(...direction);
  if (length > 0) direction.forEach((v, j) => (direction[j] = v / length));
  const origin = neighbour.mean;
  const { along, aside } = projected(half, origin, direction);
  const asideOf = (members: Int32Array) => Float64Array.from(members, (i) => aside[i]).sort();
  const own = asideOf(cell.members);
  const theirs = asideOf(neighbour.members);
  const at90 = (sorted: Float64Array) => sorted[Math.floor(0.9 * (sorted.length - 1))];
  let best: Way | undefined;
  for (const radius of [at90(own), Math.max(at90(own), at90(theirs)), Infinity]) {
    const counts = countsAlong(along, aside, length, radius);
    const way = { origin, direction, length, radius, ...deepest(counts) };
    if (!best || way.contrast > best.contrast) best = way;
  }
  return best!;
}

/** Of every row: how far along the line it is, and how far from it. */
function projected({ rows, d, values }: Half, origin: Float64Array, direction: Float64Array): { along: Float64Array; aside: Float64Array } {
  const along = new Float64Array(rows);
  const aside = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++, at += d) {
    let t = 0;
    let square = 0;
    for (let j = 0; j < d; j++) {
      const v = values[at + j] - origin[j];
      t += v * direction[j];
      square += v * v;
    }
    along[i] = t;
    aside[i] = Math.sqrt(Math.max(0, square - t * t));
  }
  return { along, aside };
}

/** Rows before each bin's end (cumulative; index b: rows in bins below b). */
function countsAlong(along: Float64Array, aside: Float64Array, length: number, radius: number): Float64Array {
  const below = new Float64Array(bins + 1);
  for (let i = 0; i < along.length; i++) {
    const bin = Math.floor((along[i] / length + 1) * binsPerLength);
    if (bin >= 0 && bin < bins && aside[i] <= radius) below[bin + 1]++;
  }
  for (let b = 0; b < bins; b++) below[b + 1] += below[b];
  return below;
}

/** The trough between the two ends of which even the lower one stands out most. */
function deepest(below: Float64Array): Pick<Way, 'outer' | 'trough' | 'inner' | 'width' | 'contrast'> {
  let best = { outer: 0, trough: 0, inner: 0, width: widths[0], contrast: -Infinity };
  for (const width of widths) {
    const rows = (bin: number) => below[bin + width] - below[bin];
    const last = bins - width;
    /** Fullest windows that end at or before, or start at or after, a bin. */
    const before = new Int32Array(last + 1);
    const after = new Int32Array(last + 1).fill(last);
    for (let b = 1; b <= last; b++) before[b] = rows(b) > rows(before[b - 1]) ? b : before[b - 1];
    for (let b = last - 1; b >= 0; b--) after[b] = rows(b) > rows(after[b + 1]) ? b : after[b + 1];
    for (let trough = width; trough + 2 * width <= bins; trough++) {
      const outer = before[trough - width];
      const inner = after[trough + width];
      const least = Math.min(rows(outer), rows(inner));
      const contrast = (least - rows(trough)) / Math.sqrt(least + rows(trough) + 1);
      if (contrast > best.contrast) best = { outer, trough, inner, width, contrast };
    }
  }
  return best;
}

/** Where the rows of a candidate end: beyond every trough, and no farther from its middle than nearly all of them. */
function candidateOf(cell: Cell, ways: readonly Way[], half: Half): Candidate {
  const { rows, d, values } = half;
  const inside = (i: number) => ways.every((way) => beyond(way, values, i * d));
  const own = cell.members.filter(inside);
  const middle = meanOf(half, own.length > 0 ? own : cell.members);
  const distances = Float64Array.from(own, (i) => away(middle, values, i * d)).sort();
  const radius = 1.1 * (distances[Math.floor(0.95 * (distances.length - 1))] ?? 0);
  let count = 0;
  for (let i = 0; i < rows; i++) if (away(middle, values, i * d) <= radius && inside(i)) count++;
  return { middle, radius, share: count / rows, ways };
}

function away(middle: Float64Array, values: Float64Array, at = 0): number {
  let square = 0;
  for (let j = 0; j < middle.length; j++) square += (values[at + j] - middle[j]) ** 2;
  return Math.sqrt(square);
}

function beyond({ origin, direction, length, trough, width }: Way, values: Float64Array, at: number): boolean {
  let t = 0;
  for (let j = 0; j < direction.length; j++) t += (values[at + j] - origin[j]) * direction[j];
  return t > troughMiddle(length, trough, width);
}

const troughMiddle = (length: number, trough: number, width: number) => ((trough + width / 2) / binsPerLength - 1) * length;

/** What the other half says about a candidate. */
function heldOut(candidate: Candidate, half: Half): Omit<Tested, 'candidate'> {
  const ps: number[] = [];
  const ratios: number[] = [];
  for (const { origin, direction, length, radius, outer, trough, inner, width } of candidate.ways) {
    const { along, aside } = projected(half, origin, direction);
    const below = countsAlong(along, aside, length, radius);
    const rows = (bin: number) => below[bin + width] - below[bin];
    ps.push(Math.max(atLeast(rows(outer), rows(outer) + rows(trough)), atLeast(rows(inner), rows(inner) + rows(trough))));
    ratios.push((rows(inner) + 0.5) / (rows(trough) + 0.5));
  }
  let members = 0;
  for (let i = 0; i < half.rows; i++) {
    if (away(candidate.middle, half.values, i * half.d) <= candidate.radius && candidate.ways.every((way) => beyond(way, half.values, i * half.d))) members++;
  }
  return { p: ps.slice(1).every((side) => side < sideLevel) ? ps[0] : 1, ratio: ratios[0], rows: members, share: members / half.rows };
}

/** Probability of at least `count` heads in `of` throws. */
function atLeast(count: number, of: number): number {
  let term = -of * Math.LN2; // log of C(of, 0) / 2^of
  let sum = 0;
  const terms: number[] = [];
  for (let i = 0; i <= of; i++) {
    if (i >= count) terms.push(term);
    term += Math.log((of - i) / (i + 1));
  }
  for (const t of terms.reverse()) sum += Math.exp(t);
  return Math.min(1, sum);
}

function regionOf({ middle, radius, ways }: Candidate, { means, scales }: Frame): RareGroup['region'] {
  return {
    sides: ways.map(({ origin, direction, length, trough, width }) => {
      const weights = direction.map((w, j) => w * scales[j]);
      const threshold = troughMiddle(length, trough, width) + direction.reduce((sum, w, j) => sum + w * (origin[j] + means[j] * scales[j]), 0);
      return { weights: Array.from(weights), threshold };
    }),
    middle: Array.from(middle, (m, j) => (scales[j] > 0 ? m / scales[j] + means[j] : means[j])),
    scales: Array.from(scales),
    radius,
  };
}

function overlap(a: Int32Array, b: Int32Array): number {
  const inA = new Set(a);
  return b.reduce((count, row) => count + (inA.has(row) ? 1 : 0), 0) / Math.max(1, Math.min(a.length, b.length));
}

/** Size, centre, what sets the group apart, and the segment it is in. */
function described({ rows, d, stride, data }: Points, members: Int32Array, labels?: Int32Array): Pick<RareGroup, 'size' | 'share' | 'centre' | 'features' | 'inside'> {
  const isMember = new Uint8Array(rows);
  for (const row of members) isMember[row] = 1;
  const centre: number[] = [];
  const features = Array.from({ length: d }, (_, feature) => {
    let inside = 0;
    let outside = 0;
    for (let i = 0; i < rows; i++) if (isMember[i] === 1) inside += data[i * stride + feature];
    else outside += data[i * stride + feature];
    inside /= members.length;
    outside /= rows - members.length;
    let squares = 0;
    for (let i = 0; i < rows; i++) if (isMember[i] === 0) squares += (data[i * stride + feature] - outside) ** 2;
    const deviation = Math.sqrt(squares / (rows - members.length));
    centre.push(inside);
    return { feature, difference: deviation > 0 ? (inside - outside) / deviation : 0 };
  });
  features.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const size = members.length;
  if (!labels) return { size, share: size / rows, centre, features };
  const counts = new Map<number, number>();
  for (const row of members) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
  const [segment, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { size, share: size / rows, centre, features, inside: { segment, share: count / size } };
}

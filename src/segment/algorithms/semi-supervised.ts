// Semi-supervised k-means: what is known of some rows helps to place all. Labels start the centres and, where they hold, stay (Seeded and Constrained
// k-means, Basu, Banerjee & Mooney 2002); pairs that must or cannot be together are kept, or paid for when broken (PCKMeans, Basu, Banerjee & Mooney
// 2004). Cost as k-means, plus constrained rows × k per pass. Keeping all cannot-links can be impossible, and finding out is NP-hard: what could not be
// kept is counted. New rows go to the nearest centre, so a constrained row given again may land elsewhere than its constraint put it (counted as well):
// constraints teach the centres. Not where what is known describes other groups than distances can make.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm } from '../algorithm.js';
import { meanOf, moved, rowsOf } from '../batches.js';
import { place, unitCosts, unitsOf, type Known, type Pair, type Placed, type Units } from '../constraints.js';
import { requireFinite } from '../../kernel/finite.js';
import { centreForms, type CentreParams } from '../nearest.js';
import { sampleRows } from '../sample.js';
import { total } from '../score.js';
import { assignNearest } from './kmeans.js';

const pairs = z.array(z.tuple([z.int().min(0), z.int().min(0)]));

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  seeds: z.union([z.array(z.int().min(-1)), pairs]).default([]).describe('Segments already known: one number per row (−1: unknown), or pairs of row and segment, counted from 0'),
  keepSeeds: z.boolean().default(true).describe('Whether known rows stay in their segment, or only start it'),
  mustLink: pairs.default([]).describe('Pairs of rows that belong together'),
  cannotLink: pairs.default([]).describe('Pairs of rows that do not belong together'),
  penalty: z.number().min(0).max(1e9).optional().describe(
    'What a broken pair costs, in mean squared distances of a row to the middle of all; by default pairs are kept wherever possible'),
  restarts: z.int().min(1).max(1000).default(10).describe('Starts to choose the best of, where labels do not start every segment'),
  sampleRows: z.int().min(100).default(50_000).describe('Above this many rows, converge on a random sample and all constrained rows first'),
  passes: z.int().min(1).max(100).default(5).describe('Passes over all rows after converging on a sample'),
});

export type SemiSupervisedOptions = z.output<typeof options>;

export interface SemiSupervisedParams extends CentreParams {
  /** Pairs that are not kept. */
  readonly broken: number;
  /** Rows that their constraints keep away from the nearest centre. */
  readonly held: number;
}

export interface SemiSupervisedFit {
  readonly params: SemiSupervisedParams;
  /** With constraints kept. */
  readonly labels: Int32Array;
  readonly counts: Float64Array;
}

export const semiSupervised = defineAlgorithm({
  name: 'semi-supervised',
  title: 'Semi-supervised k-means',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: async (x, chosen, context, kernel): Promise<SemiSupervisedParams> => (await fitSemiSupervised(x, chosen, context, kernel)).params,
  assign: assignNearest,
  forms: centreForms,
  forRows: (chosen, rows) => {
    const at = new Map(Array.from(rows, (row, i): Pair => [row, i]));
    const kept = (given: readonly Pair[]) => given.flatMap(([a, b]): [number, number][] => (at.has(a) && at.has(b) ? [[at.get(a)!, at.get(b)!]] : []));
    const seeds = seedPairs(chosen.seeds).flatMap(([row, label]): [number, number][] => (at.has(row) ? [[at.get(row)!, label]] : []));
    return { ...chosen, seeds, mustLink: kept(chosen.mustLink), cannotLink: kept(chosen.cannotLink) };
  },
});

/**
 * Fits and keeps the labels. With known labels, segments keep their numbers; without, they come largest first.
 * @throws `segment/contradiction`, `segment/bad-constraint`, `segment/bad-k`, `segment/not-finite`, `run/aborted`
 */
export async function fitSemiSupervised(x: Points, chosen: SemiSupervisedOptions, context: Context, kernel: Kernel): Promise<SemiSupervisedFit> {
  const { k } = chosen;
  if (k < 1 || k > x.rows) throw new ShoalError('segment/bad-k', { k, rows: x.rows });
  requireFinite(x);
  const { seeds } = chosen;
  if (typeof seeds[0] === 'number' && seeds.length !== x.rows) {
    throw new ShoalError('segment/bad-constraint', { problem: `There are ${seeds.length} seeds for ${x.rows} rows; give one per row, −1 where unknown, or pairs of row and segment` });
  }
  const known = { labels: seedPairs(seeds), mustLink: chosen.mustLink, cannotLink: chosen.cannotLink };
  const units = unitsOf(known, x.rows, k, chosen.penalty === undefined, chosen.keepSeeds);
  const origin = meanOf(x);
  const all: Work = { points: moved(x, origin, 0, x.rows, kernel), units, known, k };
  try {
    const start = x.rows > chosen.sampleRows ? await onSample(all, x, origin, chosen, context, kernel) : await converge(all, chosen, context, kernel);
    const end = x.rows > chosen.sampleRows ? await lloyd(all, start, chosen, chosen.passes, context, kernel) : start;
    return describe(all, known.labels.length > 0 ? end : largestFirst(end, x.d), origin, kernel);
  } finally {
    kernel.free(all.points);
  }
}

function seedPairs(seeds: SemiSupervisedOptions['seeds']): Pair[] {
  return seeds.flatMap((seed, row): Pair[] => (typeof seed !== 'number' ? [seed] : seed < 0 ? [] : [[row, seed]]));
}

/** Rows in kernel memory, moved so that their mean is 0, and what is known of them. */
interface Work {
  readonly points: Points;
  readonly units: Units;
  readonly known: Known;
  readonly k: number;
}

interface State {
  /** k × d. */
  readonly centres: Float64Array;
  readonly labels: Int32Array;
  readonly counts: Float64Array;
  readonly placed: Placed;
}

/** Converges on a sample that has all constrained rows. */
async function onSample(all: Work, x: Points, origin: Float64Array, chosen: SemiSupervisedOptions, context: Context, kernel: Kernel): Promise<State> {
  const constrained = [...all.units.rows.flat(), ...all.known.labels.map(([row]) => row)];
  const rows = Int32Array.from(new Set([...constrained, ...sampleRows(x.rows, chosen.sampleRows, context.rng('semi-supervised/sample'))])).sort();
  const at = new Map(Array.from(rows, (row, i) => [row, i]));
  const few = rowsOf(x, rows);
  const points = moved(few, origin, 0, few.rows, kernel);
  const units = { ...all.units, rows: all.units.rows.map((own) => own.map((row) => at.get(row)!)) };
  const known = { ...all.known, labels: all.known.labels.map(([row, label]): Pair => [at.get(row)!, label]) };
  try {
    return await converge({ points, units, known, k: all.k }, chosen, context, kernel);
  } finally {
    kernel.free(points);
  }
}

/** The best of several starts. */
async function converge(work: Work, chosen: SemiSupervisedOptions, context: Context, kernel: Kernel): Promise<State> {
  const rng = context.rng('semi-supervised');
  const { centres, seeded } = seededCentres(work);
  const starts = seeded.length === work.k ? 1 : chosen.restarts;
  let best: { state: State; cost: number } | undefined;
  for (let start = 0; start < starts; start++) {
    await breath(context);
    const begun = { centres: complete(work.points, centres.slice(), seeded, work.k, rng), labels: new Int32Array(0), counts: new Float64Array(0), placed: { labels: new Int32Array(work.units.rows.length).fill(-1), broken: 0 } };
    const state = await lloyd(work, begun, chosen, 300, context, kernel, rng);
    const cost = total(kernel.spread(work.points, centresOf(work, state.centres), state.labels).squares) + paid(weightOf(work.points, chosen), state.placed.broken);
    const better = !best || (chosen.penalty === undefined && state.placed.broken !== best.state.placed.broken ? state.placed.broken < best.state.placed.broken : cost < best.cost);
    if (better) best = { state, cost };
  }
  return best!.state;
}

const paid = (weight: number, broken: number) => (weight === Infinity || broken === 0 ? 0 : weight * broken);

function weightOf({ rows, d, stride, data }: Points, { penalty }: SemiSupervisedOptions): number {
  if (penalty === undefined) return Infinity;
  let squares = 0;
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) squares += data[i * stride + j] ** 2;
  return (penalty * squares) / rows;
}

/** Passes until the centres stand still: every row to its nearest centre, constrained ones as their links allow, every centre to its mean. */
async function lloyd(work: Work, start: State, chosen: SemiSupervisedOptions, passes: number, context: Context, kernel: Kernel, rng = context.rng('semi-supervised/passes')): Promise<State> {
  const { points, units, k } = work;
  const weight = weightOf(points, chosen);
  let state = start;
  for (let pass = 0; pass < passes; pass++) {
    if (points.rows * points.d * k * pass > 1e7) await breath(context);
    const labels = new Int32Array(points.rows);
    const { sums, counts } = kernel.assign(points, centresOf(work, state.centres), labels);
    const placed = place(units, unitCosts(units, points, state.centres, k), k, weight, state.placed.labels, rng);
    units.rows.forEach((own, u) => own.forEach((row) => move(points, row, labels, placed.labels[u], sums, counts)));
    const centres = state.centres.map((value, v) => (counts[Math.floor(v / points.d)] > 0 ? sums[v] / counts[Math.floor(v / points.d)] : value));
    fillEmpty(points, centres, counts, labels);
    const still = centres.every((value, v) => value === state.centres[v]);
    state = { centres, labels, counts, placed };
    if (still) break;
  }
  return state;
}

const centresOf = ({ k, points: { d } }: Work, values: Float64Array) => ({ k, d, values });

/** Counts a row where its constraints put it instead of where the kernel did. */
function move({ d, stride, data }: Points, row: number, labels: Int32Array, to: number, sums: Float64Array, counts: Float64Array): void {
  const from = labels[row];
  if (from === to) return;
  labels[row] = to;
  counts[from]--;
  counts[to]++;
  for (let j = 0; j < d; j++) {
    sums[from * d + j] -= data[row * stride + j];
    sums[to * d + j] += data[row * stride + j];
  }
}

/** A centre without rows goes to the row farthest from its own centre, while there is one. */
function fillEmpty(points: Points, centres: Float64Array, counts: Float64Array, labels: Int32Array): void {
  const taken = new Set<number>();
  for (let c = 0; c < counts.length; c++) {
    if (counts[c] > 0) continue;
    let farthest = -1;
    let most = 0;
    for (let i = 0; i < points.rows; i++) {
      const square = squareTo(points, i, centres, labels[i]);
      if (square > most && !taken.has(i)) [most, farthest] = [square, i];
    }
    if (farthest < 0) return;
    taken.add(farthest);
    copyRow(points, farthest, centres, c);
  }
}

/** The mean of each known segment's rows. */
function seededCentres({ points, units, known, k }: Work): { centres: Float64Array; seeded: number[] } {
  const { d, stride, data } = points;
  const centres = new Float64Array(k * d);
  const counts = new Float64Array(k);
  const rows = new Map(known.labels.map(([row, label]) => [row, label]));
  units.held.forEach((label, u) => { if (label >= 0) for (const row of units.rows[u]) rows.set(row, label); });
  for (const [row, label] of rows) {
    counts[label]++;
    for (let j = 0; j < d; j++) centres[label * d + j] += data[row * stride + j];
  }
  return { centres: centres.map((sum, v) => sum / (counts[Math.floor(v / d)] || 1)), seeded: Array.from(counts.keys()).filter((c) => counts[c] > 0) };
}

/** The centres that no label starts, by greedy k-means++ given those that are there. */
function complete(points: Points, centres: Float64Array, seeded: readonly number[], k: number, rng: Rng): Float64Array {
  const trials = 2 + Math.floor(Math.log(k));
  const costs = new Float64Array(points.rows).fill(seeded.length > 0 ? Infinity : 1);
  const lower = (into: Float64Array, c: number) => { for (let i = 0; i < into.length; i++) into[i] = Math.min(into[i], squareTo(points, i, centres, c)); };
  for (const c of seeded) lower(costs, c);
  let first = seeded.length === 0;
  for (let c = 0; c < k; c++) {
    if (seeded.includes(c)) continue;
    let best: { costs: Float64Array; potential: number; row: number } | undefined;
    for (let t = 0; t < (first ? 1 : trials); t++) {
      const row = drawn(costs, rng);
      const tried = first ? new Float64Array(points.rows).fill(Infinity) : costs.slice();
      copyRow(points, row, centres, c);
      lower(tried, c);
      const potential = total(tried);
      if (!best || potential < best.potential) best = { costs: tried, potential, row };
    }
    first = false;
    copyRow(points, best!.row, centres, c);
    costs.set(best!.costs);
  }
  return centres;
}

function drawn(costs: Float64Array, rng: Rng): number {
  let left = rng.next() * total(costs);
  for (let i = 0; i < costs.length; i++) {
    left -= costs[i];
    if (left < 0) return i;
  }
  return rng.int(costs.length);
}

function squareTo({ d, stride, data }: Points, row: number, centres: Float64Array, c: number): number {
  let square = 0;
  for (let j = 0; j < d; j++) square += (data[row * stride + j] - centres[c * d + j]) ** 2;
  return square;
}

function copyRow({ d, stride, data }: Points, row: number, centres: Float64Array, c: number): void {
  for (let j = 0; j < d; j++) centres[c * d + j] = data[row * stride + j];
}

/** Equal sizes by their centres, so that the order does not hang on the starts. */
function largestFirst(state: State, d: number): State {
  const { centres, counts } = state;
  const compare = (a: number, b: number) => { for (let j = 0; j < d; j++) if (centres[a * d + j] !== centres[b * d + j]) return centres[a * d + j] - centres[b * d + j]; return a - b; };
  const order = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || compare(a, b));
  const rank = new Int32Array(order.length);
  order.forEach((old, c) => (rank[old] = c));
  return {
    centres: Float64Array.from(order.flatMap((c) => Array.from(centres.subarray(c * d, (c + 1) * d)))),
    counts: Float64Array.from(order, (c) => counts[c]),
    labels: state.labels.map((label) => rank[label]),
    placed: { ...state.placed, labels: state.placed.labels.map((label) => rank[label]) },
  };
}

/** Free rows to the nearest centre, constrained ones where their links put them. */
function describe({ points, units, k }: Work, { centres, placed }: State, origin: Float64Array, kernel: Kernel): SemiSupervisedFit {
  const { d } = points;
  const labels = new Int32Array(points.rows);
  const { sums, counts } = kernel.assign(points, { k, d, values: centres }, labels);
  let held = 0;
  units.rows.forEach((own, u) => own.forEach((row) => {
    if (labels[row] !== placed.labels[u]) held++;
    move(points, row, labels, placed.labels[u], sums, counts);
  }));
  return { params: { k, d, centroids: Array.from(centres, (value, v) => value + origin[v % d]), broken: placed.broken, held }, labels, counts };
}

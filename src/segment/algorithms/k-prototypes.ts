// k-prototypes (Huang 1998): k-means for mixed data. A prototype holds the mean of every numeric column and the most frequent code (mode) of every
// categorical one; a row is as far from it as the squared distance of its numbers plus γ for each category that differs. All columns numeric it is k-means,
// all categorical k-modes. Starts: the densest distinct rows (Cao et al. 2009) and draws in proportion to distance (Arthur & Vassilvitskii 2007); above
// `sampleRows` it converges on a sample first. Cost O(rows × columns × k) per pass. Not where most columns have categories that hardly ever repeat.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { ShoalError } from '../../errors.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { requireFinite } from '../../kernel/finite.js';
import type { Forms } from '../../domain/forms.js';
import { categoricalColumns, splitColumns, type MixedRows } from '../mixed-rows.js';
import { centreForms, emptyAssignment, groupsOf, settle, type CentreParams } from '../nearest.js';
import { sampleRows } from '../sample.js';
import { fitKMeans, kmeans } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  categorical: categoricalColumns,
  gamma: z.number().min(0).max(1e12).optional().describe('What a differing category counts against squared distance; by default half the mean standard deviation of the numeric columns, 1 where there are none'),
  restarts: z.int().min(1).max(1000).optional().describe('Starts to choose the best of: by default 30 for up to 2,000 rows, all to the end; else 10, and the third that begins best to the end'),
  sampleRows: z.int().min(100).default(20_000).describe('Above this many rows, converge on a random sample of so many first'),
  passes: z.int().min(1).max(100).default(5).describe('Passes over all rows after converging on a sample'),
});

export type KPrototypesOptions = z.output<typeof options>;

/** Prototypes as centres: in categorical columns, `centroids` holds the code of the most frequent category. */
export interface KPrototypesParams extends CentreParams {
  readonly categorical: readonly number[];
  readonly gamma: number;
}

/** A fit with what it knows about its rows. */
export interface KPrototypesFit {
  readonly params: KPrototypesParams;
  readonly labels: Int32Array;
  /** Sum over rows of squared distance plus γ × differing categories. */
  readonly cost: number;
}

/** Iterations after which starts are compared. */
const heat = 4;
const maxIterations = 100;
/** Counts of categories per segment that are kept: 512 MB of them. */
const mostCounts = 2 ** 27;
/** Column comparisons between two breaths. */
const stretch = 3e7;

export const kPrototypes = defineAlgorithm({
  name: 'k-prototypes',
  title: 'k-prototypes',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: async (x, chosen, context, kernel): Promise<KPrototypesParams> => (await fitKPrototypes(x, chosen, context, kernel)).params,
  assign: assignPrototypes,
  forms: formsOf,
});

/** Fits and keeps labels and cost. Segments come largest first. @throws `segment/bad-k`, `segment/bad-column`, `segment/too-many-categories`, `segment/not-finite`, `run/aborted` */
export async function fitKPrototypes(x: Points, chosen: KPrototypesOptions, context: Context, kernel: Kernel): Promise<KPrototypesFit> {
  const { k } = chosen;
  if (k > x.rows) throw new ShoalError('segment/bad-k', { k, rows: x.rows });
  requireFinite(x);
  if (chosen.categorical.length === 0) {
    const { params, labels, inertia } = await fitKMeans(x, kmeans.options.parse({ k }), context, kernel);
    return { params: { ...params, categorical: [], gamma: 0 }, labels, cost: inertia };
  }
  const all = splitColumns(x, chosen.categorical);
  if (k * all.width > mostCounts) throw new ShoalError('segment/too-many-categories', { categories: all.width, most: Math.floor(mostCounts / k) });
  const gamma = chosen.gamma ?? defaultGamma(all);
  const rng = context.rng('k-prototypes');
  const sample = x.rows <= chosen.sampleRows ? all : splitColumns(rowsOf(x, sampleRows(x.rows, chosen.sampleRows, rng)), chosen.categorical);
  const best = await bestStart(sample, k, gamma, chosen.restarts, rng, context);
  const { prototypes } = sample === all ? best : await converge(all, recoded(best.prototypes, sample, all), gamma, chosen.passes, context);
  return describe(all, prototypes, gamma, x.d, context);
}

/** All starts run a little, the promising ones to the end. */
async function bestStart(sample: MixedRows, k: number, gamma: number, restarts: number | undefined, rng: Rng, context: Context): Promise<Run> {
  const few = sample.rows <= 2_000;
  const starts = restarts ?? (few ? 30 : 10);
  const finalists = few ? starts : Math.ceil(starts / 3);
  const tried: Run[] = [];
  for (let start = 0; start < starts; start++) {
    const first = start === 0 ? densest(sample, k, gamma) : await drawn(sample, k, gamma, rng, context);
    tried.push(await converge(sample, first, gamma, heat, context));
    context.progress({ stage: 'segment', note: 'k-prototypes', done: (start + 1) / (starts + finalists) });
  }
  const finished: Run[] = [];
  for (const { prototypes } of ranked(tried).slice(0, finalists)) finished.push(await converge(sample, prototypes, gamma, maxIterations, context));
  return ranked(finished)[0];
}

/** Numbers: squared distance; categories: γ for each that differs, codes never seen among them. */
export function assignPrototypes(params: KPrototypesParams, x: Points): Assignment {
  const { d, centroids, categorical, gamma } = params;
  const groups = groupsOf(params);
  const numeric = Array.from({ length: d }, (_, j) => j).filter((j) => !categorical.includes(j));
  const into = emptyAssignment(x.rows);
  const squares = new Float64Array(groups.length);
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < groups.length; c++) {
      let square = 0;
      for (const j of numeric) square += (x.data[i * x.stride + j] - centroids[c * d + j]) ** 2;
      let differ = 0;
      for (const j of categorical) if (Math.fround(x.data[i * x.stride + j]) !== centroids[c * d + j]) differ++;
      squares[c] = square + gamma * differ;
    }
    settle(squares, 1, 1, groups, into, i);
  }
  return into;
}

/** Squares of the numeric columns, and (√γ (1 − 1))² or (√γ (0 − 1))² for each category: is it the mode's? */
function formsOf(params: KPrototypesParams): Forms {
  const { d, categorical, gamma } = params;
  const { forms, ...plain } = centreForms(params);
  if (categorical.length === 0) return { ...plain, forms };
  const indicators = categorical.flatMap((feature) => [...new Set(forms.map(({ centre }) => centre[feature]))].map((code) => ({ feature, code })));
  const numeric = Array.from({ length: d }, (_, j) => Number(!categorical.includes(j)));
  return { ...plain, indicators, forms: forms.map(({ centre, ...form }) => {
    const own = indicators.map(({ feature, code }) => Number(centre[feature] === code));
    return { ...form, centre: [...centre, ...own], scale: [...numeric, ...own.map((is) => is * Math.sqrt(gamma))] };
  }) };
}

interface Prototypes {
  /** k × numeric columns. */
  readonly means: Float64Array;
  /** k × categorical columns: places in `MixedRows.categories`. */
  readonly modes: Int32Array;
  readonly k: number;
}

interface Run {
  readonly prototypes: Prototypes;
  readonly labels: Int32Array;
  readonly cost: number;
}

/** By cost; equal ones stay in the order they were started. */
function ranked(runs: readonly Run[]): Run[] {
  return [...runs].sort((a, b) => a.cost - b.cost);
}

function defaultGamma({ rows, p, numbers }: MixedRows): number {
  let deviations = 0;
  for (let j = 0; j < p; j++) {
    let mean = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) mean += numbers[i * p + j] / rows;
    for (let i = 0; i < rows; i++) squares += (numbers[i * p + j] - mean) ** 2;
    deviations += Math.sqrt(squares / rows);
  }
  // Numeric columns that never vary say nothing about how much a category should count.
  return deviations > 0 ? (0.5 * deviations) / p : 1;
}

/** Alternates nearest prototypes and means and modes until no row moves. */
async function converge(x: MixedRows, start: Prototypes, gamma: number, iterations: number, context: Context): Promise<Run> {
  let prototypes = start;
  const state = stateOf(x, start.k);
  const { labels, away } = state;
  for (let iteration = 0; ; iteration++) {
    const moved = await label(x, prototypes, gamma, state, context);
    if (moved === 0 || iteration === iterations) return { prototypes, labels, cost: away.reduce((a, b) => a + b, 0) };
    prototypes = centresOf(x, prototypes, state);
  }
}

/** Where the rows are: their labels, how far from their prototypes, and per prototype how often each category occurs there. */
interface State {
  readonly labels: Int32Array;
  readonly away: Float64Array;
  readonly counts: Int32Array;
  /** k × (all categories of all columns). */
  readonly tally: Int32Array;
}

function stateOf({ rows, width }: MixedRows, k: number): State {
  return { labels: new Int32Array(rows).fill(-1), away: new Float64Array(rows), counts: new Int32Array(k), tally: new Int32Array(k * width) };
}

/** Labels every row; returns how many moved. */
async function label(x: MixedRows, prototypes: Prototypes, gamma: number, state: State, context: Context): Promise<number> {
  const step = Math.max(1, Math.floor(stretch / (prototypes.k * (x.p + x.q))));
  let moved = 0;
  for (let from = 0; from < x.rows; from += step) {
    await breath(context);
    moved += labelRows(x, prototypes, gamma, state, from, Math.min(x.rows, from + step));
  }
  return moved;
}

function labelRows({ p, q, numbers, codes, width }: MixedRows, { k, means, modes }: Prototypes, gamma: number, state: State, from: number, to: number): number {
  const { labels, away, counts, tally } = state;
  let moved = 0;
  for (let i = from; i < to; i++) {
    let best = 0;
    let least = Infinity;
    for (let c = 0; c < k; c++) {
      let square = 0;
      for (let j = 0, a = i * p, b = c * p; j < p; j++, a++, b++) {
        const t = numbers[a] - means[b];
        square += t * t;
      }
      if (square >= least) continue;
      let same = 0;
      // Counted without a branch: whether two categories agree is not foreseeable.
      for (let j = 0, a = i * q, b = c * q; j < q; j++, a++, b++) same += Number(codes[a] === modes[b]);
      square += gamma * (q - same);
      if (square < least) {
        least = square;
        best = c;
      }
    }
    away[i] = least;
    const old = labels[i];
    if (old === best) continue;
    moved++;
    labels[i] = best;
    if (old >= 0) counts[old]--;
    counts[best]++;
    for (let j = 0, a = i * q; j < q; j++, a++) {
      if (old >= 0) tally[old * width + codes[a]]--;
      tally[best * width + codes[a]]++;
    }
  }
  return moved;
}

/** Means and modes (ties to the lowest code) of the rows of each label; a prototype without rows goes to the row worst served. */
function centresOf(x: MixedRows, old: Prototypes, { labels, away, counts, tally }: State): Prototypes {
  const { rows, p, q, numbers, starts, width } = x;
  const { k } = old;
  const sums = new Float64Array(k * p);
  for (let i = 0; i < rows; i++) for (let j = 0, a = i * p, b = labels[i] * p; j < p; j++) sums[b + j] += numbers[a + j];
  const means = sums.map((sum, v) => sum / counts[Math.floor(v / p)]);
  const modes = Int32Array.from({ length: k * q }, (_, v) => mostFrequent(tally, Math.floor(v / q) * width, starts[v % q], starts[(v % q) + 1]));
  const next = { k, means, modes };
  if (counts.includes(0)) refill(x, next, old, counts, away);
  return next;
}

function mostFrequent(tally: Int32Array, offset: number, from: number, to: number): number {
  let most = from;
  for (let code = from + 1; code < to; code++) if (tally[offset + code] > tally[offset + most]) most = code;
  return most;
}

function refill(x: MixedRows, next: Prototypes, old: Prototypes, counts: Int32Array, away: Float64Array): void {
  const worst = Array.from(away, (_, i) => i).filter((i) => away[i] > 0).sort((a, b) => away[b] - away[a] || a - b);
  const empty = Array.from(counts, (_, c) => c).filter((c) => counts[c] === 0);
  empty.forEach((c, e) => {
    if (e < worst.length) return place(next, c, x, worst[e]);
    next.means.set(old.means.subarray(c * x.p, (c + 1) * x.p), c * x.p);
    next.modes.set(old.modes.subarray(c * x.q, (c + 1) * x.q), c * x.q);
  });
}

function place({ means, modes }: Prototypes, c: number, { p, q, numbers, codes }: MixedRows, row: number): void {
  for (let j = 0; j < p; j++) means[c * p + j] = numbers[row * p + j];
  for (let j = 0; j < q; j++) modes[c * q + j] = codes[row * q + j];
}

/** Cao, Liang & Bai 2009: each next prototype is the row that is dense (has frequent categories) and far from all before. */
function densest(x: MixedRows, k: number, gamma: number): Prototypes {
  const { rows, q, codes, width } = x;
  const frequency = new Float64Array(width);
  for (const code of codes) frequency[code]++;
  const density = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < q; j++) density[i] += frequency[codes[i * q + j]];
  const prototypes = nowhere(x, k);
  const nearest = new Float64Array(rows).fill(1);
  for (let c = 0; c < k; c++) {
    let best = 0;
    for (let i = 1; i < rows; i++) if (nearest[i] * density[i] > nearest[best] * density[best]) best = i;
    place(prototypes, c, x, best);
    if (c === 0) nearest.fill(Infinity);
    lower(nearest, x, best, gamma);
  }
  return prototypes;
}

/** Greedy k-means++ with the mixed distance. */
async function drawn(x: MixedRows, k: number, gamma: number, rng: Rng, context: Context): Promise<Prototypes> {
  const prototypes = nowhere(x, k);
  const trials = 2 + Math.floor(Math.log(k));
  let nearest = new Float64Array(x.rows).fill(Infinity);
  for (let c = 0; c < k; c++) {
    await breath(context);
    let best: { nearest: Float64Array<ArrayBuffer>; potential: number; row: number } | undefined;
    for (let t = 0; t < (c === 0 ? 1 : trials); t++) {
      const row = c === 0 ? rng.int(x.rows) : pick(nearest, rng.next());
      const candidate = nearest.slice();
      const potential = lower(candidate, x, row, gamma);
      if (!best || potential < best.potential) best = { nearest: candidate, potential, row };
    }
    nearest = best!.nearest;
    place(prototypes, c, x, best!.row);
  }
  return prototypes;
}

function nowhere({ p, q }: MixedRows, k: number): Prototypes {
  return { k, means: new Float64Array(k * p), modes: new Int32Array(k * q) };
}

/** Lowers distances to those from one row where they are less; gives their sum. */
function lower(nearest: Float64Array, { rows, p, q, numbers, codes }: MixedRows, row: number, gamma: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let j = 0; j < p; j++) square += (numbers[i * p + j] - numbers[row * p + j]) ** 2;
    for (let j = 0; j < q; j++) if (codes[i * q + j] !== codes[row * q + j]) square += gamma;
    if (square < nearest[i]) nearest[i] = square;
    sum += nearest[i];
  }
  return sum;
}

function pick(sizes: Float64Array, draw: number): number {
  let left = draw * sizes.reduce((a, b) => a + b, 0);
  let last = 0;
  for (let i = 0; i < sizes.length; i++) {
    if (sizes[i] <= 0) continue;
    last = i;
    left -= sizes[i];
    if (left < 0) break;
  }
  return last;
}

/** Prototypes found on a sample, with modes as places in the categories of all rows. */
function recoded(prototypes: Prototypes, sample: MixedRows, all: MixedRows): Prototypes {
  const places = Array.from({ length: all.q }, (_, j) => new Map(Array.from(all.categories.subarray(all.starts[j], all.starts[j + 1]), (code, place) => [code, all.starts[j] + place])));
  return { ...prototypes, modes: prototypes.modes.map((mode, v) => places[v % all.q].get(sample.categories[mode])!) };
}

/** Labels all rows and puts the segments in order: largest first, equal sizes by their prototypes. */
async function describe(x: MixedRows, prototypes: Prototypes, gamma: number, d: number, context: Context): Promise<KPrototypesFit> {
  const { p, q, numeric, categorical, categories } = x;
  const { k, means, modes } = prototypes;
  const state = stateOf(x, k);
  await label(x, prototypes, gamma, state, context);
  const { labels, counts, away } = state;
  const centres = Array.from({ length: k }, (_, c) => {
    const centre = new Array<number>(d);
    numeric.forEach((column, j) => { centre[column] = means[c * p + j]; });
    categorical.forEach((column, j) => { centre[column] = categories[modes[c * q + j]]; });
    return centre;
  });
  const order = Array.from(centres, (_, c) => c).sort((a, b) => counts[b] - counts[a] || compare(centres[a], centres[b]) || a - b);
  const rank = new Int32Array(k);
  order.forEach((c, place) => { rank[c] = place; });
  return {
    params: { k, d, centroids: order.flatMap((c) => centres[c]), categorical: [...categorical], gamma },
    labels: labels.map((c) => rank[c]), cost: away.reduce((a, b) => a + b, 0),
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const j = a.findIndex((value, v) => value !== b[v]);
  return j < 0 ? 0 : a[j] - b[j];
}

// k-means: k centres, each the mean of the rows nearest to it (Lloyd 1957/1982), started by greedy k-means++ (Arthur & Vassilvitskii 2007).
// On many rows it climbs through growing samples: many starts converge on a few thousand rows, the best few of them on more, and the best of those makes
// a few exact passes over all rows, until a pass gains next to nothing. That is within about 0.1 % of the inertia of full runs, or better, at a fraction of their
// time. Cost O(rows × d × k) per pass. Hamerly's bounds (2010) are an option for these passes: the first costs half as much again, later ones a tenth where groups are
// apart (1M × 50, k = 8: 12 passes in 0.16 s instead of 0.49 s of processor time), but as much or more where they are not; two or three passes are the rule, so
// they are off. Not for long, nested or very unequal groups.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { ShoalError } from '../../errors.js';
import type { Centres, ClusterResult, Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm } from '../algorithm.js';
import { meanOf, moved, rowsOf } from '../batches.js';
import { requireFinite } from '../../kernel/finite.js';
import { centreForms, emptyAssignment, groupsOf, type CentreParams } from '../nearest.js';
import { finish, heats, ranked } from '../restarts.js';
import { gather, sampleRows } from '../sample.js';
import { meanVariance, total } from '../score.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  restarts: z.int().min(1).max(1000).optional().describe('Starts to choose the best of; by default more for fewer rows'),
  sampleRows: z.int().min(100).default(50_000).describe('Above this many rows, converge on a random sample of so many first'),
  passes: z.int().min(1).max(100).default(5).describe('Passes over all rows at most, after converging on a sample'),
  hamerly: z.boolean().default(false).describe('Keep bounds between these passes and skip rows whose centre cannot have changed: pays from about five passes over separated groups'),
});

export type KMeansOptions = z.output<typeof options>;

/** Rows, or per centre where that is more, on which all starts are converged. */
const pilotRows = 10_000;
const pilotRowsPerCentre = 500;
/** Up to so many rows convergence to the last row is cheap; on more the last few hundred thousandths of the inertia are not worth their iterations. */
const exactRows = 10_000;
/** How many go on to more rows, how far behind the best they may be, and within what their inertias tell the same optimum. */
const finalists = 4;
/** Iterations after which the best two of them are told. */
const triedIterations = 8;
const behind = 0.005;
const alike = 1e-5;
/** Part of the inertia that is not worth another pass over all rows. */
const negligible = 1e-5;
/** Rows that say where the data lies. */
const originRows = 4_096;
/** Numbers whose squares single precision can still tell apart. */
const largest = 1e18;

/** A fitted k-means with what the fit knows about its rows. */
export interface KMeansFit {
  readonly params: CentreParams;
  readonly labels: Int32Array;
  readonly counts: Float64Array;
  /** Sum of squared distances to the own centre, exact for these centres. */
  readonly inertia: number;
}

export const kmeans = defineAlgorithm({
  name: 'kmeans',
  title: 'k-means',
  options,
  traits: { soft: false, outliers: false, online: true },
  fit: async (x, chosen, context, kernel): Promise<CentreParams> => (await fitKMeans(x, chosen, context, kernel)).params,
  assign: assignNearest,
  forms: centreForms,
});

/**
 * Fits and keeps labels, sizes and inertia. Segments come largest first. `weights` (≥ 0, one per row) count a row as so many.
 * @throws `segment/bad-k`, `segment/not-finite`, `run/aborted`
 */
export async function fitKMeans(x: Points, chosen: KMeansOptions, context: Context, kernel: Kernel, weights?: Float32Array): Promise<KMeansFit> {
  if (chosen.k < 1 || chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  const whole = x.rows <= chosen.sampleRows;
  if (whole) requireFinite(x, largest);
  const { points, origin, release } = centred(x, kernel);
  const all: Rows = { points, weights };
  try {
    const start = await converge(all, chosen, context, kernel);
    const fit = await describe(all, whole ? start : await polish(all, start, chosen, context, kernel), origin, context, kernel);
    // One row that is no number makes a sum that is none: many rows need no look at each.
    if (!(fit.inertia < largest ** 2)) requireFinite(x, largest);
    return fit;
  } finally {
    release();
  }
}

/** Nearest centre of each row, in double precision: what `settle` gives, with sums left off once they are too great to matter. */
export function assignNearest(params: CentreParams, x: Points): Assignment {
  const { d } = params;
  const centres = Float64Array.from(params.centroids);
  const groups = Int32Array.from(groupsOf(params));
  const into = emptyAssignment(x.rows);
  const row = new Float64Array(d);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < d; j++) row[j] = x.data[i * x.stride + j];
    let own = -1;
    let least = Infinity;
    let other = -1;
    let next = Infinity;
    for (let c = 0, at = 0; c < groups.length; c++, at += d) {
      let square = 0;
      let j = 0;
      for (; j + 3 < d && square < next; j += 4) {
        const t0 = row[j] - centres[at + j];
        const t1 = row[j + 1] - centres[at + j + 1];
        const t2 = row[j + 2] - centres[at + j + 2];
        const t3 = row[j + 3] - centres[at + j + 3];
        square += t0 * t0;
        square += t1 * t1;
        square += t2 * t2;
        square += t3 * t3;
      }
      if (!(square < next)) continue;
      for (; j < d; j++) {
        const t = row[j] - centres[at + j];
        square += t * t;
      }
      if (!(square < next)) continue;
      const mine = own >= 0 && groups[c] === groups[own];
      if (square < least) {
        if (!mine) {
          other = own;
          next = least;
        }
        own = c;
        least = square;
      } else if (!mine) {
        other = c;
        next = square;
      }
    }
    const segment = groups[Math.max(0, own)];
    into.labels[i] = segment;
    into.second[i] = other < 0 ? segment : groups[other];
    into.strength[i] = next === Infinity ? 1 : next === 0 ? 0 : 1 - Math.sqrt(least) / Math.sqrt(next);
  }
  return into;
}

/** Rows in the kernel's memory, and how much each counts. */
interface Rows {
  readonly points: Points;
  readonly weights?: Float32Array;
}

/** Centres and what is known of them: how much lies nearest to each (before their last move, or after), and the inertia, exact or scaled up from a sample. */
interface Found extends Centres {
  readonly counts: Float64Array;
  readonly inertia: number;
}

/**
 * Exact Lloyd passes over all rows from given centres; stops once the move of the centres takes less than `negligible` off the inertia. (Moving centres to
 * the means of their rows takes off Σ count × squared distance moved.)
 */
async function polish({ points, weights }: Rows, start: Found, { passes, hamerly }: KMeansOptions, context: Context, kernel: Kernel): Promise<Found> {
  const { k, d, inertia } = start;
  const bounded = hamerly ? kernel.passes(points, k, weights) : undefined;
  let { values, counts } = start;
  try {
    for (let pass = 0; pass < passes; pass++) {
      await breath(context);
      const found = bounded ? bounded.pass(values) : kernel.assign(points, { k, d, values }, undefined, weights);
      const next = values.map((value, v) => (found.counts[Math.floor(v / d)] > 0 ? found.sums[v] / found.counts[Math.floor(v / d)] : value));
      const gain = next.reduce((sum, value, v) => sum + found.counts[Math.floor(v / d)] * (value - values[v]) ** 2, 0);
      [values, counts] = [next, found.counts];
      context.progress({ stage: 'segment', note: 'k-means', done: (pass + 2) / (passes + 2) });
      if (!(gain > negligible * inertia)) break;
    }
  } finally {
    bounded?.release();
  }
  return { k, d, values, counts, inertia };
}

/** Many starts on few rows, the best of them on a larger sample: of `sampleRows` rows, or all. */
async function converge(all: Rows, chosen: KMeansOptions, context: Context, kernel: Kernel): Promise<Found> {
  const rng = context.rng('kmeans');
  const sample = part(all, chosen.sampleRows, rng, kernel);
  const pilot = part(sample, Math.max(pilotRows, pilotRowsPerCentre * chosen.k), rng, kernel);
  try {
    const tolerance = all.points.rows <= exactRows ? 0 : 1e-4 * meanVariance(pilot.points, kernel);
    if (!(tolerance >= 0)) requireFinite(all.points);
    const started = await best(pilot, chosen, pilot.points === sample.points ? tolerance : 10 * tolerance, rng, context, kernel);
    const found = sample.points === pilot.points ? started[0] : await better(sample, promising(started), tolerance, context, kernel);
    return { ...found, inertia: (found.inertia * all.points.rows) / sample.points.rows };
  } finally {
    if (pilot.points !== sample.points) kernel.free(pilot.points);
    if (sample.points !== all.points) kernel.free(sample.points);
  }
}

/** Of many starts, the better half after a few iterations, converged; best first. */
async function best({ points, weights }: Rows, chosen: KMeansOptions, tolerance: number, rng: Rng, context: Context, kernel: Kernel): Promise<ClusterResult[]> {
  const { k } = chosen;
  const starts = chosen.restarts ?? defaultStarts(points.rows, k);
  const limits = { maxIterations: 300, tolerance };
  const step = jobsPerStep(points, k);
  const want = { points, k, weights };
  const started: ClusterResult[] = [];
  while (started.length < starts) {
    await breath(context);
    started.push(...heats([want], { starts: Math.min(step, starts - started.length), ...limits }, rng, kernel)[0]);
  }
  const finals = ranked(started).slice(0, Math.ceil(starts / 2)).map((start) => ({ want, start }));
  const finished: ClusterResult[] = [];
  for (let done = 0; done < finals.length; done += step) {
    await breath(context);
    finished.push(...finish(finals.slice(done, done + step), limits, kernel));
  }
  return ranked(finished);
}

/** The best few that are not the same optimum again, as far as few rows can tell that they may be the best on more. */
function promising(started: readonly ClusterResult[]): ClusterResult[] {
  const [{ inertia: least }] = started;
  const different = started.filter(({ inertia }, i) => i === 0 || inertia > started[i - 1].inertia * (1 + alike));
  return different.filter(({ inertia }) => inertia <= least * (1 + behind)).slice(0, finalists);
}

/** The best of a few converged on few rows, once converged on more. */
async function better({ points, weights }: Rows, started: readonly ClusterResult[], tolerance: number, context: Context, kernel: Kernel): Promise<ClusterResult> {
  const on = (maxIterations: number, from: readonly ClusterResult[]) =>
    ranked(finish(from.map((start) => ({ want: { points, k: start.k, weights }, start })), { maxIterations, tolerance }, kernel));
  await breath(context);
  const tried = on(triedIterations, started);
  await breath(context);
  return on(300, tried.slice(0, 2))[0];
}

/** A sample of the rows with their weights in the kernel's memory, or the rows themselves where they are not more. */
function part({ points, weights }: Rows, count: number, rng: Rng, kernel: Kernel): Rows {
  if (points.rows <= count) return { points, weights };
  const rows = sampleRows(points.rows, count, rng);
  return { points: gather(points, rows, kernel), weights: weights && Float32Array.from(rows, (i) => weights[i]) };
}

/** Few rows are cheap and have more bad optima per row; many centres have more of them. */
function defaultStarts(rows: number, k: number): number {
  const starts = rows <= 2_000 ? 24 : 16;
  return k >= 12 ? starts * 1.5 : starts;
}

/** Jobs that take a fraction of a second together, so that stopping is prompt. */
function jobsPerStep({ rows, d }: Points, k: number): number {
  return Math.max(2, Math.min(24, Math.floor(3e7 / (rows * d * k))));
}

/** Labels, sizes and inertia for the centres in their final order. */
async function describe({ points, weights }: Rows, found: Found, origin: Float64Array | undefined, context: Context, kernel: Kernel): Promise<KMeansFit> {
  const { k, d } = found;
  const labels = new Int32Array(points.rows);
  let centres = inOrder(found, found.counts);
  await breath(context);
  let { counts } = kernel.assign(points, centres, labels, weights);
  // The last move of the centres seldom changes which segment is larger.
  if (counts.some((count, c) => c > 0 && count > counts[c - 1])) {
    centres = inOrder(centres, counts);
    ({ counts } = kernel.assign(points, centres, labels, weights));
  }
  const inertia = total(kernel.spread(points, centres, labels, weights).squares);
  const centroids = Array.from(centres.values, (value, v) => value + (origin ? origin[v % d] : 0));
  return { params: { k, d, centroids }, labels, counts, inertia };
}

/** Largest segment first; equal sizes by their centres, so that the order never depends on the starts. */
function inOrder({ k, d, values }: Centres, counts: Float64Array): Centres {
  const order = Array.from({ length: k }, (_, c) => c).sort((a, b) => counts[b] - counts[a] || compare(values, a * d, b * d, d) || a - b);
  return { k, d, values: Float64Array.from(order.flatMap((c) => Array.from(values.subarray(c * d, (c + 1) * d)))) };
}

function compare(values: Float64Array, a: number, b: number, d: number): number {
  for (let j = 0; j < d; j++) if (values[a + j] !== values[b + j]) return values[a + j] - values[b + j];
  return 0;
}

/**
 * The points in kernel memory. Encoded features are centred already; where raw ones lie far from 0 (seen on rows taken at equal steps), they are moved
 * there, because single-precision products of large numbers would hide small differences.
 */
function centred(x: Points, kernel: Kernel): { points: Points; origin?: Float64Array; release(): void } {
  const { d } = x;
  const count = Math.min(x.rows, originRows);
  const seen = rowsOf(x, Int32Array.from({ length: count }, (_, i) => Math.floor((i * x.rows) / count)));
  const origin = meanOf(seen);
  let around = 0;
  for (let i = 0; i < count; i++) for (let j = 0; j < d; j++) around += (seen.data[i * seen.stride + j] - origin[j]) ** 2;
  if (origin.reduce((sum, mean) => sum + mean * mean, 0) * count <= around) return kernel.adopt(x);
  const points = moved(x, origin, 0, x.rows, kernel);
  return { points, origin, release: () => kernel.free(points) };
}

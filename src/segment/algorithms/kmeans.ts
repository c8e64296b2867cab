// k-means: k centres, each the mean of the rows nearest to it (Lloyd 1957/1982), started by greedy k-means++ (Arthur & Vassilvitskii 2007).
// On many rows it converges on a random sample, several times over, and then makes a few exact passes over all rows: within about 0.1 % of the
// inertia of full runs at a fraction of their time. Cost O(rows × d × k) per pass. Not for long, nested or very unequal groups.
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { ShoalError } from '../../errors.js';
import type { Centres, ClusterResult, Kernel, Points } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { breath } from '../breath.js';
import { centreForms, emptyAssignment, groupsOf, settle, type CentreParams } from '../nearest.js';
import { finish, heats, ranked } from '../restarts.js';
import { gather, sampleRows } from '../sample.js';
import { meanVariance, total } from '../score.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  restarts: z.int().min(1).max(1000).optional().describe('Starts to choose the best of; by default more for fewer rows'),
  sampleRows: z.int().min(100).default(50_000).describe('Above this many rows, converge on a random sample of so many first'),
  passes: z.int().min(1).max(100).default(5).describe('Passes over all rows after converging on a sample'),
});

export type KMeansOptions = z.output<typeof options>;

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

/** Fits and keeps labels, sizes and inertia. Segments come largest first. */
export async function fitKMeans(x: Points, chosen: KMeansOptions, context: Context, kernel: Kernel): Promise<KMeansFit> {
  if (chosen.k < 1 || chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  const { points, origin, release } = centred(x, kernel);
  try {
    const start = await converge(points, chosen, context, kernel);
    const centres = points.rows > chosen.sampleRows ? await polish(points, start, chosen.passes, context, kernel) : start;
    return describe(points, inOrder(points, centres, kernel), origin, kernel);
  } finally {
    release();
  }
}

/** Nearest centre of each row, in double precision. */
export function assignNearest(params: CentreParams, x: Points): Assignment {
  const { d, centroids } = params;
  const groups = groupsOf(params);
  const into = emptyAssignment(x.rows);
  const squares = new Float64Array(groups.length);
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < groups.length; c++) {
      let square = 0;
      for (let j = 0; j < d; j++) {
        const t = x.data[i * x.stride + j] - centroids[c * d + j];
        square += t * t;
      }
      squares[c] = square;
    }
    settle(squares, 1, 1, groups, into, i);
  }
  return into;
}

/** Exact Lloyd passes over all rows from given centres; stops early once the centres stand still. */
async function polish(points: Points, start: Centres, passes: number, context: Context, kernel: Kernel): Promise<Centres> {
  const { k, d } = start;
  let values = start.values;
  for (let pass = 0; pass < passes; pass++) {
    await breath(context);
    const { sums, counts } = kernel.assign(points, { k, d, values });
    const next = values.map((value, v) => (counts[Math.floor(v / d)] > 0 ? sums[v] / counts[Math.floor(v / d)] : value));
    const still = next.every((value, v) => value === values[v]);
    values = next;
    if (still) break;
  }
  return { k, d, values };
}

async function converge(points: Points, chosen: KMeansOptions, context: Context, kernel: Kernel): Promise<Centres> {
  const rng = context.rng('kmeans');
  const { k } = chosen;
  const whole = points.rows <= chosen.sampleRows;
  const sample = whole ? points : gather(points, sampleRows(points.rows, chosen.sampleRows, rng), kernel);
  const starts = chosen.restarts ?? defaultStarts(sample.rows, k);
  // On few rows convergence to the last row is cheap; on many the last few hundred thousandths of the inertia are not worth their passes.
  const tolerance = sample.rows <= 10_000 ? 0 : 1e-4 * meanVariance(sample, kernel);
  const want = { points: sample, k };
  const step = jobsPerStep(sample, k);
  try {
    const started: ClusterResult[] = [];
    while (started.length < starts) {
      await breath(context);
      started.push(...heats([want], { starts: Math.min(step, starts - started.length), maxIterations: 300, tolerance }, rng, kernel)[0]);
    }
    const finals = ranked(started).slice(0, Math.ceil(starts / 2)).map((start) => ({ want, start }));
    const finished: ClusterResult[] = [];
    for (let done = 0; done < finals.length; done += step) {
      await breath(context);
      finished.push(...finish(finals.slice(done, done + step), { maxIterations: 300, tolerance }, kernel));
    }
    return ranked(finished)[0];
  } finally {
    if (!whole) kernel.free(sample);
  }
}

/** Few rows are cheap and have more bad optima per row; many centres have more of them. */
function defaultStarts(rows: number, k: number): number {
  const starts = rows <= 2_000 ? 24 : rows <= 10_000 ? 12 : 6;
  return k >= 12 ? starts * 1.5 : starts;
}

/** Jobs that take a fraction of a second together, so that stopping is prompt. */
function jobsPerStep({ rows, d }: Points, k: number): number {
  return Math.max(2, Math.min(24, Math.floor(3e7 / (rows * d * k))));
}

/** Largest segment first; equal sizes by their centres, so that the order never depends on the starts. */
function inOrder(points: Points, { k, d, values }: Centres, kernel: Kernel): Centres {
  const { counts } = kernel.assign(points, { k, d, values });
  const order = Array.from({ length: k }, (_, c) => c).sort((a, b) => counts[b] - counts[a] || compare(values, a * d, b * d, d) || a - b);
  return { k, d, values: Float64Array.from(order.flatMap((c) => Array.from(values.subarray(c * d, (c + 1) * d)))) };
}

function compare(values: Float64Array, a: number, b: number, d: number): number {
  for (let j = 0; j < d; j++) if (values[a + j] !== values[b + j]) return values[a + j] - values[b + j];
  return 0;
}

function describe(points: Points, centres: Centres, origin: Float64Array | undefined, kernel: Kernel): KMeansFit {
  const { k, d, values } = centres;
  const labels = new Int32Array(points.rows);
  const { counts } = kernel.assign(points, centres, labels);
  const inertia = total(kernel.spread(points, centres, labels).squares);
  const centroids = Array.from(values, (value, v) => value + (origin ? origin[v % d] : 0));
  return { params: { k, d, centroids }, labels, counts, inertia };
}

/**
 * The points in kernel memory. Encoded features are centred already; where raw ones lie far from 0, they are moved there, because single-precision
 * products of large numbers would hide small differences.
 */
function centred(x: Points, kernel: Kernel): { points: Points; origin?: Float64Array; release(): void } {
  const { rows, d } = x;
  const held = kernel.adopt(x);
  const origin = kernel.assign(held.points, { k: 1, d, values: new Float64Array(d) }).sums.map((sum) => sum / rows);
  const around = kernel.spread(held.points, { k: 1, d, values: origin }, new Int32Array(rows)).squares[0];
  if (origin.reduce((sum, mean) => sum + mean * mean, 0) * rows <= around) return held;
  held.release();
  const points = kernel.allocate(rows, d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) points.data[i * points.stride + j] = x.data[i * x.stride + j] - origin[j];
  return { points, origin, release: () => kernel.free(points) };
}

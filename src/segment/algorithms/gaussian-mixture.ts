// Gaussian mixture: every row belongs to every segment a little, in proportion to k normal distributions fitted by expectation-maximisation (Dempster,
// Laird & Rubin 1977; started by k-means, as scikit-learn does). For overlapping segments, and for long or unequal ones. Converges on growing random
// samples first where rows are many, then on all of them. Cost per pass O(rows × k × d) for diagonal and spherical covariances, O(rows × k × d²) for full and
// tied. Not for many features with full covariances (k d² / 2 numbers to learn), nor for segments that are no ellipsoids.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { ShoalError } from '../../errors.js';
import { densityOf, isMatrix, normalisers, responsibilities, scalesOf } from '../../kernel/density.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { CovarianceKind, Mixture, Moments } from '../../kernel/mixture.js';
import { defineAlgorithm } from '../algorithm.js';
import { meanOf, moved, rowsOf } from '../batches.js';
import { requireFinite } from '../../kernel/finite.js';
import { expectation, freeParameters, maximise, momentsOf, placed } from '../mixture.js';
import type { Forms } from '../../domain/forms.js';
import { emptyAssignment } from '../nearest.js';
import { sampleRows } from '../sample.js';
import { means } from '../score.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  covariance: z.enum(['full', 'tied', 'diagonal', 'spherical']).default('full').describe(
    'Shape of a segment: any ellipsoid, one ellipsoid shared by all, along the features, or round'),
  starts: z.int().min(1).max(1000).default(8).describe('Starts to choose the best of'),
  startFrom: z.enum(['varied', 'k-means']).default('varied').describe('Whether every start is a finished k-means (as in scikit-learn), or every other one only its first guess'),
  tolerance: z.number().min(0).max(1).default(1e-4).describe('Stops when the mean log-likelihood of a row grows by less than this'),
  maxIterations: z.int().min(1).max(10_000).default(200).describe('Passes at most, on the sample and on all rows each'),
  regularisation: z.number().positive().max(1).default(1e-6).describe('Added to every variance, so that a segment of equal rows has a density'),
  sampleRows: z.int().min(100).default(20_000).describe('Above this many rows, converge on a random sample of so many first'),
});

/** Numbers in a model that a query may hold. */
const mostNumbers = 100_000;

export type GaussianMixtureOptions = z.output<typeof options>;

/** Plain numbers; `factors` as in `Mixture`. BIC and AIC: smaller is better. */
export interface GaussianMixtureParams {
  readonly k: number;
  readonly d: number;
  readonly covariance: CovarianceKind;
  readonly weights: readonly number[];
  readonly means: readonly number[];
  readonly factors: readonly number[];
  /** Total over the rows it was fitted on. */
  readonly logLikelihood: number;
  readonly bic: number;
  readonly aic: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface GaussianMixtureFit {
  readonly params: GaussianMixtureParams;
  /** Total log-likelihood before each pass over all rows, and at the end: never decreasing but for the regularisation. */
  readonly path: readonly number[];
}

export const gaussianMixture = defineAlgorithm({
  name: 'gaussian-mixture',
  title: 'Gaussian mixture (overlapping segments)',
  options,
  traits: { soft: true, outliers: false, online: false },
  fit: async (x, chosen, context, kernel): Promise<GaussianMixtureParams> => (await fitGaussianMixture(x, chosen, context, kernel)).params,
  assign: assignLikeliest,
  forms: likelihoodForms,
  memberships,
});

/** Fits and keeps the way there. Segments come heaviest first. @throws `segment/bad-k`, `segment/not-finite`, `run/aborted` */
export async function fitGaussianMixture(x: Points, chosen: GaussianMixtureOptions, context: Context, kernel: Kernel): Promise<GaussianMixtureFit> {
  const { k } = chosen;
  if (k < 1 || k > x.rows) throw new ShoalError('segment/bad-k', { k, rows: x.rows });
  requireFinite(x);
  const rng = context.rng('gaussian-mixture');
  const whole = x.rows <= Math.max(chosen.sampleRows, k);
  const sample = whole ? x : rowsOf(x, sampleRows(x.rows, Math.max(chosen.sampleRows, k), rng));
  let climbs: Climb[] = [];
  for (let start = 0; start < chosen.starts; start++) {
    await breath(context);
    climbs.push(await climbFrom(sample, started(sample, chosen, chosen.startFrom === 'k-means' || start % 2 === 0 ? 300 : 1, rng, kernel), chosen, context, kernel));
    context.progress({ stage: 'segment', note: 'gaussian mixture', done: (start + 1) / (chosen.starts + (whole ? 0 : 2)) });
  }
  climbs = likeliest(climbs);
  const middle = 5 * sample.rows;
  if (x.rows > 2 * middle) {
    const more = rowsOf(x, sampleRows(x.rows, middle, rng));
    const again: Climb[] = [];
    // Patience is cheap on a sample: what looks like the top to a coarse tolerance is often a plateau.
    const patient = { ...chosen, tolerance: chosen.tolerance / 20 };
    for (const { mixture: found } of climbs.slice(0, 3)) again.push(await climbFrom(more, found, patient, context, kernel));
    climbs = likeliest(again);
  }
  const { mixture, path, converged } = whole ? climbs[0] : await climbAll(x, climbs[0].mixture, chosen, context, kernel);
  return { params: described({ mixture, path, converged }, x.rows), path };
}

/** The mixture that expectation-maximisation climbs to from a partition of the rows into segments 0 … k − 1; `starts` is of no account. @throws `run/aborted` */
export async function fitFromPartition(x: Points, labels: Int32Array, chosen: GaussianMixtureOptions, context: Context, kernel: Kernel): Promise<GaussianMixtureParams> {
  const middles = placed(chosen.covariance, chosen.k, x.d, means(x, labels, chosen.k).centres.values);
  return described(await climbFrom(x, maximise(middles, momentsOf(x, labels, middles), chosen.regularisation), chosen, context, kernel), x.rows);
}

function described({ mixture, path, converged }: Climb, rows: number): GaussianMixtureParams {
  const { covariance, k, d } = mixture;
  const logLikelihood = path.at(-1)!;
  const free = freeParameters(covariance, k, d);
  return { ...plain(heaviestFirst(mixture)), logLikelihood, bic: free * Math.log(rows) - 2 * logLikelihood, aic: 2 * free - 2 * logLikelihood, iterations: path.length - 1, converged };
}

/** The likeliest segment of each row; strength is 1 − p(second) / p(own), 0 on the border and near 1 at the core. */
export function assignLikeliest(params: GaussianMixtureParams, x: Points): Assignment {
  const into = emptyAssignment(x.rows);
  const logs = new Float64Array(params.k);
  const density = densityOf(typed(params));
  for (let i = 0; i < x.rows; i++) {
    density.logsOf(x, i, logs);
    let own = 0;
    for (let c = 1; c < logs.length; c++) if (logs[c] > logs[own]) own = c;
    let second = own === 0 && logs.length > 1 ? 1 : 0;
    for (let c = 0; c < logs.length; c++) if (c !== own && logs[c] > logs[second]) second = c;
    into.labels[i] = own;
    into.second[i] = second;
    into.strength[i] = logs.length > 1 ? -Math.expm1(logs[second] - logs[own]) : 1;
  }
  return into;
}

/** How much each row belongs to each segment, rows × k; a row's numbers add up to 1. */
export function memberships(params: GaussianMixtureParams, x: Points): Float64Array {
  const { k } = params;
  const shares = new Float64Array(x.rows * k);
  const density = densityOf(typed(params));
  for (let i = 0; i < x.rows; i++) {
    const own = shares.subarray(i * k, (i + 1) * k);
    density.logsOf(x, i, own);
    responsibilities(own);
  }
  return shares;
}

/** −2 log(weight × density) of each component, or nothing where that is more numbers than a query can hold. */
export function likelihoodForms(params: GaussianMixtureParams): Forms | undefined {
  const { k, d, covariance, means } = params;
  const mixture = typed(params);
  const constants = normalisers(mixture);
  const scales = scalesOf(mixture);
  const matrix = isMatrix(covariance);
  if (matrix && k * d * d > mostNumbers) return undefined;
  const size = matrix ? d * d : d;
  const forms = Array.from(constants, (constant, segment) => {
    const own = Array.from(scales.subarray(...(covariance === 'tied' ? [0, size] : [segment * size, (segment + 1) * size])));
    return { segment, offset: -2 * constant, centre: means.slice(segment * d, (segment + 1) * d), ...(matrix ? { factor: own } : { scale: own }) };
  });
  return { d, k, forms, strength: 'odds' };
}

/** What one number of segments costs and gains; BIC and AIC: smaller is better. */
export interface InformationOfK {
  readonly k: number;
  readonly logLikelihood: number;
  readonly bic: number;
  readonly aic: number;
}

/** The information criteria of a mixture for each k, those above the number of rows left out. The k with the least BIC is Schwarz's choice (1978). */
export async function bicOverK(
  x: Points, ks: readonly number[], chosen: Omit<GaussianMixtureOptions, 'k'>, context: Context, kernel: Kernel,
): Promise<InformationOfK[]> {
  const found: InformationOfK[] = [];
  for (const k of ks.filter((candidate) => candidate <= x.rows)) {
    const { params: { logLikelihood, bic, aic } } = await fitGaussianMixture(x, { ...chosen, k }, context, kernel);
    found.push({ k, logLikelihood, bic, aic });
  }
  return found;
}

interface Climb {
  readonly mixture: Mixture;
  readonly path: readonly number[];
  readonly converged: boolean;
}

const likeliest = (climbs: readonly Climb[]): Climb[] => [...climbs].sort((a, b) => b.path.at(-1)! - a.path.at(-1)!);

/** From a sample to all rows, which the kernel holds meanwhile where they are in single precision (double precision is not given up). */
async function climbAll(x: Points, start: Mixture, chosen: GaussianMixtureOptions, context: Context, kernel: Kernel): Promise<Climb> {
  const held = x.data instanceof Float32Array ? kernel.adopt(x) : { points: x, release() {} };
  try {
    return await climbFrom(held.points, start, chosen, context, kernel);
  } finally {
    held.release();
  }
}

/** EM until the log-likelihood of the mean row stands still. The last number of the path is of the mixture that is given back. */
async function climbFrom(x: Points, start: Mixture, { tolerance, maxIterations, regularisation }: GaussianMixtureOptions, context: Context, kernel: Kernel): Promise<Climb> {
  let mixture = start;
  let moments = await expectation(x, mixture, context, kernel);
  const path = [moments.logLikelihood];
  for (let pass = 0; pass < maxIterations; pass++) {
    const next = maximise(mixture, moments, regularisation);
    const found: Moments = await expectation(x, next, context, kernel);
    const gain = (found.logLikelihood - moments.logLikelihood) / x.rows;
    [mixture, moments] = [next, found];
    path.push(found.logLikelihood);
    if (Math.abs(gain) <= tolerance) return { mixture, path, converged: true };
  }
  return { mixture, path, converged: false };
}

/**
 * The mixture of a k-means partition. k-means may stop at once: where groups are long or cross, its answer is a bad place to start from, and the same
 * one each time.
 */
function started(x: Points, { k, covariance, regularisation }: GaussianMixtureOptions, maxIterations: number, rng: { next(): number }, kernel: Kernel): Mixture {
  const { d } = x;
  const origin = meanOf(x);
  const points = moved(x, origin, 0, x.rows, kernel);
  try {
    const trials = Math.min(4, 2 + Math.floor(Math.log(k)));
    const draws = Float64Array.from({ length: k * trials }, () => rng.next());
    const [{ values, labels }] = kernel.cluster([{ points, k, draws, trials, maxIterations, tolerance: 0 }]);
    const centres = placed(covariance, k, d, values.map((value, v) => value + origin[v % d]));
    return maximise(centres, momentsOf(x, labels, centres), regularisation);
  } finally {
    kernel.free(points);
  }
}

/** Heaviest component first; equal ones by their means, so that the order never depends on the starts. */
function heaviestFirst(mixture: Mixture): Mixture {
  const { k, d, covariance, weights, means, factors } = mixture;
  const order = Array.from(weights, (_, c) => c).sort((a, b) => weights[b] - weights[a] || compare(means, a * d, b * d, d) || a - b);
  const each = covariance === 'tied' ? 0 : factors.length / k;
  const inOrder = (values: Float64Array, size: number) => Float64Array.from(order.flatMap((c) => Array.from(values.subarray(c * size, (c + 1) * size))));
  return { k, d, covariance, weights: inOrder(weights, 1), means: inOrder(means, d), factors: covariance === 'tied' ? factors : inOrder(factors, each) };
}

function compare(values: Float64Array, a: number, b: number, d: number): number {
  for (let j = 0; j < d; j++) if (values[a + j] !== values[b + j]) return values[a + j] - values[b + j];
  return 0;
}

function plain({ k, d, covariance, weights, means, factors }: Mixture) {
  return { k, d, covariance, weights: Array.from(weights), means: Array.from(means), factors: Array.from(factors) };
}

function typed({ k, d, covariance, weights, means, factors }: GaussianMixtureParams): Mixture {
  return { k, d, covariance, weights: Float64Array.from(weights), means: Float64Array.from(means), factors: Float64Array.from(factors) };
}

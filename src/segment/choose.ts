// How many segments, and whether there are any. Two gates (Tibshirani & Walther 2005 for the first; Hartigan & Hartigan 1985 between neighbours, as
// UniForCE, Vardakas et al. 2023, for the second):
//   1. fitted on one half of the rows, a partition must be found again in the other half (prediction strength ≥ 0.8);
//   2. in the half that placed no centre, neighbouring centres must have a trough between them (dip, p < 0.001) and differ in more than a feature or
//      two; those that do not are joined; two or more segments must remain.
// Two of three random splits must agree that there is structure. Then the same inside every segment found. Each gate alone sees segments in data that has none; both together do not (test/null-families.test.ts).
import { breath, type Context } from '../context.js';
import type { Choice, KScores } from '../domain/choice.js';
import { ShoalError } from '../errors.js';
import type { Centres, ClusterResult, Kernel, Points } from '../kernel/kernel.js';
import { adjustedRand } from '../util/agreement.js';
import { assignNearest, fitKMeans, kmeans } from './algorithms/kmeans.js';
import { criteria } from './criteria.js';
import { dipThreshold, strengthThreshold } from './gates.js';
import type { CentreParams } from './nearest.js';
import { powerText, reasonText, type EntityWord } from './reason.js';
import { gather, sampleRows, shuffled } from './sample.js';
import { calinskiHarabasz, daviesBouldin, means, silhouetteOf, total } from './score.js';
import { groupCount, place, range, refine, release, search, type Halves, type Trial } from './structure.js';

export interface ChooseOptions {
  /** Deliver just this many, proven or not. */
  readonly k?: number;
  /** Most segments tried at the first level; 12 by default. */
  readonly maxK?: number;
  /** Most rows that the gates look at; 20,000 by default. */
  readonly gateRows?: number;
  /** Also what the usual criteria would have chosen, gap statistic, BIC and elbow among them: a second or more. */
  readonly criteria?: boolean;
  readonly entityWord?: EntityWord;
}

export interface Chosen {
  readonly choice: Choice;
  readonly params: CentreParams;
}

/** Rows of the sample that silhouettes are measured on. */
const silhouetteRows = 1500;
/** Rows per half that one more centre must stand for. */
const rowsPerCentre = 10;

/**
 * Chooses the segments of a matrix: proven ones, or a convenience partition when nothing is proven or when `k` asks for another number.
 * @throws `segment/bad-k`, `run/aborted`
 */
export async function choose(x: Points, options: ChooseOptions, context: Context, kernel: Kernel): Promise<Chosen> {
  if (options.k !== undefined && (options.k < 2 || options.k > x.rows)) throw new ShoalError('segment/bad-k', { k: options.k, rows: x.rows });
  const held = kernel.adopt(x);
  const looked = look(held.points, options.gateRows ?? 20_000, context, kernel);
  try {
    const { trials, best, halves } = await search(looked.halves, candidates(looked, options), 'gates', context, kernel);
    const found = best && (await delivered(looked.sample, halves, best, context, kernel));
    if (halves !== looked.halves) release(halves, kernel);
    const wanted = found && (options.k === undefined || options.k === found.k) ? found : undefined;
    const scored = await scores(looked.sample, trials, x.rows, context, kernel);
    const params = wanted ?? (await convenient(held.points, options.k ?? convenientK(trials), context, kernel));
    const beside = {
      ...(found && !wanted && { asked: insteadOf(found, params, looked.sample) }),
      ...(options.criteria && { criteria: await criteria(looked.sample, x.rows, scored, context, kernel) }),
    };
    return { choice: { ...describe({ x, looked, trials, scored, best, found, proven: wanted !== undefined, params, options }), ...beside }, params };
  } finally {
    release(looked.halves, kernel);
    kernel.free(looked.sample);
    held.release();
  }
}

/** Another number of segments than the proven one was asked for: how far the two agree. */
function insteadOf(found: CentreParams, given: CentreParams, sample: Points): Choice['asked'] {
  const agreement = adjustedRand(assignNearest(found, sample).labels, assignNearest(given, sample).labels);
  return { title: `k-means with ${given.k} segments`, proven: found.k, agreement };
}

/** What the gates look at: a random sample of the rows, and its two halves. */
interface Looked {
  readonly sample: Points;
  readonly halves: Halves;
}

function look(points: Points, most: number, context: Context, kernel: Kernel): Looked {
  const rng = context.rng('gates/halves');
  const rows = shuffled(sampleRows(points.rows, most, rng), rng);
  const middle = rows.length >> 1;
  return {
    sample: gather(points, rows, kernel),
    halves: { train: gather(points, rows.subarray(0, middle), kernel), test: gather(points, rows.subarray(middle), kernel) },
  };
}

function candidates({ halves }: Looked, { maxK = 12 }: ChooseOptions): number[] {
  return range(2, Math.min(maxK, Math.floor(halves.train.rows / rowsPerCentre)));
}

/** The proven segments as centres: one for each, its mean, unless several describe what was found clearly better. */
async function delivered(sample: Points, halves: Halves, best: Trial, context: Context, kernel: Kernel): Promise<CentreParams> {
  const { cells, segmentOf } = place(sample, await refine(halves, best, 'gates/inside', 0, context, kernel), kernel);
  const truth = cells.map((cell) => segmentOf[cell]);
  const k = groupCount(segmentOf);
  const simple = inOrder(means(sample, truth, k).centres, range(0, k - 1), truth);
  if (segmentOf.length === k) return simple;
  const full = inOrder(means(sample, cells, segmentOf.length).centres, segmentOf, truth);
  const agreement = (params: CentreParams) => adjustedRand(truth, assignNearest(params, sample).labels);
  return agreement(full) > agreement(simple) + 0.02 ? full : simple;
}

/** Largest segment first, the centres of a segment together. */
function inOrder({ k, d, values }: Centres, groups: readonly number[], labels: Int32Array): CentreParams {
  const sizes = new Float64Array(groupCount(groups));
  for (const label of labels) sizes[label]++;
  const segments = Array.from(sizes.keys()).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const order = segments.flatMap((g) => range(0, k - 1).filter((c) => groups[c] === g));
  const centroids = order.flatMap((c) => Array.from(values.subarray(c * d, (c + 1) * d)));
  const placed = order.map((c) => segments.indexOf(groups[c]));
  return segments.length === k ? { k, d, centroids } : { k: segments.length, d, centroids, groups: placed };
}

async function convenient(points: Points, k: number, context: Context, kernel: Kernel): Promise<CentreParams> {
  const fit = await fitKMeans(points, kmeans.options.parse({ k: Math.min(k, points.rows) }), context, kernel);
  const used = Array.from(fit.counts.keys()).filter((c) => fit.counts[c] > 0);
  const { d, centroids } = fit.params;
  return { k: used.length, d, centroids: used.flatMap((c) => centroids.slice(c * d, (c + 1) * d)) };
}

/** The most segments, 3–8, that are still found again; where none are, the fewest of those that come nearest to it. */
function convenientK(trials: readonly Trial[]): number {
  const usable = trials.filter(({ k }) => k >= 3 && k <= 8);
  const steady = usable.filter(({ strength }) => strength >= strengthThreshold);
  if (steady.length > 0) return steady[steady.length - 1].k;
  const nearest = Math.max(...usable.map(({ strength }) => strength));
  return usable.find(({ strength }) => strength >= nearest - 0.05)?.k ?? 2;
}

/** The reported scores of every k tried, on the whole sample. */
async function scores(sample: Points, trials: readonly Trial[], rows: number, context: Context, kernel: Kernel): Promise<KScores[]> {
  if (trials.length === 0) return [];
  await breath(context);
  const fits = kernel.cluster(
    trials.map(({ k, centres }) => ({ points: sample, k, start: centres.values, trials: 1, maxIterations: 20, tolerance: 0 })),
  );
  const silhouettes = silhouettesOf(sample, fits, context, kernel);
  return fits.map((fit, t) => {
    const { squares, distances } = kernel.spread(sample, fit, fit.labels);
    return {
      k: fit.k,
      inertia: (total(squares) * rows) / sample.rows,
      predictionStrength: trials[t].strength,
      silhouette: silhouettes[t],
      daviesBouldin: daviesBouldin(fit, fit.counts, distances),
      calinskiHarabasz: calinskiHarabasz(sample, fit.counts, squares),
      ...(trials[t].pairs.length > 0 && { modalGroups: groupCount(trials[t].groups) }),
    };
  });
}

function silhouettesOf(sample: Points, fits: readonly ClusterResult[], context: Context, kernel: Kernel): number[] {
  const rows = sampleRows(sample.rows, silhouetteRows, context.rng('silhouette'));
  const few = gather(sample, rows, kernel);
  const labelings = fits.map(({ labels }) => Int32Array.from(rows, (i) => labels[i]));
  const most = Math.max(...fits.map(({ k }) => k));
  const silhouettes = kernel.distanceSums(few, labelings, most).map((sums, f) => total(silhouetteOf(sums, labelings[f], most)) / few.rows);
  kernel.free(few);
  return silhouettes;
}

interface Outcome {
  readonly x: Points;
  readonly looked: Looked;
  readonly trials: readonly Trial[];
  readonly scored: readonly KScores[];
  readonly best?: Trial;
  readonly found?: CentreParams;
  readonly proven: boolean;
  readonly params: CentreParams;
  readonly options: ChooseOptions;
}

function describe({ x, looked, trials, scored, best, found, proven, params, options }: Outcome): Choice {
  const stable = trials.filter(({ strength }) => strength >= strengthThreshold);
  const shown = best ?? stable[stable.length - 1];
  const story = {
    rows: x.rows,
    sampled: looked.sample.rows,
    tried: trials.map(({ k, strength }) => ({ k, strength })),
    stable: stable.map(({ k }) => k),
    shown: shown && { k: shown.k, groups: groupCount(shown.groups), pairs: shown.pairs },
    found: found?.k,
    asked: options.k,
    delivered: params.k,
    centres: params.centroids.length / params.d,
    proven,
    word: options.entityWord ?? { one: 'customer', many: 'customers' },
  };
  return {
    verdict: proven ? 'segments' : 'no-proven-structure',
    k: params.k,
    candidates: scored,
    strengthThreshold,
    dipThreshold,
    largestStableK: stable.length > 0 ? stable[stable.length - 1].k : 1,
    pairs: shown?.pairs ?? [],
    modalGroups: shown ? groupCount(shown.groups) : 1,
    reason: reasonText(story),
    power: powerText(story),
  };
}

// Picks the algorithm and the number of segments for a matrix about which nothing is said. Three kinds of evidence, each blind where the others see:
//   the two gates on k-means (choose.ts): round groups, in any number of features;
//   gaps in the density (density-parts.ts): groups of any shape with nearly empty space between them;
//   a mixture that is found again (mixture-choice.ts): ellipsoids, also overlapping and unequal ones.
// A gap that chance does not explain contradicts every partition that runs across it. So parts overrule k-means and mixtures that cut them, and mixtures that
// respect them refine them. Where none of the three proves anything the answer is the convenience partition of `choose`.
// All is judged on a bounded random sample; the answer is a model of the catalogue that places every row. Cost beside that of `choose`: six spanning trees
// and some hundred mixtures of a few thousand rows (seconds), and one assignment of all rows.
import { breath, type Context } from '../context.js';
import type { Choice } from '../domain/choice.js';
import { compact } from '../kernel/kd-tree.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { contingency } from '../util/agreement.js';
import type { GaussianMixtureParams } from './algorithms/gaussian-mixture.js';
import { assignLikeliest } from './algorithms/gaussian-mixture.js';
import type { HdbscanParams } from './algorithms/hdbscan.js';
import { assignNearest } from './algorithms/kmeans.js';
import { meanOf, rowsOf } from './batches.js';
import { algorithmNamed, type AlgorithmName } from './catalog.js';
import { choose, type ChooseOptions, type Chosen } from './choose.js';
import { densityParts, gapNeeded, type DensityParts } from './density-parts.js';
import { dithered } from './dither.js';
import { requireFinite } from '../kernel/finite.js';
import { largestFirst, memberMeans } from './members.js';
import { chooseMixture, type MixtureChoice } from './mixture-choice.js';
import { sampleRows } from './sample.js';

export interface AutoOptions extends Pick<ChooseOptions, 'maxK' | 'entityWord'> {
  /** Most rows among which gaps are looked for; by default 20,000 or, above 3 features, 60,000 numbers, but not fewer than 1,500 rows. */
  readonly sampleRows?: number;
}

/** A fitted model, why it is this one, and what each kind of evidence said: plain data but for the labels. */
export interface Auto {
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, number | string>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly labels: Int32Array;
  /** The verdict on this partition, with the scores that the gates have seen. */
  readonly choice: Choice;
  readonly evidence: {
    /** Segments the two gates prove; 1: none. */
    readonly gates: number;
    /** Parts with gaps between them, at how many neighbours, the log-likelihood ratio of the least certain gap and what is needed. */
    readonly gaps: { readonly k: number; readonly neighbours: number; readonly evidence?: number; readonly needed: number };
    /** Mixtures looked at, best BIC first. */
    readonly mixtures: MixtureChoice['trials'];
  };
}

/** Rows among which mixtures are looked for. */
const mixtureRows = 2500;
/** Share of a partition's rows that must lie in the part that holds most of their segment, for it to respect the parts. */
const respects = 0.95;
/** A part with more of the rows than this leaves the question open what is inside it. */
const nearlyAll = 0.8;
/** Where rows fill more dimensions than this, distances to neighbours say little: that no gap is seen inside a part does not mean that it is one segment. */
const fewDimensions = 5;
/** Rows below which a part is not looked into. */
const fewest = 60;

/** @throws `segment/not-finite`, `run/aborted` */
export async function auto(x: Points, options: AutoOptions, context: Context, kernel: Kernel): Promise<Auto> {
  requireFinite(x);
  const sample = rowsOf(x, sampleRows(x.rows, options.sampleRows ?? Math.max(1500, Math.min(20_000, Math.floor(60_000 / x.d))), context.rng('auto/sample')));
  const gates = await gated(x, options, context, kernel);
  context.progress({ stage: 'segment', note: 'gaps in the density' });
  const parts = await densityParts(dithered(sample, context.rng('auto/dither')), context, kernel);
  context.progress({ stage: 'segment', note: 'mixtures' });
  const mixture = await mixtureOf(sample, gates, parts, context, kernel);
  const decided = await decide({ sample, gates, parts, mixture, context, kernel });
  const { k } = decided.params as { k: number };
  return {
    algorithm: decided.algorithm,
    options: decided.options,
    params: decided.params,
    labels: await labelled(decided, x, context),
    choice: { ...gates.choice, verdict: decided.proven ? 'segments' : 'no-proven-structure', k, reason: decided.reason },
    evidence: {
      gates: gates.choice.verdict === 'segments' ? gates.choice.k : 1,
      gaps: { k: parts.k, neighbours: parts.neighbours, ...(parts.evidence !== undefined && { evidence: parts.evidence }), needed: gapNeeded(sample.rows) },
      mixtures: mixture.trials,
    },
  };
}

interface Decision {
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, number | string>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly proven: boolean;
  readonly reason: string;
}

interface Case {
  readonly sample: Points;
  readonly gates: Chosen;
  readonly parts: DensityParts;
  readonly mixture: MixtureChoice;
  readonly context: Context;
  readonly kernel: Kernel;
}

async function decide(found: Case): Promise<Decision> {
  const { sample, gates, parts, mixture } = found;
  if (mixture.params && mixtureHolds(found, mixture.params)) return asMixture(mixture.params, found);
  const round: Decision = { algorithm: 'kmeans', options: { k: gates.params.k }, params: { ...gates.params }, proven: gates.choice.verdict === 'segments', reason: gates.choice.reason };
  if (parts.k === 1) return round.proven ? round : { ...round, reason: `${round.reason} There are no gaps in the density either, and no mixture of normal distributions that is found again and falls apart.` };
  if (round.proven && gates.params.k > parts.k && (largestShare(parts) > nearlyAll || parts.dimension > fewDimensions)) {
    if (doubtful(parts) || within(assignNearest(gates.params, sample).labels, parts.labels) >= respects) return round;
  }
  return asParts(found);
}

/**
 * A mixture that is found again is believed where it respects the parts, or where there are none (or doubtful ones) and something else shows structure; not where
 * the gates prove more segments than it has, unless theirs run across gaps.
 */
function mixtureHolds({ sample, gates, parts, mixture }: Case, params: GaussianMixtureParams): boolean {
  const proven = gates.choice.verdict === 'segments';
  if (proven && gates.params.k > params.k && within(assignNearest(gates.params, sample).labels, parts.labels) >= respects) return false;
  const structure = proven || mixture.apart > 1;
  if (parts.k === 1) return structure;
  if (params.k >= parts.k && within(assignLikeliest(params, sample).labels, parts.labels) >= respects) return true;
  return structure && doubtful(parts);
}

function asMixture(params: GaussianMixtureParams, { gates, parts, mixture }: Case): Decision {
  const { covariance, k } = params;
  const strength = mixture.trials.find((trial) => trial.covariance === covariance)?.strength ?? 0;
  const shape = { full: 'ellipsoids', tied: 'ellipsoids of one shape', diagonal: 'ellipsoids along the features', spherical: 'round groups' }[covariance];
  const beside = parts.k > 1 ? ` There are gaps in the density between ${parts.k} parts of the data, and the segments lie on either side of them.`
    : gates.choice.verdict === 'segments' ? ' The two gates of k-means see structure as well.' : ' On rows that did not take part there are troughs between them.';
  return {
    algorithm: 'gaussian-mixture', options: { k, covariance }, params: { ...params }, proven: true,
    reason: `A mixture of ${k} normal distributions (${shape}) describes these rows best for its size (least BIC), and two random halves of the rows find the same ${k} ` +
      `(prediction strength ${strength.toFixed(2)}; 0.8 is needed).${beside} So there are ${k} segments.`,
  };
}

async function asParts(found: Case): Promise<Decision> {
  const { sample, parts } = found;
  const params = await partsModel(found);
  const finer = params.k > parts.k ? ` Inside them a mixture that is found again tells ${params.k} apart.` : '';
  return {
    algorithm: 'hdbscan', options: { minSamples: parts.neighbours }, params: { ...params }, proven: true,
    reason: `There are gaps between ${parts.k} parts of the data: places where rows are so much rarer than inside either side that chance does not explain it ` +
      `(log-likelihood ratio at least ${parts.evidence!.toFixed(0)}; ${gapNeeded(sample.rows).toFixed(0)} is needed). Round or elliptic segments would run across them, ` +
      `so rows belong where dense paths lead.${finer} So there are ${params.k} segments.`,
  };
}

/** Parts, each refined by a mixture of its own where one is found again and falls apart, as a density model in which every row belongs somewhere. */
async function partsModel({ sample, parts, context, kernel }: Case): Promise<HdbscanParams> {
  const { d } = sample;
  const labels = new Int32Array(sample.rows);
  let k = 0;
  for (let part = 0; part < parts.k; part++) {
    const rows = Int32Array.from(parts.labels.keys()).filter((i) => parts.labels[i] === part);
    const own = rowsOf(sample, rows);
    const { params, apart } = rows.length >= fewest ? await chooseMixture(own, 12, [], context, kernel) : { params: undefined, apart: 1 };
    const finer = params && apart > 1 ? params : undefined;
    const inner = finer ? assignLikeliest(finer, own).labels : new Int32Array(rows.length);
    rows.forEach((row, r) => (labels[row] = k + inner[r]));
    k += finer?.k ?? 1;
  }
  largestFirst(labels, k);
  const peaks = new Array<number>(k).fill(Infinity);
  labels.forEach((label, i) => (peaks[label] = Math.min(peaks[label], parts.cores[i])));
  const cores = Array.from(parts.cores);
  return {
    k, d, minSamples: parts.neighbours, points: Array.from(compact(sample)), cores, departures: cores, segments: Array.from(labels),
    births: new Array<null>(k).fill(null), peaks, means: Array.from(memberMeans(sample, labels, k)),
  };
}

/** `choose`, on rows moved to where single precision can tell them apart. */
async function gated(x: Points, options: AutoOptions, context: Context, kernel: Kernel): Promise<Chosen> {
  const wanted = { maxK: options.maxK, entityWord: options.entityWord };
  const { rows, d, stride } = x;
  const origin = meanOf(x);
  let around = 0;
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) around += (x.data[i * stride + j] - origin[j]) ** 2;
  if (origin.reduce((sum, mean) => sum + mean * mean, 0) * rows <= around) return choose(x, wanted, context, kernel);
  const centred = { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (_, v) => x.data[Math.floor(v / d) * stride + (v % d)] - origin[v % d]) };
  const { choice, params } = await choose(centred, wanted, context, kernel);
  return { choice, params: { ...params, centroids: params.centroids.map((value, v) => value + origin[v % d]) } };
}

async function mixtureOf(sample: Points, gates: Chosen, parts: DensityParts, context: Context, kernel: Kernel): Promise<MixtureChoice> {
  const rows = sampleRows(sample.rows, mixtureRows, context.rng('auto/mixture'));
  const few = rowsOf(sample, rows);
  const known = [{ k: gates.params.k, labels: assignNearest(gates.params, few).labels }, { k: parts.k, labels: Int32Array.from(rows, (i) => parts.labels[i]) }];
  // Where there are parts, many more components than parts would only draw outlines.
  return chooseMixture(few, parts.k > 1 ? Math.max(30, 3 * parts.k) : 60, known, context, kernel);
}

/** Share of the rows that are in the part that holds most of their segment. */
function within(segments: Int32Array, parts: Int32Array): number {
  const { table, rows, columns } = contingency(segments, parts);
  let inside = 0;
  for (let r = 0; r < rows; r++) inside += Math.max(...table.subarray(r * columns, (r + 1) * columns));
  return inside / segments.length;
}

/** Seen with fewer than half of the numbers of neighbours. */
const doubtful = ({ agreeing, looks }: DensityParts): boolean => agreeing < looks / 2;

function largestShare({ labels, k }: DensityParts): number {
  const sizes = new Float64Array(k);
  for (const label of labels) sizes[label]++;
  return Math.max(...sizes) / labels.length;
}

/** Rows placed between two chances to stop. */
const block = 20_000;

async function labelled({ algorithm, params }: Decision, x: Points, context: Context): Promise<Int32Array> {
  const labels = new Int32Array(x.rows);
  for (let start = 0; start < x.rows; start += block) {
    await breath(context);
    const rows = Math.min(block, x.rows - start);
    labels.set(algorithmNamed(algorithm).assign(params, { ...x, rows, data: x.data.subarray(start * x.stride, (start + rows) * x.stride) }).labels, start);
  }
  return labels;
}

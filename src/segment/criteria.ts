// What the usual criteria would have chosen, so that a reader sees how much they disagree. None of them decides (see choose.ts). Silhouette, Davies–Bouldin and
// Caliński–Harabasz come with the gates; the gap statistic (Tibshirani, Walther & Hastie 2001), BIC (Schwarz 1978) and the elbow (kneedle: Satopää et al. 2011)
// are computed here, on a sample, because they cost more than all the rest: O((references + 1) × rows × d × k) per k, seconds at most.
import { breath, type Context } from '../context.js';
import type { Criterion, KScores } from '../domain/choice.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { symmetricEigen } from '../util/symmetric-eigen.js';
import { fitGaussianMixture, gaussianMixture } from './algorithms/gaussian-mixture.js';
import { covariance } from './covariance.js';
import { strengthThreshold } from './gates.js';
import { bestOf } from './restarts.js';
import { gather, sampleRows } from './sample.js';
import { totalSquares } from './score.js';

/** Rows that the gap statistic and the mixtures look at, and reference sets without groups that the former compares with. */
const rowsUsed = 1500;
const references = 10;

/**
 * Every criterion with its value for each k and the k it would choose. `scored` holds k = 2, 3, … of all `rows` rows; `points` are the sample they were scored on.
 * @throws `run/aborted`
 */
export async function criteria(points: Points, rows: number, scored: readonly KScores[], context: Context, kernel: Kernel): Promise<Criterion[]> {
  if (scored.length === 0) return [];
  const few = gather(points, sampleRows(points.rows, rowsUsed, context.rng('criteria')), kernel);
  try {
    const largest = scored[scored.length - 1].k;
    const elbowed = elbow((totalSquares(points) * rows) / points.rows, scored);
    return [...fromScores(scored), await gap(few, largest, context, kernel), await bic(few, largest, context, kernel), elbowed];
  } finally {
    kernel.free(few);
  }
}

/** Criteria that need nothing but the scores. */
function fromScores(scored: readonly KScores[]): Criterion[] {
  const of = (value: (scores: KScores) => number) => scored.map((scores) => ({ k: scores.k, value: value(scores) }));
  const highest = (values: readonly { k: number; value: number }[]) => values.reduce((a, b) => (b.value > a.value ? b : a)).k;
  const lowest = (values: readonly { k: number; value: number }[]) => values.reduce((a, b) => (b.value < a.value ? b : a)).k;
  const strength = of(({ predictionStrength }) => predictionStrength);
  const silhouette = of((scores) => scores.silhouette);
  const davies = of((scores) => scores.daviesBouldin);
  const calinski = of((scores) => scores.calinskiHarabasz);
  return [
    { name: 'prediction-strength', rule: `the most that reach ${strengthThreshold}`, k: strength.findLast(({ value }) => value >= strengthThreshold)?.k ?? 1, values: strength },
    { name: 'silhouette', rule: 'the highest', k: highest(silhouette), values: silhouette },
    { name: 'davies-bouldin', rule: 'the lowest', k: lowest(davies), values: davies },
    { name: 'calinski-harabasz', rule: 'the highest', k: highest(calinski), values: calinski },
  ];
}

/**
 * How much more a k-means lowers the log of the within-group squares than on rows spread evenly over the box of the principal components; `error` is the standard
 * error of the references' mean. Chosen: the fewest whose gap is at least the next one's less its error.
 */
async function gap(points: Points, largest: number, context: Context, kernel: Kernel): Promise<Criterion> {
  const rng = context.rng('criteria/gap');
  const box = await principalBox(points, context);
  const own = await logSquares(points, largest, context, kernel);
  const drawn: number[][] = [];
  for (let r = 0; r < references; r++) {
    const even = kernel.allocate(points.rows, points.d);
    for (let i = 0; i < even.rows; i++) for (let j = 0; j < even.d; j++) even.data[i * even.stride + j] = box[j] * (rng.next() - 0.5);
    drawn.push(await logSquares(even, largest, context, kernel));
    kernel.free(even);
    context.progress({ stage: 'segment', note: 'gap statistic', done: (r + 1) / references });
  }
  const values = own.map((log, at) => {
    const others = drawn.map((logs) => logs[at]);
    const mean = others.reduce((a, b) => a + b, 0) / references;
    const deviation = Math.sqrt(others.reduce((sum, value) => sum + (value - mean) ** 2, 0) / references);
    return { k: at + 1, value: mean - log, error: deviation * Math.sqrt(1 + 1 / references) };
  });
  return { name: 'gap', rule: 'the fewest that are within one standard error of the next', k: gapChoice(values), values };
}

/** The 1-standard-error rule of Tibshirani, Walther & Hastie; the largest k where none meets it. */
export function gapChoice(values: readonly { readonly k: number; readonly value: number; readonly error: number }[]): number {
  return (values.find(({ value }, at) => at + 1 < values.length && value >= values[at + 1].value - values[at + 1].error) ?? values[values.length - 1]).k;
}

/** Lengths of the box around the rows along their principal components: k-means does not care that it is turned. */
async function principalBox(points: Points, context: Context): Promise<Float64Array> {
  const { rows, d, stride, data } = points;
  const { mean, matrix } = await covariance(points, context);
  const { vectors } = symmetricEigen(matrix, d);
  return Float64Array.from({ length: d }, (_, component) => {
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < rows; i++) {
      let along = 0;
      for (let j = 0; j < d; j++) along += vectors[component * d + j] * (data[i * stride + j] - mean[j]);
      low = Math.min(low, along);
      high = Math.max(high, along);
    }
    return high - low;
  });
}

/** Log of the within-group sum of squares for 1 … `largest` groups. */
async function logSquares(points: Points, largest: number, context: Context, kernel: Kernel): Promise<number[]> {
  await breath(context);
  const wanted = Array.from({ length: largest - 1 }, (_, i) => ({ points, k: i + 2 }));
  const fits = bestOf(wanted, { starts: 4, finalists: 1, maxIterations: 60, tolerance: 0 }, context.rng('criteria/k-means'), kernel);
  return [totalSquares(points), ...fits.map(({ inertia }) => inertia)].map((squares) => Math.log(Math.max(squares, Number.MIN_VALUE)));
}

/** Of mixtures of round normal distributions of different widths. */
async function bic(points: Points, largest: number, context: Context, kernel: Kernel): Promise<Criterion> {
  const values = [];
  for (let k = 1; k <= Math.min(largest, points.rows); k++) {
    const { params } = await fitGaussianMixture(points, gaussianMixture.options.parse({ k, covariance: 'spherical', tolerance: 1e-3, maxIterations: 100 }), context, kernel);
    values.push({ k, value: params.bic });
  }
  return { name: 'bic', rule: 'the lowest, of mixtures of round normal distributions', k: values.reduce((a, b) => (b.value < a.value ? b : a)).k, values };
}

function elbow(squares: number, scored: readonly KScores[]): Criterion {
  const values = [{ k: 1, value: squares }, ...scored.map(({ k, inertia }) => ({ k, value: inertia }))];
  return { name: 'elbow', rule: 'where the within-group squares bend most (kneedle)', k: knee(values), values };
}

/** The point farthest below the straight line from the first to the last, both axes scaled to 0–1. */
export function knee(values: readonly { readonly k: number; readonly value: number }[]): number {
  const first = values[0];
  const last = values[values.length - 1];
  const below = ({ k, value }: { k: number; value: number }) => 1 - (k - first.k) / (last.k - first.k || 1) - (value - last.value) / (first.value - last.value || 1);
  return values.reduce((a, b) => (below(b) > below(a) ? b : a)).k;
}

// What is known about the data before anything is segmented: types, gaps, skew, redundancy, humps, odd ones out, and whether there seem to be groups.
// Everything is measured on samples of fixed size, so that a million rows take as long as ten thousand.
import { breath, type Context } from '../context.js';
import type { DataFacts } from '../domain/advice.js';
import type { Choice } from '../domain/choice.js';
import type { Feature, FeatureTable } from '../domain/feature.js';
import type { EncodedFeature, FeatureMatrix } from '../domain/matrix.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { adjustedRand } from '../util/agreement.js';
import { dip, dipP } from '../util/dip.js';
import { transformed } from '../util/encode-value.js';
import { assignLikeliest, fitGaussianMixture, gaussianMixture } from './algorithms/gaussian-mixture.js';
import { fitHdbscan, hdbscan } from './algorithms/hdbscan.js';
import { fitKMeans, kmeans } from './algorithms/kmeans.js';
import { sampleRows } from './sample.js';

/** Something that is known of everyone: one numeric feature, or a category with a column for each value. */
export interface Variable {
  readonly title: string;
  readonly features: readonly Feature[];
  readonly encodings: readonly EncodedFeature[];
  /** Columns of the matrix. */
  readonly columns: readonly number[];
  readonly categorical: boolean;
  /** Share of rows that differ from the commonest value (or, for a category, from its commonest values). */
  readonly varied: number;
  readonly missing: number;
  /** Skewness in raw units; 0 for categories. */
  readonly skewness: number;
  /** p of the dip test where it applies: numeric, of 20 values or more (integers spread over their unit), none of them a tenth of the rows. */
  readonly dipP?: number;
  /** Where the goal has an outcome in the data: the largest squared correlation of a column with it. */
  readonly withOutcome?: number;
}

export interface Measured {
  /** Title of the outcome of the goal, where the data has one. */
  readonly outcome?: string;
  readonly facts: DataFacts;
  readonly variables: readonly Variable[];
  /** Squared correlation of two variables: the largest of their columns'. */
  r2(a: Variable, b: Variable): number;
}

const factRows = 5_000;
const probeRows = 1_500;
const humps = 0.001;
/** More columns than this and distances say little: no look for dense groups. */
const probeColumns = 60;

/** Measures a table and its matrix; `outcome` is a column of the table, or −1. With a `choice`, its verdict on structure holds. @throws `run/aborted` */
export async function measure(table: FeatureTable, matrix: FeatureMatrix, outcome: number, choice: Choice | undefined, context: Context, kernel: Kernel): Promise<Measured> {
  const rows = sampleRows(matrix.rows, factRows, context.rng('advise/rows'));
  const variables = variablesOf(table, matrix, outcome, rows, context);
  const correlation = correlationsOf(matrix, rows);
  const { d } = matrix;
  const numeric = variables.filter(({ categorical }) => !categorical);
  const lacking = [...variables].sort((a, b) => b.missing - a.missing)[0];
  await breath(context);
  // The sum of the eigenvalues is the trace, the sum of their squares that of all entries' squares: no need to know them.
  let trace = 0;
  for (let j = 0; j < d; j++) trace += correlation[j * d + j];
  const squares = correlation.reduce((sum, value) => sum + value * value, 0);
  const mean = (list: readonly number[]) => (list.length > 0 ? list.reduce((a, b) => a + b, 0) / list.length : 0);
  const facts = {
    rows: table.rows,
    variables: variables.length,
    columns: d,
    categoricalShare: variables.length > 0 ? 1 - numeric.length / variables.length : 0,
    effectiveDimensions: squares > 0 ? trace ** 2 / squares : 0,
    skewedShare: mean(numeric.map(({ skewness }) => (Math.abs(skewness) >= 1 ? 1 : 0))),
    piledShare: mean(numeric.map(({ varied }) => (varied < 0.8 ? 1 : 0))),
    missingShare: mean(variables.map(({ missing }) => missing)),
    ...(lacking && lacking.missing > 0 ? { mostMissing: { title: lacking.title, share: lacking.missing } } : {}),
    multimodal: numeric.filter((v) => v.dipP !== undefined && v.dipP < humps).map(({ title }) => title),
  };
  const seen = await look(matrix, variables, choice, facts.categoricalShare, context, kernel);
  return {
    facts: { ...facts, ...seen },
    variables,
    ...(outcome >= 0 ? { outcome: table.features[outcome].title } : {}),
    r2: (a, b) => Math.max(...a.columns.flatMap((i) => b.columns.map((j) => correlation[i * d + j] ** 2))),
  };
}

/** Columns that belong together are one variable: the values of a category (family "attribute …", flags or shares). */
function variablesOf(table: FeatureTable, matrix: FeatureMatrix, outcome: number, rows: Int32Array, context: Context): Variable[] {
  const position = new Map(table.features.map((f, j) => [f.name, j]));
  const groups = new Map<string, number[]>();
  matrix.encoder.features.forEach(({ name, scale }, c) => {
    const feature = table.features[position.get(name) ?? -1];
    if (!feature || scale === 0) return;
    const key = valueOfCategory(feature) ? `${feature.source}/${feature.family}` : `/${name}`;
    groups.set(key, [...(groups.get(key) ?? []), c]);
  });
  const rng = context.rng('advise/dip');
  const happened = outcome < 0 ? undefined : Float64Array.from(rows, (row) => table.columns[outcome][row]);
  return [...groups.values()].map((columns): Variable => {
    const encodings = columns.map((c) => matrix.encoder.features[c]);
    const at = encodings.map(({ name }) => position.get(name)!);
    const features = at.map((j) => table.features[j]);
    const values = at.map((j) => Float64Array.from(rows, (row) => table.columns[j][row]));
    const known = values[0].filter((value) => !Number.isNaN(value)).sort();
    const categorical = features.every(({ kind, family }) => kind === 'flag' || (kind === 'share' && /attribute/.test(family)));
    const shared = categorical && columns.length > 1
      ? Math.max(...values.map((column) => column.reduce((sum, value) => sum + (value || 0), 0) / Math.max(1, column.length)))
      : commonest(known);
    const jittered = known.length > 0 && known.every(Number.isInteger) && !categorical ? known.map((value) => value + rng.next() - 0.5) : known;
    const smooth = !categorical && commonest(jittered) <= 0.1 && new Set(known).size >= 20 && known.length >= 50;
    const unbent = { ...encodings[0], low: -Infinity, high: Infinity };
    return {
      title: columns.length > 1 ? features[0].title.split(/[:]|^Share of /).find(Boolean)!.trim() : features[0].title,
      features, encodings, columns, categorical,
      varied: 1 - shared,
      missing: values[0].length > 0 ? 1 - known.length / values[0].length : 0,
      skewness: categorical ? 0 : skewness(known),
      ...(happened ? { withOutcome: Math.max(...columns.map((c) => squaredCorrelation(Float64Array.from(rows, (row) => matrix.data[row * matrix.stride + c]), happened))) } : {}),
      ...(smooth ? { dipP: dipP(dip(jittered.map((value) => transformed(value, unbent)).sort()), jittered.length) } : {}),
    };
  });
}

const valueOfCategory = ({ kind, family, title }: Feature) => /attribute/.test(family) && ((kind === 'flag' && title.includes(':')) || kind === 'share');

function commonest(sorted: Float64Array): number {
  let longest = 0, run = 0;
  for (let i = 0; i < sorted.length; i++) {
    run = i > 0 && sorted[i] === sorted[i - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return sorted.length > 0 ? longest / sorted.length : 1;
}

function skewness(values: Float64Array): number {
  const n = values.length;
  if (n === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const second = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  return second > 0 ? values.reduce((sum, value) => sum + (value - mean) ** 3, 0) / n / second ** 1.5 : 0;
}

/** Of the rows where both are known; 0 where one does not vary. */
function squaredCorrelation(a: Float64Array, b: Float64Array): number {
  let n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    n++;
    sa += a[i];
    sb += b[i];
    saa += a[i] * a[i];
    sbb += b[i] * b[i];
    sab += a[i] * b[i];
  }
  const [va, vb] = [saa - (sa * sa) / n, sbb - (sb * sb) / n];
  return va > 1e-12 && vb > 1e-12 ? (sab - (sa * sb) / n) ** 2 / (va * vb) : 0;
}

/** Correlations of the matrix's columns on some rows, d × d. A column that does not vary goes with none. */
function correlationsOf({ d, stride, data }: FeatureMatrix, rows: Int32Array): Float64Array {
  const z = Array.from({ length: d }, (_, j) => {
    const column = Float64Array.from(rows, (row) => data[row * stride + j]);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const norm = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    return column.map((value) => (norm > 1e-12 ? (value - mean) / norm : 0));
  });
  const made = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) made[i * d + j] = made[j * d + i] = z[i].reduce((sum, value, row) => sum + value * z[j][row], 0);
  return made;
}

/** A look at a sample: rows far from all others, dense groups, and whether they are round. */
async function look(
  matrix: FeatureMatrix, variables: readonly Variable[], choice: Choice | undefined, categoricalShare: number, context: Context, kernel: Kernel,
): Promise<Pick<DataFacts, 'isolatedShare' | 'structure'>> {
  const rows = sampleRows(matrix.rows, probeRows, context.rng('advise/probe'));
  const { d, stride, data } = matrix;
  const x: Points = { rows: rows.length, d, stride: d, data: Float64Array.from({ length: rows.length * d }, (_, v) => data[rows[Math.floor(v / d)] * stride + (v % d)]) };
  await breath(context);
  const isolatedShare = isolated(x);
  const proven = choice?.verdict === 'segments' ? choice.k : undefined;
  const odd = d <= probeColumns && categoricalShare < 0.5 && rows.length >= 60;
  if (!odd) {
    return { isolatedShare, structure: { from: choice ? 'choice' : 'sample', verdict: proven || (!choice && humped(variables) > 0) ? 'groups' : 'continuum', ...(proven ? { groups: proven } : {}) } };
  }
  await breath(context);
  const least = Math.max(10, Math.round(0.03 * rows.length));
  const dense = await fitHdbscan(x, hdbscan.options.parse({ minClusterSize: least, minSamples: Math.min(10, least) }), context, kernel);
  const sizes = Array.from({ length: dense.params.k }, (_, s) => dense.labels.filter((label) => label === s).length);
  const groups = sizes.filter((size) => size >= 0.1 * rows.length).length;
  const outside = dense.labels.filter((label) => label < 0).length / rows.length;
  const inside = Array.from(dense.labels.keys()).filter((i) => dense.labels[i] >= 0);
  const merely = groups >= 2 ? variables.find((v) => v.categorical && v.columns.some((c) => sameSplit(inside.map((i) => data[rows[i] * stride + c]), inside.map((i) => dense.labels[i]))))?.title : undefined;
  const clear = groups >= 2 && outside <= 0.25 && merely === undefined;
  const k = proven ?? (clear ? groups : undefined);
  const round = async (count: number) => (await fitKMeans(x, kmeans.options.parse({ k: count }), context, kernel)).labels;
  const balls = k ? await round(k) : undefined;
  const beside = groups >= 2 ? (k === groups ? balls! : await round(groups)) : undefined;
  const agreement = beside ? adjustedRand(inside.map((i) => dense.labels[i]), inside.map((i) => beside[i])) : 1;
  const ellipsoids = k && balls && d <= 25 && rows.length >= 10 * k * d ? await leaning(x, k, balls, context, kernel) : undefined;
  const verdict = choice ? (proven ? 'groups' : 'continuum') : clear || humped(variables) > 0 ? 'groups' : 'continuum';
  return {
    isolatedShare,
    structure: { from: choice ? 'choice' : 'sample', verdict, ...(k ? { groups: k } : {}), dense: { groups, outside, agreement, ...(merely === undefined ? {} : { merely }) }, ...(ellipsoids ? { ellipsoids } : {}) },
  };
}

/** Whether one cut through the values parts the groups, but for one row in fifty. */
function sameSplit(values: readonly number[], labels: readonly number[]): boolean {
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const most = new Map<number, number>();
  values.forEach((value, i) => { const key = 2 * labels[i] + Number(value > middle); most.set(key, (most.get(key) ?? 0) + 1); });
  const sides = new Set([...most].filter(([, n]) => n > 0.05 * values.length).map(([key]) => key % 2));
  const right = [...new Set(labels)].reduce((sum, label) => sum + Math.max(most.get(2 * label) ?? 0, most.get(2 * label + 1) ?? 0), 0);
  return sides.size === 2 && right >= 0.98 * values.length;
}

const humped = (variables: readonly Variable[]) => variables.filter((v) => v.dipP !== undefined && v.dipP < humps).length;

/** Do ellipsoids say it better than balls, and otherwise? */
async function leaning(x: Points, k: number, round: Int32Array, context: Context, kernel: Kernel): Promise<{ agreement: number; better: boolean }> {
  const fit = async (covariance: 'full' | 'spherical') => (await fitGaussianMixture(x, gaussianMixture.options.parse({ k, covariance, regularisation: 1e-3 }), context, kernel)).params;
  const [full, balls] = [await fit('full'), await fit('spherical')];
  return { agreement: adjustedRand(assignLikeliest(full, x).labels, round), better: full.bic < balls.bic };
}

/** Share of rows whose fifth-nearest neighbour is far beyond the usual (Tukey's outer fence on log distances). */
function isolated({ rows, d, data }: Points): number {
  if (rows < 20) return 0;
  const fifth = Float64Array.from({ length: rows }, (_, i) => {
    const nearest = new Float64Array(5).fill(Infinity);
    for (let other = 0; other < rows; other++) {
      if (other === i) continue;
      let sum = 0;
      for (let j = 0; j < d && sum < nearest[4]; j++) sum += (data[i * d + j] - data[other * d + j]) ** 2;
      if (sum >= nearest[4]) continue;
      let place = 4;
      for (; place > 0 && nearest[place - 1] > sum; place--) nearest[place] = nearest[place - 1];
      nearest[place] = sum;
    }
    return Math.log(Math.max(nearest[4], 1e-12)) / 2;
  });
  const sorted = fifth.slice().sort();
  const [low, high] = [sorted[Math.floor(rows / 4)], sorted[Math.floor((3 * rows) / 4)]];
  return fifth.filter((distance) => distance > high + 3 * (high - low) && high > low).length / rows;
}

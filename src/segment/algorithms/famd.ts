// Factor analysis of mixed data (Pagès 2004), then k-means of the leading components. Amounts are standardised; a category held by the share p of the rows becomes
// a column that is 1/√p where it holds and 0 elsewhere; so every amount and every category column weighs alike, rare categories more than common ones.
// The components are the principal components of all columns together. O(rows × columns²) for the components, on a sample above `sampleRows`. Not for columns with
// very many categories: each needs its own column.
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { ShoalError } from '../../errors.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import { symmetricEigen } from '../../util/symmetric-eigen.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { covariance } from '../covariance.js';
import { requireFinite } from '../../kernel/finite.js';
import type { Forms } from '../../domain/forms.js';
import { categoricalColumns, splitColumns, type MixedRows } from '../mixed-rows.js';
import { sampleRows } from '../sample.js';
import { fewest } from '../steps/pca.js';
import { assignNearest, fitKMeans, kmeans } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(500).default(8).describe('Number of segments'),
  categorical: categoricalColumns,
  components: z.int().min(1).max(1000).optional().describe('Components to cluster; by default the fewest that hold `share` of the inertia'),
  share: z.number().min(0.01).max(1).default(0.95).describe('Share of the inertia that the components hold together, where their number is not given'),
  sampleRows: z.int().min(100).default(50_000).describe('Above this many rows, the components are those of a random sample of so many'),
});

export type FamdOptions = z.output<typeof options>;

/** Components and, in their space, k-means. */
export interface FamdParams {
  /** Number of segments. */
  readonly k: number;
  readonly d: number;
  /** Components kept. */
  readonly p: number;
  /** Inertia of every component, kept or not, most first. */
  readonly inertias: readonly number[];
  readonly numeric: readonly { readonly column: number; readonly mean: number; readonly deviation: number; readonly loadings: readonly number[] }[];
  /** Per categorical column and code: its share of the rows, and what it adds to each component. A code never seen adds nothing, as the average row. */
  readonly categorical: readonly { readonly column: number; readonly codes: readonly number[]; readonly shares: readonly number[]; readonly adds: readonly (readonly number[])[] }[];
  /** k × p. */
  readonly centroids: readonly number[];
}

/** Columns of amounts and categories together whose components are found in a few seconds. */
const mostColumns = 1_000;

export const famd = defineAlgorithm({
  name: 'famd',
  title: 'Factor analysis of mixed data',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: fitFamd,
  assign: (params, x): Assignment => assignNearest({ k: params.k, d: params.p, centroids: params.centroids }, famdScores(params, x)),
  forms: formsOf,
});

/** @throws `segment/bad-k`, `segment/bad-column`, `segment/too-many-categories`, `segment/not-finite`, `run/aborted` */
export async function fitFamd(x: Points, chosen: FamdOptions, context: Context, kernel: Kernel): Promise<FamdParams> {
  if (chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  requireFinite(x);
  const rng = context.rng('famd');
  const sample = x.rows <= chosen.sampleRows ? x : rowsOf(x, sampleRows(x.rows, chosen.sampleRows, rng));
  const axes = await axesOf(splitColumns(sample, chosen.categorical), x.d, chosen, context);
  context.progress({ stage: 'segment', note: 'components of mixed data', done: 0.5 });
  const scores = famdScores(axes, x);
  const { params } = await fitKMeans(scores, kmeans.options.parse({ k: chosen.k }), context, kernel);
  return { ...axes, k: chosen.k, centroids: params.centroids };
}

/** Rows × components, each with mean 0 and its inertia as variance over the rows that were fitted. */
export function famdScores({ p, numeric, categorical }: Omit<FamdParams, 'k' | 'centroids'>, x: Points): Points {
  const data = new Float64Array(x.rows * p);
  const adds = categorical.map((column) => ({ ...column, adds: new Map(column.codes.map((code, m) => [code, column.adds[m]])) }));
  for (let i = 0; i < x.rows; i++) {
    for (const { column, mean, deviation, loadings } of numeric) {
      if (deviation === 0) continue;
      const value = (x.data[i * x.stride + column] - mean) / deviation;
      for (let c = 0; c < p; c++) data[i * p + c] += value * loadings[c];
    }
    for (const { column, adds: own } of adds) {
      const add = own.get(Math.fround(x.data[i * x.stride + column]));
      if (add) for (let c = 0; c < p; c++) data[i * p + c] += add[c];
    }
  }
  return { rows: x.rows, d: p, stride: p, data };
}

/** The components: eigenvectors of the covariance of standardised amounts and weighted indicators. */
async function axesOf(x: MixedRows, d: number, { components, share }: FamdOptions, context: Context): Promise<Omit<FamdParams, 'k' | 'centroids'>> {
  const columns = x.p + x.width;
  if (columns > mostColumns) throw new ShoalError('segment/too-many-categories', { categories: x.width, most: mostColumns - x.p });
  const { data, amounts, shares } = expanded(x);
  const { values, vectors } = symmetricEigen((await covariance({ rows: x.rows, d: columns, stride: columns, data }, context)).matrix, columns);
  const inertias = Array.from(values, (value) => Math.max(0, value)).slice(0, Math.min(columns, x.rows));
  const p = Math.min(inertias.length, components ?? fewest(inertias, share * inertias.reduce((a, b) => a + b, 0)));
  const loading = (column: number) => Array.from({ length: p }, (_, c) => vectors[c * columns + column]);
  return {
    d, p, inertias,
    numeric: x.numeric.map((column, j) => ({ column, ...amounts[j], loadings: loading(j) })),
    categorical: x.categorical.map((column, j) => {
      const places = Array.from({ length: x.starts[j + 1] - x.starts[j] }, (_, m) => x.starts[j] + m);
      // Centring an indicator would take √p off; but every component of some inertia is at right angles to the √p of a column, so nothing comes off in all.
      return { column, codes: places.map((place) => x.categories[place]), shares: places.map((place) => shares[place]), adds: places.map((place) => loading(x.p + place).map((part) => part / Math.sqrt(shares[place]))) };
    }),
  };
}

/** Standardised amounts, then 1/√p where a category holds: rows × (p + width). */
function expanded({ rows, p, q, numbers, codes, width }: MixedRows) {
  const columns = p + width;
  const data = new Float64Array(rows * columns);
  const amounts = Array.from({ length: p }, (_, j) => {
    let mean = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) mean += numbers[i * p + j] / rows;
    for (let i = 0; i < rows; i++) squares += (numbers[i * p + j] - mean) ** 2;
    const spread = Math.sqrt(squares / rows);
    // What rounding makes of a column that never varies is no variation.
    const deviation = spread > 1e-10 * Math.abs(mean) ? spread : 0;
    if (deviation > 0) for (let i = 0; i < rows; i++) data[i * columns + j] = (numbers[i * p + j] - mean) / deviation;
    return { mean, deviation };
  });
  const shares = new Float64Array(width);
  for (const code of codes) shares[code] += 1 / rows;
  for (let i = 0; i < rows; i++) for (let j = 0; j < q; j++) data[i * columns + p + codes[i * q + j]] = 1 / Math.sqrt(shares[codes[i * q + j]]);
  return { data, amounts, shares };
}

/** ‖V S (z − v)‖² over amounts and indicators: the rows of V are orthonormal, S divides by deviations and √p, and v = mean + S⁻¹ Vᵀ centroid. */
function formsOf({ k, d, p, numeric, categorical, centroids }: FamdParams): Forms {
  const indicators = categorical.flatMap(({ column, codes }) => codes.map((code) => ({ feature: column, code })));
  const unused = { mean: 0, square: 0, adds: new Array<number>(p).fill(0) };
  const amounts = numeric.map(({ column, mean, deviation, loadings }) => ({ column, mean, square: deviation ** 2, adds: loadings.map((part) => (deviation > 0 ? part / deviation : 0)) }));
  const columns = [
    ...Array.from({ length: d }, (_, j) => amounts.find(({ column }) => column === j) ?? unused),
    ...categorical.flatMap(({ shares, adds }) => adds.map((own, m) => ({ mean: 0, square: shares[m], adds: own }))),
  ];
  const factor = Array.from({ length: p * columns.length }, (_, v) => columns[v % columns.length].adds[Math.floor(v / columns.length)]);
  const forms = Array.from({ length: k }, (_, segment) => ({
    segment, offset: 0, factor,
    centre: columns.map(({ mean, square, adds }) => mean + square * adds.reduce((sum, part, c) => sum + part * centroids[segment * p + c], 0)),
  }));
  return { d, k, forms, strength: 'margin', ...(indicators.length > 0 && { indicators }) };
}

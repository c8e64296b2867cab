import { createContext, type Context } from '../context.js';
import type { Choice } from '../domain/choice.js';
import type { EncodedFeature } from '../domain/matrix.js';
import type { Assignment } from '../domain/segment.js';
import { ShoalError } from '../errors.js';
import type { Points } from '../kernel/kernel.js';
import { algorithmNamed } from '../segment/catalog.js';
import { requireFinite } from '../kernel/finite.js';
import { partition, type PartitionOptions } from '../segment/partition.js';
import { assignJs } from '../segment/to-js.js';
import { assignSql } from '../segment/to-sql.js';
import { withKernel } from './session.js';

/** A fitted segmentation of a matrix: labels of its rows, and ways to place new ones. Plain data but for its functions. */
export interface Segmentation extends Assignment {
  readonly algorithm: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** JSON: keep it, and `assignRows` places rows with it later. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Number of segments. */
  readonly k: number;
  /** Whether there is structure, and what was tried. */
  readonly choice: Choice;
  assign(rows: Rows): Assignment;
  /** The same as a query over a table with `entity` and the named columns. @throws `segment/no-formula` */
  sql(from: string): string;
  /** The same as a JavaScript module. @throws `segment/no-formula` */
  js(): string;
}

/** Numbers, row by row: arrays, or what `pointsOf` made of a typed array. */
export type Rows = Points | readonly (readonly number[])[];

export interface FitOptions extends Omit<PartitionOptions, 'entityWord'> {
  /** Names of the columns, for SQL and JavaScript; f0, f1 … by default. */
  readonly names?: readonly string[];
}

/**
 * Finds segments in a matrix of numbers, taken as they are: put the columns on comparable scales first. Without an algorithm the two gates decide whether there are
 * segments and how many.
 *
 * @param rows n rows of d numbers
 * @throws `segment/ragged`, `segment/not-finite`, `segment/bad-k`, `segment/takes-no-k`, `segment/unknown-algorithm`, `segment/auto-chooses`, `config/invalid`, `run/aborted`
 * @example
 * const found = await fitSegments(rows, { algorithm: 'gaussian-mixture', k: 3, settings: { covariance: 'diagonal' } });
 * found.labels; // Int32Array: the segment of each row
 */
export async function fitSegments(rows: Rows, { names, ...options }: FitOptions = {}, context: Context = createContext()): Promise<Segmentation> {
  const x = pointsOf(rows);
  requireFinite(x);
  return withKernel(context, async (kernel) => {
    const { algorithm, options: complete, params, choice } = await partition(x, { ...options, entityWord: { one: 'row', many: 'rows' } }, context, kernel);
    const model = { algorithm, params, encoder: { features: Array.from({ length: x.d }, (_, j) => asItIs(names?.[j] ?? `f${j}`)) } };
    const assign = (fresh: Rows) => assignRows(model, fresh);
    return { ...assign(x), algorithm, options: complete, params, k: (params as unknown as { k: number }).k, choice, assign, sql: (from) => assignSql(model, { from }), js: () => assignJs(model) };
  });
}

/** Places rows with a fitted model's parameters. Pure: one row alone goes where it goes among others. */
export function assignRows({ algorithm, params }: Pick<Segmentation, 'algorithm' | 'params'>, rows: Rows): Assignment {
  return algorithmNamed(algorithm).assign(params, pointsOf(rows));
}

/**
 * A model's parameters after more rows, for algorithms that learn from streams (mini-batch k-means). Pure; the old rows are not needed.
 * @throws `segment/no-updates`
 */
export function updateRows({ algorithm, params }: Pick<Segmentation, 'algorithm' | 'params'>, rows: Rows, options: { readonly decay?: number } = {}): Readonly<Record<string, unknown>> {
  const found = algorithmNamed(algorithm);
  if (!found.update) throw new ShoalError('segment/no-updates', { title: found.title });
  return found.update(params, pointsOf(rows), options) as Readonly<Record<string, unknown>>;
}

/** How much each row belongs to each segment, rows × k, where segments overlap (Gaussian mixtures); undefined elsewhere. */
export function membershipsOfRows({ algorithm, params }: Pick<Segmentation, 'algorithm' | 'params'>, rows: Rows): Float64Array | undefined {
  return algorithmNamed(algorithm).memberships?.(params, pointsOf(rows));
}

/** Rows of numbers as points. A typed array is taken as rows × d, row by row, and not copied. @throws `segment/ragged` */
export function pointsOf(rows: Rows | Float32Array | Float64Array, d?: number): Points {
  if (rows instanceof Float32Array || rows instanceof Float64Array) {
    if (!d || rows.length % d !== 0) throw new ShoalError('segment/ragged', { row: 1, length: rows.length, d: d ?? 0 });
    return { rows: rows.length / d, d, stride: d, data: rows };
  }
  if ('data' in rows) return rows;
  const width = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (width === 0 || ragged >= 0) throw new ShoalError('segment/ragged', { row: Math.max(0, ragged) + 1, length: rows[Math.max(0, ragged)]?.length ?? 0, d: width });
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return { rows: rows.length, d: width, stride: width, data };
}

function asItIs(name: string): EncodedFeature {
  return { name, transform: 'none', low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, fill: 0, centre: 0, scale: 1, weight: 1, reason: 'as it is' };
}

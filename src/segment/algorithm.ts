import type { z } from 'zod';
import type { Context } from '../context.js';
import type { Assignment } from '../domain/segment.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import type { Forms } from '../domain/forms.js';

/** Plain data: what JSON can hold. */
export type Plain = Readonly<Record<string, unknown>>;

/**
 * A way to find segments. `fit` gives plain data; `assign` is pure; so saving, comparing, replaying and scoring in SQL need no code per algorithm.
 * The same seed and input give the same result whatever the number of threads.
 */
export interface SegmentAlgorithm<N extends string, O extends z.ZodType, P> {
  readonly name: N;
  readonly title: string;
  /** Each option with its bounds, default and description. */
  readonly options: O;
  /** `choosesK`: left without k it finds the number of segments itself. */
  readonly traits: { readonly soft: boolean; readonly outliers: boolean; readonly online: boolean; readonly choosesK?: boolean };
  /** @throws `segment/bad-k`, `run/aborted` */
  fit(x: Points, options: z.output<O>, context: Context, kernel: Kernel): Promise<P>;
  assign(params: P, x: Points): Assignment;
  /** The same assignment as quadratic forms, for SQL and the browser; undefined where this model cannot be said so, or only in too many. */
  forms?(params: P): Forms | undefined;
  /** Settings that suit this data where a person has none, for options whose defaults are of another's scale. */
  presets?(x: Points, kernel: Kernel): Partial<z.output<O>>;
  /** How much each row belongs to each segment, rows × k, where segments overlap; a row's numbers add up to 1. */
  memberships?(params: P, x: Points): Float64Array;
  /** The model after more rows, without the old ones: what came before counts `decay` (0–1, 1 by default) of what it did. */
  update?(params: P, x: Points, options?: { readonly decay?: number }): P;
  /** The same wish for `rows` of the rows only (a row may come several times), where options speak of single rows or of how many there are. */
  forRows?(options: z.output<O>, rows: Int32Array, all: number): z.output<O>;
}

/** Keeps the literal name in the type, so that the catalog knows its names. */
export function defineAlgorithm<const N extends string, O extends z.ZodType, P>(algorithm: SegmentAlgorithm<N, O, P>): SegmentAlgorithm<N, O, P> {
  return algorithm;
}

/** A way to find segments with its own types forgotten: what code that takes any of them sees. */
export interface AnyAlgorithm {
  readonly name: string;
  readonly title: string;
  readonly options: z.ZodObject;
  readonly traits: SegmentAlgorithm<string, z.ZodObject, unknown>['traits'];
  fit(x: Points, options: unknown, context: Context, kernel: Kernel): Promise<unknown>;
  assign(params: unknown, x: Points): Assignment;
  forms?(params: unknown): Forms | undefined;
  presets?(x: Points, kernel: Kernel): Readonly<Record<string, unknown>>;
  memberships?(params: unknown, x: Points): Float64Array;
  update?(params: unknown, x: Points, options?: { readonly decay?: number }): unknown;
  forRows?(options: unknown, rows: Int32Array, all: number): unknown;
}

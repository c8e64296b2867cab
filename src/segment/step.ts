import type { z } from 'zod';
import type { Context } from '../context.js';
import type { Kernel, Points } from '../kernel/kernel.js';

/**
 * Something done to rows before segments are looked for in what comes out. Like an algorithm: `fit` gives plain data, `apply` is pure, and one row alone
 * gives the same as among others.
 */
export interface Step<N extends string, O extends z.ZodObject, P> {
  readonly name: N;
  readonly title: string;
  /** Each option with its bounds, default and description. */
  readonly options: O;
  /** @throws `segment/not-finite`, `run/aborted` */
  fit(x: Points, options: z.output<O>, context: Context, kernel: Kernel): Promise<P>;
  apply(params: P, x: Points): Points;
  /** The step as F (z − mean), where it is one and the rows of F are orthonormal. */
  projection?(params: P): Projection | undefined;
}

/** z ↦ F (z − mean): `factor` is p × d, its rows orthonormal. */
export interface Projection {
  readonly mean: readonly number[];
  readonly factor: readonly number[];
}

/** Keeps the literal name in the type, so that the catalog knows its names. */
export function defineStep<const N extends string, O extends z.ZodObject, P>(step: Step<N, O, P>): Step<N, O, P> {
  return step;
}

/** A step with its own types forgotten. */
export interface AnyStep {
  readonly name: string;
  readonly title: string;
  readonly options: z.ZodObject;
  fit(x: Points, options: unknown, context: Context, kernel: Kernel): Promise<unknown>;
  apply(params: unknown, x: Points): Points;
  projection?(params: unknown): Projection | undefined;
}

import type { z } from 'zod';
import type { Context } from '../context.js';
import type { Answers, Examples, Task } from '../domain/examples.js';
import type { Forest, LinearModel } from '../domain/forest.js';
import type { Kernel } from '../kernel/kernel.js';

/**
 * A way to learn answers from examples. `fit` gives plain data (numbers, strings, typed arrays); `predict` is pure. The same seed and input give the
 * same bits whatever the number of threads.
 */
export interface Predictor<N extends string, O extends z.ZodType, P> {
  readonly name: N;
  readonly title: string;
  /** Each option with its bounds, default and description. */
  readonly options: O;
  readonly traits: {
    readonly tasks: readonly Task[];
    /** Where two predict equally well, the one with the lower number is preferred: 0 = the naive one. */
    readonly complexity: number;
  };
  /** @throws `predict/…` where nothing can be learnt, `run/aborted` */
  fit(x: Examples, y: Answers, options: z.output<O>, context: Context, kernel: Kernel): Promise<P>;
  /** Per row the probability of class 1, the probabilities of all classes (rows × classes), or the number. */
  predict(params: P, x: Examples): Float64Array;
  /** The same model as a sum of trees, where it is one. */
  forest?(params: P): Forest;
  /** The same model as a weighted sum, where it is one. */
  linear?(params: P): LinearModel;
}

/** Keeps the literal name in the type, so that the catalog knows its names. */
export function definePredictor<const N extends string, O extends z.ZodType, P>(predictor: Predictor<N, O, P>): Predictor<N, O, P> {
  return predictor;
}

/** A predictor with its own types forgotten: what code that takes any of them sees. */
export interface AnyPredictor {
  readonly name: string;
  readonly title: string;
  readonly options: z.ZodObject;
  readonly traits: Predictor<string, z.ZodObject, unknown>['traits'];
  fit(x: Examples, y: Answers, options: unknown, context: Context, kernel: Kernel): Promise<unknown>;
  predict(params: unknown, x: Examples): Float64Array;
  forest?(params: unknown): Forest;
  linear?(params: unknown): LinearModel;
}

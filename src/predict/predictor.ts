import type { z } from 'zod';
import { checkAborted, type Context } from '../context.js';
import { type Answers, answersAt, type Examples, examplesAt, isKnown, type Task } from '../domain/examples.js';
import type { Forest, LinearModel } from '../domain/forest.js';
import { ShoalError } from '../errors.js';
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
    /** The order of the rows changes nothing but roundings. */
    readonly rowOrder?: boolean;
    /** A weight of 2 is the same as the row twice, but for roundings. */
    readonly repeats?: boolean;
    /** Learns from rows whose answer is unknown as well; from all others they are kept. */
    readonly unlabelled?: boolean;
  };
  /** @throws `predict/…` where nothing can be learnt, `run/aborted` */
  fit(x: Examples, y: Answers, options: z.output<O>, context: Context, kernel: Kernel, shared?: Shared): Promise<P>;
  /** What follows of the inputs alone (bins, a design), made once for all fits on some of these rows. Predictors with the same function share what it makes. */
  readonly prepare?: (x: Examples, weights: Float64Array | undefined, kernel: Kernel) => unknown;
  /** Options that take what a fit has found out (how many rounds) as given, for fits on rows like them. */
  settled?(options: z.output<O>, params: P): z.output<O>;
  /** Per row the probability of class 1, the probabilities of all classes (rows × classes), or the number. */
  predict(params: P, x: Examples): Float64Array;
  /** The same model as a sum of trees, where it is one. */
  forest?(params: P): Forest;
  /** The same model as a weighted sum, where it is one. */
  linear?(params: P): LinearModel;
}

/** What `prepare` made of some rows, and which of them a fit is given. */
export interface Shared {
  readonly made: unknown;
  readonly rows: Int32Array;
}

/**
 * Keeps the literal name in the type, so that the catalog knows its names. What is asked of all is looked after here: `fit` is given only rows whose answer is known,
 * finite or missing inputs, answers that the task allows, positive weights and, unless it is the naive one, at
 * least one input and two classes.
 */
export function definePredictor<const N extends string, O extends z.ZodType, P>(predictor: Predictor<N, O, P>): Predictor<N, O, P> {
  return {
    ...predictor,
    fit: async (x, y, options, context, kernel, shared) => {
      checkAborted(context);
      const { traits, title } = predictor;
      if (!traits.tasks.includes(y.task)) throw new ShoalError('predict/wrong-task', { title, task: y.task, tasks: traits.tasks.join(', ') });
      const known = checkAnswers(y, x.rows);
      for (const [j, { name }] of x.inputs.entries()) requireNoInfinity(name, x.columns[j]);
      if (known === 0) throw new ShoalError('predict/no-answers', {});
      if (traits.complexity > 0) {
        if (x.inputs.length === 0) throw new ShoalError('predict/no-inputs', { reason: 'there is no column besides the answer.' });
        if (y.task !== 'regression') requireClasses(y);
      }
      if (known === x.rows || traits.unlabelled) return predictor.fit(x, y, options, context, kernel, shared);
      const rows = Int32Array.from({ length: x.rows }, (_, i) => i).filter((i) => isKnown(y.values[i]));
      return predictor.fit(examplesAt(x, rows), answersAt(y, rows), options, context, kernel);
    },
  };
}

/** How many answers are known. @throws `predict/bad-answers` */
function checkAnswers({ task, values, classes, weights }: Answers, rows: number): number {
  if (values.length !== rows) throw new ShoalError('predict/bad-answers', { problem: `There are ${values.length} answers for ${rows} rows` });
  if (weights && weights.length !== rows) throw new ShoalError('predict/bad-answers', { problem: `There are ${weights.length} weights for ${rows} rows` });
  const most = task === 'binary' ? 2 : (classes?.length ?? 0);
  let known = 0;
  for (let i = 0; i < rows; i++) {
    if (weights && !(weights[i] > 0 && weights[i] < Infinity)) throw new ShoalError('predict/bad-answers', { problem: `Row ${i + 1} has the weight ${weights[i]}, which is not more than 0` });
    if (!isKnown(values[i])) continue;
    known++;
    const fits = task === 'regression' ? Number.isFinite(values[i]) : Number.isInteger(values[i]) && values[i] >= 0 && values[i] < most;
    if (!fits) throw new ShoalError('predict/bad-answers', { problem: `Row ${i + 1} has the answer ${values[i]}, which is no ${task === 'regression' ? 'finite number' : `class from 0 to ${most - 1}`}` });
  }
  return known;
}

function requireNoInfinity(name: string, column: Float64Array): void {
  for (let row = 0; row < column.length; row++) if (Math.abs(column[row]) === Infinity) throw new ShoalError('predict/infinite', { name, row, value: column[row] });
}

function requireClasses({ values, classes }: Answers): void {
  const first = values.find((value) => isKnown(value))!;
  if (values.some((value) => isKnown(value) && value !== first)) return;
  throw new ShoalError('predict/one-class', { rows: values.filter((value) => isKnown(value)).length, answer: classes?.[first] ?? `${first}` });
}

/** A predictor with its own types forgotten: what code that takes any of them sees. */
export interface AnyPredictor {
  readonly name: string;
  readonly title: string;
  readonly options: z.ZodObject;
  readonly traits: Predictor<string, z.ZodObject, unknown>['traits'];
  fit(x: Examples, y: Answers, options: unknown, context: Context, kernel: Kernel, shared?: Shared): Promise<unknown>;
  readonly prepare?: (x: Examples, weights: Float64Array | undefined, kernel: Kernel) => unknown;
  settled?(options: unknown, params: unknown): unknown;
  predict(params: unknown, x: Examples): Float64Array;
  forest?(params: unknown): Forest;
  linear?(params: unknown): LinearModel;
}

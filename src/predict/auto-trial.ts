// Trials of predictors on rows that they have not learnt from, fold by fold.
import { checkAborted, type Context, within } from '../context.js';
import { type Answers, answersAt, type Examples, examplesAt, outputsOf, type Task } from '../domain/examples.js';
import { ShoalError } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Setting } from './auto-settings.js';
import { predictorNamed } from './catalog.js';
import type { Fold } from './folds.js';

/** A setting, and how it did on rows that were left out. */
export interface Trial {
  readonly setting: Setting;
  readonly predictor: ReturnType<typeof predictorNamed>;
  readonly options: unknown;
  /** Options that need not look again for what the fits on folds have found. */
  readonly settled: unknown;
  /** Mean loss of the rows that were tried, and its standard error. */
  readonly mean: number;
  readonly error: number;
  /** Per row (× outputs) what was predicted where it was not learnt from, and the loss; NaN where it never was tried. */
  readonly predicted: Float64Array;
  readonly losses: Float64Array;
}

/** Rows with their folds, and what all fits on them share. */
export interface Trials {
  readonly answers: Answers;
  readonly folds: readonly Fold[];
  /** Undefined where the predictor cannot learn from these rows, which leaves the choice to the others. @throws `run/aborted` */
  of(setting: Setting, context: Context): Promise<Trial | undefined>;
}

/** Rows from which on what one fit has found out (how many rounds) serves the fits on other folds. */
const settledFrom = 2000;

/** Folds of these rows to try settings on. What follows of the inputs alone (bins, a design) is made once for all of them; answers are looked at in no such thing. */
export function openTrials(x: Examples, answers: Answers, folds: readonly Fold[], kernel: Kernel): Trials {
  // The largest first: what it finds out is closest to what all rows would.
  const parts = [...folds].sort((a, b) => b.train.length - a.train.length).map(({ train, test }) => ({ train, test, x: examplesAt(x, train), y: answersAt(answers, train), asked: examplesAt(x, test) }));
  const prepared = new Map<unknown, unknown>();
  const k = outputsOf(answers);
  return {
    answers, folds,
    async of(setting, context) {
      const predictor = predictorNamed(setting.predictor);
      const { prepare } = predictor;
      const options = predictor.options.parse(setting.options);
      if (parts.length === 0) return undefined;
      if (prepare && !prepared.has(prepare)) prepared.set(prepare, prepare(x, answers.weights, kernel));
      const predicted = new Float64Array(x.rows * k).fill(Number.NaN);
      let settled: unknown = options;
      for (const [f, part] of parts.entries()) {
        checkAborted(context);
        try {
          const own = part.train.length >= settledFrom ? settled : options;
          const params = await predictor.fit(part.x, part.y, own, within(context, `${f}`), kernel, prepare && { made: prepared.get(prepare), rows: part.train });
          if (f === 0 && predictor.settled) settled = predictor.settled(options, params);
          const found = predictor.predict(params, part.asked);
          part.test.forEach((row, r) => { for (let c = 0; c < k; c++) predicted[row * k + c] = found[r * k + c]; });
        } catch (error) {
          if (error instanceof ShoalError && error.code.startsWith('predict/') && predictor.traits.complexity > 0) return undefined;
          throw error;
        }
      }
      const losses = Float64Array.from(answers.values, (value, i) => lossOf(answers.task, value, predicted, i, k));
      return { setting, predictor, options, settled, ...meanAndError(losses, answers.weights), predicted, losses };
    },
  };
}

function lossOf(task: Task, value: number, predicted: Float64Array, row: number, k: number): number {
  if (task === 'regression') return (predicted[row] - value) ** 2;
  const p = task === 'binary' ? (value === 1 ? predicted[row] : 1 - predicted[row]) : predicted[row * k + value];
  return p === p ? -Math.log(Math.max(1e-15, p)) : Number.NaN;
}

/** How much worse the first does than the second, row by row, and its standard error. */
export function excess(first: Trial, second: Trial, { weights }: Pick<Answers, 'weights'>): { readonly mean: number; readonly error: number } {
  return meanAndError(first.losses.map((loss, i) => loss - second.losses[i]), weights);
}

/** Over the rows that have a number. */
function meanAndError(values: Float64Array, weights: Float64Array | undefined): { mean: number; error: number } {
  let [all, sum, rows] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== values[i]) continue;
    const w = weights ? weights[i] : 1;
    all += w;
    sum += w * values[i];
    rows++;
  }
  const mean = sum / all;
  let squares = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === values[i]) squares += (weights ? weights[i] : 1) * (values[i] - mean) ** 2;
  return { mean, error: Math.sqrt(squares / all / Math.max(1, rows - 1)) };
}

// Which predictor, with which settings: each candidate learns from part of the rows and is tried on the rest, the naive one beside them; of those that do not do
// clearly worse than the best (one standard error of the difference, row by row, and 1 % of its gain) the simplest is taken, learns from all rows, and is calibrated on the
// predictions of rows that it had not seen. Whoever judges the result must do it on rows that were not given here.
import { type Context, within } from '../context.js';
import { type Answers, answersAt, type Examples, examplesAt, isKnown, outputsOf, type Task } from '../domain/examples.js';
import type { Candidate } from '../domain/prediction.js';
import { ShoalError } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { stratifiedSample } from '../util/stratified-sample.js';
import { applyCalibrations, type Calibrations, chooseCalibrations } from './calibrate.js';
import { predictorNamed } from './catalog.js';
import { folds, type FoldRules } from './folds.js';

/** A predictor with its settings, fitted and calibrated: plain data. */
export interface ChosenModel {
  readonly predictor: string;
  readonly options: unknown;
  readonly params: unknown;
  readonly calibration: Calibrations;
  /** All that were tried, the naive one first. */
  readonly candidates: readonly (Candidate & { readonly options: unknown })[];
  /** Rows that the candidates were compared on. */
  readonly compared: number;
}

export interface ChooseOptions extends Partial<FoldRules> {
  /** What is tried; by default a few settings of each predictor that suits the task. */
  readonly candidates?: readonly Setting[];
  /** Only this predictor is chosen, whatever others do. */
  readonly predictor?: string;
  /** At most so many rows (drawn, each class in its share) are cross-validated; the chosen one learns from all. */
  readonly mostRows?: number;
}

/** A predictor by name, with its options. */
export interface Setting {
  readonly predictor: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Penalties that matter more or less with the rows there are. */
const linear = (predictor: string): readonly Setting[] => [1, 30].map((penalty) => ({ predictor, options: { penalty, tolerance: 1e-5 } }));

/** Small trees, and larger ones where there are rows to fill them; each tree of some of the inputs, which makes up for one another's mistakes. */
const trees = (rows: number): readonly Setting[] =>
  (rows < 10_000 ? [{ leaves: 4, learningRate: 0.1 }, { leaves: 12, learningRate: 0.05 }] : [{ leaves: 15, learningRate: 0.1 }, { leaves: 31, learningRate: 0.05 }])
    .map((options) => ({ predictor: 'boosted-trees', options: { ...options, inputShare: 0.6, lambda: 5 } }));

/** What is tried where nobody says. */
function usual(task: Task, rows: number): readonly Setting[] {
  return [...linear(task === 'regression' ? 'linear-regression' : 'logistic-regression'), ...trees(rows)];
}

const naive: Setting = { predictor: 'naive', options: {} };

function settingsFor({ task, values }: Answers, { candidates, predictor }: ChooseOptions): readonly Setting[] {
  const all = candidates ?? usual(task, values.length);
  if (predictor === undefined) return all;
  const own = all.filter((setting) => setting.predictor === predictor);
  return own.length > 0 ? own : [{ predictor, options: {} }];
}

/**
 * Chooses, fits and calibrates a model of these rows.
 * @throws `predict/no-answers`, `predict/no-inputs`, `predict/one-class`, `predict/bad-answers`, `predict/infinite`, `predict/wrong-task`, `run/aborted`
 */
export async function chooseModel(x: Examples, y: Answers, options: ChooseOptions, context: Context, kernel: Kernel): Promise<ChosenModel> {
  const settings = [naive, ...settingsFor(y, options)];
  const rows = comparedRows(y, options.mostRows ?? 30_000, context);
  const [own, answers] = [examplesAt(x, rows), answersAt(y, rows)];
  const parts = folds(answers, { count: options.count ?? 5, lead: options.lead, groups: options.groups && Array.from(rows, (i) => options.groups![i]), times: options.times && Float64Array.from(rows, (i) => options.times![i]) }, context.rng('folds'));
  const trials: Trial[] = [];
  for (const [k, setting] of settings.entries()) {
    context.progress({ stage: 'predict', note: `trying ${predictorNamed(setting.predictor).title}`, done: k / (settings.length + 1) });
    const trial = await tryOut(setting, own, answers, parts, within(context, `${k}`), kernel);
    if (trial) trials.push(trial);
  }
  const able = options.predictor === undefined ? trials : trials.slice(1);
  const chosen = able.length > 0 ? simplest(able) : untried(settings[1]);
  const { predictor, options: parsed, oof } = chosen;
  context.progress({ stage: 'predict', note: `learning ${predictor.title}`, done: settings.length / (settings.length + 1) });
  const params = await predictor.fit(x, y, parsed, within(context, 'all'), kernel);
  const told = oof ? Int32Array.from(answers.values.keys()).filter((i) => oof.losses[i] === oof.losses[i]) : new Int32Array(0);
  const k = outputsOf(y);
  const calibration = oof && y.task !== 'regression' && predictor.traits.complexity > 0
    ? chooseCalibrations(answersAt(answers, told), Float64Array.from({ length: told.length * k }, (_, v) => oof.predicted[told[Math.floor(v / k)] * k + (v % k)]), told.map((_, r) => r % 5))
    : Array.from({ length: k }, () => ({ method: 'none' as const }));
  return {
    predictor: predictor.name, options: parsed, params, calibration, compared: told.length,
    candidates: trials.map((trial) => ({ predictor: trial.predictor.name, title: trial.predictor.title, options: trial.options, score: y.task === 'regression' ? 'mean squared error' : 'log loss', mean: trial.mean, error: trial.error, chosen: trial === chosen })),
  };
}

/** Calibrated predictions, as `Predictor.predict` gives them. */
export function predictChosen({ predictor, params, calibration }: Pick<ChosenModel, 'predictor' | 'params' | 'calibration'>, x: Examples): Float64Array {
  return applyCalibrations(calibration, predictorNamed(predictor).predict(params, x));
}

interface Trial {
  readonly predictor: ReturnType<typeof predictorNamed>;
  readonly options: unknown;
  /** Mean loss of the rows that were tried, and its standard error. */
  readonly mean: number;
  readonly error: number;
  /** Per row: what was predicted where it was not learnt from, and the loss; NaN where it never was tried. Absent: nothing was tried. */
  readonly oof?: { readonly predicted: Float64Array; readonly losses: Float64Array; readonly weights?: Float64Array };
}

/** Undefined where the predictor cannot learn from these rows, which leaves the choice to the others. */
async function tryOut(setting: Setting, x: Examples, y: Answers, parts: readonly { train: Int32Array; test: Int32Array }[], context: Context, kernel: Kernel): Promise<Trial | undefined> {
  const predictor = predictorNamed(setting.predictor);
  if (parts.length === 0) return undefined;
  const options = predictor.options.parse(setting.options);
  const k = outputsOf(y);
  const predicted = new Float64Array(x.rows * k).fill(Number.NaN);
  for (const [f, { train, test }] of parts.entries()) {
    try {
      const params = await predictor.fit(examplesAt(x, train), answersAt(y, train), options, within(context, `${f}`), kernel);
      const found = predictor.predict(params, examplesAt(x, test));
      test.forEach((row, r) => { for (let c = 0; c < k; c++) predicted[row * k + c] = found[r * k + c]; });
    } catch (error) {
      if (error instanceof ShoalError && error.code.startsWith('predict/') && predictor.traits.complexity > 0) return undefined;
      throw error;
    }
  }
  const losses = Float64Array.from(y.values, (value, i) => lossOf(y.task, value, predicted, i, k));
  const { mean, error } = meanAndError(losses, y.weights);
  return { predictor, options, mean, error, oof: { predicted, losses, weights: y.weights } };
}

function lossOf(task: Task, value: number, predicted: Float64Array, row: number, k: number): number {
  if (task === 'regression') return (predicted[row] - value) ** 2;
  const p = task === 'binary' ? (value === 1 ? predicted[row] : 1 - predicted[row]) : predicted[row * k + value];
  return -Math.log(Math.max(1e-15, p));
}

/** Of what the best gains over the naive one, so much may be given up for a simpler one. */
const price = 0.01;

/**
 * Of one predictor's settings the best; then the simplest predictor that is within one standard error of the best and gives up hardly anything of its gain. Where the gain itself
 * is within one standard error, the naive one.
 */
function simplest(trials: readonly Trial[]): Trial {
  const best = trials.reduce((least, trial) => (trial.mean < least.mean ? trial : least));
  const own = [...new Set(trials.map(({ predictor }) => predictor))].map((predictor) => trials.filter((trial) => trial.predictor === predictor).reduce((least, trial) => (trial.mean < least.mean ? trial : least)));
  const floor = trials.find(({ predictor }) => predictor.traits.complexity === 0)?.mean ?? best.mean;
  const good = own.filter((trial) => {
    const { mean, error } = meanAndError(trial.oof!.losses.map((loss, i) => loss - best.oof!.losses[i]), trial.oof!.weights);
    return trial === best || (mean <= error && (trial.predictor.traits.complexity === 0 || mean <= price * (floor - best.mean)));
  });
  return good.reduce((least, trial) => (trial.predictor.traits.complexity < least.predictor.traits.complexity ? trial : least));
}

/** Too few rows to try anything out: the simplest that learns, or says why it cannot. */
function untried(setting: Setting): Trial {
  const predictor = predictorNamed(setting.predictor);
  return { predictor, options: predictor.options.parse(setting.options), mean: Number.NaN, error: Number.NaN };
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

function comparedRows({ task, values }: Answers, most: number, context: Context): Int32Array {
  const known = Int32Array.from(values.keys()).filter((i) => isKnown(values[i]));
  if (known.length <= most) return known;
  const kinds = task === 'regression' ? 1 : known.reduce((k, i) => Math.max(k, values[i] + 1), 0);
  const { rows } = stratifiedSample(Int32Array.from(known, (i) => (task === 'regression' ? 0 : values[i])), kinds, most, 50, context.rng('sample'));
  return rows.map((r) => known[r]);
}

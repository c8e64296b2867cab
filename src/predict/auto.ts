// Which predictor, with which settings. Where there are many rows all are tried on a small sample first, and only those that did well there go on (successive halving: Jamieson & Talwalkar
// 2016); on folds of more rows the naive one stands beside them. Of those that do not do clearly worse than the best (one standard error of the difference, row by row, and 1 % of its
// gain) the simplest is taken, learns from all rows, and is calibrated on the predictions of rows that it had not seen. Whoever judges the result must do it on rows that were not given here.
import { type Context, within } from '../context.js';
import { type Answers, answersAt, type Examples, examplesAt, isKnown, outputsOf } from '../domain/examples.js';
import type { Candidate } from '../domain/prediction.js';
import type { Kernel } from '../kernel/kernel.js';
import { stratifiedSample } from '../util/stratified-sample.js';
import { naive, type Setting, usualSettings } from './auto-settings.js';
import { excess, openTrials, type Trial, type Trials } from './auto-trial.js';
import { applyCalibrations, type Calibrations, calibrateAcross } from './calibrate.js';
import { predictorNamed } from './catalog.js';
import { folds, type FoldRules } from './folds.js';

/** A predictor with its settings, fitted and calibrated: plain data. */
export interface ChosenModel {
  readonly predictor: string;
  readonly options: unknown;
  readonly params: unknown;
  readonly calibration: Calibrations;
  /** All that were tried, the naive one first; those that did not go on after the small sample last. */
  readonly candidates: readonly (Candidate & { readonly options: unknown })[];
  /** Rows that the candidates were compared on. */
  readonly compared: number;
  /** Per row that was given (× outputs): what is predicted, calibration and all, by a fit that has not seen it; NaN where there is no such. Of every row where it was asked for, else of those calibrated on. */
  readonly outOfFold?: Float64Array;
}

export interface ChooseOptions extends Partial<FoldRules> {
  /** What is tried; by default a few settings of each predictor that suits the task. */
  readonly candidates?: readonly Setting[];
  /** Only this predictor is chosen, whatever others do. */
  readonly predictor?: string;
  /** At most so many rows (drawn, each class in its share) are cross-validated; the chosen one learns from all. */
  readonly mostRows?: number;
  /** Also predict every row by a fit that has not seen it. */
  readonly outOfFold?: boolean;
}

/** Rows of the small sample, its folds, and how many times as many rows there must be for it to be worth while. */
const sampleRows = 4000;
const sampleFolds = 3;
const worthSampling = 2;
/** From so many rows on, three folds tell as much as five. */
const manyRows = 12_000;

/** What the folds have found out (how many rounds) serves up to so many times as many rows. */
const likeAll = 6;

/** Rows to compare on: the fewer, the more inputs each has. */
const comparedRows = (inputs: number) => Math.round(Math.min(30_000, Math.max(12_000, 2_000_000 / inputs)));

/**
 * Chooses, fits and calibrates a model of these rows.
 * @throws `predict/no-answers`, `predict/no-inputs`, `predict/one-class`, `predict/bad-answers`, `predict/infinite`, `predict/wrong-task`, `run/aborted`
 */
export async function chooseModel(x: Examples, y: Answers, options: ChooseOptions, context: Context, kernel: Kernel): Promise<ChosenModel> {
  const all = knownRows(y);
  const rows = sampleOf(y, all, options.mostRows ?? comparedRows(x.inputs.length), context.rng('sample'));
  const asked = settingsFor(x, y, options);
  // Even alone, settings are tried beside the naive one, and a predictor that cannot take the task says so.
  const { finalists, left } = await screened(asked, x, y, rows, options, context, kernel);
  const trials = trialsOf(x, y, rows, options, options.times, context, kernel);
  const tried = await trialsAll([naive, ...finalists], trials, context, 'final', finalists.length < asked.length ? [0.3, 0.8] : [0, 0.8]);
  const able = options.predictor === undefined ? tried : tried.slice(1);
  const chosen = able.length > 0 ? simplest(able, trials.answers) : undefined;
  const setting = chosen?.setting ?? asked[0] ?? naive;
  const predictor = predictorNamed(setting.predictor);
  context.progress({ stage: 'predict', note: `learning ${predictor.title}`, done: 0.8 });
  const parsed = predictor.options.parse(setting.options);
  const params = await predictor.fit(x, y, chosen && rows.length * likeAll >= all.length && rows.length >= manyRows ? chosen.settled : parsed, within(context, 'all'), kernel);
  context.progress({ stage: 'predict', note: `calibrating ${predictor.title}`, done: 0.9 });
  const crossed = chosen && (await crossFitted(chosen, trials, x, y, { rows, all }, options, context, kernel));
  const candidates = [...tried, ...left].map((trial): ChosenModel['candidates'][number] => ({
    predictor: trial.predictor.name, title: trial.predictor.title, options: trial.options, score: y.task === 'regression' ? 'mean squared error' : 'log loss', mean: trial.mean, error: trial.error,
    chosen: trial === chosen, ...(left.includes(trial) && { rows: trial.losses.length }),
  }));
  return {
    predictor: predictor.name, options: parsed, params, candidates, compared: chosen ? chosen.losses.filter((loss) => loss === loss).length : 0,
    calibration: crossed?.calibration ?? uncalibrated(y), ...(crossed?.outOfFold && { outOfFold: crossed.outOfFold }),
  };
}

/** Calibrated predictions, as `Predictor.predict` gives them. */
export function predictChosen({ predictor, params, calibration }: Pick<ChosenModel, 'predictor' | 'params' | 'calibration'>, x: Examples): Float64Array {
  return applyCalibrations(calibration, predictorNamed(predictor).predict(params, x));
}

const uncalibrated = (y: Answers): Calibrations => Array.from({ length: outputsOf(y) }, () => ({ method: 'none' as const }));

function settingsFor(x: Examples, y: Answers, { candidates, predictor }: ChooseOptions): readonly Setting[] {
  const every = candidates ?? usualSettings(x, y);
  if (predictor === undefined) return every;
  const own = every.filter((setting) => setting.predictor === predictor);
  return own.length > 0 ? own : [{ predictor, options: {} }];
}

/** Some of the rows, parted into folds: by time where times are given, else with all rows of a group together. */
function trialsOf(x: Examples, y: Answers, rows: Int32Array, { count, lead, groups }: ChooseOptions, times: Float64Array | undefined, context: Context, kernel: Kernel, usual = rows.length >= manyRows ? 3 : 5): Trials {
  const answers = answersAt(y, rows);
  const own = { count: count ?? usual, lead, groups: groups && Array.from(rows, (i) => groups[i]), times: times && Float64Array.from(rows, (i) => times[i]) };
  return openTrials(rows.length === x.rows ? x : examplesAt(x, rows), answers, folds(answers, own, context.rng('folds')), kernel);
}

/** Tries one setting after the other; `done` is the part of the progress that this takes. */
async function trialsAll(settings: readonly Setting[], trials: Trials, context: Context, name: string, [from, to]: readonly [number, number]): Promise<Trial[]> {
  const tried: Trial[] = [];
  for (const [k, setting] of settings.entries()) {
    context.progress({ stage: 'predict', note: `trying ${predictorNamed(setting.predictor).title}`, done: from + ((to - from) * k) / settings.length });
    const trial = await trials.of(setting, within(context, `${name} ${setting.predictor} ${k}`));
    if (trial) tried.push(trial);
  }
  return tried;
}

/**
 * The settings that are worth all rows: of each predictor the one that did best on a small sample (with rare categories and without them); of the predictors the best, simpler ones that are not clearly worse, and those that stand for a
 * kind: weighted sums and boosted trees, whose order may turn round with more rows.
 */
async function screened(settings: readonly Setting[], x: Examples, y: Answers, rows: Int32Array, options: ChooseOptions, context: Context, kernel: Kernel): Promise<{ finalists: readonly Setting[]; left: readonly Trial[] }> {
  if (settings.length < 3 || rows.length < worthSampling * sampleRows) return { finalists: settings, left: [] };
  const sample = sampleOf(y, rows, sampleRows, context.rng('small sample'));
  const trials = trialsOf(x, y, sample, options, undefined, context, kernel, sampleFolds);
  const tried = await trialsAll(settings, trials, context, 'sample', [0, 0.3]);
  const best = bestOfEach(tried, kindOf).sort((a, b) => a.mean - b.mean);
  const kept = best.filter((trial, place) => {
    if (place === 0 || always.has(trial.predictor.name)) return true;
    if (trial.predictor.traits.complexity > best[0].predictor.traits.complexity) return false;
    const { mean, error } = excess(trial, best[0], trials.answers);
    return mean <= error;
  });
  if (kept.length === 0) return { finalists: settings, left: [] };
  return { finalists: kept.map(({ setting }) => setting), left: tried.filter((trial) => !kept.includes(trial)) };
}

const always: ReadonlySet<string> = new Set(['logistic-regression', 'linear-regression', 'boosted-trees']);

/** A predictor; what it may ask of rare categories a small sample cannot tell. */
const kindOf = ({ setting: { predictor, options } }: Trial) => `${predictor} ${options.categoryRows ?? ''}`;

/** Of each predictor, or kind of it, its best setting. */
const bestOfEach = (trials: readonly Trial[], kind = ({ predictor }: Trial) => predictor.name): Trial[] =>
  [...new Set(trials.map(kind))].map((own) => trials.filter((trial) => kind(trial) === own).reduce((least, trial) => (trial.mean < least.mean ? trial : least)));

/** Of what the best gains over the naive one, so much may be given up for a simpler one. */
const price = 0.01;

/**
 * Of one predictor's settings the best; then the simplest predictor that is within one standard error of the best and gives up hardly anything of its gain. Where the gain itself
 * is within one standard error, the naive one.
 */
function simplest(trials: readonly Trial[], answers: Answers): Trial {
  const own = bestOfEach(trials);
  const best = own.reduce((least, trial) => (trial.mean < least.mean ? trial : least));
  const floor = trials.find(({ predictor }) => predictor.traits.complexity === 0)?.mean ?? best.mean;
  const good = own.filter((trial) => {
    if (trial === best) return true;
    const { mean, error } = excess(trial, best, answers);
    return mean <= error && (trial.predictor.traits.complexity === 0 || mean <= price * (floor - best.mean));
  });
  return good.reduce((least, trial) => (trial.predictor.traits.complexity < least.predictor.traits.complexity ? trial : least));
}

/**
 * Learnt on predictions of rows that were left out: of other entities of all instants, not of the last instant alone, since how one period differed from the one before says little of
 * the next. Every row that is predicted so is calibrated by what was learnt without it.
 */
async function crossFitted(chosen: Trial, trials: Trials, x: Examples, y: Answers, { rows, all }: { rows: Int32Array; all: Int32Array }, options: ChooseOptions, context: Context, kernel: Kernel): Promise<Pick<ChosenModel, 'calibration' | 'outOfFold'>> {
  const wanted = options.outOfFold ? all : rows;
  const again = options.times !== undefined || wanted.length > rows.length;
  // What calibrates nothing (a number, the share of everyone) need not be crossed again for it.
  if (again && !options.outOfFold && (y.task === 'regression' || chosen.predictor.traits.complexity === 0)) return { calibration: uncalibrated(y) };
  const crossing = again ? trialsOf(x, y, wanted, options, undefined, context, kernel) : trials;
  const settled = { predictor: chosen.predictor.name, options: (crossing.folds[0]?.train.length ?? 0) >= manyRows / 2 ? chosen.settled : chosen.options } as Setting;
  const trial = again ? await crossing.of(settled, within(context, 'crossed')) : chosen;
  if (!trial) return { calibration: uncalibrated(y) };
  const k = outputsOf(y);
  const told = Int32Array.from(trial.losses.keys()).filter((i) => trial.losses[i] === trial.losses[i]);
  const predicted = new Float64Array(told.length * k);
  told.forEach((row, r) => { for (let c = 0; c < k; c++) predicted[r * k + c] = trial.predicted[row * k + c]; });
  const found = y.task !== 'regression' && chosen.predictor.traits.complexity > 0
    ? calibrateAcross(answersAt(crossing.answers, told), predicted, told.map((_, r) => r % 5))
    : { calibration: uncalibrated(y), outOfFold: predicted };
  const outOfFold = new Float64Array(x.rows * k).fill(Number.NaN);
  told.forEach((row, r) => { for (let c = 0; c < k; c++) outOfFold[wanted[row] * k + c] = found.outOfFold[r * k + c]; });
  return { calibration: found.calibration, outOfFold };
}

function knownRows({ values }: Answers): Int32Array {
  return Int32Array.from(values.keys()).filter((i) => isKnown(values[i]));
}

/** At most so many of the rows, each class in its share. */
function sampleOf({ task, values }: Answers, rows: Int32Array, most: number, rng: ReturnType<Context['rng']>): Int32Array {
  if (rows.length <= most) return rows;
  const kinds = task === 'regression' ? 1 : rows.reduce((k, i) => Math.max(k, values[i] + 1), 0);
  return stratifiedSample(Int32Array.from(rows, (i) => (task === 'regression' ? 0 : values[i])), kinds, most, 50, rng).rows.map((r) => rows[r]);
}

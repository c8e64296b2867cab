import type { Context } from '../../context.js';
import { type Answers, answersAt, examplesAt, outputsOf } from '../../domain/examples.js';
import { horizonDays, type PredictionModel, type Target } from '../../domain/prediction.js';
import { openEngine } from '../../engine/catalog.js';
import type { Engine } from '../../engine/engine.js';
import { describe } from '../../ingest/describe.js';
import { ingest, type Ingested } from '../../ingest/ingest.js';
import { ingestOptions } from '../../ingest/options.js';
import { ShoalError } from '../../errors.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Kernel } from '../../kernel/kernel.js';
import { checked } from '../../options.js';
import { predictChosen } from '../../predict/auto.js';
import { choosing, predictionsOf, segmentScores } from '../../predict/bands.js';
import { modelCard } from '../../predict/card.js';
import { predictorNamed } from '../../predict/catalog.js';
import { drawOf, requireAnswers } from '../../predict/holdout.js';
import { coverageOf, fitInterval, intervalsOf } from '../../predict/interval.js';
import { likeliest } from '../../predict/metrics.js';
import { compareModels, evaluate } from '../../predict/evaluate.js';
import { chooseTargets, type ChosenTarget, checkedTarget, type Happening, happeningOf, isTimed, question, readTarget, targetName } from '../../predict/target.js';
import { chooseThreshold, judgeThreshold, type ThresholdRule } from '../../predict/threshold.js';
import { upperFirst } from '../../util/words.js';
import type { DiscoverOptions } from '../config.js';
import { ownContext } from '../session.js';
import { customerValue, type CustomerValue } from '../value.js';
import { predictFilesOptions, predictOptions, type PredictFilesInput, type PredictOptions } from './config.js';
import { learn } from './learn.js';
import { type Instants, instantsOf, labelledSet, type LearningSet, timedSet } from './learning-set.js';
import { identified, modelsIn, predictWith } from './model-file.js';
import type { TargetPredictions } from './target-predictions.js';
import { scoreScripts } from './score-script.js';
import { whyOf } from './why.js';
import { writePredictions } from './write.js';

/** What `predict` gives. Close it when done. */
export interface Predicted {
  readonly entityWord: { readonly one: string; readonly many: string };
  /** What the files and columns were taken for, a line each. */
  readonly inferred: readonly string[];
  readonly targets: readonly TargetPredictions[];
  /** Targets that were looked at and could not be predicted, and why. */
  readonly skipped: readonly string[];
  /** What everyone will buy and be worth, where that was asked for. */
  readonly value?: CustomerValue;
  /** The instant of the predictions, ms; 0 where the data has no times. */
  readonly asOf: number;
  /** Writes predictions, model and card into a folder, all or nothing. @throws `run/write-failed` */
  write(folder: string): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Predicts who will do what next from files of customer data: chooses a target where none is given, learns from the past as it was known then, tests on later time (of a label: on
 * others), and predicts for everyone as of now.
 *
 * @param files paths of CSV, TSV, text, JSON, NDJSON or Parquet files, gzipped or not
 * @throws ShoalError with a code of `errors.ts` and one clear sentence
 * @example
 * const found = await predict(['orders.csv']);
 * console.log(found.targets[0].model.card.result[0]);
 * await found.write('shoal-out');
 * await found.close();
 */
export async function predict(files: readonly string[], options: PredictFilesInput = {}, context?: Context): Promise<Predicted> {
  const settings = checked(predictFilesOptions, options);
  const asked = askedTarget(settings);
  const own = ownContext(settings, context);
  const [engine, kernel] = await Promise.all([openEngine({ threads: own.threads, signal: own.signal }), openKernel({ threads: own.threads })]);
  const close = async () => {
    await kernel.close();
    await engine.close();
  };
  try {
    const ingested = await ingest(files, reading(settings, asked), engine, own);
    const { targets, skipped } = await predictTargets(ingested, settings, engine, kernel, own);
    const value = settings.value ? await customerValue({ ...ingested, currency: settings.currency ?? ingested.currency }, { horizonDays: settings.horizon }, engine, own) : undefined;
    return {
      entityWord: ingested.entity.word, inferred: describe(ingested), targets, skipped, asOf: targets[0].model.asOf,
      ...(value && { value }), write: (folder) => writePredictions(folder, targets, engine, value),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is predicted of everyone in data that was read, and what could not be. @throws `predict/…` where nothing can be */
export async function predictTargets(ingested: Ingested, settings: PredictOptions, engine: Engine, kernel: Kernel, context: Context): Promise<Pick<Predicted, 'targets' | 'skipped'>> {
  const asked = askedTarget(settings);
  const chosen: readonly ChosenTarget[] = asked ? [{ target: asked }] : await chooseTargets(ingested.sources, engine, settings);
  const session: Session = { ingested, settings, engine, kernel, context, instants: new Map() };
  const targets: TargetPredictions[] = [];
  const skipped: string[] = [];
  for (const one of chosen) {
    const done = await targetPredictions(one, session).catch((error: unknown) => {
      // Of targets that nobody asked for one may be impossible, not all.
      if (chosen.length === 1 || !(error instanceof ShoalError && error.code === 'predict/too-few-answers')) throw error;
      skipped.push(`${targetName(one.target)}: ${error.message}`);
      if (skipped.length === chosen.length) throw error;
    });
    if (done) targets.push(done);
  }
  return { targets, skipped };
}

/** The same within another work on the same data. Where nothing was asked for in particular and nothing can be predicted, the reason is among `skipped`. */
export async function predictNext(ingested: Ingested, { predict, seed }: Pick<DiscoverOptions, 'predict' | 'seed'>, engine: Engine, kernel: Kernel, context: Context): Promise<Pick<Predicted, 'targets' | 'skipped'>> {
  const asked: Partial<PredictOptions> = typeof predict === 'object' ? predict : {};
  return predictTargets(ingested, checked(predictOptions, { ...asked, seed }), engine, kernel, context).catch((error: unknown) => {
    if (asked.target === undefined && error instanceof ShoalError && error.code.startsWith('predict/')) return { targets: [], skipped: [error.message] };
    throw error;
  });
}

/** The target that is asked for, if any. @throws `predict/bad-target`, `predict/unknown-predictor` */
export function askedTarget({ target, predictor }: Pick<PredictOptions, 'target' | 'predictor'>): Target | undefined {
  if (predictor !== 'auto') predictorNamed(predictor);
  return target === undefined ? undefined : typeof target === 'string' ? readTarget(target) : checkedTarget(target);
}

const DAY = 86_400_000;

interface Session {
  readonly ingested: Ingested;
  readonly settings: PredictOptions;
  readonly engine: Engine;
  readonly kernel: Kernel;
  readonly context: Context;
  /** Features of past instants by horizon, so that targets share them. */
  readonly instants: Map<number, Promise<Instants>>;
}

async function targetPredictions({ target, reason }: ChosenTarget, session: Session): Promise<TargetPredictions> {
  const { ingested, settings, engine, kernel, context } = session;
  const set = await learningSet(target, session);
  const { train, test, everyone } = set;
  const { answers } = train;
  context.progress({ stage: 'predict', note: `learning ${targetName(target)}` });
  const lead = set.learned.until === undefined ? 0 : set.learned.until - set.learned.cuts[set.learned.cuts.length - 1];
  const learnt = await learn(train, settings.predictor, lead, context, kernel);
  const naive = await learn(train, 'naive', lead, context, kernel);
  const predicted = predictChosen(learnt, test.examples);
  context.progress({ stage: 'evaluate', note: targetName(target) });
  const now = crossed(predictChosen(learnt, everyone.examples), set.learnt, learnt.outOfFold);
  context.progress({ stage: 'explain', note: targetName(target) });
  const why = whyOf(learnt, everyone.examples, set.features, answers.task === 'multiclass' ? likeliest(now, answers.classes!.length) : undefined, settings.currency ?? ingested.currency, kernel);
  const rule = ruleOf(settings, everyone);
  // Where fits on folds say nothing it is the same of everyone, which knows nobody's answer.
  const threshold = rule && answers.task === 'binary' ? judgeThreshold(test.answers, predicted, rule, chooseThreshold(...told(answers, learnt.outOfFold ?? predictChosen(learnt, train.examples)), rule)) : undefined;
  const scored = evaluate(test.answers, predicted, context, threshold);
  const interval = answers.task === 'regression' && predictorNamed(learnt.predictor).traits.complexity > 0 ? await fitInterval(train.examples, answers, train.entities, context, kernel) : undefined;
  const evaluation = interval && scored.task === 'regression' ? { ...scored, interval: coverageOf(test.answers, intervalsOf(interval, test.examples), interval.level) } : scored;
  const word = ingested.entity.word;
  const happening = isTimed(target) && !('sql' in target) ? await happeningOf('none' in target ? target.none : 'any' in target ? target.any : target.amount, ingested.sources, engine) : undefined;
  const { comparison, uncompared } = await compared(target, set, predicted, session);
  const facts = {
    title: upperFirst(targetName(target).replaceAll('_', ' ')), question: question(target, word.one, happening?.words), reason, word, task: answers.task, classes: answers.classes,
    predictorTitle: predictorNamed(learnt.predictor).title, ...(isTimed(target) && { horizon: horizonDays(target) }), gap: settings.gap, learned: set.learned, tested: set.tested,
    evaluation, naive: evaluate(test.answers, predictChosen(naive, test.examples), context), candidates: learnt.candidates, comparison, uncompared, threshold,
    inputs: train.examples.inputs.length, leftOut: set.leftOut, notes: set.notes, answerLimits: set.limits ?? [], crossed: set.learnt !== undefined && learnt.outOfFold !== undefined,
    segments: set.groups.map(({ by, names }) => ({ by, scores: segmentScores(test.answers, predicted, names) })).filter(({ scores }) => scores.length > 1), importance: why.importance,
  };
  const model = identified({
    target, task: answers.task, ...(answers.classes && { classes: answers.classes }), predictor: learnt.predictor, options: learnt.options, params: learnt.params, calibration: learnt.calibration, ...(interval && { interval }),
    inputs: train.examples.inputs, leftOut: set.leftOut, ...(threshold && { threshold }), candidates: learnt.candidates, evaluation, naive: facts.naive, ...(comparison && { comparison }),
    card: modelCard(facts), seed: settings.seed, ...(set.unseenBelow !== undefined && { unseenBelow: set.unseenBelow }), asOf: set.asOf,
  });
  const score = scoreScripts(model, set, ingested.sources);
  const predictions = predictionsOf(now, everyone.entities, answers, everyone.lapsed, interval && intervalsOf(interval, everyone.examples)).map((one, i) => (why.reasons[i]?.length && !everyone.lapsed?.[i] ? { ...one, reasons: why.reasons[i] } : one));
  return { name: targetName(target), model, predictions: threshold ? choosing(predictions, threshold.threshold, settings.capacity) : predictions, ids: everyone.ids, ...(score && { score }), ...(everyone.live && { live: { plan: everyone.live, ...(happening && among(target, happening)) } }) };
}

/** Rows of which something is said. */
function told(answers: Answers, predicted: Float64Array): [Answers, Float64Array] {
  const rows = Int32Array.from(predicted.keys()).filter((i) => !Number.isNaN(predicted[i]));
  return [answersAt(answers, rows), Float64Array.from(rows, (i) => predicted[i])];
}

/** Rows that were learnt from get what fits that had not seen them said: the model itself knows their answers. */
function crossed(predicted: Float64Array, learnt: Int32Array | undefined, outOfFold: Float64Array | undefined): Float64Array {
  if (!learnt || !outOfFold) return predicted;
  const k = outOfFold.length / learnt.length;
  outOfFold.forEach((p, v) => { if (!Number.isNaN(p)) predicted[learnt[Math.floor(v / k)] * k + (v % k)] = p; });
  return predicted;
}

/** What the chosen are chosen by: a cost, or as many of everyone as there is capacity for. */
function ruleOf({ capacity, cost }: PredictOptions, { entities, lapsed }: LearningSet['everyone']): ThresholdRule | undefined {
  if (cost) return { by: 'cost', falseNegative: cost.missed, falsePositive: cost.alarm };
  if (capacity === undefined) return undefined;
  const asked = lapsed ? lapsed.reduce((sum, gone) => sum + 1 - gone, 0) : entities.length;
  return { by: 'capacity', share: Math.min(1, capacity / Math.max(1, asked)) };
}

/** Who has lapsed already is not asked about, as `lapsedAlready` has it. */
function among(target: Target, { source, event }: Happening): Pick<NonNullable<TargetPredictions['live']>, 'among'> {
  if (!('none' in target) || target.active === undefined) return {};
  return { among: { source: source.name, ...(event !== undefined && { event }), last: (target.active / target.within) * horizonDays(target) * DAY } };
}

async function learningSet(target: Target, session: Session): Promise<LearningSet> {
  const { settings, instants } = session;
  const options = { sensitive: settings.sensitive, known: settings.known ?? [], gap: settings.gap };
  if (!isTimed(target)) return labelledSet(target, options, session);
  const horizon = horizonDays(target);
  const shared = instants.get(horizon) ?? instantsOf(horizon, options, session);
  instants.set(horizon, shared);
  return timedSet(target, await shared, options, session);
}

const few = { uncompared: 'too few of the tested rows are new to it' };

/** Against the model of the same target that was here before, on the tested rows that it cannot have learnt from; or why there are none. */
async function compared(target: Target, { test, tested }: LearningSet, predicted: Float64Array, { settings, context }: Session): Promise<{ readonly comparison?: PredictionModel['comparison']; readonly uncompared?: string }> {
  const { answers, entities } = test;
  const earlier = settings.previous === undefined ? undefined : (await modelsIn(settings.previous)).find((model) => targetName(model.target) === targetName(target) && model.task === answers.task);
  if (!earlier) return {};
  if (earlier.classes?.join('\n') !== answers.classes?.join('\n')) return { uncompared: 'its answers are others' };
  const timed = tested.cuts.length > 0;
  if (timed && !(earlier.card.learned.until! <= tested.cuts[0])) return { uncompared: 'it has learnt from the time that is tested on' };
  if (!timed && earlier.seed !== settings.seed) return { uncompared: 'it was learnt with another seed, so from others of the tested rows' };
  if (!timed && earlier.unseenBelow === undefined) return { uncompared: 'it does not say which rows it has learnt from' };
  const rows = Int32Array.from(entities.keys()).filter((i) => timed || drawOf(entities[i], context) < earlier.unseenBelow!);
  const [k, own] = [outputsOf(answers), answersAt(answers, rows)];
  try {
    requireAnswers(own, 'compare on', '');
    const first = Float64Array.from({ length: rows.length * k }, (_, v) => predicted[rows[Math.floor(v / k)] * k + (v % k)]);
    const comparison = compareModels(own, first, predictWith(earlier, examplesAt(test.examples, rows)), answers.task === 'regression' ? 'rmse' : 'auc', context);
    return Number.isFinite(comparison.gain.value) ? { comparison } : few;
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
    if (error.code === 'predict/too-few-answers') return few;
    if (error.code === 'predict/no-input') return { uncompared: 'the columns that it asks for are no longer there' };
    if (error.code === 'predict/unknown-predictor') return { uncompared: 'its predictor is none that is known here' };
    throw error;
  }
}

/** How files are read: a column that holds the answer is one that says what happened. */
function reading(settings: PredictOptions, target: Target | undefined): Partial<PredictOptions> {
  const given = Object.fromEntries(Object.entries(settings).filter(([key, value]) => key in ingestOptions.shape && value !== undefined)) as Partial<PredictOptions>;
  return target && 'label' in target ? { ...given, label: [...(settings.label ?? []), target.label] } : given;
}

// How well predictions agree with what happened, each score with its interval: DeLong for the area under the curve, Wilson for shares, else the deviation
// under Poisson bootstrap weights (each row counts 0, 1, 2 … times), drawn with the context's seed.
import type { Context } from '../context.js';
import type { BinaryEvaluation, CalibrationBin, CurvePoint, Decided, Estimate, Evaluation, GainPoint, ModelComparison, MulticlassEvaluation, RegressionEvaluation } from '../domain/evaluation.js';
import { type Answers, isKnown } from '../domain/examples.js';
import { ShoalError } from '../errors.js';
import { normalTail } from '../util/normal-tail.js';
import type { Rng } from '../util/rng.js';
import { wilson } from '../util/wilson.js';
import {
  auc, averagePrecision, binMeans, brier, brierOfClasses, brierParts, calibrationError, captured, confusion, confusionOfClasses, cumulated, deLongVariance, equalMassBins, f1,
  likeliest, logLoss, logLossOfClasses, mean, meanAbsoluteError, meanSquaredError, pinball, placements, r2, rank, type Ranking,
} from './metrics.js';

export interface EvaluateOptions {
  /** Saying yes from this probability on; 0.5. */
  readonly threshold?: number;
  /** The quantile that was predicted, of a number; absent = its mean. */
  readonly quantile?: number;
}

const bins = 10;
const z95 = 1.959963984540054;

/**
 * Scores predictions (as `Predictor.predict` gives them) against answers; rows whose answer is unknown are left out.
 * @throws `predict/no-answers` where all are
 */
export function evaluate(answers: Answers, predicted: Float64Array, context: Pick<Context, 'rng'>, options: EvaluateOptions = {}): Evaluation {
  const { y, p, weights } = known(answers, predicted);
  if (y.length === 0) throw new ShoalError('predict/no-answers', {});
  const rng = context.rng('evaluate');
  if (answers.task === 'binary') return binary(y, p, weights, rng, options.threshold ?? 0.5);
  if (answers.task === 'multiclass') return multiclass(y, p, weights, rng, answers.classes!);
  return regression(y, p, weights, rng, options.quantile);
}

interface Scored {
  readonly y: Float64Array;
  readonly p: Float64Array;
  readonly weights?: Float64Array;
}

function known({ values, weights }: Answers, predicted: Float64Array): Scored {
  const outputs = predicted.length / (values.length || 1);
  if (values.every((value) => isKnown(value))) return { y: values, p: predicted, weights };
  const rows = Array.from(values, (_, i) => i).filter((i) => isKnown(values[i]));
  return {
    y: Float64Array.from(rows, (i) => values[i]),
    p: Float64Array.from({ length: rows.length * outputs }, (_, v) => predicted[rows[Math.floor(v / outputs)] * outputs + (v % outputs)]),
    weights: weights && Float64Array.from(rows, (i) => weights[i]),
  };
}

function binary(y: Float64Array, p: Float64Array, weights: Float64Array | undefined, rng: Rng, threshold: number): BinaryEvaluation {
  const ranking = rank(y, p);
  const bin = equalMassBins(ranking, bins, weights);
  const [positives, negatives] = [y.reduce((sum, value) => sum + value, 0), y.reduce((sum, value) => sum + 1 - value, 0)];
  const counts = confusion(y, p, threshold, weights);
  const spread = deviations(y.length, weights, rng, (w) => [
    averagePrecision(ranking, w), logLoss(y, p, w), brier(y, p, w), calibrationError(binMeans(y, p, bin, w)), captured(ranking, 0.1, w) * 10,
    f1(confusion(y, p, threshold, w)), weights ? auc(ranking, w) : 0,
  ]);
  const means = binMeans(y, p, bin, weights);
  const parts = brierParts(means);
  const score = brier(y, p, weights);
  const rate = mean(y.length, (i) => y[i], weights);
  const effective = effectiveRows(y.length, weights);
  const { threshold: at, ones, zeros } = cumulated(ranking, weights);
  const [allOnes, allZeros] = [ones[ones.length - 1], zeros[zeros.length - 1]];
  return {
    task: 'binary',
    rows: y.length,
    positives,
    rate: share(rate, effective),
    predictedRate: mean(y.length, (i) => p[i], weights),
    scores: {
      ...(positives > 0 && negatives > 0 && { auc: estimate(auc(ranking, weights), weights ? spread[6] : Math.sqrt(deLongVariance(y, placements(ranking))), 0, 1) }),
      ...(positives > 0 && { averagePrecision: estimate(averagePrecision(ranking, weights), spread[0], 0, 1) }),
      logLoss: estimate(logLoss(y, p, weights), spread[1], 0),
      brier: estimate(score, spread[2], 0, 1),
      ece: estimate(calibrationError(means), spread[3], 0, 1),
      ...(positives > 0 && { topDecileLift: estimate(captured(ranking, 0.1, weights) * 10, spread[4], 0, 10) }),
    },
    brierParts: { ...parts, within: score - (parts.reliability - parts.resolution + parts.uncertainty) },
    decision: decided(y, p, threshold, effective / y.length, counts, spread[5]),
    roc: positives > 0 && negatives > 0 ? thinned([{ x: 0, y: 0 }, ...Array.from(at, (t, k) => ({ x: zeros[k] / allZeros, y: ones[k] / allOnes, threshold: t }))]) : [],
    precisionRecall: positives > 0 ? thinned(Array.from(at, (t, k) => ({ x: ones[k] / allOnes, y: ones[k] / (ones[k] + zeros[k]), threshold: t }))) : [],
    gain: positives > 0 ? gainOf(ranking, weights) : [],
    calibration: binsOf(y, p, bin, weights, (observed, rows) => share(observed, rows)),
  };
}

function decided(y: Float64Array, p: Float64Array, threshold: number, perRow: number, weighted: ReturnType<typeof confusion>, f1Deviation: number): Decided {
  const counts = confusion(y, p, threshold);
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = weighted;
  const rows = (...which: number[]) => which.reduce((a, b) => a + b, 0);
  const { truePositives, falsePositives, falseNegatives } = counts;
  const f = f1(weighted);
  return {
    threshold,
    selected: truePositives + falsePositives,
    ...counts,
    accuracy: share((tp + tn) / rows(tp, tn, fp, fn), y.length * perRow),
    ...(tp + fp > 0 && { precision: share(tp / (tp + fp), rows(truePositives, falsePositives) * perRow) }),
    ...(tp + fn > 0 && { recall: share(tp / (tp + fn), rows(truePositives, falseNegatives) * perRow) }),
    ...(tp + fp + fn > 0 && { f1: estimate(f, f1Deviation, 0, 1) }),
  };
}

function multiclass(y: Float64Array, p: Float64Array, weights: Float64Array | undefined, rng: Rng, names: readonly string[]): MulticlassEvaluation {
  const k = names.length;
  const said = likeliest(p, k);
  const rankings = names.map((_, c) => rank(Float64Array.from(y, (value) => (value === c ? 1 : 0)), Float64Array.from(y, (_, i) => p[i * k + c])));
  const confidence = Float64Array.from(said, (c, i) => p[i * k + c]);
  const right = Float64Array.from(said, (c, i) => (c === y[i] ? 1 : 0));
  const bin = equalMassBins(rank(right, confidence), bins, weights);
  const average = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / k;
  const scores = (w?: Float64Array) => {
    const each = names.map((_, c) => oneAgainstRest(confusionOfClasses(y, said, k, w), c));
    return [
      average(rankings.map((ranking) => auc(ranking, w))), average(rankings.map((ranking) => averagePrecision(ranking, w))), logLossOfClasses(y, p, k, w), brierOfClasses(y, p, k, w),
      calibrationError(binMeans(right, confidence, bin, w)), mean(y.length, (i) => right[i], w), average(each.map((e) => e.precision)), average(each.map((e) => e.recall)), average(each.map((e) => e.f1)),
    ];
  };
  const spread = deviations(y.length, weights, rng, scores);
  const found = scores(weights);
  const at = (index: number, most?: number) => estimate(found[index], spread[index], 0, most);
  const table = confusionOfClasses(y, said, k, weights);
  return {
    task: 'multiclass',
    rows: y.length,
    scores: {
      ...(found[0] === found[0] && { auc: at(0, 1) }), ...(found[1] === found[1] && { averagePrecision: at(1, 1) }),
      logLoss: at(2), brier: at(3, 2), ece: at(4, 1), accuracy: share(found[5], effectiveRows(y.length, weights)), precision: at(6, 1), recall: at(7, 1), f1: at(8, 1),
    },
    confusion: table,
    classes: names.map((name, c) => {
      const [area, precision] = [auc(rankings[c], weights), averagePrecision(rankings[c], weights)];
      return {
        name, rows: y.reduce((sum, value) => sum + (value === c ? 1 : 0), 0), ...(area === area && { auc: area }), ...(precision === precision && { averagePrecision: precision }), ...oneAgainstRest(table, c),
      };
    }),
  };
}

/** 0 where nothing was said or there was nothing to find, as scikit-learn has it. */
function oneAgainstRest(table: readonly (readonly number[])[], c: number): { precision: number; recall: number; f1: number } {
  const hits = table[c][c];
  const selected = table.reduce((sum, row) => sum + row[c], 0);
  const there = table[c].reduce((sum, value) => sum + value, 0);
  return { precision: hits / (selected || 1), recall: hits / (there || 1), f1: (2 * hits) / (selected + there || 1) };
}

function regression(y: Float64Array, p: Float64Array, weights: Float64Array | undefined, rng: Rng, quantile: number | undefined): RegressionEvaluation {
  const scores = (w?: Float64Array) => [
    Math.sqrt(meanSquaredError(y, p, w)), meanAbsoluteError(y, p, w), r2(y, p, w), mean(y.length, (i) => p[i] - y[i], w), quantile === undefined ? 0 : pinball(y, p, quantile, w),
  ];
  const found = scores(weights);
  const spread = deviations(y.length, weights, rng, scores);
  const ranking = rank(y, p);
  const holds = y.every((value) => value >= 0) && y.some((value) => value > 0);
  return {
    task: 'regression',
    rows: y.length,
    scores: {
      rmse: estimate(found[0], spread[0], 0),
      mae: estimate(found[1], spread[1], 0),
      ...(Number.isFinite(found[2]) && { r2: estimate(found[2], spread[2], -Infinity, 1) }),
      bias: estimate(found[3], spread[3]),
      ...(quantile !== undefined && { pinball: estimate(found[4], spread[4], 0) }),
    },
    ...(quantile !== undefined && { quantile }),
    ...(holds && { gain: gainOf(ranking, weights) }),
    calibration: binsOf(y, p, equalMassBins(ranking, bins, weights), weights, (observed, rows, variance) => estimate(observed, Math.sqrt(variance / rows))),
  };
}

const higherIsBetter = { auc: true, averagePrecision: true, logLoss: false, brier: false, accuracy: true, rmse: false, mae: false, r2: true } as const;

/** A score by which two models are compared; `auc` and `averagePrecision` of several classes are means over one against the rest. */
export type ComparedScore = keyof typeof higherIsBetter;

/**
 * Two models' predictions of the same rows, by one score: DeLong's difference for the area under the curve of two answers, else by paired bootstrap.
 * @throws `predict/no-answers`
 */
export function compareModels(answers: Answers, first: Float64Array, second: Float64Array, score: ComparedScore, context: Pick<Context, 'rng'>): ModelComparison {
  const [a, b] = [known(answers, first), known(answers, second)];
  const { y, weights } = a;
  if (y.length === 0) throw new ShoalError('predict/no-answers', {});
  const [ofA, ofB] = [scorer(answers, a, score), scorer(answers, b, score)];
  const [one, two] = [ofA(weights), ofB(weights)];
  let deviation: number;
  if (score === 'auc' && answers.task === 'binary' && !weights) {
    const [mine, other] = [placements(rank(y, a.p)), placements(rank(y, b.p))];
    deviation = Math.sqrt(deLongVariance(y, mine.map((value, i) => value - other[i])));
  } else [deviation] = deviations(y.length, weights, context.rng('compare'), (w) => [ofA(w) - ofB(w)]);
  const gain = estimate(higherIsBetter[score] ? one - two : two - one, deviation);
  const pValue = gain.value === 0 ? 1 : Math.min(1, 2 * normalTail(Math.abs(gain.value) / deviation));
  return { score, first: one, second: two, gain, pValue, better: pValue < 0.05 ? (gain.value > 0 ? 'first' : 'second') : 'neither' };
}

function scorer({ task, classes }: Answers, { y, p }: Scored, score: ComparedScore): (weights?: Float64Array) => number {
  const k = task === 'multiclass' ? classes!.length : 1;
  if (score === 'rmse') return (w) => Math.sqrt(meanSquaredError(y, p, w));
  if (score === 'mae') return (w) => meanAbsoluteError(y, p, w);
  if (score === 'r2') return (w) => r2(y, p, w);
  if (score === 'logLoss') return k > 1 ? (w) => logLossOfClasses(y, p, k, w) : (w) => logLoss(y, p, w);
  if (score === 'brier') return k > 1 ? (w) => brierOfClasses(y, p, k, w) : (w) => brier(y, p, w);
  if (score === 'accuracy') {
    const said = k > 1 ? likeliest(p, k) : p.map((value) => (value >= 0.5 ? 1 : 0));
    return (w) => mean(y.length, (i) => (said[i] === y[i] ? 1 : 0), w);
  }
  const of = score === 'auc' ? auc : averagePrecision;
  const rankings = k > 1 ? classes!.map((_, c) => rank(y.map((value) => (value === c ? 1 : 0)), y.map((_, i) => p[i * k + c]))) : [rank(y, p)];
  return (w) => rankings.reduce((sum, ranking) => sum + of(ranking, w), 0) / rankings.length;
}

/** Standard deviation of each number that `scores` gives, over weights drawn again and again; draws that give NaN (a class went missing) are left out. */
function deviations(n: number, weights: Float64Array | undefined, rng: Rng, scores: (weights: Float64Array) => readonly number[]): number[] {
  const draws = Math.round(Math.min(200, Math.max(30, 2e7 / n)));
  const drawn = new Float64Array(n);
  const found: (readonly number[])[] = [];
  for (let b = 0; b < draws; b++) {
    for (let i = 0; i < n; i++) drawn[i] = poisson(rng.next()) * (weights ? weights[i] : 1);
    if (drawn.some((w) => w > 0)) found.push(scores(drawn));
  }
  return (found[0] ?? []).map((_, s) => {
    const values = found.map((each) => each[s]).filter((value) => Number.isFinite(value));
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
  });
}

const poissonUpTo = Array.from({ length: 9 }, (_, k) => Array.from({ length: k + 1 }, (_, j) => Math.exp(-1) / factorial(j)).reduce((sum, value) => sum + value, 0));

/** How often a row is drawn among as many draws as there are rows, from a uniform number. */
function poisson(u: number): number {
  let k = 0;
  while (k < 9 && u >= poissonUpTo[k]) k++;
  return k;
}

function factorial(k: number): number {
  return k < 2 ? 1 : k * factorial(k - 1);
}

/** A number that is not known better than `deviation`; where that cannot be told (one row), the range is all there is. */
function estimate(value: number, deviation: number, least = -Infinity, most = Infinity): Estimate {
  const half = Number.isFinite(deviation) ? z95 * deviation : Infinity;
  return { value, low: finite(Math.max(least, value - half)), high: finite(Math.min(most, value + half)) };
}

/** Plain JSON has no infinity. */
const finite = (value: number) => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));

/** A share among as many (equally weighted) rows, by Wilson. */
export function share(value: number, rows: number): Estimate {
  const [low, high] = wilson(value * rows, rows);
  return { value, low, high };
}

/** How many rows of equal weight tell as much (Kish). */
export function effectiveRows(n: number, weights?: Float64Array): number {
  if (!weights) return n;
  const sum = weights.reduce((a, w) => a + w, 0);
  return sum ** 2 / weights.reduce((a, w) => a + w * w, 0);
}

function gainOf(ranking: Ranking, weights?: Float64Array): GainPoint[] {
  return [...Array.from({ length: 10 }, (_, k) => (k + 1) / 100), ...Array.from({ length: 9 }, (_, k) => (k + 2) / 10)].map((part) => {
    const held = captured(ranking, part, weights);
    return { share: part, captured: held, lift: held / part };
  });
}

function binsOf(y: Float64Array, p: Float64Array, bin: Int32Array, weights: Float64Array | undefined, interval: (observed: number, rows: number, variance: number) => Estimate): CalibrationBin[] {
  const { predicted, observed } = binMeans(y, p, bin, weights);
  return Array.from(predicted, (value, b) => {
    const rows = Array.from(bin, (_, i) => i).filter((i) => bin[i] === b);
    const own = weights && Float64Array.from(rows, (i) => weights[i]);
    const variance = mean(rows.length, (r) => (y[rows[r]] - observed[b]) ** 2, own);
    const [from, to] = rows.reduce(([least, most], i) => [Math.min(least, p[i]), Math.max(most, p[i])], [Infinity, -Infinity]);
    return { rows: rows.length, from, to, predicted: value, observed: interval(observed[b], effectiveRows(rows.length, own), variance) };
  });
}

/** At most 201 of the points, the first and the last among them. */
function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  return points.length <= 201 ? points : Array.from({ length: 201 }, (_, k) => points[Math.round((k * (points.length - 1)) / 200)]);
}

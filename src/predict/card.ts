import type { Estimate, Evaluation, ModelComparison, ThresholdChoice } from '../domain/evaluation.js';
import type { Candidate, Importance, LeftOut, ModelCard, Period, PredictionModel, SegmentScore } from '../domain/prediction.js';
import { formatCount, formatNumber, formatPercent } from '../util/format-value.js';
import { listWords, upperFirst } from '../util/words.js';

/** What a card is written from. */
export interface CardFacts {
  readonly title: string;
  readonly question: string;
  readonly reason?: string;
  readonly word: { readonly one: string; readonly many: string };
  readonly task: PredictionModel['task'];
  readonly classes?: readonly string[];
  readonly predictorTitle: string;
  readonly horizon?: number;
  readonly gap: number;
  readonly learned: Period;
  readonly tested: Period;
  readonly evaluation: Evaluation;
  readonly naive: Evaluation;
  readonly candidates: readonly Candidate[];
  readonly comparison?: ModelComparison;
  /** Why the model that was here before is not compared with, where there is one. */
  readonly uncompared?: string;
  readonly threshold?: ThresholdChoice;
  readonly inputs: number;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
  /** What is to be known of the answers before they are trusted. */
  readonly answerLimits: readonly string[];
  /** Rows that were learnt from are predicted by fits that had not seen them. */
  readonly crossed: boolean;
  readonly segments: ModelCard['segments'];
  readonly importance: readonly Importance[];
}

/** Rows of the rarer answer below which a score is said with care. */
const ENOUGH = 100;
/** Areas under the curve: of no use below, suspiciously good above. */
const USELESS = 0.55;
const TOO_GOOD = 0.98;

/** A model card in words: what was learnt from, how well it does, and where not to trust it. */
export function modelCard(facts: CardFacts): ModelCard {
  const { title, question, reason, learned, tested, segments, importance } = facts;
  return { title, question, ...(reason && { reason }), data: dataSentences(facts), result: resultSentences(facts), limits: limitSentences(facts), learned, tested, segments, importance };
}

const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function dataSentences({ learned, tested, word, task, horizon, gap, inputs, leftOut, classes, notes, crossed, evaluation }: CardFacts): string[] {
  const rate = ({ rate: share }: Period) => (task === 'regression' ? `${formatNumber(share)} on average` : task === 'binary' ? `${formatPercent(share)} ${classes && !['yes', 'true', '1'].includes(classes[1]) ? `'${classes[1]}'` : 'yes'}` : `${formatPercent(share)} '${classes![1]}'`);
  const rows = ({ rows: n, entities }: Period) => (n === entities ? `${formatCount(n)} ${word.many}` : `${formatCount(n)} rows of ${formatCount(entities)} ${word.many}`);
  const out: string[] = [];
  if (learned.cuts.length) {
    out.push(`Learnt from ${rows(learned)} as they were known on ${listWords(learned.cuts.map(date))}, with what happened in the ${formatCount(horizon!)} days after${gap ? ` a gap of ${formatCount(gap)} days` : ''}: ${rate(learned)}.`);
    out.push(`Tested on ${rows(tested)} as they were known on ${date(tested.cuts[0])}, with what happened until ${date(tested.until!)}: ${rate(tested)}. No answer of this time was learnt from.`);
  } else {
    out.push(`Learnt from ${rows(learned)} (${rate(learned)}); tested on ${rows(tested)} (${rate(tested)}) that it has not seen. No ${word.one} is in both.`);
    if (crossed) out.push(`What is predicted of the ${word.many} that were learnt from comes from fits that had not seen them, so their averages are honest; others get the model itself.${evaluation.task === 'regression' && evaluation.interval ? ' The ranges of all come from the model itself: of those that were learnt from it knows the answers, and holds them more often than it says.' : ''}`);
  }
  out.push(`Made from ${formatCount(inputs)} columns.`);
  const leaks = leftOut.filter(({ why }) => why === 'twin' || why === 'label' || why === 'untimed');
  for (const { sentence } of leaks.slice(0, 12)) out.push(`Left out: ${sentence}`);
  if (leaks.length > 12) out.push(`Left out: ${leaks.length - 12} more for such reasons.`);
  const empty = leftOut.filter(({ why }) => why === 'empty');
  if (empty.length) out.push(`Left out because they tell nothing: ${listWords(empty.slice(0, 6).map(({ name }) => `'${name}'`))}${empty.length > 6 ? ` and ${empty.length - 6} more` : ''}.`);
  const sensitive = leftOut.filter(({ why }) => why === 'sensitive');
  if (sensitive.length) out.push(`Left out as protected characteristics: ${listWords(sensitive.map(({ name }) => `'${name}'`))}. Others may still stand for them.`);
  return [...out, ...notes.filter((note) => note.includes('lookup'))];
}

const between = ({ value, low, high }: Estimate, write = (x: number) => x.toFixed(3)) => `${write(value)} (${write(low)}–${write(high)})`;

function resultSentences({ evaluation, naive, predictorTitle, candidates, comparison, uncompared, threshold, word, classes }: CardFacts): string[] {
  const out: string[] = [];
  if (evaluation.task === 'binary' && naive.task === 'binary') {
    const { auc, ece, brier, topDecileLift } = evaluation.scores;
    if (auc) out.push(`${predictorTitle}: given one who does and one who does not, it ranks them rightly ${formatPercent(auc.value)} of the time (AUC ${between(auc)}; 0.5 is chance).`);
    if (topDecileLift) out.push(`The tenth it holds likeliest has ${topDecileLift.value.toFixed(1)} times as many of them as everyone.`);
    out.push(`A predicted chance is off by ${formatPercent(ece.value)} on average (ECE ${between(ece)}). Brier score ${between(brier)}, of the naive predictor ${naive.scores.brier.value.toFixed(3)}.`);
  } else if (evaluation.task === 'multiclass' && naive.task === 'multiclass') {
    const { accuracy, auc, ece } = evaluation.scores;
    out.push(`${predictorTitle}: the likeliest of ${classes!.length} answers is right for ${formatPercent(accuracy.value)} (${formatPercent(naive.scores.accuracy.value)} if the commonest is always said).${auc ? ` AUC ${between(auc)} on average over the answers.` : ''}`);
    out.push(`The chance it gives its answer is off by ${formatPercent(ece.value)} on average (ECE).`);
  } else if (evaluation.task === 'regression' && naive.task === 'regression') {
    const { mae, rmse, r2, bias } = evaluation.scores;
    out.push(`${predictorTitle}: off by ${formatNumber(mae.value)} on average (root of the mean square ${formatNumber(rmse.value)}); the naive predictor by ${formatNumber(naive.scores.mae.value)} (${formatNumber(naive.scores.rmse.value)}).${r2 ? ` It explains ${formatPercent(Math.max(0, r2.value))} of the variance.` : ''}`);
    const { interval } = evaluation;
    if (interval) out.push(`The ranges beside the numbers are to hold ${formatPercent(interval.level)} of what happens; of the tested rows they held ${formatPercent(interval.coverage.value)} (${formatPercent(interval.coverage.low)}–${formatPercent(interval.coverage.high)}), and half of them are narrower than ${formatNumber(interval.width)}.`);
    out.push(`All together it is ${formatNumber(Math.abs(bias.value))} too ${bias.value > 0 ? 'high' : 'low'} per ${word.one}.`);
  }
  if (threshold) out.push(thresholdSentence(threshold, word.many));
  if (candidates.length > 1) out.push(candidatesSentence(candidates));
  if (comparison) out.push(comparisonSentence(comparison));
  if (uncompared) out.push(`Not compared with the model that was here before: ${uncompared}.`);
  return out;
}

function candidatesSentence(candidates: readonly Candidate[]): string {
  const finalists = candidates.filter(({ rows }) => rows === undefined);
  const sampled = candidates.find(({ rows }) => rows !== undefined);
  const left = [...new Set(candidates.map(({ title }) => title))].filter((title) => !finalists.some((one) => one.title === title));
  return `Chosen among ${listWords(finalists.map(({ title, mean, chosen }) => `${title} ${mean.toFixed(3)}${chosen ? ' (chosen)' : ''}`))} by ${candidates[0].score} on held-out folds.` +
    (sampled ? ` ${left.length ? `${listWords(left.map((title, i) => (i ? title.toLowerCase() : title)))} and more settings` : 'More settings'} were tried on ${formatCount(sampled.rows!)} rows and did worse.` : '');
}

function thresholdSentence({ by, threshold, selectedShare, precision, recall, cost, costOfEverybody, costOfNobody }: ThresholdChoice, many: string): string {
  const why = { capacity: 'As many as there is capacity for', cost: 'For the lowest cost', f1: 'For the best balance of hits and misses' }[by];
  const told = [precision && `${formatPercent(precision.value)} of them rightly`, recall && `finding ${formatPercent(recall.value)} of all there are`].filter(Boolean);
  const costs = cost && ` It costs ${formatNumber(cost.value)} each, against ${formatNumber(costOfNobody!)} for nobody and ${formatNumber(costOfEverybody!)} for everybody.`;
  return `${why}, those with a chance of ${formatPercent(threshold)} or more are chosen: ${formatPercent(selectedShare.value)} of the ${many}${told.length ? `, ${listWords(told as string[])}` : ''}.${costs ?? ''}`;
}

function comparisonSentence({ score, first, second, better, pValue }: ModelComparison): string {
  const numbers = `${score} ${first.toFixed(3)} against ${second.toFixed(3)} on the same rows, which neither has learnt from, p = ${pValue < 0.001 ? '< 0.001' : pValue.toFixed(3)}`;
  return better === 'first' ? `Better than the model that was here before (${numbers}).` : better === 'second' ? `Worse than the model that was here before (${numbers}).` : `No different from the model that was here before (${numbers}).`;
}

function limitSentences({ evaluation, naive, learned, tested, horizon, gap, word, segments, leftOut, task, answerLimits }: CardFacts): string[] {
  const out: string[] = [...answerLimits];
  if (evaluation.task === 'binary') {
    const { auc } = evaluation.scores;
    const least = Math.min(evaluation.positives, evaluation.rows - evaluation.positives);
    if (auc && auc.low <= 0.5) out.push('It is no better than chance on what it has not seen: do not act on it.');
    else if (auc && auc.value < USELESS) out.push('It is hardly better than chance: act on it only where a wrong guess costs nothing.');
    if (auc && auc.value > TOO_GOOD) out.push('It is suspiciously good. Look whether one of its columns was written down after the answer was known.');
    if (least < ENOUGH) out.push(`Only ${formatCount(least)} of the tested rows are of the rarer answer, so every score is rough: look at the ranges.`);
    if (evaluation.scores.ece.value > 0.05) out.push(`Its chances are off by ${formatPercent(evaluation.scores.ece.value)} on the tested rows: trust the order more than the numbers.`);
  }
  if (evaluation.task === 'regression' && naive.task === 'regression' && evaluation.scores.mae.value >= naive.scores.mae.value && evaluation.scores.rmse.value >= naive.scores.rmse.value) out.push('It is no better than saying the mean of everyone.');
  const off = evaluation.task === 'regression' && evaluation.interval && (evaluation.interval.coverage.high < evaluation.interval.level - 0.02 ? 'narrow' : evaluation.interval.coverage.low > evaluation.interval.level + 0.05 ? 'wide' : undefined);
  if (off) out.push(`Its ranges were too ${off} on the tested rows${off === 'wide' ? ': many answers are the same' : ', which differ from those that were learnt from'}.`);
  if (learned.cuts.length) {
    out.push(`It says what happens within ${formatCount(horizon!)} days${gap ? ` after ${formatCount(gap)} more` : ''}, no later, of those who are known already: nothing about new ${word.many}.`);
    const shift = Math.abs(learned.rate - tested.rate);
    if (task === 'binary' && shift > 0.05) out.push(`The share changed from ${formatPercent(learned.rate)} in the time learnt from to ${formatPercent(tested.rate)} in the time tested on, so chances may be off again by the time they come true.`);
    if (learned.cuts.length === 1) out.push('It was learnt from one instant: it cannot know what changes with the season.');
  } else {
    out.push('The data has no times, so it cannot be told whether the columns were known before the answer; what was written down afterwards makes the scores too good.');
  }
  const worse = weakest(segments);
  if (worse) out.push(worse);
  if (leftOut.some(({ why }) => why === 'untimed')) out.push('Columns without times were left out; they may help where they were known at every moment.');
  return out;
}

/** The group in which predictions are furthest off. */
function weakest(segments: ModelCard['segments']): string | undefined {
  const all = segments.flatMap(({ by, scores }) => scores.filter(({ rows }) => rows >= ENOUGH).map((score) => ({ by, ...score, off: Math.abs(score.observed - score.predicted) })));
  const [most] = all.sort((a, b) => b.off - a.off);
  return most && most.off > 0.05 && most.off < 1 ? `It is furthest off among '${most.segment}' (${most.by}): ${formatPercent(most.predicted)} predicted, ${formatPercent(most.observed)} happened.` : undefined;
}

/** A card as Markdown. */
export function cardMarkdown({ title, question, reason, data, result, limits, segments, importance }: ModelCard, { predictor, evaluation }: Pick<PredictionModel, 'predictor' | 'evaluation'>): string {
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`);
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const share = (value: number) => (evaluation.task === 'regression' ? formatNumber(value) : formatPercent(value));
  const out = [`# ${title}`, '', question, ...(reason ? ['', `Why this: ${reason}`] : []), '', '## How well', '', ...list(result), '', '## Learnt from', '', ...list(data), '', '## Limits', '', ...list(limits), ''];
  if (evaluation.task === 'binary' && evaluation.calibration.length) {
    out.push('## Calibration', '', row(['Predicted', 'Happened', 'Rows']), row(['---:', '---:', '---:']), ...evaluation.calibration.map((bin) => row([share(bin.predicted), `${share(bin.observed.value)} (${share(bin.observed.low)}–${share(bin.observed.high)})`, formatCount(bin.rows)])), '');
  }
  if (evaluation.task === 'binary' && evaluation.gain.length) {
    out.push('## Gain', '', row(['Likeliest', 'Hold', 'Lift']), row(['---:', '---:', '---:']), ...evaluation.gain.map((point) => row([share(point.share), share(point.captured), point.lift.toFixed(2)])), '');
  }
  for (const { by, scores } of segments) {
    if (scores.length) out.push(`## ${upperFirst(by)}`, '', row(['Group', 'Rows', 'Happened', 'Predicted', 'AUC']), row(['---', '---:', '---:', '---:', '---:']), ...scores.map((score) => segmentRow(score, share, row)), '');
  }
  if (importance.length) out.push('## What it looks at', '', row(['Column', 'Importance']), row(['---', '---:']), ...importance.slice(0, 20).map(({ title: name, value }) => row([name, value.toFixed(4)])), '');
  return [...out, `Predictor: ${predictor}.`, ''].join('\n');
}

const segmentRow = ({ segment, rows, observed, predicted, auc }: SegmentScore, share: (value: number) => string, row: (cells: readonly string[]) => string) =>
  row([segment, formatCount(rows), share(observed), share(predicted), auc === undefined ? '' : auc.toFixed(3)]);

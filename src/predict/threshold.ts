import type { Estimate, ThresholdChoice } from '../domain/evaluation.js';
import { type Answers, isKnown } from '../domain/examples.js';
import { ShoalError } from '../errors.js';
import { effectiveRows, share } from './evaluate.js';
import { cumulated, mean, rank } from './metrics.js';

export type ThresholdRule =
  /** What a false alarm and a miss cost, in any unit. Saying yes pays off from falsePositive / (falsePositive + falseNegative) on, if probabilities hold; what is chosen is what cost least on the rows it is chosen on. */
  | { readonly by: 'cost'; readonly falsePositive: number; readonly falseNegative: number }
  /** The likeliest share of the rows, 0–1: "we can call 500 people" of 10,000 is 0.05. */
  | { readonly by: 'capacity'; readonly share: number }
  /** The best balance of precision and recall. */
  | { readonly by: 'f1' };

/**
 * The probability to say yes from, chosen on rows that were not learnt from. Under a capacity never more than it are said yes to: where many tie at the cut, none of them. Where nobody
 * is, it is more than the greatest probability, and where everybody is, 0: rows that it is used on may have others than those it is chosen on.
 * @throws `predict/no-answers`, `predict/bad-rule`
 */
export function chooseThreshold(answers: Answers, predicted: Float64Array, rule: ThresholdRule): number {
  checkRule(rule);
  const { y, p, w } = knownOf(answers, predicted);
  const { threshold, ones, zeros } = cumulated(rank(y, p), w);
  const last = threshold.length - 1;
  const [allOnes, all] = [ones[last], ones[last] + zeros[last]];
  // Cut −1 says yes to nobody, cut c to everyone with at least the c-th greatest probability.
  const selected = (c: number) => (c < 0 ? 0 : ones[c] + zeros[c]);
  const hits = (c: number) => (c < 0 ? 0 : ones[c]);
  const worth = (c: number) => {
    if (rule.by === 'cost') return -(rule.falsePositive * (selected(c) - hits(c)) + rule.falseNegative * (allOnes - hits(c)));
    if (rule.by === 'capacity') return selected(c) <= rule.share * all * (1 + 1e-12) ? selected(c) : -1;
    return (2 * hits(c)) / (selected(c) + allOnes || 1);
  };
  let best = -1;
  for (let c = 0; c <= last; c++) if (worth(c) > worth(best)) best = c;
  // Between this probability and the next: predictions of other rows seldom fall on it exactly.
  return best < 0 ? threshold[0] + Math.max((1 - threshold[0]) / 2, Number.EPSILON) : best === last ? 0 : (threshold[best] + threshold[best + 1]) / 2;
}

/**
 * What to expect of saying yes from this probability on, by rows that neither the model nor the threshold has seen: where it was chosen it looks better than it is.
 * @throws `predict/no-answers`
 */
export function judgeThreshold(answers: Answers, predicted: Float64Array, rule: ThresholdRule, threshold: number): ThresholdChoice {
  const { y, p, w } = knownOf(answers, predicted);
  const said = p.map((value) => (value >= threshold ? 1 : 0));
  const count = (of: (i: number) => boolean) => y.reduce((sum, _, i) => sum + (of(i) ? (w?.[i] ?? 1) : 0), 0);
  const [all, ones, selected, hits] = [count(() => true), count((i) => y[i] === 1), count((i) => said[i] === 1), count((i) => said[i] === 1 && y[i] === 1)];
  const effective = effectiveRows(y.length, w) / all;
  const of = (part: number, whole: number): Estimate | undefined => (whole > 0 ? share(part / whole, whole * effective) : undefined);
  const [precision, recall] = [of(hits, selected), of(hits, ones)];
  return { by: rule.by, threshold, selectedShare: share(selected / all, y.length), ...(precision && { precision }), ...(recall && { recall }), ...(rule.by === 'cost' && costs(rule, y, said, w)) };
}

function knownOf({ values, weights }: Answers, predicted: Float64Array): { readonly y: Float64Array; readonly p: Float64Array; readonly w?: Float64Array } {
  const rows = Int32Array.from(values.keys()).filter((i) => isKnown(values[i]));
  if (rows.length === 0) throw new ShoalError('predict/no-answers', {});
  const at = (column: Float64Array) => Float64Array.from(rows, (i) => column[i]);
  return { y: at(values), p: at(predicted), ...(weights && { w: at(weights) }) };
}

/** Mean cost per row with its interval, beside that of saying no to all and yes to all. */
function costs({ falsePositive, falseNegative }: Extract<ThresholdRule, { by: 'cost' }>, y: Float64Array, said: Float64Array, w?: Float64Array): Pick<ThresholdChoice, 'cost' | 'costOfNobody' | 'costOfEverybody'> {
  const cost = (i: number) => (said[i] === y[i] ? 0 : y[i] === 1 ? falseNegative : falsePositive);
  const value = mean(y.length, cost, w);
  const deviation = Math.sqrt(mean(y.length, (i) => (cost(i) - value) ** 2, w) / effectiveRows(y.length, w));
  const rate = mean(y.length, (i) => y[i], w);
  return { cost: { value, low: Math.max(0, value - 1.96 * deviation), high: value + 1.96 * deviation }, costOfNobody: rate * falseNegative, costOfEverybody: (1 - rate) * falsePositive };
}

function checkRule(rule: ThresholdRule): void {
  const refuse = (problem: string) => { throw new ShoalError('predict/bad-rule', { problem }); };
  if (rule.by === 'capacity' && !(rule.share >= 0 && rule.share <= 1)) refuse(`The capacity is a share of ${rule.share}, but it must be from 0 to 1`);
  if (rule.by === 'cost' && !(rule.falsePositive >= 0 && rule.falseNegative >= 0 && rule.falsePositive + rule.falseNegative > 0 && rule.falsePositive + rule.falseNegative < Infinity)) {
    refuse(`A false alarm costs ${rule.falsePositive} and a miss ${rule.falseNegative}, but costs must be 0 or more, and not both 0`);
  }
}

// The range that holds a number in so many of 100 cases: conformalised quantile regression (Romano, Patterson & Candès 2019, "Conformalized Quantile Regression"). Boosted trees learn the
// two quantiles on most of the rows; on the rest (other entities) it is seen how far beyond them the answers lie, and both ends are moved by the distance that holds often enough. Of rows
// like those of the rest it then holds in at least that share of cases, whatever the trees are worth: (1 + rows) level of the distances, rounded up. Answers that tie make it hold more often.
import { type Context, within } from '../context.js';
import { type Answers, answersAt, type Examples, examplesAt, isKnown } from '../domain/examples.js';
import type { Estimate } from '../domain/evaluation.js';
import type { PredictedInterval } from '../domain/prediction.js';
import type { Kernel } from '../kernel/kernel.js';
import { share } from './evaluate.js';
import { folds } from './folds.js';
import { boostedTrees } from './predictors/boosted-trees.js';
import type { Boosted } from './trees/boost.js';

/** Of 100 answers so many are to lie within. */
export const LEVEL = 0.8;
/** Below this too few are left to see how far answers lie beyond. */
const fewest = 100;
/** Rows that the quantiles are learnt from at most, and rows that say how far answers lie beyond. */
const mostRows = 20_000;
const part = 4;

const settings = { loss: 'quantile', trees: 150, learningRate: 0.1, leaves: 12, leafRows: 30, patience: 15, inputShare: 0.7 } as const;

/** Undefined where there are too few rows. `groups`: whose each row is, all on one side. @throws `predict/…`, `run/aborted` */
export async function fitInterval(x: Examples, y: Answers, groups: readonly string[] | undefined, context: Context, kernel: Kernel, level = LEVEL): Promise<PredictedInterval | undefined> {
  const [parted] = folds(y, { count: part, groups }, context.rng('interval'));
  if (!parted || parted.test.length < fewest / part) return undefined;
  const learnt = spread(parted.train, mostRows);
  const [own, answers] = [examplesAt(x, learnt), answersAt(y, learnt)];
  const fit = (quantile: number) => boostedTrees.fit(own, answers, boostedTrees.options.parse({ ...settings, quantile }), within(context, `quantile ${quantile}`), kernel);
  const [low, high] = [await fit((1 - level) / 2), await fit((1 + level) / 2)];
  const [rest, truth] = [examplesAt(x, parted.test), answersAt(y, parted.test)];
  const [from, to] = quantiles({ low, high }, rest);
  const beyond = truth.values.map((value, i) => Math.max(from[i] - value, value - to[i])).sort();
  const place = Math.ceil((1 + beyond.length) * level);
  if (place > beyond.length) return undefined;
  const [least, most] = y.values.reduce(([a, b], value) => (isKnown(value) ? [Math.min(a, value), Math.max(b, value)] : [a, b]), [Infinity, -Infinity]);
  return { level, margin: beyond[place - 1], low, high, least, most };
}

/** The lower and the upper end of each row; none beyond what was ever seen. */
export function intervalsOf({ margin, least, most, ...params }: PredictedInterval, x: Examples): { readonly low: Float64Array; readonly high: Float64Array } {
  const [from, to] = quantiles(params, x);
  const within = (value: number) => Math.min(most, Math.max(least, value));
  // A margin below 0 draws the ends together, past one another at most.
  return { low: from.map((value, i) => within(Math.min(value - margin, to[i] + margin))), high: to.map((value, i) => within(Math.max(value + margin, from[i] - margin))) };
}

/** How often the ranges hold what happened, and how wide the middle one is. */
export function coverageOf({ values }: Answers, { low, high }: ReturnType<typeof intervalsOf>, level = LEVEL): { readonly level: number; readonly coverage: Estimate; readonly width: number } {
  const rows = Int32Array.from(values.keys()).filter((i) => isKnown(values[i]));
  const held = rows.reduce((sum, i) => sum + (values[i] >= low[i] && values[i] <= high[i] ? 1 : 0), 0);
  const widths = Float64Array.from(rows, (i) => high[i] - low[i]).sort();
  return { level, coverage: share(held / rows.length, rows.length), width: widths[widths.length >> 1] };
}

/** Two quantiles that are learnt apart may cross: in order. */
function quantiles({ low, high }: Pick<PredictedInterval, 'low' | 'high'>, x: Examples): [Float64Array, Float64Array] {
  const [a, b] = [boostedTrees.predict(low as Boosted, x), boostedTrees.predict(high as Boosted, x)];
  return [a.map((value, i) => Math.min(value, b[i])), b.map((value, i) => Math.max(value, a[i]))];
}

/** At most so many of the rows, evenly from the first to the last. */
const spread = (rows: Int32Array, most: number) => (rows.length <= most ? rows : Int32Array.from({ length: most }, (_, r) => rows[Math.floor((r * rows.length) / most)]));

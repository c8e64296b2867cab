import type { Answers } from '../domain/examples.js';
import type { Band, Prediction, SegmentScore } from '../domain/prediction.js';
import { auc, likeliest, rank } from './metrics.js';

/** Chances from which on a band begins, the likeliest first. */
export const bands: readonly { readonly from: number; readonly band: Band }[] = [
  { from: 0.8, band: 'very likely' }, { from: 0.55, band: 'likely' }, { from: 0.45, band: 'open' }, { from: 0.2, band: 'unlikely' }, { from: 0, band: 'very unlikely' },
];

/** A chance in words. */
export const bandOf = (probability: number): Band => bands.find(({ from }) => probability >= from)?.band ?? 'very unlikely';

/** Numbers as a predictor gives them, as predictions of entities, with the ranges of numbers. */
export function predictionsOf(predicted: Float64Array, entities: readonly string[], { task, classes }: Pick<Answers, 'task' | 'classes'>, lapsed?: Uint8Array, ranges?: { readonly low: Float64Array; readonly high: Float64Array }): Prediction[] {
  if (task === 'regression') return entities.map((entity, i) => ({ entity, value: predicted[i], ...(ranges && { low: ranges.low[i], high: ranges.high[i] }) }));
  if (task === 'binary') return entities.map((entity, i) => (lapsed?.[i] ? { entity } : { entity, probability: predicted[i], band: bandOf(predicted[i]) }));
  const k = classes!.length;
  const said = likeliest(predicted, k);
  return entities.map((entity, i) => {
    const probability = predicted[i * k + said[i]];
    return { entity, answer: classes![said[i]], probability, band: bandOf(probability) };
  });
}

/** Predictions with who is chosen: the likeliest as far as a capacity goes, else everyone from a threshold on. */
export function choosing(predictions: readonly Prediction[], threshold: number, capacity?: number): Prediction[] {
  const asked = predictions.flatMap(({ probability }, i) => (probability === undefined ? [] : [i]));
  const chosen = new Set(capacity === undefined
    ? asked.filter((i) => predictions[i].probability! >= threshold)
    : asked.sort((a, b) => predictions[b].probability! - predictions[a].probability! || a - b).slice(0, capacity));
  return predictions.map((prediction, i) => ({ ...prediction, chosen: chosen.has(i) }));
}

/** How predictions do within groups of rows: what happened against what was predicted. Several answers: whether the likeliest was right. */
export function segmentScores({ task, values, classes }: Answers, predicted: Float64Array, names: readonly (string | undefined)[]): SegmentScore[] {
  const k = task === 'multiclass' ? classes!.length : 1;
  const groups = new Map<string, number[]>();
  for (const [i, name] of names.entries()) {
    if (name === undefined) continue;
    const own = groups.get(name);
    if (own) own.push(i);
    else groups.set(name, [i]);
  }
  const said = k > 1 ? likeliest(predicted, k) : undefined;
  return [...groups].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).slice(0, 12).map(([segment, rows]) => {
    const mean = (of: (i: number) => number) => rows.reduce((sum, i) => sum + of(i), 0) / rows.length;
    const observed = mean((i) => (said ? (said[i] === values[i] ? 1 : 0) : values[i]));
    const expected = mean((i) => (said ? predicted[i * k + said[i]] : predicted[i]));
    const auc = task === 'binary' ? areaAmong(values, predicted, rows) : undefined;
    return { segment, rows: rows.length, observed, predicted: expected, ...(auc !== undefined && { auc }) };
  });
}

/** Absent with fewer than ten of either answer. */
function areaAmong(y: Float64Array, p: Float64Array, rows: readonly number[]): number | undefined {
  const own = Float64Array.from(rows, (i) => y[i]);
  const ones = own.reduce((sum, value) => sum + value, 0);
  return Math.min(ones, rows.length - ones) < 10 ? undefined : auc(rank(own, Float64Array.from(rows, (i) => p[i])));
}

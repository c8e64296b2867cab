import type { FeatureTable } from '../../domain/feature.js';
import type { PredictionStory } from '../../domain/prediction.js';
import type { Report } from '../../domain/report.js';
import type { Assignment } from '../../domain/segment.js';
import { bands } from '../../predict/bands.js';
import type { TargetPredictions } from './target-predictions.js';

/** What a report says of predictions, over everyone and per segment. */
export function predictionStories(
  { targets, skipped }: { readonly targets: readonly TargetPredictions[]; readonly skipped: readonly string[] },
  { table, assignment, profiles }: { readonly table: FeatureTable; readonly assignment: Assignment; readonly profiles: readonly unknown[] },
): Report['predictions'] {
  return { targets: targets.map((one) => story(one, table, assignment, profiles.length)), skipped };
}

function story({ name, feature, model: { params: _, calibration: __, options: ___, interval: ____, ...model }, predictions }: TargetPredictions, table: FeatureTable, { labels }: Assignment, k: number): PredictionStory {
  const several = model.task === 'multiclass';
  const keys = several ? model.classes! : model.task === 'binary' ? bands.map(({ band }) => band) : [];
  const counts = keys.map((of) => ({ of, entities: predictions.filter((one) => (several ? one.answer : one.band) === of).length }));
  const unasked = predictions.filter(({ probability, value }) => probability === undefined && value === undefined).length;
  const column = table.columns[table.features.findIndex((one) => one.name === feature)];
  const sums = new Float64Array(k), rows = new Float64Array(k);
  column?.forEach((value, i) => {
    if (Number.isNaN(value) || labels[i] < 0) return;
    sums[labels[i]] += value;
    rows[labels[i]]++;
  });
  return { ...model, name, ...(column && { feature }), counts, unasked, segments: Array.from(sums, (sum, c) => (rows[c] > 0 ? sum / rows[c] : null)) };
}

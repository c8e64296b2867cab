import type { Feature, FeatureTable } from '../../domain/feature.js';
import type { Task } from '../../domain/examples.js';
import { horizonDays, type Target } from '../../domain/prediction.js';
import type { Engine } from '../../engine/engine.js';
import { isTimed } from '../../predict/target.js';
import { formatCount } from '../../util/format-value.js';
import { quoteName } from '../../util/quote.js';
import type { TargetPredictions } from './target-predictions.js';

/** Of features that say what will be, not what was: they describe segments and can be asked for in rules, and never decide who belongs together. */
export const predicted = 'prediction';

/** Predictions as features of the entities of a table, beside those that were measured, in the engine too; and the targets with the names of theirs. Targets with several answers are no number and stay out. */
export async function withPredictions(table: FeatureTable, targets: readonly TargetPredictions[], engine: Engine): Promise<{ readonly table: FeatureTable; readonly targets: readonly TargetPredictions[] }> {
  const numbers = targets.filter(({ model }) => model.task !== 'multiclass');
  const added = numbers.map(({ name, model: { target, task, classes }, predictions }) => {
    const at = new Map(predictions.map(({ entity }, i) => [entity, i]));
    const column = Float64Array.from(table.entities, (entity) => {
      const found = at.get(entity);
      const { probability, value } = found === undefined ? {} as { probability?: number; value?: number } : predictions[found];
      return probability ?? value ?? Number.NaN;
    });
    return { feature: predictedFeature(`predicted_${name}`, target, task, classes), column };
  });
  const { table: both, names } = await withFeatures(table, added, engine);
  return { table: both, targets: targets.map((one) => (numbers.includes(one) ? { ...one, feature: names[numbers.indexOf(one)] } : one)) };
}

/** A table with more features of its entities, in the engine too, and their names: one that the data has already gets '_' behind it. */
export async function withFeatures(table: FeatureTable, wished: readonly { readonly feature: Feature; readonly column: Float64Array }[], engine: Engine): Promise<{ readonly table: FeatureTable; readonly names: readonly string[] }> {
  if (wished.length === 0) return { table, names: [] };
  const taken = new Set(table.features.map(({ name }) => name));
  const added = wished.map(({ feature, column }) => {
    let { name } = feature;
    while (taken.has(name)) name += '_';
    taken.add(name);
    return { feature: { ...feature, name }, column };
  });
  await engine.load('shoal_predicted_features', Object.fromEntries(added.map(({ feature, column }) => [feature.name, column])));
  const both = quoteName(`${table.table} and predictions`);
  const values = added.map(({ feature: { name } }) => `CASE WHEN NOT isnan(p.${quoteName(name)}) THEN p.${quoteName(name)} END AS ${quoteName(name)}`);
  await engine.run(`CREATE OR REPLACE TABLE ${both} AS SELECT f.*, ${values.join(', ')} FROM ${quoteName(table.table)} f POSITIONAL JOIN shoal_predicted_features p`, 'predictions');
  await engine.run(`DROP TABLE ${quoteName(table.table)}`, 'predictions');
  await engine.run(`ALTER TABLE ${both} RENAME TO ${quoteName(table.table)}`, 'predictions');
  await engine.run('DROP TABLE shoal_predicted_features', 'predictions');
  const features = added.map(({ feature }) => feature);
  return { table: { ...table, features: [...table.features, ...features], columns: [...table.columns, ...added.map(({ column }) => column)] }, names: features.map(({ name }) => name) };
}

/** What a prediction says of somebody, as a feature. */
export function predictedFeature(name: string, target: Target, task: Task, classes?: readonly string[]): Feature {
  const { title, high, low } = said(target, classes);
  const money = 'amount' in target && target.over === undefined;
  return {
    name, title, kind: task === 'binary' ? 'share' : money ? 'money' : 'number', family: predicted, source: predicted, words: { high, low }, role: 'profile', movable: false, empty: Number.NaN,
  };
}

function said(target: Target, classes?: readonly string[]): { title: string; high: string; low: string } {
  if (!isTimed(target)) {
    const what = target.is ?? classes?.[1];
    const about = target.label.replaceAll(/[_-]+/g, ' ');
    return what === undefined ? { title: `Expected ${about}`, high: `high expected ${about}`, low: `low expected ${about}` } : { title: `Chance of ${about}: ${what}`, high: `likely ${about}`, low: `unlikely ${about}` };
  }
  const days = `${formatCount(horizonDays(target))} days`;
  if ('none' in target) return { title: `Risk of no ${target.none} within ${days}`, high: 'at-risk', low: 'safe' };
  if ('any' in target) return { title: `Chance of ${target.any} within ${days}`, high: 'likely-to-return', low: 'unlikely-to-return' };
  if ('sql' in target) return { title: `Predicted by the query, within ${days}`, high: 'high-scoring', low: 'low-scoring' };
  if (target.over === undefined) return { title: `Expected worth of ${target.amount} within ${days}`, high: 'high-prospect', low: 'low-prospect' };
  return { title: `Chance of ${target.amount} over ${formatCount(target.over)} within ${days}`, high: 'promising', low: 'unpromising' };
}

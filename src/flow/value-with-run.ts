import type { Context } from '../context.js';
import type { Feature, FeatureTable } from '../domain/feature.js';
import type { Worth } from '../domain/value.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import type { Ingested } from '../ingest/ingest.js';
import { formatCount, formatPercent } from '../util/format-value.js';
import type { DiscoverOptions } from './config.js';
import { predicted, withFeatures } from './predict/as-features.js';
import { lifeOf, subscriptionOf } from './subscriptions.js';
import { subscriptionWorth } from './subscriptions-story.js';
import { valueOf, type CustomerValue } from './value.js';
import { hasLog } from './value-customers.js';

/** The features of everyone with what they will be worth, and a way to tell it of segments once they are known. */
export interface Valuing {
  readonly table: FeatureTable;
  /** `segments`: ids in order; `labels`: of each row, −1 = none; `decides`: names of the features that segments were found by. */
  story(segments: readonly string[], labels: Int32Array, decides: readonly string[]): Promise<Worth>;
}

/** What everyone of a run is worth from its instant on. Data that cannot tell gives the reason, and features as they were. @throws `config/invalid`, `run/aborted` */
export async function valueWithRun({ ingested, table }: { readonly ingested: Ingested; readonly table: FeatureTable }, { value: asked, currency }: Pick<DiscoverOptions, 'value' | 'currency'>, engine: Engine, context: Context): Promise<Valuing> {
  const options = typeof asked === 'object' ? asked : {};
  try {
    if (!hasLog(ingested) && subscriptionOf(ingested.sources, {})) return await subscribed(ingested, table, engine, context);
    return await bought({ ...ingested, currency: currency ?? ingested.currency }, table, options, engine, context);
  } catch (error) {
    if (!(error instanceof ShoalError) || !error.code.startsWith('predict/')) throw error;
    return { table, story: async () => ({ kind: 'none', why: [error.message] }) };
  }
}

async function bought(ingested: Ingested, table: FeatureTable, options: object, engine: Engine, context: Context): Promise<Valuing> {
  const { value, bySegment } = await valueOf(ingested, { ...options, quick: true }, engine, context);
  const added = purchaseFeatures(value);
  const rows = new Map(value.entities.map((entity, i) => [entity, i]));
  const { table: both, names } = await withFeatures(table, added.map(({ feature, column }) => ({ feature, column: placed(table.entities, rows, column) })), engine);
  return {
    table: both,
    story: async (segments, labels) => {
      const at = new Map(table.entities.map((entity, row) => [entity, labels[row]]));
      const told = new Map(bySegment((entity) => segments[at.get(entity) ?? -1]).map((one) => [one.segment, one]));
      const { by, why, trial, asOf, horizonDays, monthlyDiscount, level, all, heldOut, notes, comparison, fit } = value;
      return {
        kind: 'purchases', by, model: comparison?.candidates.find(({ model }) => model === fit.model)?.title ?? fit.model, why, trial, asOf, horizonDays, monthlyDiscount, level, covers: covers(value), all,
        segments: segments.map((id) => told.get(id) ?? null), ...(heldOut && { heldOut }), features: names, notes,
      };
    },
  };
}

async function subscribed(ingested: Ingested, table: FeatureTable, engine: Engine, context: Context): Promise<Valuing> {
  const life = await lifeOf(ingested, {}, engine, context);
  const ahead = `${formatCount(life.horizon)} more of ${life.time.replaceAll(/[_-]+/g, ' ')}`;
  const added: { feature: Feature; column: Float64Array }[] = [
    { feature: foretoldFeature('value_stays', `Chance to stay for ${ahead}`, 'share', { high: 'staying', low: 'leaving' }), column: life.columns.stays },
    ...(life.columns.value ? [{ feature: foretoldFeature('value_expected', `Worth expected over ${ahead}`, 'money', { high: 'high-prospect', low: 'low-prospect' }), column: life.columns.value }] : []),
  ];
  const rows = new Map(life.entities.map((entity, i) => [entity, i]));
  const { table: both, names } = await withFeatures(table, added.map(({ feature, column }) => ({ feature, column: placed(table.entities, rows, column) })), engine);
  return {
    table: both,
    story: async (segments, labels, decides) => {
      const at = new Map(table.entities.map((entity, row) => [entity, labels[row]]));
      return subscriptionWorth(life, life.bySegment((entity) => segments[at.get(entity) ?? -1]), segments, { features: names, decides });
    },
  };
}

/** A column of some in the order of all; NaN for the others. */
const placed = (entities: readonly string[], rows: ReadonlyMap<string, number>, column: Float64Array): Float64Array =>
  Float64Array.from(entities, (entity) => column[rows.get(entity) ?? -1] ?? Number.NaN);

function purchaseFeatures({ by, columns, horizonDays, level, fit }: CustomerValue): { feature: Feature; column: Float64Array }[] {
  const within = `within ${formatCount(horizonDays)} days`;
  const sure = formatPercent((1 + level) / 2);
  return [
    // Where nobody leaves, or nobody can be told to have left, it is the same of all.
    ...(by === 'model' && fit.model !== 'nbd' ? [{ feature: foretoldFeature('value_alive', 'Chance to be still there', 'share', { high: 'still-there', low: 'lapsed' }), column: columns.alive }] : []),
    { feature: { ...foretoldFeature('value_purchases', `Days with a purchase expected ${within}`, 'number', { high: 'buying-on', low: 'not-buying-on' }) }, column: columns.purchases },
    ...(columns.value && columns.valueLow && columns.valueHigh ? [
      { feature: foretoldFeature('value_expected', `Worth expected ${within}`, 'money', { high: 'high-prospect', low: 'low-prospect' }), column: columns.value },
      { feature: foretoldFeature('value_at_least', `Worth at least, ${sure} sure, ${within}`, 'money', { high: 'surely-valuable', low: 'unsure' }), column: columns.valueLow },
      { feature: foretoldFeature('value_at_most', `Worth at most, ${sure} sure, ${within}`, 'money', { high: 'promising', low: 'unpromising' }), column: columns.valueHigh },
    ] : []),
  ];
}

/** What will be, as a feature: it describes segments and can be asked for in rules, and never decides who belongs together. */
const foretoldFeature = (name: string, title: string, kind: Feature['kind'], words: Feature['words']): Feature =>
  ({ name, title, kind, family: predicted, source: predicted, words, role: 'profile', movable: false, empty: Number.NaN });

function covers({ by, level, all }: CustomerValue): string {
  const what = all.value === undefined ? 'what these customers buy' : 'what these customers buy and spend, discounted to now';
  const unknown = by === 'model' ? 'by chance, and that the parameters of the models are only estimated' : 'by as much chance as there was in the time held back, and that the rate was off there';
  return `An interval holds ${what}, in ${formatPercent(level)} of cases: ${unknown}. It holds no seasons, campaigns or trends, nobody who comes new, and not that the model itself may be wrong: for that there is the trial.`;
}

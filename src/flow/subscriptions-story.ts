import type { StayingCurve, SubscriptionWorth } from '../domain/value.js';
import { snake } from '../featurize/recipe.js';
import type { SurvivalCurve } from '../predict/value/kaplan-meier.js';
import { formatPercent } from '../util/format-value.js';
import type { SubscriptionLife } from './subscriptions.js';

/** Points of a curve that a reader can tell apart. */
const most = 120;
/** Risks that are told. */
const strongest = 8;

/** What a report says of subscriptions. `decides`: names of the features that segments were found by. */
export function subscriptionWorth(life: SubscriptionLife, told: SubscriptionLife['segments'], segments: readonly string[], { features, decides }: { readonly features: readonly string[]; readonly decides: readonly string[] }): SubscriptionWorth {
  const { why, time, horizon, curve, ends, rows, columns, cox, heldOutConcordance, notes } = life;
  const of = new Map(told.map((one) => [one.segment, one]));
  const sum = (column: Float64Array) => column.reduce((a, b) => a + b, 0);
  return {
    kind: 'subscriptions', why, time, horizon,
    all: { ...staying(curve, rows, ends), stays: sum(columns.stays), ...(columns.value && { value: sum(columns.value) }) },
    segments: segments.map((id) => {
      const one = of.get(id);
      return one ? { ...staying(one.curve, one.entities, one.curve.ended.reduce((a, b) => a + b, 0)), stays: one.stays, ...(one.value !== undefined && { value: one.value }) } : null;
    }),
    risks: (cox?.effects ?? []).filter(({ p }) => p < 0.05).sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio))).slice(0, strongest).map(({ name, ratio, interval: [low, high] }) => ({ name, ratio, low, high })),
    ...(heldOutConcordance !== undefined && { concordance: heldOutConcordance }), features,
    notes: [
      ...(decides.includes(snake(time)) ? [`'${time}' is one of the features that segments were found by: their curves differ for that reason too, not only because they leave at another pace.`] : []),
      ...(heldOutConcordance === undefined ? [] : [`Held back a third: of two of them, the one with the higher risk left first in ${formatPercent(heldOutConcordance)} of cases (by chance: 50 %).`]),
      ...notes,
    ],
  };
}

function staying({ times, survival, low, high, atRisk, median }: SurvivalCurve, entities: number, ends: number): StayingCurve {
  const below = (column: readonly number[]) => times[column.findIndex((share) => share <= 0.5)];
  const [medianLow, medianHigh] = [below(low), below(high)];
  // Steps that nobody could see are left out, never the last one.
  const shown = times.map((_, i) => i).filter((i) => i === times.length - 1 || times.length <= most || Math.floor((i * most) / times.length) !== Math.floor(((i + 1) * most) / times.length));
  return {
    entities, ends, running: entities - ends, ...(median !== undefined && { median }), ...(medianLow !== undefined && { medianLow }), ...(medianHigh !== undefined && { medianHigh }),
    points: shown.map((i) => ({ time: times[i], share: survival[i], low: low[i], high: high[i], atRisk: atRisk[i] })),
  };
}

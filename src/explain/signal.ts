import type { Feature } from '../domain/feature.js';
import type { Contrast } from './contrast.js';
import { type Theme, themeKey, themeOf } from '../util/theme.js';
import { salience } from './traits.js';

/** A difference large and plain enough to be said in a name: the strongest of its theme, with its raw values. */
export interface Signal {
  readonly j: number;
  readonly feature: Feature;
  readonly theme: Theme;
  readonly direction: 'high' | 'low';
  readonly here: number;
  readonly elsewhere: number;
  /** Typical of everyone. */
  readonly usual: number;
  /** Standard deviations, after what weakens a claim (see `signals`). */
  readonly strength: number;
}

/**
 * What a name may be made of, strongest first, one signal per theme: the segment against everyone else or, with `rivals`, against those
 * segments alone. Labels and protected attributes never name a segment: the first would be circular, the second unkind. Being low on a
 * share says little ("not at night"), so it counts half.
 */
export function signals(found: Contrast, segment: number, rivals?: readonly number[]): Signal[] {
  const m = found.features.length;
  const all: Signal[] = [];
  found.features.forEach((feature, j) => {
    if (feature.role === 'label' || feature.role === 'sensitive') return;
    const at = segment * m + j;
    const effect = rivals ? found.standardised[at] - average(rivals, (s) => found.standardised[s * m + j]) : found.effect[at];
    const weight = rivals ? Math.min(4, Math.abs(effect)) : salience(found, segment, j) * uniqueness(found, segment, j);
    const signal: Signal = {
      j, feature,
      theme: themeOf(feature),
      direction: effect >= 0 ? 'high' : 'low',
      here: found.here[at],
      elsewhere: rivals ? average(rivals, (s) => found.here[s * m + j]) : found.elsewhere[at],
      usual: found.typical[j],
      strength: weight * doubt(feature, effect < 0) * (themeOf(feature) === 'season' ? 0.6 : 1), // a season shows when they joined as well
    };
    if (signal.strength >= 0.3 && material(signal, effect)) all.push(signal);
  });
  return onePerTheme(all);
}

const average = (list: readonly number[], value: (s: number) => number) => list.reduce((sum, s) => sum + value(s), 0) / list.length;

/** The strongest of each theme; the plain feature, which comes first in the table, stands in for one up to twice as sharp. */
function onePerTheme(all: readonly Signal[]): Signal[] {
  const best = new Map<string, number>();
  for (const s of all) best.set(themeKey(s.feature), Math.max(best.get(themeKey(s.feature)) ?? 0, s.strength));
  const chosen = new Map<string, Signal>();
  for (const s of all) {
    const theme = themeKey(s.feature);
    const most = best.get(theme)!;
    if (!chosen.has(theme) && s.strength >= 0.5 * most) chosen.set(theme, { ...s, strength: most });
  }
  return [...chosen.values()].sort((a, b) => b.strength - a.strength || a.j - b.j);
}

const doubt = (feature: Feature, low: boolean) =>
  (low ? (feature.kind === 'share' || feature.kind === 'flag' ? 0.5 : 0.85) : 1) * (feature.role === 'behaviour' ? 1 : 0.9) * (feature.kind === 'index' ? 0.7 : 1) * (/attribute/.test(feature.family) && feature.kind === 'share' ? 0.7 : 1);

/** A trait that another segment has as much of, or more, tells less: 1 for the most extreme by half a deviation, down to a half. */
function uniqueness({ k, features, standardised, effect }: Contrast, segment: number, j: number): number {
  const sign = effect[segment * features.length + j] >= 0 ? 1 : -1;
  let rival = -Infinity;
  for (let s = 0; s < k; s++) if (s !== segment) rival = Math.max(rival, sign * standardised[s * features.length + j]);
  const margin = sign * standardised[segment * features.length + j] - rival;
  return Math.min(1, Math.max(0.5, 0.75 + 0.5 * margin));
}

/** A person looking at both numbers would agree that they differ, and that the word is earned. */
function material({ feature, direction, here, elsewhere }: Signal, effect: number): boolean {
  const difference = Math.abs(here - elsewhere);
  if (!Number.isFinite(difference)) return false;
  switch (feature.kind) {
    case 'share':
      return difference >= 0.06 && Math.max(here, elsewhere) >= 0.15;
    case 'flag':
      return difference >= 0.15 && (direction === 'high' ? here >= 0.5 : here <= 0.25);
    case 'hour':
      return Math.min(difference, 24 - difference) >= 1;
    case 'index':
      return difference > 0;
    default:
      return ratioOf({ here, elsewhere }) >= 1.25 || (here !== elsewhere && Math.abs(effect) >= 1);
  }
}

/** How many times the usual of everyone a value is, or the other way round for low ones: a claim ("big spenders") must hold against all, not only the rest. */
export const timesUsual = ({ here, usual, direction }: Signal): number => (direction === 'high' ? here / usual : usual / here);

/** How many times the larger is of the smaller; infinite where they differ in sign or one is nothing. */
export function ratioOf({ here, elsewhere }: Pick<Signal, 'here' | 'elsewhere'>): number {
  const [small, large] = Math.abs(here) < Math.abs(elsewhere) ? [here, elsewhere] : [elsewhere, here];
  if (large === 0) return 1;
  return small / large > 0 ? large / small : Number.POSITIVE_INFINITY;
}

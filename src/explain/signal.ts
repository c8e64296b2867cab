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
  /** Standard deviations, after what weakens a claim (see `signals`). */
  readonly strength: number;
}

/**
 * What a name may be made of, strongest first, one signal per theme. Labels and protected attributes never name a segment: the first
 * would be circular, the second unkind. Being low on a share says little ("not at night"), so it counts half.
 */
export function signals(found: Contrast, segment: number): Signal[] {
  const strongest = new Map<string, Signal>();
  found.features.forEach((feature, j) => {
    if (feature.role === 'label' || feature.role === 'sensitive') return;
    const at = segment * found.features.length + j;
    const signal: Signal = {
      j, feature,
      theme: themeOf(feature),
      direction: found.effect[at] >= 0 ? 'high' : 'low',
      here: found.here[at],
      elsewhere: found.elsewhere[at],
      strength: salience(found, segment, j) * doubt(feature, found.effect[at] < 0) * uniqueness(found, segment, j),
    };
    if (signal.strength < 0.3 || !material(signal, found.effect[at])) return;
    const rival = strongest.get(themeKey(feature));
    if (!rival || signal.strength > rival.strength) strongest.set(themeKey(feature), signal);
  });
  return [...strongest.values()].sort((a, b) => b.strength - a.strength || a.j - b.j);
}

const doubt = (feature: Feature, low: boolean) =>
  (low ? (feature.kind === 'share' || feature.kind === 'flag' ? 0.5 : 0.85) : 1) * (feature.role === 'behaviour' ? 1 : 0.9) * (feature.kind === 'index' ? 0.7 : 1);

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

/** How many times the larger is of the smaller, both made at least a little positive; infinite where they differ in sign. */
export function ratioOf({ here, elsewhere }: Pick<Signal, 'here' | 'elsewhere'>): number {
  const [small, large] = Math.abs(here) < Math.abs(elsewhere) ? [here, elsewhere] : [elsewhere, here];
  if (large === 0) return 1;
  return small / large > 0 ? large / small : Number.POSITIVE_INFINITY;
}

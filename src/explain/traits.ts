import type { Feature } from '../domain/feature.js';
import type { Trait } from '../domain/profile.js';
import { formatValue } from '../util/format-value.js';
import { cleanText } from '../util/words.js';
import type { Contrast } from './contrast.js';

/**
 * The traits of one segment, what sets it apart most first, one per family before any second of the same family.
 * Only differences of at least `least` standard deviations whose interval leaves out zero; where there are none, the three largest.
 */
export function traits(found: Contrast, segment: number, currency?: string, limit = 12, least = 0.2): Trait[] {
  return rankedFeatures(found, segment, least).slice(0, limit).map((j) => trait(found, segment, j, currency));
}

/** The same choice as feature positions, without a limit. */
export function rankedFeatures(found: Contrast, segment: number, least = 0.2): number[] {
  const { features, effect, low, high } = found;
  const at = (j: number) => segment * features.length + j;
  const strength = (j: number) => salience(found, segment, j);
  const known = features.map((_, j) => j).filter((j) => Number.isFinite(found.here[at(j)]) && Number.isFinite(found.elsewhere[at(j)]));
  const sure = known.filter((j) => Math.abs(effect[at(j)]) >= least && low[at(j)] * high[at(j)] > 0);
  const ranked = (sure.length > 0 ? sure : known).sort((a, b) => strength(b) - strength(a) || a - b);
  const chosen = twinsLast(oneFamilyFirst(ranked, features, strength), found, segment);
  return sure.length > 0 ? chosen : chosen.slice(0, 3);
}

/** How much a difference sets a segment apart: the end of its interval nearer to zero, raised where ranks agree. */
export function salience(found: Contrast, segment: number, j: number): number {
  const at = segment * found.features.length + j;
  const sure = found.low[at] * found.high[at] > 0 ? Math.min(Math.abs(found.low[at]), Math.abs(found.high[at])) : 0;
  return Math.min(sure, 4) * (0.6 + 0.4 * Math.abs(found.cliff[at])) + Math.abs(found.effect[at]) * 1e-6;
}

export function trait(found: Contrast, segment: number, j: number, currency?: string): Trait {
  const at = segment * found.features.length + j;
  const feature = found.features[j];
  const [here, elsewhere] = [found.here[at], found.elsewhere[at]];
  return {
    feature: feature.name,
    title: cleanText(feature.title),
    direction: found.effect[at] >= 0 ? 'high' : 'low',
    here,
    elsewhere,
    hereText: typicalText(feature, here, currency),
    elsewhereText: typicalText(feature, elsewhere, currency),
    effect: round(found.effect[at]),
    interval: [round(found.low[at]), round(found.high[at])],
    cliff: round(found.cliff[at]),
    usedToSegment: found.encoded[j] !== undefined,
    ...(Number.isNaN(found.p[at]) ? {} : { p: Number(found.p[at].toPrecision(3)) }),
  };
}

/** A typical value as it reads: like any value of the feature, but the mean of a flag is a share of entities. */
export function typicalText(feature: Feature, value: number, currency?: string): string {
  return formatValue(value, feature.kind === 'flag' ? { kind: 'share' } : feature, currency);
}

/** Features that say the very same (two columns for one fact) follow all others: telling one of them is enough. */
function twinsLast(ranked: readonly number[], found: Contrast, segment: number): number[] {
  const said = new Set<string>();
  const own: number[] = [], twins: number[] = [];
  for (const j of ranked) {
    const at = segment * found.features.length + j;
    const print = `${found.features[j].kind} ${[found.here[at], found.elsewhere[at], Math.abs(found.effect[at])].map((x) => x.toPrecision(3)).join(' ')}`;
    (said.has(print) ? twins : own).push(j);
    said.add(print);
  }
  return [...own, ...twins];
}

const round = (x: number) => Math.round(x * 1000) / 1000;

function oneFamilyFirst(ranked: readonly number[], features: readonly Feature[], strength: (j: number) => number): number[] {
  const strongest = new Map<string, number>();
  const head = new Map<string, number>();
  for (const j of ranked) {
    const { family } = features[j];
    if (!strongest.has(family)) strongest.set(family, strength(j));
    // The plain feature of a family comes first in the table: it is preferred to one that is only slightly sharper.
    if (!head.has(family) || (j < head.get(family)! && strength(j) >= 0.85 * strongest.get(family)!)) head.set(family, j);
  }
  const heads = [...head.values()].sort((a, b) => strength(b) - strength(a) || a - b);
  const taken = new Set(heads);
  return [...heads, ...ranked.filter((j) => !taken.has(j))];
}

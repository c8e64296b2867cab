import type { Feature } from '../domain/feature.js';
import type { SegmentStability } from '../domain/segment.js';
import { formatNumber, formatPercent } from '../util/format-value.js';
import { countWord, listWords, upperFirst } from '../util/words.js';
import type { Contrast } from './contrast.js';
import { comparedPhrase } from './phrase.js';
import { type Theme, themeKey, themeOf } from '../util/theme.js';
import { rankedFeatures, salience } from './traits.js';

/** What the sentences need besides the contrast. Shares 0–1. */
export interface Told {
  readonly segment: number;
  readonly share: number;
  readonly revenueShare?: number;
  readonly stability?: SegmentStability;
  readonly kind: 'found' | 'convenience';
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly currency?: string;
}

/** Two to four sentences: how many and what they bring, what is typical of them, what is common among them, and how sure the group is. */
export function narrative(found: Contrast, told: Told): string {
  return [sizeSentence(found, told), ...traitSentences(found, told), sureness(told)].filter(Boolean).join(' ');
}

function sizeSentence(found: Contrast, { segment, share, revenueShare, entityWord }: Told): string {
  const n = found.sizes[segment];
  const who = `${formatNumber(n)} ${n === 1 ? entityWord.one : entityWord.many} (${formatPercent(share)})`;
  if (revenueShare === undefined || !Number.isFinite(revenueShare) || revenueShare < 0) return `${who} ${n === 1 ? 'is' : 'are'} in this group.`;
  const times = share > 0 ? revenueShare / share : 1;
  const verdict = times >= 1.75 ? `, ${times >= 2.75 ? `${countWord(Math.round(times))} times` : times >= 2.2 ? 'more than twice' : 'twice'} their share`
    : times <= 0.3 ? ', far less than their share' : times <= 0.6 ? ', about half their share' : '';
  return `${who} ${n === 1 ? 'brings' : 'bring'} ${formatPercent(revenueShare)} of revenue${verdict}.`;
}

/** Themes in the order a person tells them: how often and how recently, then how much, then how. */
const telling: readonly Theme[] = ['frequency', 'recency', 'interval', 'recent activity', 'spend', 'order value', 'basket', 'price', 'discount', 'returns', 'variety', 'category'];

function traitSentences(found: Contrast, { segment, entityWord, currency }: Told): string[] {
  const { features } = found;
  const at = (j: number) => segment * features.length + j;
  const firsts = tellingFirst(found, segment);
  const place = (j: number) => telling.indexOf(themeOf(features[j])) + 1 || telling.length + 1;
  const valued = firsts.filter((j) => features[j].kind !== 'flag').slice(0, 3).sort((a, b) => place(a) - place(b));
  const flags = firsts.filter((j) => features[j].kind === 'flag').sort((a, b) => Number(found.here[at(b)] >= 0.5) - Number(found.here[at(a)] >= 0.5)).slice(0, 2);
  const strongest = Math.max(0, ...firsts.map((j) => Math.abs(found.effect[at(j)])));
  const sentences: string[] = [];
  const told = listWords(valued.map((j) => comparedPhrase(features[j], found.here[at(j)], found.elsewhere[at(j)], currency)));
  if (strongest < 0.4) sentences.push(`Little sets them apart: in most respects they are close to the typical ${entityWord.one}.`);
  if (told) sentences.push(`${strongest < 0.4 ? 'Most visible:' : `A typical ${entityWord.one} here has`} ${told}.`);
  const common = flags.map((j) => comparedPhrase(features[j], found.here[at(j)], found.elsewhere[at(j)]));
  if (common.length > 0) sentences.push(`${upperFirst(listWords(common))}.`);
  return sentences;
}

/** The features to tell of a segment, what sets it apart most first: the plainest of each theme, none that reads the same on both sides. */
export function tellingFirst(found: Contrast, segment: number): number[] {
  const { features } = found;
  const at = (j: number) => segment * features.length + j;
  const ranked = rankedFeatures(found, segment).filter((j) => features[j].role !== 'sensitive' && !obscure(features[j]) && sayable(features[j], found.here[at(j)], found.elsewhere[at(j)]));
  return plainestPerTheme(ranked, found, segment);
}

/** Statistics of statistics: true, and of no help in a sentence. */
const obscure = (feature: Feature) => feature.kind === 'index' || (feature.role === 'behaviour' && /spread|irregularity|regularity|variety|entropy|in usual intervals/i.test(feature.title));

/** One feature per theme, in the order of the strongest of each: the plainest (first in the table) of those at least half as telling. */
function plainestPerTheme(ranked: readonly number[], found: Contrast, segment: number): number[] {
  const { features } = found;
  const themes = [...new Set(ranked.map((j) => themeKey(features[j])))];
  const plainest = themes.map((theme) => {
    const own = ranked.filter((j) => themeKey(features[j]) === theme);
    const most = Math.max(...own.map((j) => salience(found, segment, j)));
    return Math.min(...own.filter((j) => salience(found, segment, j) >= 0.5 * most));
  });
  // Two sources may tell the same thing: mobile orders, mobile visits.
  return plainest.filter((j, i) => plainest.findIndex((other) => features[other].words.high === features[j].words.high) === i);
}

/** A difference that rounds to the same text on both sides is not worth a sentence. */
const sayable = (feature: Feature, here: number, elsewhere: number) => comparable(feature, here) !== comparable(feature, elsewhere);
const comparable = (feature: Feature, value: number) => (feature.kind === 'share' || feature.kind === 'flag' ? formatPercent(value) : formatNumber(value));

/** How sure the group is, in plain words, from its bootstrap Jaccard overlap (Hennig 2007: ≥ .75 steady, < .6 shaky). */
export function sureness({ stability, kind }: Pick<Told, 'stability' | 'kind'>): string {
  const overlap = stability && Number.isFinite(stability.jaccard) ? stability.jaccard : undefined;
  const slice = kind === 'convenience' ? 'It is a slice of a continuum rather than a group of its own' : '';
  if (overlap === undefined) return slice && `${slice}.`;
  const percent = formatPercent(overlap);
  if (overlap >= 0.75) return slice ? `${slice}, though the cut is steady (${percent} overlap when the sample is redrawn).` : `The group is steady: redrawing the sample finds it again with ${percent} overlap.`;
  if (overlap >= 0.6) return slice ? `${slice}, and its borders are soft (${percent} overlap when the sample is redrawn).` : `Its borders are soft: redrawing the sample finds it again with ${percent} overlap.`;
  return slice ? `${slice}, and a shaky one (${percent} overlap when the sample is redrawn).` : `Treat it with care: redrawing the sample finds it again with only ${percent} overlap.`;
}

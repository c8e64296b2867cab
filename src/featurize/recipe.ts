import type { Feature, FeatureKind } from '../domain/feature.js';
import type { Source } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import { cleanText, upperFirst } from '../util/words.js';
import type { Formula } from './formula.js';
import type { Measure, View } from './measure.js';
import type { Survey } from './survey.js';

/** A feature and how it is made. */
export interface PlannedFeature {
  readonly feature: Feature;
  readonly formula: Formula;
}

/** What a recipe makes of one source. */
export interface Recipe {
  readonly views: readonly View[];
  /** Present for every entity of the source. */
  readonly everyone: Measure;
  readonly features: readonly PlannedFeature[];
  /** What was left out and why, a sentence each. */
  readonly notes: readonly string[];
}

export interface RecipeInput {
  readonly source: Source;
  readonly survey: Survey;
  readonly dialect: Dialect;
  readonly asOf: number;
  /** Tells most: the only source, or the first of transactions. Its attributes and seasons count in full. */
  readonly main: boolean;
  /** Before each name ('' for the main source). */
  readonly prefix: string;
  /** What the source is called in titles: "browsing". */
  readonly about: string;
}

/** Builds features of one source with its names and defaults; `words` are [high, low]. */
export function featureMaker({ source, prefix }: RecipeInput) {
  return (
    name: string, title: string, kind: FeatureKind, family: string, words: readonly [string, string], formula: Formula, more: Partial<Feature> = {},
  ): PlannedFeature => ({
    feature: {
      name: prefix + name, title, kind, family: prefix + family, source: source.name, words: { high: words[0], low: words[1] }, role: 'behaviour', movable: true,
      empty: Number.NaN, ...more,
    },
    formula,
  });
}

/** A safe lower-case piece of a feature name. */
export function snake(text: string): string {
  const made = text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  return made || 'x';
}

/** A value of the data fit for a title: clean, one line, and not SHOUTED. Short capitals are an acronym, unless the values beside it are shouted too. */
export function readable(text: string, limit = 40, beside: readonly string[] = []): string {
  const clean = cleanText(text, limit);
  const shouted = (word: string) => word.length > 4 && word === word.toUpperCase() && /\p{L}/u.test(word);
  return shouted(clean) || (clean === clean.toUpperCase() && beside.filter(shouted).length > beside.length / 2) ? upperFirst(clean.toLowerCase()) : clean;
}

/** Names made unique by a number at the end. */
export function unique(features: readonly PlannedFeature[]): PlannedFeature[] {
  const taken = new Map<string, number>();
  return features.map((planned) => {
    const { name } = planned.feature;
    const n = (taken.get(name) ?? 0) + 1;
    taken.set(name, n);
    return n === 1 ? planned : { ...planned, feature: { ...planned.feature, name: `${name}_${n}` } };
  });
}

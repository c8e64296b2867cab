import { lowerFirst } from '../../util/words.js';
import type { Measure } from '../measure.js';
import type { Predicate } from '../predicate.js';
import { featureMaker, readable, snake, type PlannedFeature, type RecipeInput } from '../recipe.js';
import type { Level } from '../survey.js';

/** The most common kinds get a share each, where at least this share of the rows is of that kind. */
const SHARES = 8;
const LEAST = 0.01;

export interface KeysInput {
  readonly view: string;
  readonly key: string;
  readonly levels: readonly Level[];
  /** "buying", "browsing". */
  readonly verb: string;
  readonly where?: Predicate;
}

/** How many kinds (of category), how evenly, and how much of each of the common ones. */
export function keyShares(input: RecipeInput, { view, key, levels, verb, where }: KeysInput): PlannedFeature[] {
  const f = featureMaker(input);
  const m = (aggregate: Measure['aggregate'], more: Partial<Measure> = {}): Measure => ({ view, aggregate, key, where, ...more });
  const all = levels.reduce((sum, level) => sum + level.rows, 0);
  const common = levels.filter((level) => level.rows >= LEAST * all).slice(0, SHARES);
  return [
    f('categories', 'Different categories', 'count', 'variety', ['wide-ranging', 'narrow'], m('distinct'), { unit: 'categories', empty: 0 }),
    f('category_variety', 'Variety of categories', 'index', 'variety', ['wide-ranging', 'narrow'], m('entropy')),
    f('top_category_share', 'Share of the favourite category', 'share', 'variety', ['single-minded', 'varied'], m('top-share')),
    ...common.map(({ value }) => {
      const name = readable(value, 40, levels.map((level) => level.value));
      const word = `${lowerFirst(name)}-${verb}`;
      return f(`category_${snake(value)}_share`, `Share of ${name}`, 'share', 'categories', [word, `not ${word}`], m('key-share', { chosen: value }));
    }),
  ];
}

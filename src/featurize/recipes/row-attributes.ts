import type { Feature } from '../../domain/feature.js';
import type { SourceAttribute } from '../../domain/source.js';
import { lowerFirst } from '../../util/words.js';
import type { Attribute } from '../attribute.js';
import type { Measure } from '../measure.js';
import { ordinalOf } from '../ordinal.js';
import { featureMaker, readable, snake, type PlannedFeature, type RecipeInput } from '../recipe.js';
import { spelled } from '../spell.js';

/** Kinds of a category that get a column of their own: common enough to matter, and not too many. */
const LEVELS = { own: 6, row: 6 };
const LEAST = 0.02;
/** With more kinds than this, only those that hold a twentieth of the rows; sooner for what happened (a campaign's name) than for who they are. */
const MANY = { own: 30, row: 12 };
const LEAST_OF_MANY = 0.05;
/** Values of what happened that are longer than this on average, in characters, are texts rather than kinds. */
const FREE_TEXT = 30;

/**
 * Attributes of rows → features of their entity: numbers by their mean, flags by their share, ordered categories by their rank, other categories one
 * share per common kind. With one row per entity these are the values themselves. `columns` are the columns read.
 */
export function rowAttributes(input: RecipeInput, view: string): { features: PlannedFeature[]; notes: string[]; columns: string[] } {
  const { source } = input;
  const features: PlannedFeature[] = [];
  const notes: string[] = [];
  const columns: string[] = [];
  const own = source.kind === 'entities' || source.kind === 'lookup';
  for (const attribute of source.attributes) {
    const made = ofAttribute(input, view, attribute, own);
    if (typeof made === 'string') notes.push(made);
    else if (made.length) {
      features.push(...made);
      columns.push(attribute.column);
    }
  }
  return { features, notes, columns };
}

function ofAttribute(input: RecipeInput, view: string, attribute: SourceAttribute, own: boolean): PlannedFeature[] | string {
  const { source } = input;
  const f = featureMaker(input);
  const { column } = attribute;
  const title = spelled(readable(attribute.title, 50));
  const word = lowerFirst(title);
  const name = snake(column);
  const role: Feature['role'] = attribute.label ? 'label' : attribute.sensitive ? 'sensitive' : own ? 'attribute' : 'behaviour';
  const more: Partial<Feature> = { role, movable: false };
  const measure = (of: Attribute): Measure => ({ view, aggregate: 'count', key: column, attribute: of });
  const levels = attribute.values ?? [];
  const known = levels.filter(({ value }) => !isUnknown(value));

  const joined = !own && !source.columns.some((found) => found.name === attribute.column);
  if (attribute.type === 'number') {
    if (joined && source.kind === 'text') return [];
    return [f(name, title, 'number', `attribute ${name}`, [`high ${word}`, `low ${word}`], measure({ is: 'mean', column }), more)];
  }
  if (attribute.type === 'time') {
    return [f(`days_since_${name}`, `Days since ${word}`, 'days', `attribute ${name}`, [`long since ${word}`, `recent ${word}`], measure({ is: 'since', column }), more)];
  }
  if (attribute.type === 'flag') {
    const yes = positive(known.map((level) => level.value));
    return [f(name, title, 'flag', `attribute ${name}`, [word, `no ${word}`], measure({ is: 'share', column, value: yes }), more)];
  }
  const yes = onlyYes(known.map((level) => level.value));
  if (yes !== undefined) return [f(name, title, own ? 'flag' : 'share', `attribute ${name}`, [word, `no ${word}`], measure({ is: 'share', column, value: yes }), more)];
  const ranks = isCode(attribute.column) ? undefined : ordinalOf(known.map((level) => level.value));
  if (ranks) {
    return [f(name, title, 'index', `attribute ${name}`, [`high ${word}`, `low ${word}`], measure({ is: 'rank', column, ranks: [...ranks] }), more)];
  }
  const all = levels.reduce((sum, level) => sum + level.rows, 0);
  if (!own) {
    if (joined && !input.main && source.has.includes('category')) return `'${title}' of '${source.name}' comes with the product, as the category does, so it is left out.`;
    if (levels.reduce((sum, { value, rows }) => sum + value.length * rows, 0) > FREE_TEXT * all) return `'${title}' reads like free text, so it is left out.`;
    if (isCode(attribute.column) && levels.length > MANY.row) return `'${title}' holds codes, so it is left out.`;
  }
  const least = levels.length > (own ? MANY.own : MANY.row) ? LEAST_OF_MANY : LEAST;
  const common = known.filter((level) => level.rows >= least * all && (own || !isDated(level.value))).slice(0, own ? LEVELS.own : LEVELS.row);
  if (!common.length) return `'${title}' has ${levels.length >= 50 ? 'over 50' : levels.length} kinds and none is common, so it is left out.`;
  const two = common.length === 2 && known.length === 2 ? [common[0]] : common;
  return two.map(({ value }) => {
    const kind = readable(value, 30, known.map((level) => level.value));
    const named = /^[\d.]+$/.test(kind) ? `${word} ${kind}` : `${lowerFirst(kind)} ${word}`;
    return f(`${name}_${snake(value)}`, own ? `${title}: ${kind}` : `Share of ${word} ${kind}`, own ? 'flag' : 'share', `attribute ${name}`, [named, `no ${named}`], measure({ is: 'share', column, value }), more);
  });
}

/** Which of two values means yes. */
function positive(values: readonly string[]): string {
  return values.find((value) => /^(true|t|yes|y|1|on|active|x)$/i.test(value)) ?? [...values].sort().at(-1) ?? 'true';
}

/** "Yes" where every other value is a kind of no ("No", "No internet service"). */
function onlyYes(values: readonly string[]): string | undefined {
  const yes = values.filter((value) => /^yes$/i.test(value.trim()));
  return yes.length === 1 && values.length > 1 && values.every((value) => value === yes[0] || /^no\b/i.test(value.trim())) ? yes[0] : undefined;
}

/** A column named like an identifier: its values have no size, even if they are numbers. */
const isCode = (column: string): boolean => /(^|[\W_]|[a-z](?=[A-Z]))(id|code|key|no|nr|zip|postcode|upc|sku)$/i.test(column);

/** "newsletter-2026-01": a thing of one day or month, not a kind. */
const isDated = (value: string): boolean => /(19|20)\d\d[-_/. ]?(0[1-9]|1[0-2])(\D|$|\d\d)/.test(value);

const isUnknown = (value: string): boolean => /^(unknown|n\/?a|nan|null|none\/unknown|not (known|stated|available)|\?|-)?$/i.test(value.trim());

import { cleanText, lowerFirst, singular, upperFirst } from '../../util/words.js';
import type { Measure } from '../measure.js';
import { featureMaker, type PlannedFeature, type Recipe, type RecipeInput } from '../recipe.js';
import { rowAttributes } from './row-attributes.js';

/** Reviews, tickets, comments: how many, how long, how lately, and their ratings. */
export function texts(input: RecipeInput): Recipe {
  const { source, survey, about, dialect: d, asOf } = input;
  const f = featureMaker(input);
  const m = (aggregate: Measure['aggregate'], more: Partial<Measure> = {}): Measure => ({ view: 'texts', aggregate, ...more });
  const Title = upperFirst(cleanText(about, 30));
  const plural = /[^s]s$/i.test(about);
  const time = source.has.includes('at') && survey.days > 0;
  const more = rowAttributes(input, 'texts');
  const features: PlannedFeature[] = [
    f('count', plural ? `${Title}: written` : `${Title}: messages`, 'count', 'activity', ['outspoken', 'silent'], m('count'), { unit: plural ? about : 'messages', empty: 0 }),
    ...(source.has.includes('text') ? [f('length', `${Title}: mean length`, 'number', 'length', ['long-writing', 'terse'], m('mean', { value: 'length' }), { unit: 'characters' })] : []),
    ...(time ? [f('recency', `${Title}: days since the last`, 'days', 'recency', [`${singular(about)}-lapsed`, `${singular(about)}-recent`], m('since-last'))] : []),
    ...more.features.map((p) => ({ ...p, feature: { ...p.feature, title: `${Title}: ${lowerFirst(p.feature.title)}` } })),
  ];
  const carried = ['entity', ...(source.has.includes('at') ? ['at'] : []), ...more.columns].map((c) => d.quote(c));
  if (source.has.includes('text')) carried.push(`${d.double(d.length(d.quote('text')))} AS ${d.quote('length')}`);
  const known = time ? `\nWHERE ${d.quote('at')} <= ${d.timestamp(asOf)}` : '';
  const sql = `SELECT ${carried.join(', ')}\nFROM ${d.quote(source.table)}${known}`;
  return { views: [{ name: 'texts', sql, scales: {}, inline: true }], everyone: m('count'), features, notes: more.notes };
}

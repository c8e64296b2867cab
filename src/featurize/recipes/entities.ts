import type { Recipe, RecipeInput } from '../recipe.js';
import { rowAttributes } from './row-attributes.js';

/** One row per entity: its attributes as they are. */
export function entities(input: RecipeInput): Recipe {
  const { source, dialect: d } = input;
  const { features, notes, columns } = rowAttributes(input, 'rows');
  const sql = `SELECT ${['entity', ...columns].map((c) => d.quote(c)).join(', ')}\nFROM ${d.quote(source.table)}`;
  return { views: [{ name: 'rows', sql, scales: {}, inline: true, live: { of: 'rows' } }], everyone: { view: 'rows', aggregate: 'count' }, features, notes };
}

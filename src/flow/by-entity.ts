import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';

/** Settings that speak of single rows: pairs whose members may be said as entity ids. */
const pairs = ['mustLink', 'cannotLink'] as const;

/**
 * The settings of an algorithm with entity ids turned into rows: `mustLink: [['C1', 'C7']]`, and `seeds: [['C1', 'loyal'], ['C2', 'lapsed']]`, where segments may have
 * names too, numbered as they first appear. Everything else stays. @throws `explain/unknown-entity`
 */
export function byEntity(settings: Readonly<Record<string, unknown>> | undefined, entities: readonly string[]): Record<string, unknown> | undefined {
  if (!settings || ![...pairs, 'seeds'].some((key) => Array.isArray(settings[key]))) return settings;
  const rows = new Map(entities.map((entity, row) => [entity, row]));
  const rowOf = (id: unknown) => {
    if (typeof id !== 'string') return id;
    const row = rows.get(id);
    if (row === undefined) throw new ShoalError('explain/unknown-entity', { id, suggestion: closest(id, entities) });
    return row;
  };
  const names: string[] = [];
  const segmentOf = (segment: unknown) => {
    if (typeof segment !== 'string') return segment;
    if (!names.includes(segment)) names.push(segment);
    return names.indexOf(segment);
  };
  const turned: Record<string, unknown> = { ...settings };
  for (const key of pairs) if (Array.isArray(settings[key])) turned[key] = settings[key].map((pair) => (Array.isArray(pair) ? pair.map(rowOf) : pair));
  if (Array.isArray(settings['seeds'])) turned['seeds'] = settings['seeds'].map((seed) => (Array.isArray(seed) ? [rowOf(seed[0]), segmentOf(seed[1])] : seed));
  return turned;
}

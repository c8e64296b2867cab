import type { Event, Fields, Json, Scalar } from '../../domain/event.js';
import { createLocalClock, type LocalClock } from './local-time.js';

/** How much of an event can be looked at by rules; the rest stays in its payload. */
export const fieldLimits = { fields: 300, depth: 8, text: 1000, items: 20, path: 200 } as const;

/** The parts of a payload whose values are fields, and the texts that are fields themselves. */
export const fieldParts = { walked: ['properties', 'traits', 'context'], plain: ['groupId', 'category'] } as const;

/**
 * The values of an event by path, such as 'properties.products.0.price' and 'context.page.path'; 'groupId' and 'category' where it has them; and 'local.hour' (0–23), 'local.weekday'
 * (1 = Monday … 7) and 'local.date' in the time zone of `context.timezone`, else in UTC. Null and what is no finite number is missing. The same event always gives the same fields; whoever reads many gives them one clock.
 */
export function fieldsOf({ at, payload }: Pick<Event, 'at' | 'payload'>, localTime: LocalClock = createLocalClock()): Fields {
  const fields: Record<string, Scalar> = Object.create(null);
  const context = payload.context as { readonly timezone?: Json } | undefined;
  const { hour, weekday, date } = localTime(at, context?.timezone);
  fields['local.hour'] = hour;
  fields['local.weekday'] = weekday;
  fields['local.date'] = date;
  let room = fieldLimits.fields - 3;
  for (const part of fieldParts.plain) if (typeof payload[part] === 'string') put(part, payload[part]);
  for (const part of fieldParts.walked) if (payload[part] !== undefined) walk(part, payload[part], 1);
  return fields;

  function walk(path: string, value: Json, depth: number): void {
    if (room <= 0) return;
    if (typeof value !== 'object') return put(path, value);
    if (value === null || depth >= fieldLimits.depth) return;
    if (Array.isArray(value)) for (let i = 0; i < value.length && i < fieldLimits.items; i++) walk(`${path}.${i}`, value[i], depth + 1);
    else for (const key in value) walk(`${path}.${key}`, (value as { readonly [key: string]: Json })[key], depth + 1);
  }

  function put(path: string, value: Scalar): void {
    if (path.length > fieldLimits.path || !isValue(value) || room <= 0) return;
    if (!(path in fields)) room--;
    fields[path] = fieldValue(value);
  }
}

/** No finite number is no value. */
export const isValue = (value: Scalar): boolean => typeof value !== 'number' || Number.isFinite(value);

/** As it is kept: texts within their limit, and no negative zero, which does not come back from JSON. */
export const fieldValue = (value: Scalar): Scalar => (typeof value === 'string' && value.length > fieldLimits.text ? value.slice(0, fieldLimits.text).replace(/\p{Cs}$/u, '') : value === 0 ? 0 : value);

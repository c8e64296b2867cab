import { z } from 'zod';
import { eventKinds } from '../../domain/event.js';
import { readTime } from './read-time.js';

const place = z.string().min(1, 'is empty').max(200, 'is longer than 200 characters');
const where = "; '$.a.b' is what stands there in the record, all else is meant as it is";

/** How a record of another program, or a row of a file, becomes a message. */
export const recordMapping = z.strictObject({
  kind: place.default('track').describe(`What it is: ${eventKinds.join(', ')}${where}`),
  event: place.optional().describe(`Name of the event${where}`),
  userId: place.optional().describe(`Whom it is about${where}`),
  anonymousId: place.optional().describe('The same, of somebody whose id is not known'),
  groupId: place.optional(),
  email: place.optional().describe('An address that also names whom it is about'),
  time: place.optional().describe('When it happened: ISO 8601, seconds or milliseconds since 1970'),
  messageId: place.optional().describe('What comes again under it is not counted again; made of the content where it is left out'),
  properties: z.union([place, z.record(z.string(), place)]).optional().describe("The object that holds the properties ('$' is all of the record), or a name and a place for each"),
  traits: z.union([place, z.record(z.string(), place)]).optional().describe('The same, of what somebody is'),
});
export type RecordMapping = z.output<typeof recordMapping>;

/** The message that a record is by its mapping, not yet checked. `messageId` stands where the mapping finds none. */
export function mapRecord(record: unknown, mapping: RecordMapping, messageId: string): Readonly<Record<string, unknown>> {
  const { email, time, properties, traits } = mapping;
  const address = valueAt(record, email);
  const found = (key: 'kind' | 'event' | 'userId' | 'anonymousId' | 'groupId') => valueAt(record, mapping[key]);
  const own = valueAt(record, mapping.messageId);
  const kind = found('kind');
  return {
    type: kind, ...(kind === 'page' || kind === 'screen' ? { name: found('event') } : { event: found('event') }), userId: found('userId'), anonymousId: found('anonymousId'), groupId: found('groupId'),
    messageId: typeof own === 'number' ? String(own) : typeof own === 'string' && own !== '' ? own : messageId,
    timestamp: momentOf(valueAt(record, time)),
    ...(properties !== undefined && { properties: gather(record, properties) }), ...(traits !== undefined && { traits: gather(record, traits) }),
    ...(address !== undefined && { context: { traits: { email: address } } }),
  };
}

function gather(record: unknown, from: string | Readonly<Record<string, string>>): unknown {
  if (typeof from === 'string') return valueAt(record, from);
  return Object.fromEntries(Object.entries(from).map(([name, path]) => [name, valueAt(record, path)]));
}

/** What stands at '$.a.0.b' of a record. A key that holds a point is found too, where it stands at the top. */
export function valueAt(record: unknown, path: string | undefined): unknown {
  if (path === undefined || path === '$') return path && record;
  if (!path.startsWith('$.')) return path;
  const name = path.slice(2);
  if (own(record, name)) return record[name];
  return name.split('.').reduce<unknown>((value, key) => (own(value, key) ? value[key] : undefined), record);
}

const own = (value: unknown, key: string): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && Object.hasOwn(value, key);

/** Seconds are told from milliseconds by their size: as milliseconds they would be of January 1970. */
function momentOf(value: unknown): unknown {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d{9,16}(\.\d+)?$/.test(value) ? Number(value) : undefined;
  return number === undefined ? value : readTime(number < 1e11 ? number * 1000 : number);
}

import { z } from 'zod';
import type { CameAndWent, Change, LiveEntity, LiveSegment, LiveWhy, Merge } from '../../domain/live.js';
import { rule } from '../../domain/rule.js';
import type { SegmentRecord } from '../../domain/segment-record.js';
import { document, entityId, id, instant, pageQuery, route, title, why } from './route.js';

const segment = z.strictObject({ segment: id });
const entity = z.strictObject({ entity: entityId.describe("A user id, or 'anonymous:…', 'email:…' and the like") });

/** A live segment, with its name's and rule's history. */
export type LiveSegmentRow = LiveSegment & { readonly record: SegmentRecord };
const row = document<LiveSegmentRow>('LiveSegment', 'A segment that is kept true to the moment');
const change = document<Change>('Change', 'Somebody entered or left a live segment: one per real transition');

const event = z.object({
  seq: z.number().int(), clock: instant, id: z.string(), kind: z.string(), name: z.string(), at: instant, received: instant,
  identifiers: z.array(z.object({ type: z.string(), value: z.string() })), payload: z.record(z.string(), z.unknown()),
});

const status = z.object({
  seq: z.number().int().describe("The journal's last record"), applied: z.number().int().describe('The last record that answers take in'), clock: instant,
  entities: z.number().int(), segments: z.number().int(), changes: z.number().int(), duplicates: z.number().int(), waiting: z.number().int().describe('Events that wait for the journal'),
  due: instant.optional().describe('When somebody next enters or leaves because time passes'),
});

const members = z.object({
  segment: z.string(), asOf: instant, seq: z.number().int(), total: z.number().int(), items: z.array(z.object({ entity: z.string(), since: instant, until: instant.optional() })),
});

const vocabulary = z.object({
  features: z.array(z.object({ name: z.string(), title: z.string(), kind: z.string() })), segments: z.array(z.object({ id: z.string(), name: z.string() })),
  sources: z.array(z.object({ name: z.string(), kind: z.string(), timed: z.boolean(), columns: z.array(z.object({ name: z.string(), title: z.string(), type: z.enum(['number', 'text', 'flag', 'time']), values: z.array(z.string()).optional() })) })),
});

const rejected = z.object({
  at: instant, route: z.string().describe("Of the tracking API: 'POST /v1/track'"), index: z.number().int().describe('Its place in the batch, from 0'), reason: z.string(), name: z.string().optional(),
});

const news = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status }).describe('First of all: how it stands'),
  z.object({ kind: z.literal('event'), event }),
  z.object({ kind: z.literal('duplicate'), event: event.omit({ seq: true, clock: true, payload: true }) }).describe('It had come before, and was not counted again'),
  z.object({ kind: z.literal('rejected'), rejected }).describe('It was not taken; nothing of its content is kept'),
  z.object({ kind: z.literal('change'), change }),
  z.object({ kind: z.literal('segment'), segment: document<LiveSegment>('LiveSegmentState', 'A segment whose state changed') }),
]);
export type News = z.output<typeof news>;

/** What is true now: events as they come, segments that follow them, and why. */
export const liveRoutes = {
  'GET /v1/live': route({ role: 'viewer', summary: 'How the live side stands', answer: status }),
  'GET /v1/live/events': route({
    role: 'analyst', summary: 'Events as they arrive, after the newest ones', query: z.strictObject({ recent: z.coerce.number().int().min(0).max(500).default(50) }), answer: event, answers: 'events',
  }),
  'GET /v1/live/rejected': route({
    role: 'analyst', summary: 'Events that were not taken lately, and why, newest first', details: 'Since the server was started, a hundred at most; nothing of what was in them but a name.',
    answer: z.array(rejected),
  }),
  'GET /v1/live/news': route({
    role: 'analyst', summary: 'Everything that happens, as it happens: events, those that had come before or were not taken, who enters and leaves',
    details: 'For pages: whoever reads too slowly misses some of it. The feed of changes misses none.',
    query: z.strictObject({ recent: z.coerce.number().int().min(0).max(500).default(0).describe('How many events, changes and refusals of before to begin with') }), answer: news, answers: 'events',
  }),
  'GET /v1/live/vocabulary': route({ role: 'analyst', summary: 'What live rules can speak of: what was seen so far', answer: vocabulary }),
  'GET /v1/live/edge.js': route({
    role: 'analyst', summary: 'Live segments as a JavaScript module that decides in the browser', answer: z.string(), answers: 'bytes',
    details: 'No dependencies, the same answers. Whoever loads a page can read the rules in it: take it with your key, and host it yourself where you want it to be seen.',
    query: z.strictObject({ segments: z.string().min(1).max(4000).describe('Ids of live segments, parted by commas, with those that they look at') }),
  }),
  'POST /v1/live/check': route({ role: 'viewer', summary: 'A live rule in words', body: z.strictObject({ rule }), answer: z.object({ words: z.string() }) }),
  'GET /v1/live/segments': route({ role: 'viewer', summary: 'Lists live segments', answer: z.array(row) }),
  'GET /v1/live/found': route({ role: 'viewer', summary: 'Lists the found segments of the model in use that are kept live, with how many are in each', answer: z.array(document<LiveSegment>('FoundLive', 'A found segment, kept true to the moment')) }),
  'GET /v1/live/removed': route({ role: 'viewer', summary: 'Lists removed live segments, which can be restored', answer: z.array(document<SegmentRecord>('RemovedLive', 'A live segment that was removed')) }),
  'POST /v1/live/segments': route({
    role: 'analyst', summary: 'Makes a live segment from a rule', details: 'Its members are worked out from the history; until then it is said to be backfilling.', body: z.strictObject({ name: title, rule, why }), answer: row, status: 201,
  }),
  'GET /v1/live/segments/:segment': route({ role: 'viewer', summary: 'A live segment', params: segment, answer: row }),
  'PATCH /v1/live/segments/:segment': route({
    role: 'analyst', summary: 'Renames a live segment or changes its rule', details: 'The version before serves until the new one has been worked out.', params: segment, body: z.strictObject({ name: title.optional(), rule: rule.optional(), why }), answer: row,
  }),
  'DELETE /v1/live/segments/:segment': route({ role: 'analyst', summary: 'Removes a live segment', details: 'It can be restored.', params: segment, query: z.strictObject({ why }), answer: z.undefined(), status: 204 }),
  'POST /v1/live/segments/:segment/restore': route({ role: 'analyst', summary: 'Brings a removed live segment back', params: segment, answer: row }),
  'GET /v1/live/segments/:segment/members': route({ role: 'analyst', summary: 'Who is in a live segment now', details: 'Count and list are of one moment.', params: segment, query: z.strictObject(pageQuery), answer: members }),
  'GET /v1/live/segments/:segment/changes': route({
    role: 'analyst', summary: 'How many entered and left a live segment, by the hour, and who did last', details: 'All changes from the beginning of the hour of `since` to now, at most 90 days; by the instant from which each holds.',
    params: segment, query: z.strictObject({ since: z.coerce.number().int().min(0) }), answer: document<CameAndWent & { readonly members: number }>('CameAndWent', 'Who came and went'),
  }),
  'GET /v1/live/changes': route({
    role: 'analyst', summary: 'Who entered and left, oldest first, after a cursor', query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    answer: z.object({ items: z.array(change), next: z.number().int().describe('Give it as after for what comes next') }),
  }),
  'GET /v1/live/changes/stream': route({ role: 'analyst', summary: 'Who enters and leaves, as it happens, after a cursor', query: z.strictObject({ after: z.coerce.number().int().min(0).optional().describe('From now on where absent') }), answer: change, answers: 'events' }),
  'GET /v1/live/entities/:entity': route({ role: 'analyst', summary: 'Which segments somebody is in, since when, why and until when', params: entity, answer: document<LiveEntity>('LiveEntity', 'One entity at this moment') }),
  'GET /v1/live/entities/:entity/why/:segment': route({
    role: 'analyst', summary: 'Why somebody is, or is not, in a live segment', details: 'Each condition with what was measured, the events that decide it, and the instant at which it changes.', params: entity.extend(segment.shape), answer: document<LiveWhy>('LiveWhy', 'A membership, explained'),
  }),
  'GET /v1/live/merges': route({ role: 'analyst', summary: 'Which ids were joined into one entity', query: z.strictObject({ entity: entityId.optional() }), answer: z.array(document<Merge>('Merge', 'Two entities that became one')) }),
  'POST /v1/live/merges/:record/undo': route({ role: 'operator', summary: 'Parts what was joined', params: z.strictObject({ record: z.coerce.number().int().min(1) }), answer: document<Merge>('Merge', 'Two entities that became one') }),
  'DELETE /v1/entities/:entity': route({
    role: 'operator', summary: 'Erases somebody from the live side', details: 'The keys of everything that was sent about them are destroyed: nobody can read it any more. A backup from before holds the keys of its time. It cannot be undone.',
    params: entity, query: z.strictObject({ why }), answer: z.object({ identifiers: z.number().int(), events: z.number().int() }),
  }),
} as const;

import { z } from 'zod';
import { messageFields, messageSchema } from '../../ingest/track/message.js';
import { route } from './route.js';

const answer = z.object({
  success: z.literal(true),
  rejected: z.array(z.object({ index: z.number().int(), reason: z.string(), name: z.string().optional() })).optional().describe('Of a batch: messages that were not taken, twenty at most'),
});
const details = 'Answered when the event is on stable storage. Bodies are JSON, whatever their content type, of at most 32 KB, gzipped or not; `context.ip` is filled in where `context.direct` is true. Also under the first letter of its name, as browsers call it.';
const message = (summary: string) => route({ role: 'anyone', writes: true, summary, details, body: messageFields.omit({ type: true }), answer });

/** The tracking API, which the official Segment SDKs speak. It is served apart from the other routes, by `server/track`: refusals are as those SDKs expect them. */
export const trackRoutes = {
  'POST /v1/identify': message('Who somebody is: traits'),
  'POST /v1/track': message('What somebody did'),
  'POST /v1/page': message('Which page somebody looked at'),
  'POST /v1/screen': message('Which screen of an app somebody looked at'),
  'POST /v1/group': message('Which company, team or household somebody belongs to'),
  'POST /v1/alias': message('That two ids are one person'),
  'POST /v1/batch': route({
    role: 'anyone', writes: true, summary: 'Up to 2,500 messages at once', details: 'At most 500 KB, and 32 KB each. A key that may use this route may use every route of the tracking API. What cannot be taken is left out, and named in the answer.',
    body: z.looseObject({ batch: z.array(messageSchema).max(2500), context: z.record(z.string(), z.unknown()).optional(), integrations: z.record(z.string(), z.unknown()).optional(), sentAt: z.string().optional() }), answer,
  }),
  'POST /v1/webhook/:source': route({
    role: 'anyone', writes: true, summary: 'What another program sends, as its source in the configuration maps it', details: 'Signed with the secret of the source, or with a write key, which may also be in the query as writeKey.',
    params: z.strictObject({ source: z.string() }), body: z.unknown(), answer,
  }),
  'GET /v1/projects/:writeKey/settings': route({
    role: 'anyone', writes: true, summary: 'Settings for the browser SDK, whose cdnURL this server can be', params: z.strictObject({ writeKey: z.string() }),
    answer: z.object({ integrations: z.record(z.string(), z.record(z.string(), z.unknown())), plan: z.object({}), metrics: z.object({ sampleRate: z.number() }) }),
  }),
} as const;

export type TrackRouteId = keyof typeof trackRoutes;

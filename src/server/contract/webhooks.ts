import { z } from 'zod';
import { webhookTypes, type Delivery, type DeliveryAttempt, type Webhook } from '../../domain/webhook.js';
import { document, entityId, id, instant, route, title, why } from './route.js';

const webhook = document<Webhook>('Webhook', 'An address to which changes of live segments are sent');
const delivery = document<Delivery>('Delivery', 'A change, and what became of sending it');
const secret = z.string().describe('whsec_…: what signatures are checked with; shown this once');

const params = z.strictObject({ webhook: id });
const url = z.string().min(1).max(2000).describe('https://…');
const segments = z.array(id).min(1).max(200);
const types = z.array(z.enum(webhookTypes)).min(1);
const deliveryId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Telling other programs who enters and leaves. */
export const webhookRoutes = {
  'GET /v1/webhooks': route({
    role: 'operator', summary: 'Lists webhooks', query: z.strictObject({ removed: z.stringbool().optional() }),
    answer: z.object({ items: z.array(webhook), problem: z.string().optional().describe('Why nothing can be sent at the moment') }),
  }),
  'POST /v1/webhooks': route({
    role: 'admin', summary: 'Makes a webhook', details: 'Every change from then on is sent to it, signed by Standard Webhooks. The secret is in this answer and nowhere else.',
    body: z.strictObject({ name: title, url, segments: segments.optional().describe('Live segments; all by default'), types: types.optional(), from: z.enum(['now', 'start']).default('now').describe("'start' sends every change there ever was first"), why }),
    answer: z.object({ webhook, secret }), status: 201,
  }),
  'GET /v1/webhooks/:webhook': route({ role: 'operator', summary: 'A webhook', params, answer: webhook }),
  'PATCH /v1/webhooks/:webhook': route({
    role: 'operator', summary: 'Changes a webhook, or switches it off or on', details: 'Switched on again it goes on where it stopped, or, with skip, from now on.', params,
    body: z.strictObject({ name: title.optional(), url: url.optional(), segments: segments.nullable().optional().describe('null: all'), types: types.nullable().optional(), enabled: z.boolean().optional(), skip: z.boolean().optional(), why }), answer: webhook,
  }),
  'DELETE /v1/webhooks/:webhook': route({ role: 'operator', summary: 'Removes a webhook', details: 'It can be restored.', params, query: z.strictObject({ why }), answer: z.undefined(), status: 204 }),
  'POST /v1/webhooks/:webhook/restore': route({ role: 'operator', summary: 'Brings a removed webhook back', details: 'It goes on where it stopped.', params, answer: webhook }),
  'POST /v1/webhooks/:webhook/rotate': route({ role: 'admin', summary: 'Gives a webhook a new secret', details: 'For a day messages are signed with both.', params, body: z.strictObject({ why }), answer: z.object({ webhook, secret }) }),
  'POST /v1/webhooks/:webhook/test': route({
    role: 'operator', summary: 'Sends a message that means nothing', params,
    answer: z.object({ status: z.number().int().optional(), fault: z.string().optional().describe('Why there was no answer: timeout, private, certificate …'), ms: z.number() }),
  }),
  'GET /v1/webhooks/:webhook/deliveries': route({
    role: 'operator', summary: 'What was sent to a webhook, newest first', params,
    query: z.strictObject({ state: z.enum(['waiting', 'delivered', 'dead']).optional(), entity: entityId.optional(), after: z.string().max(100).optional().describe("'next' of the part before"), limit: z.coerce.number().int().min(1).max(500).default(100) }),
    answer: z.object({ items: z.array(delivery), next: z.string().optional() }),
  }),
  'GET /v1/webhooks/:webhook/deliveries/:delivery': route({
    role: 'operator', summary: 'One delivery with every attempt', params: params.extend({ delivery: deliveryId }), answer: document<Delivery & { readonly log: readonly DeliveryAttempt[] }>('DeliveryLog', 'A delivery and its attempts, oldest first'),
  }),
  'POST /v1/webhooks/:webhook/replay': route({
    role: 'operator', summary: 'Sends deliveries again', details: 'Those named, or all of a state whose change was in a span of time. They have the same ids as before.', params,
    body: z.strictObject({ ids: z.array(z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)).min(1).max(1000).optional(), state: z.enum(['dead', 'delivered']).optional(), since: instant.optional(), until: instant.optional(), why })
      .refine(({ ids, state }) => (ids === undefined) !== (state === undefined), 'must have either ids or a state'),
    answer: z.object({ deliveries: z.number().int() }),
  }),
} as const;

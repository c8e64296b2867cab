import { z } from 'zod';
import { recordMapping } from './map-record.js';

/** A program that sends JSON of its own. */
export const webhookSource = recordMapping.extend({
  workspace: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no id of a workspace').default('main').describe('Workspace that its events go to, where it is signed'),
  signature: z.strictObject({
    header: z.string().min(1).max(100).transform((name) => name.toLowerCase()).describe("Header that holds it: 'webhook-signature' is read as Standard Webhooks has it, others as the HMAC-SHA256 of the body in hex or base64"),
    secret: z.string().min(8, 'must have at least 8 characters').describe('What the sender signs with'),
  }).optional(),
});
export type WebhookSource = z.output<typeof webhookSource>;

/** Programs that send JSON, by the name in their address: `POST /v1/webhook/<name>`. */
export const webhookSources = z.record(z.string().regex(/^[\w.-]{1,100}$/, 'may hold letters, digits, points and dashes'), webhookSource);

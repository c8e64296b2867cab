import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { ShoalError } from '../../errors.js';
import { mapRecord, recordMapping } from '../../ingest/track/map-record.js';

/** A program that sends JSON of its own. */
export const webhookSource = recordMapping.extend({
  workspace: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no id of a workspace').default('main').describe('Workspace that its events go to, where it is signed'),
  signature: z.strictObject({
    header: z.string().min(1).max(100).transform((name) => name.toLowerCase()).describe("Header that holds it: 'webhook-signature' is read as Standard Webhooks has it, others as the HMAC-SHA256 of the body in hex or base64"),
    secret: z.string().min(8, 'must have at least 8 characters').describe('What the sender signs with'),
  }).optional(),
});
export type WebhookSource = z.output<typeof webhookSource>;

/** Seconds that the clock of a sender may be off, where it signs the time. */
const tolerance = 300;

/** Whether the body is signed with the secret of its source. `now` in ms. */
export function isSigned(body: Buffer, headers: IncomingHttpHeaders, { header, secret }: NonNullable<WebhookSource['signature']>, now: number): boolean {
  const given = headers[header];
  if (typeof given !== 'string') return false;
  if (header !== 'webhook-signature') {
    const made = createHmac('sha256', secret).update(body);
    const digest = made.digest();
    return [digest.toString('hex'), digest.toString('base64')].some((text) => equal(text, given.trim().replace(/^sha256=/i, '')));
  }
  const { 'webhook-id': id, 'webhook-timestamp': time } = headers;
  if (typeof id !== 'string' || typeof time !== 'string' || !/^\d{1,12}$/.test(time) || Math.abs(now / 1000 - Number(time)) > tolerance) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const made = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64');
  return given.split(' ').some((one) => one.startsWith('v1,') && equal(one.slice(3), made));
}

/** A batch of the messages that a body is, one or a list of them. What comes again with the same content is the same message. @throws `ingest/bad-message` */
export function webhookBatch(name: string, body: unknown, headers: IncomingHttpHeaders, source: WebhookSource): { readonly batch: readonly unknown[] } {
  const records = Array.isArray(body) ? body : [body];
  if (records.length === 0) throw new ShoalError('ingest/bad-message', { reason: 'the body holds nothing' });
  const sent = typeof headers['webhook-id'] === 'string' && records.length === 1 ? headers['webhook-id'].slice(0, 100) : undefined;
  return { batch: records.map((record) => mapRecord(record, source, sent ?? createHash('sha256').update(`${name}\0`).update(JSON.stringify(record) ?? '').digest('base64url'))) };
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

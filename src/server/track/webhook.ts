import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ShoalError } from '../../errors.js';
import { mapRecord } from '../../ingest/track/map-record.js';
import type { WebhookSource } from '../../ingest/track/webhook-source.js';

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

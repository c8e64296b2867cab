import { createHmac } from 'node:crypto';

/**
 * The headers of a message by Standard Webhooks 1.0.0: its id, the second of this attempt, and an HMAC-SHA256 of 'id.timestamp.body' for every secret ('whsec_' and base64).
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signed(id: string, at: number, body: string, secrets: readonly string[]): Record<string, string> {
  const timestamp = `${Math.floor(at / 1000)}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'content-type': 'application/json', 'user-agent': 'Shoal', 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

import { createHash } from 'node:crypto';

/** The first 16 hex digits of SHA-256: names a piece of content. */
export function fingerprint(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

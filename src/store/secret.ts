import { createHash, randomBytes } from 'node:crypto';

/** A new secret of 256 random bits under a prefix that scanners know: 'shl_…'. */
export const newSecret = (prefix: string): string => `${prefix}${randomBytes(32).toString('base64url')}`;

/** What is kept of a secret. It has 256 bits of chance, so a plain hash cannot be guessed back. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A new id that nobody can guess. */
export const newId = (): string => randomBytes(9).toString('base64url').replaceAll('-', 'a').replaceAll('_', 'b');

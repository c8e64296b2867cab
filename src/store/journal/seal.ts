import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

/**
 * Everything the journal keeps is sealed: AES-256-GCM under a random nonce of 96 bits, with the workspace, the table and the row's numbers as associated data.
 * So a row that was changed, or put where another belongs, does not open. Format: check (4 bytes, of the numbers), nonce (12), ciphertext, tag (16).
 */
export interface Sealer {
  seal(key: Uint8Array, table: string, numbers: readonly number[], plain: string | Uint8Array): Buffer;
  /** Undefined where it is not as it was sealed. */
  open(key: Uint8Array, table: string, numbers: readonly number[], sealed: Uint8Array): Buffer | undefined;
  /** Random bytes, as many as a nonce has: to be used or copied before the next. */
  nonce(): Buffer;
  /** Whether the numbers of a row are those it was sealed with, also where its key is gone. Finds accidents, not forgeries. */
  numbersHold(table: string, numbers: readonly number[], sealed: Uint8Array): boolean;
}

const nonceAt = 4;
export const nonceLength = 12;
const bodyAt = nonceAt + nonceLength;
const tagLength = 16;
/** What sealing adds to a text, bytes. */
export const overhead = bodyAt + tagLength;
const algorithm = 'aes-256-gcm';

export function sealerOf(workspace: string): Sealer {
  // One buffer for each table, filled anew each time: the cipher copies it.
  const headers = new Map<string, { start: number; bytes: Buffer }>();
  const header = (table: string, numbers: readonly number[]): Buffer => {
    let found = headers.get(table);
    if (!found) {
      const name = Buffer.from(`${workspace}\0${table}\0`);
      found = { start: name.length, bytes: Buffer.concat([name, Buffer.alloc(8 * numbers.length)]) };
      headers.set(table, found);
    }
    let at = found.start;
    for (const number of numbers) at = found.bytes.writeDoubleLE(number, at);
    return found.bytes;
  };
  const nonces = randomPool(nonceLength);
  return {
    nonce: nonces,
    seal(key, table, numbers, plain) {
      const about = header(table, numbers);
      const nonce = nonces();
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(about);
      const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
      cipher.final();
      const sealed = Buffer.allocUnsafe(overhead + body.length);
      sealed.writeUInt32LE(checkOf(about), 0);
      sealed.set(nonce, nonceAt);
      sealed.set(body, bodyAt);
      sealed.set(cipher.getAuthTag(), bodyAt + body.length);
      return sealed;
    },
    open(key, table, numbers, bytes) {
      const sealed = asBuffer(bytes);
      if (sealed.length < overhead) return undefined;
      const about = header(table, numbers);
      const end = sealed.length - tagLength;
      try {
        const decipher = createDecipheriv(algorithm, key, sealed.subarray(nonceAt, bodyAt), { authTagLength: tagLength }).setAAD(about).setAuthTag(sealed.subarray(end));
        const plain = decipher.update(sealed.subarray(bodyAt, end));
        decipher.final();
        return sealed.readUInt32LE(0) === checkOf(about) ? plain : undefined;
      } catch {
        return undefined;
      }
    },
    numbersHold: (table, numbers, bytes) => bytes.length >= overhead && asBuffer(bytes).readUInt32LE(0) === checkOf(header(table, numbers)),
  };
}

/** Encrypts texts one after the other, under a nonce that is used with this key only once. It does not show what was changed: it is to be sealed. */
export function ciphered(key: Uint8Array, nonce: Uint8Array): (text: string) => Buffer {
  const cipher = createCipheriv(unsealed, key, counterOf(nonce));
  return (text) => cipher.update(text, 'utf8');
}

/** What was encrypted so, at once. */
export const deciphered = (key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Buffer => createDecipheriv(unsealed, key, counterOf(nonce)).update(bytes);

const unsealed = 'aes-256-ctr';
const counter = Buffer.alloc(16);
function counterOf(nonce: Uint8Array): Buffer {
  counter.set(nonce);
  return counter;
}

export const asBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/** FNV-1a, 32 bits: any single byte that differs shows. */
function checkOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}

/** Random bytes are asked for by the thousand, which is far cheaper than a few at a time. What is given is to be used or copied before the next. */
export function randomPool(length: number): () => Buffer {
  const pool = Buffer.alloc(length * 1024);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    return pool.subarray(at, (at += length));
  };
}

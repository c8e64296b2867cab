import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ShoalError } from '../errors.js';

/** Keeps texts that must be readable again, such as the secrets that messages are signed with: AES-256-GCM under the key of a data folder, bound to what a text is of. */
export interface Sealing {
  /** 'sealed:' and base64 of nonce (12 bytes), ciphertext and tag (16). */
  seal(text: string, of: string): string;
  /** Undefined where it was sealed under another key, or as something else. */
  open(sealed: string, of: string): string | undefined;
}

const mark = 'sealed:';
export const isSealed = (text: string): boolean => text.startsWith(mark);

/** File of a data folder that holds the key. Backups do not have it. */
export const keyFile = 'secrets.key';
const keyLength = 32;

/** Sealing with the key of a folder, which is made, readable for its owner alone, where there is none. @throws `store/damaged` where the file is no key, `store/unavailable` */
export async function sealingIn(folder: string): Promise<Sealing> {
  const path = join(resolve(folder), keyFile);
  const key = (await keyIn(path)) ?? (await newKey(path));
  return {
    seal(text, of) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(of));
      return mark + Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
    },
    open(sealed, of) {
      const bytes = Buffer.from(sealed.slice(mark.length), 'base64');
      if (!isSealed(sealed) || bytes.length < 28) return undefined;
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(of)).setAuthTag(bytes.subarray(-16));
      try {
        return Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

async function keyIn(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'latin1').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new ShoalError('store/unavailable', { place: path, reason: cause.message }, { cause });
  });
  if (text === undefined) return undefined;
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== keyLength) throw new ShoalError('store/damaged', { place: path, reason: 'it holds no key' });
  return key;
}

/** On the disk before anything is sealed with it; where another process was faster, its key counts. */
async function newKey(path: string): Promise<Buffer> {
  const key = randomBytes(keyLength);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${key.toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    const folder = await open(join(path, '..'));
    await folder.sync().catch(() => undefined).finally(() => folder.close());
    return key;
  } catch (cause) {
    const other = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? await keyIn(path) : undefined;
    if (other) return other;
    throw new ShoalError('store/unavailable', { place: path, reason: (cause as Error).message }, { cause });
  }
}

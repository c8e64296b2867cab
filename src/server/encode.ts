import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib';

export type Encoding = 'br' | 'gzip';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

/** What the caller's Accept-Encoding allows, best first: 'br;q=0' is a no. */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  const offers = new Map((accepted ?? '').toLowerCase().split(',').map((offer) => {
    const [name, quality] = offer.split(';');
    return [name.trim(), quality === undefined ? 1 : Number(/q\s*=\s*([\d.]+)/.exec(quality)?.[1] ?? 1)];
  }));
  return (['br', 'gzip'] as const).find((name) => (offers.get(name) ?? offers.get('*') ?? 0) > 0);
}

/** Answers up to this many bytes are compressed at once: it takes less time than going to another thread and back, and up to 0.3 ms. */
const small = 64 * 1024;

/** Compressed, off the event loop where it takes long. `lasting`: it will be sent more than once, so smaller is worth more than sooner. */
export async function compressed(bytes: Uint8Array, encoding: Encoding, lasting: boolean): Promise<Buffer> {
  const now = !lasting && bytes.byteLength <= small;
  if (encoding === 'gzip') return (now ? gzipSync : gzipped)(bytes, { level: lasting ? 6 : 1 });
  return (now ? brotliCompressSync : brotlied)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: lasting ? 5 : 1, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength } });
}

/** An answer as it goes out. */
export interface Encoded {
  readonly body: Buffer;
  readonly encoding?: Encoding;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers that are asked again and again, until `most` bytes are held: then the ones unused for longest go. The same question asked twice at once is answered once. */
export interface AnswerCache {
  get(key: string, make: () => Promise<Encoded>): Promise<Encoded>;
}

export function answerCache(most: number): AnswerCache {
  const held = new Map<string, Encoded>();
  const making = new Map<string, Promise<Encoded>>();
  let bytes = 0;
  const keep = (key: string, made: Encoded) => {
    if (made.body.byteLength > most / 2) return;
    held.set(key, made);
    bytes += made.body.byteLength;
    for (const [oldest, { body }] of held) {
      if (bytes <= most) break;
      held.delete(oldest);
      bytes -= body.byteLength;
    }
  };
  const cache: AnswerCache = {
    async get(key, make) {
      const found = held.get(key);
      if (found) {
        held.delete(key);
        held.set(key, found);
        return found;
      }
      const begun = making.get(key);
      // Whoever asked first may have gone, and the work with them: then the next one does it.
      if (begun) return begun.catch(() => cache.get(key, make));
      const made = make().finally(() => making.delete(key));
      making.set(key, made);
      made.then((encoded) => keep(key, encoded), () => {});
      return made;
    },
  };
  return cache;
}

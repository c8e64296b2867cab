import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ShoalError } from '../../errors.js';

const unzip = promisify(gunzip);

/** The body of a request, unpacked where it came packed. Times in ms, sizes in bytes. @throws `ingest/bad-message`, `server/too-large`, `server/too-slow`, `run/aborted` */
export async function readBytes(request: IncomingMessage, limit: number, slowest: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') throw new ShoalError('ingest/bad-message', { reason: 'the content-encoding may be gzip, or none' });
  const bytes = await collected(request, limit, slowest);
  if (encoding === 'identity') return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new ShoalError('ingest/bad-message', { reason: 'the body is not as gzip packs it' });
  }
}

function collected(request: IncomingMessage, limit: number, slowest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const late = setTimeout(() => end(() => reject(new ShoalError('server/too-slow', { seconds: Math.round(slowest / 1000) }))), slowest);
    const end = (settle: () => void) => {
      clearTimeout(late);
      request.off('data', take).off('end', whole).off('close', gone);
      settle();
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > limit) end(() => reject(tooLarge(limit)));
    };
    const whole = () => end(() => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    const gone = () => end(() => reject(new ShoalError('run/aborted', {})));
    request.on('data', take).on('end', whole).on('close', gone).on('error', () => {});
  });
}

const tooLarge = (limit: number) => new ShoalError('server/too-large', { limit: `${Math.round(limit / 1024)} KB` });

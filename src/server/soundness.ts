import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { StoredFile } from '../domain/file.js';
import { ShoalError } from '../errors.js';
import { binaryKind, textKind } from '../ingest/magic.js';
import { parquetFooter } from './parquet-footer.js';

/** What files may be, in bytes. */
export interface FileLimits {
  readonly bytes: number;
  /** Once unpacked. */
  readonly unpacked: number;
}

/** A file may unpack to this many times its size, or to 64 MiB where that is more. */
const mostTimes = 100;
const always = 64 << 20;
const headBytes = 1 << 16;

/**
 * Looks at a file before anything reads it: it is a table by its bytes, and does not unpack into more than is allowed. It is unpacked only to count.
 * @throws `ingest/empty-file`, `ingest/binary-file`, `ingest/unreadable-file`, `files/bomb`
 */
export async function soundness(path: string, name: string, limits: FileLimits, signal: AbortSignal): Promise<Pick<StoredFile, 'format' | 'gzipped'>> {
  const { start, bytes } = await beginning(path);
  if (bytes === 0) throw new ShoalError('ingest/empty-file', { path: name });
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  const head = gzipped ? await unpacked(path, name, limits, signal) : start;
  if (head.length === 0) throw new ShoalError('ingest/empty-file', { path: name });
  const binary = binaryKind(head);
  if (binary === 'parquet') {
    if (gzipped) throw new ShoalError('ingest/unreadable-file', { path: name, reason: 'it is a Parquet file that was gzipped. Unpack it first; Parquet is compressed already.' });
    await checkFooter(path, name, bytes, limits);
    return { format: 'parquet', gzipped };
  }
  const nested = head[0] === 0x1f && head[1] === 0x8b ? 'a gzip archive inside another: unpack it first' : undefined;
  const looksLike = binary ?? nested ?? (textKind(head, head.length < headBytes) ? undefined : 'a binary file');
  if (looksLike) throw new ShoalError('ingest/binary-file', { path: name, looksLike });
  return { format: 'text', gzipped };
}

async function beginning(path: string): Promise<{ start: Buffer; bytes: number }> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return { start: buffer.subarray(0, bytesRead), bytes: (await handle.stat()).size };
  } finally {
    await handle.close();
  }
}

/** Unpacks to count, keeping only the beginning. */
async function unpacked(path: string, name: string, limits: FileLimits, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  let kept = 0, count = 0;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const counting = new Writable({
    write(chunk: Buffer, _, done) {
      count += chunk.length;
      if (kept < headBytes) parts.push(chunk.subarray(0, headBytes - kept));
      kept = Math.min(headBytes, kept + chunk.length);
      done(tooMuch(count, gunzip.bytesWritten, name, limits));
    },
  });
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 16 }), gunzip, counting, { signal });
  } catch (cause) {
    if (cause instanceof ShoalError) throw cause;
    if (signal.aborted) throw new ShoalError('run/aborted', {}, { cause });
    throw new ShoalError('ingest/unreadable-file', { path: name, reason: `it is not a whole gzip file (${(cause as Error).message}). Fetch or compress it again.` }, { cause });
  }
  return Buffer.concat(parts);
}

async function checkFooter(path: string, name: string, bytes: number, limits: FileLimits): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const footer = await parquetFooter(handle, bytes);
    if (!footer) throw new ShoalError('ingest/unreadable-file', { path: name, reason: 'its Parquet footer is damaged. Fetch or write it again.' });
    // Run-length coding can promise any number of rows in a few bytes; real ids and amounts take some bits a row.
    if (footer.rows > 1_000_000 + 100 * bytes) throw new ShoalError('files/bomb', { name, reason: `it promises ${footer.rows.toLocaleString('en')} rows in ${bytes.toLocaleString('en')} bytes.` });
    const problem = tooMuch(footer.unpacked, bytes, name, limits);
    if (problem) throw problem;
  } finally {
    await handle.close();
  }
}

function tooMuch(unpacked: number, packed: number, name: string, limits: FileLimits): ShoalError | null {
  if (unpacked > limits.unpacked) return new ShoalError('files/bomb', { name, reason: `unpacked it is larger than the ${inWords(limits.unpacked)} that are allowed here.` });
  if (unpacked > always && unpacked > mostTimes * packed) return new ShoalError('files/bomb', { name, reason: `it unpacks to over ${mostTimes} times its size, as no table does. Unpack it yourself and give the plain file if it is sound.` });
  return null;
}

/** '4 GiB'. */
export function inWords(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? ['GiB', 2 ** 30] : bytes >= 2 ** 20 ? ['MiB', 2 ** 20] : ['KiB', 2 ** 10];
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}

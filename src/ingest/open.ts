import { createReadStream, createWriteStream, mkdtempSync, type Stats } from 'node:fs';
import { open as openHandle, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { checkAborted, type Context } from '../context.js';
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import { listWords } from '../util/words.js';
import { binaryKind, textKind } from './magic.js';
import { decodeMixed, decodeWith } from './transcode.js';

/** A file made readable: uncompressed UTF-8 text (or Parquet) on disk, with its beginning and some pieces of the rest. */
export interface OpenedFile {
  /** As the caller gave it. */
  readonly path: string;
  /** File name without folders and extensions. */
  readonly name: string;
  /** What to hand to the engine, once `ready`; a temporary copy where the original could not be used as it is. */
  readonly readable: string;
  /** The copy is on disk. @throws `run/write-failed`, `run/aborted` */
  readonly ready?: Promise<void>;
  readonly format: 'text' | 'parquet';
  /** Beginning of the text, up to `headBytes`, cut at a line end unless `whole`. */
  readonly head: string;
  /** True where `head` is the whole file. */
  readonly whole: boolean;
  /** Its last characters. */
  readonly tail: string;
  /** Complete lines from further into the file. */
  readonly pieces: readonly string[];
  readonly gzipped: boolean;
  readonly encoding: string;
  /** Lines whose bytes were not UTF-8 and were read as Windows-1252. */
  readonly mixedLines: number;
}

export interface OpenOptions {
  readonly encoding?: string;
  /** Folder for temporary copies. */
  readonly temp: string;
  /** Number that keeps temporary names apart. */
  readonly index: number;
  /** Told when all that is left to wait for is done beside this thread. */
  readonly underWay?: () => void;
}

const headBytes = 1 << 19;
const pieceBytes = 1 << 16;
/** Unpacked at a time: every piece waits once for this thread, which may be busy loading the engine. */
const unpackedBytes = 1 << 23;
/** Up to so many bytes are unpacked in one piece, in memory: nothing waits for this thread then. */
const unpackedWhole = 1 << 27;

/** Files on their way to being readable. */
export interface Opening {
  readonly files: readonly string[];
  readonly opened: readonly Promise<OpenedFile>[];
  /** Settled once the first file is open, or being unpacked beside this thread. */
  readonly underWay: Promise<unknown>;
  /** Folder for temporary copies; there until `close`. */
  readonly temp: string;
  close(): Promise<void>;
}

/** Opens files one after another in the background, so that one is unpacked while the engine starts or reads another. Errors come with `opened`. */
export function openFiles(files: readonly string[], { encoding }: { encoding?: string }, context: Context): Opening {
  const temp = mkdtempSync(join(tmpdir(), 'shoal-'));
  let closed = false;
  let before: Promise<unknown> = Promise.resolve();
  let underWay = () => {};
  const unpacking = new Promise<void>((resolve) => (underWay = resolve));
  const opened = files.map((path, index) => {
    const file = before.then(() => {
      if (closed) throw new ShoalError('run/aborted', {});
      return openFile(path, { encoding, temp, index, underWay }, context);
    });
    file.catch(() => {});
    before = file;
    return file;
  });
  return {
    files, opened, temp,
    underWay: Promise.race([unpacking, Promise.allSettled(opened.slice(0, 1))]),
    async close() {
      closed = true;
      const files = await Promise.allSettled(opened);
      await Promise.allSettled(files.map((file) => (file.status === 'fulfilled' ? file.value.ready : undefined)));
      await rm(temp, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/**
 * Opens one file whatever it is: gunzips, transcodes, and refuses what is not a table.
 * Throws `ingest/no-such-file`, `ingest/unreadable-file`, `ingest/empty-file`, `ingest/binary-file`.
 */
export async function openFile(path: string, options: OpenOptions, context: Context): Promise<OpenedFile> {
  const temp = (what: string) => join(options.temp, `${options.index}-${what}`);
  const found = await locate(path, temp('link'));
  let readable = found.path;
  let bytes = Number(found.stats.size);
  if (!found.stats.isFile()) {
    options.underWay?.();
    readable = await copy(createReadStream(readable), [], temp('copy'), path, context);
    bytes = Number((await stat(readable)).size);
  }
  if (bytes === 0) throw new ShoalError('ingest/empty-file', { path });

  let start = await readAt(readable, 0, headBytes, path);
  let read: Read = (position, length) => readAt(readable, position, length, path);
  let ready: Promise<void> | undefined;
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  if (gzipped) {
    const packed = readable;
    readable = temp('plain');
    const content = await unpackWhole(packed, bytes, options, context);
    if (content) {
      bytes = content.length;
      read = async (position, length) => content.subarray(position, position + length);
      ready = written(readable, content, context);
      ready.catch(() => {});
    } else {
      options.underWay?.();
      await copy(createReadStream(packed, { highWaterMark: 1 << 20 }), [createGunzip({ chunkSize: unpackedBytes })], readable, path, context);
      bytes = Number((await stat(readable)).size);
    }
    if (bytes === 0) throw new ShoalError('ingest/empty-file', { path });
    start = await read(0, headBytes);
  }
  const name = stem(path);
  const binary = binaryKind(start);
  if (binary === 'parquet')
    return { path, name, readable, ready, format: 'parquet', head: '', whole: false, tail: '', pieces: [], gzipped, encoding: 'parquet', mixedLines: 0 };
  if (binary) throw new ShoalError('ingest/binary-file', { path, looksLike: binary });

  const encoding = options.encoding ? checkEncoding(options.encoding) : textKind(start, bytes <= start.length);
  if (!encoding) throw new ShoalError('ingest/binary-file', { path, looksLike: 'a binary file' });
  const opened = { path, name, readable, ready, format: 'text', head: '', whole: false, tail: '', pieces: [], gzipped, encoding, mixedLines: 0 } as const;
  if (encoding === 'utf-8') return sampled(opened, bytes, read);
  options.underWay?.();
  await ready;
  return transcoded(opened, temp('utf8'), context);
}

/** A file that says it is small, unpacked at one go; undefined where it is not, or where something is wrong, which going through it piece by piece will tell. */
async function unpackWhole(packed: string, bytes: number, { underWay }: OpenOptions, context: Context): Promise<Buffer | undefined> {
  if (bytes > unpackedWhole) return undefined;
  try {
    const all = await readFile(packed);
    const says = all.readUInt32LE(all.length - 4);
    if (says > unpackedWhole) return undefined;
    const unpacking = promisify(gunzip)(all, { chunkSize: Math.max(1 << 16, says + 64), maxOutputLength: unpackedWhole + 64 });
    underWay?.();
    return await unpacking;
  } catch {
    return undefined;
  } finally {
    checkAborted(context);
  }
}

async function written(target: string, content: Buffer, { signal }: Context): Promise<void> {
  try {
    await writeFile(target, content, { signal });
  } catch (cause) {
    throw unwritten(target, cause as NodeJS.ErrnoException, signal);
  }
}

/** The same file rewritten as UTF-8: for when bytes that are not UTF-8 turn up after the sample. */
export async function transcoded(file: OpenedFile, target: string, context: Context): Promise<OpenedFile> {
  const mixed = file.encoding === 'utf-8' || file.encoding === 'windows-1252';
  const decoder = mixed ? decodeMixed() : { transform: decodeWith(file.encoding), lines: () => 0 };
  const readable = await copy(createReadStream(file.readable, { highWaterMark: 1 << 20 }), [decoder.transform], target, file.path, context);
  const bytes = Number((await stat(readable)).size);
  return sampled({ ...file, readable, mixedLines: decoder.lines(), encoding: mixed ? 'windows-1252' : file.encoding }, bytes);
}

/** So many bytes from a position on. */
type Read = (position: number, length: number) => Promise<Buffer>;

async function sampled(file: OpenedFile, bytes: number, read: Read = (position, length) => readAt(file.readable, position, length, file.path)): Promise<OpenedFile> {
  const start = await read(0, headBytes);
  const whole = bytes <= start.length;
  const head = whole ? text(start) : cutAtLine(text(start));
  if (head.trim() === '') throw new ShoalError('ingest/empty-file', { path: file.path });
  const pieces: string[] = [];
  if (!whole) {
    const count = 12;
    for (let i = 1; i <= count; i++) {
      const at = Math.max(headBytes, Math.floor(((bytes - pieceBytes) * i) / count));
      if (at >= bytes) break;
      const piece = text(await read(at, pieceBytes));
      const first = piece.indexOf('\n');
      const last = piece.lastIndexOf('\n');
      if (first >= 0 && last > first) pieces.push(piece.slice(first + 1, last));
    }
  }
  const tail = whole ? head.slice(-100) : text(await read(bytes - 100, 100));
  return { ...file, head, whole, tail, pieces };
}

async function locate(path: string, link: string): Promise<{ path: string; stats: Stats }> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (!(stats instanceof Error)) {
    if (stats.isDirectory()) throw new ShoalError('ingest/unreadable-file', { path, reason: await folderReason(path) });
    return { path, stats };
  }
  if (stats.code === 'ENOENT' || stats.code === 'ENOTDIR') {
    const odd = await findOddName(path);
    if (odd) {
      // DuckDB takes paths as UTF-8 text only, so a file whose name is not gets a plain one.
      await symlink(odd, Buffer.from(link));
      return { path: link, stats: await stat(link) };
    }
    throw new ShoalError('ingest/no-such-file', { path, hint: await hint(path) });
  }
  throw new ShoalError('ingest/unreadable-file', { path, reason: reasonOf(stats) }, { cause: stats });
}

/** The path as the system takes it: bytes where the name is not UTF-8, which reached us with replacement characters. */
export async function systemPath(path: string): Promise<string | Buffer> {
  return (await findOddName(path)) ?? path;
}

/** A file name that is not UTF-8 reaches us with replacement characters: look for the one file that reads the same. */
async function findOddName(path: string): Promise<Buffer | undefined> {
  if (!path.includes('\ufffd')) return undefined;
  const folder = dirname(path);
  const entries = await readdir(Buffer.from(folder), { encoding: 'buffer' }).catch(() => []);
  const matches = entries.filter((entry) => entry.toString('utf8') === basename(path));
  if (matches.length !== 1) return undefined;
  const absolute = join(process.cwd(), folder);
  return Buffer.concat([Buffer.from(folder.startsWith('/') ? folder : absolute), Buffer.from('/'), matches[0]]);
}

async function hint(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch(() => [] as string[]);
  const near = closest(basename(path), names);
  return near ? `Did you mean '${join(dirname(path), near)}'?` : undefined;
}

async function folderReason(path: string): Promise<string> {
  const names = (await readdir(path).catch(() => [] as string[])).filter((n) => /\.(csv|tsv|txt|json|ndjson|jsonl|parquet)(\.gz)?$/i.test(n));
  if (names.length === 0) return 'it is a folder. Name the files in it.';
  return `it is a folder. Name the files in it (${listWords(names.slice(0, 4).map((n) => `'${n}'`))}${names.length > 4 ? ' …' : ''}).`;
}

function checkEncoding(label: string): string {
  const clean = label.trim().toLowerCase();
  const known = clean === 'utf8' ? 'utf-8' : clean === 'utf-16' || clean === 'utf16' ? 'utf-16le' : /^latin-?1$|^iso-?8859-1$|^cp1252$|^ansi$/.test(clean) ? 'windows-1252' : clean;
  try {
    return new TextDecoder(known).encoding;
  } catch (cause) {
    throw new ShoalError('config/invalid', { problems: `- encoding: '${label}' is not known. Use utf-8, utf-16, latin-1, windows-1252 or another name from the Encoding standard.` }, { cause });
  }
}

async function copy(from: Readable, through: Transform[], to: string, path: string, context: Context): Promise<string> {
  try {
    await pipeline([from, ...through, createWriteStream(to, { highWaterMark: 2 * unpackedBytes })], { signal: context.signal });
    return to;
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException;
    if (context.signal.aborted || full(error)) throw unwritten(to, error, context.signal);
    throw new ShoalError('ingest/unreadable-file', { path, reason: reasonOf(error) }, { cause });
  }
}

const full = ({ code }: NodeJS.ErrnoException) => code === 'ENOSPC' || code === 'EDQUOT';

function unwritten(path: string, cause: NodeJS.ErrnoException, { aborted }: AbortSignal): ShoalError<'run/aborted'> | ShoalError<'run/write-failed'> {
  if (aborted) return new ShoalError('run/aborted', {}, { cause });
  return new ShoalError('run/write-failed', { path, reason: full(cause) ? 'The disk is full.' : `${cause.message}.` }, { cause });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES' || error.code === 'EPERM') return 'permission is denied. Check who may read it.';
  if (error.code === 'ENAMETOOLONG') return 'its name is too long.';
  if (error.code?.startsWith('Z_')) return `it is not a whole gzip file (${error.message}). Fetch or compress it again.`;
  return `${error.message}.`;
}

async function readAt(path: string, position: number, length: number, given: string): Promise<Buffer> {
  try {
    const handle = await openHandle(path, 'r');
    try {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new ShoalError('ingest/unreadable-file', { path: given, reason: reasonOf(cause as NodeJS.ErrnoException) }, { cause });
  }
}

const text = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\ufeff/, '');

function cutAtLine(head: string): string {
  const end = Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r'));
  return end > 0 ? head.slice(0, end + 1) : head;
}

/** "data/online_retail.csv.gz" → "online_retail". */
export function stem(path: string): string {
  const base = basename(path).replace(/\ufffd/g, '_');
  const plain = base.replace(/(\.(csv|tsv|txt|tab|dat|data|json|ndjson|jsonl|parquet|pq|gz|gzip|utf8))+$/i, '');
  return plain || base || 'file';
}

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StoredFile } from '../domain/file.js';
import { ShoalError } from '../errors.js';
import type { By } from '../store/store.js';
import { synced } from './durable.js';
import { diskName } from './file-name.js';
import { inWords, soundness, type FileLimits } from './soundness.js';

/** The files of one workspace. What is added is checked while it is read, and is there whole or not at all. */
export interface Files {
  /** Newest first. */
  list(): Promise<readonly StoredFile[]>;
  /** @throws `files/unknown` */
  get(id: string): Promise<StoredFile>;
  /**
   * Reads a file to the end. `name` is what it is called outside; an `origin` is where it comes from, upload by default. Durable when it resolves.
   * @throws `files/bad-name`, `files/too-large`, `files/bomb`, `ingest/empty-file`, `ingest/binary-file`, `ingest/unreadable-file`, `run/aborted`, `run/write-failed`
   */
  add(name: string, content: AsyncIterable<Uint8Array>, by: By, options?: { readonly origin?: StoredFile['origin']; readonly from?: string; readonly signal?: AbortSignal }): Promise<StoredFile>;
  /** Takes over a file that another process has added to a folder of its own: `from` is the folder of that file. */
  adopt(from: string, by: By): Promise<StoredFile>;
  /** Takes a file away; `restore` brings it back for seven days. @throws `files/unknown` */
  remove(id: string, by: By): Promise<void>;
  /** @throws `files/unknown` */
  restore(id: string, by: By): Promise<StoredFile>;
  /** Absolute path of the content, for our own reading only. @throws `files/unknown` */
  path(id: string): Promise<string>;
}

/** Days that what was removed can be restored: files, runs and workspaces. */
export const keptDays = 7;
const about = '.file.json';
const validId = /^file_[0-9a-f]{16}$/;
const removedName = /^\.removed-(\d+)-(file_[0-9a-f]{16})$/;

export interface FilesOptions {
  readonly limits: FileLimits;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Writes a change down, after it is durable. */
  readonly record?: (action: 'file.add' | 'file.remove' | 'file.restore', file: StoredFile, by: By) => Promise<unknown>;
}

/** Each file is a folder named by its id, with the content under a harmless name and what is known of it beside; it comes and goes by a rename of that folder. */
export function openFiles(folder: string, { limits, clock, record = async () => {} }: FilesOptions): Files {
  const home = (id: string) => join(folder, validId.test(id) ? id : unknown(id));
  const read = async (id: string): Promise<StoredFile & { readonly disk: string }> => {
    const text = await readFile(join(home(id), about), 'utf8').catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? unknown(id) : Promise.reject(error)));
    return described(text) ?? unknown(id);
  };
  const get = async (id: string): Promise<StoredFile> => {
    const { disk: _, ...file } = await read(id);
    return file;
  };
  return {
    get,
    async list() {
      const ids = (await readdir(folder)).filter((name) => validId.test(name));
      const found = await Promise.all(ids.map((id) => get(id).catch((error) => (error instanceof ShoalError ? undefined : Promise.reject(error)))));
      return found.filter((file) => file !== undefined).sort((a, b) => b.added - a.added || (a.id < b.id ? -1 : 1));
    },
    async add(name, content, by, { origin = 'upload', from, signal = new AbortController().signal } = {}) {
      const disk = diskName(name);
      const id = `file_${randomBytes(8).toString('hex')}`;
      const partial = join(folder, `.partial-${id}`);
      try {
        await mkdir(partial, { recursive: true });
        const { bytes, fingerprint } = await receive(join(partial, disk), name, content, limits, signal);
        const kind = await soundness(join(partial, disk), name, limits, signal);
        const file: StoredFile = { id, name, bytes, added: clock(), ...kind, fingerprint, origin, ...(from !== undefined && { from }) };
        await writeFile(join(partial, about), JSON.stringify({ ...file, disk }));
        for (const path of [join(partial, about), partial]) await synced(path);
        await rename(partial, join(folder, id));
        await synced(folder);
        await record('file.add', file, by);
        return file;
      } catch (cause) {
        await rm(partial, { recursive: true, force: true });
        throw cause instanceof ShoalError ? cause : writeFailed(cause, name);
      }
    },
    async adopt(from, by) {
      const id = basename(from);
      await rename(from, home(id));
      await synced(folder);
      const file = await get(id);
      await record('file.add', file, by);
      return file;
    },
    async remove(id, by) {
      const file = await get(id);
      const gone = join(folder, `.removed-${Math.floor(clock())}-${id}`);
      await rename(home(id), gone).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? unknown(id) : Promise.reject(error)));
      await synced(folder);
      await record('file.remove', file, by);
    },
    async restore(id, by) {
      const removed = (await readdir(folder)).find((name) => removedName.exec(name)?.[2] === id);
      if (removed === undefined) return get(id);
      await rename(join(folder, removed), home(id));
      await synced(folder);
      const file = await get(id);
      await record('file.restore', file, by);
      return file;
    },
    async path(id) {
      return join(home(id), (await read(id)).disk);
    },
  };
}

/** Deletes what was removed more than a week ago. */
export async function tidyFiles(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const removed = removedName.exec(name);
    if (removed && Number(removed[1]) < now - keptDays * 86_400_000) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function receive(path: string, name: string, content: AsyncIterable<Uint8Array>, limits: FileLimits, signal: AbortSignal): Promise<{ bytes: number; fingerprint: string }> {
  const hash = createHash('sha256');
  const handle = await open(path, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of content) {
      if (signal.aborted) throw new ShoalError('run/aborted', {});
      bytes += chunk.length;
      if (bytes > limits.bytes) throw new ShoalError('files/too-large', { name, limit: inWords(limits.bytes) });
      hash.update(chunk);
      await handle.appendFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, fingerprint: hash.digest('hex').slice(0, 16) };
}

function writeFailed(cause: unknown, name: string): ShoalError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new ShoalError('run/write-failed', { path: name, reason: full ? 'The disk is full. Free some space and try again.' : code === undefined || code === 'ECONNRESET' ? 'The upload broke off.' : `${message}.` }, { cause });
}

/** What stands beside a file; undefined where that is not what we wrote. */
function described(text: string): (StoredFile & { readonly disk: string }) | undefined {
  try {
    const file = JSON.parse(text);
    return [file.id, file.name, file.disk].every((part) => typeof part === 'string') && Number.isFinite(file.added) ? file : undefined;
  } catch {
    return undefined;
  }
}

function unknown(id: string): never {
  throw new ShoalError('files/unknown', { id: id.slice(0, 40) });
}

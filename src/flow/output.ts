import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '../errors.js';

/**
 * Writes a set of files all or nothing: everything goes into a hidden folder beside the target first, and is moved into place
 * only when the last one is complete. On any failure (full disk, Ctrl-C) the target is as it was.
 *
 * `fill` receives a function that gives the temporary path for a file name. Those of `every` that it does not write, and an earlier run did, are removed;
 * `every` is also the order they are given in.
 */
export async function writeAll(folder: string, fill: (path: (name: string) => string) => Promise<void>, every: readonly string[] = []): Promise<string[]> {
  const existed = await exists(folder);
  const partial = join(folder, `.partial-${process.pid}`);
  const names: string[] = [];
  try {
    await mkdir(partial, { recursive: true });
    await fill((name) => {
      names.push(name);
      return join(partial, name);
    });
    for (const name of names) await rename(join(partial, name), join(folder, name));
    for (const name of every) if (!names.includes(name)) await rm(join(folder, name), { force: true });
  } catch (cause) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    if (!existed) await removeIfEmpty(folder);
    if (cause instanceof ShoalError && cause.code !== 'engine/failed') throw cause;
    throw new ShoalError('run/write-failed', { path: folder, reason: reasonOf(cause) }, { cause });
  }
  await rm(partial, { recursive: true, force: true });
  return names.sort((a, b) => every.indexOf(a) - every.indexOf(b)).map((name) => join(folder, name));
}

/** Writes one text file. */
export function writeText(path: string, text: string): Promise<void> {
  return writeFile(path, text, 'utf8');
}

const reasons: Record<string, string> = {
  ENOSPC: 'The disk is full. Free some space and run again.',
  EACCES: 'You may not write there. Choose another folder with --out.',
  EPERM: 'You may not write there. Choose another folder with --out.',
  EROFS: 'That disk is read-only. Choose another folder with --out.',
  ENOTDIR: 'A part of that path is a file, not a folder. Choose another folder with --out.',
  EEXIST: 'A file of that name is in the way. Choose another folder with --out.',
  EFBIG: 'The file would be larger than the system allows.',
};

function reasonOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException)?.code;
  if (code && reasons[code]) return reasons[code];
  const message = cause instanceof Error ? cause.message : String(cause);
  return /No space left|could not write all bytes/i.test(message) ? reasons['ENOSPC'] : `${message.split('\n')[0]}.`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

async function removeIfEmpty(folder: string): Promise<void> {
  const left = await readdir(folder).catch(() => ['?']);
  if (left.length === 0) await rmdir(folder);
}

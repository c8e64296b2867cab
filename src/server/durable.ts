import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Resolves when the bytes of a file, or the names in a folder, are on the disk and survive power loss. */
export async function synced(path: string): Promise<void> {
  // Windows cannot open folders; there a rename is durable by itself.
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EISDIR' || error.code === 'EPERM') return undefined;
    throw error;
  });
  try {
    await handle?.sync().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPERM' && error.code !== 'EINVAL') throw error;
    });
  } finally {
    await handle?.close();
  }
}

/** The same for a folder, everything in it, and its own name in the folder above. */
export async function syncedFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) await synced(join(entry.parentPath ?? entry.path, entry.name));
  await synced(folder);
  await synced(dirname(folder));
}

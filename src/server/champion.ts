import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundModel } from '../flow/live/found/model.js';
import type { OpenWorkspace } from './workspaces.js';

/** Keeps the segments of the champion live, where it was found in the journal's events; those of an earlier such run stay live until then. */
export async function followChampion({ store, live, runFolder }: Pick<OpenWorkspace, 'store' | 'live' | 'runFolder'>): Promise<void> {
  const { champion } = await store.aliases.current();
  if (champion === undefined) return;
  const text = await readFile(join(runFolder(champion), 'live.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) await live().adopt(JSON.parse(text) as FoundModel);
}

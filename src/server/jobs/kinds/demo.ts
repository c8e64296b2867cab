import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { jobKind } from '../kind.js';

const input = z.strictObject({ customers: z.number().int().min(100).max(1_000_000).default(20_000), seed: z.number().int().min(0).default(1) });

/** A synthetic market as files of the workspace, to try things on. Gives the ids of the files. */
export const demoKind = jobKind({
  name: 'demo',
  lane: 'heavy',
  input,
  async prepare({ customers, seed }, place, { id, by }) {
    return { customers, seed, folder: join(place.folder, `.partial-${id}`), by };
  },
  async work({ customers, seed, folder }, context) {
    const { simulate } = await import('../../../simulate/simulate.js');
    const { files } = await simulate({ customers, seed, out: folder }, context);
    return { folder, paths: Object.values(files) };
  },
  async publish({ folder, paths }, place, { by }) {
    const files: string[] = [];
    for (const path of paths) files.push((await place.files.add(basename(path), createReadStream(path, { highWaterMark: 1 << 20 }), by, { origin: 'demo' })).id);
    await rm(folder, { recursive: true, force: true });
    return { files };
  },
  async discard(place, { id }) {
    await rm(join(place.folder, `.partial-${id}`), { recursive: true, force: true });
  },
});

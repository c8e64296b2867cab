import { basename } from 'node:path';
import { z } from 'zod';
import { ingestOptions } from '../../../ingest/options.js';
import { jobKind } from '../kind.js';
import { onFiles } from './file-names.js';

const input = z.strictObject({ files: z.array(z.string()).min(1), options: z.record(z.string(), z.unknown()).default({}) });
const known = new Set(Object.keys(ingestOptions.shape));

/** What files would be taken for: reading and inference, without segments. Gives `Inspected`. */
export const inspectKind = jobKind({
  name: 'inspect',
  lane: 'light',
  input,
  async prepare({ files, options }, place) {
    // Options of a run may be given whole; what does not concern reading is left aside.
    return { paths: await Promise.all(files.map(place.files.path)), options: Object.fromEntries(Object.entries(options).filter(([key]) => known.has(key))) };
  },
  async work({ paths, options }, context) {
    const { inspectSources } = await import('../../../flow/inspect.js');
    const found = await onFiles(paths, () => inspectSources(paths, options, context));
    return { ...found, config: { ...found.config, files: paths.map((path) => basename(path)) } };
  },
});

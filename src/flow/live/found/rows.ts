import type { TrackedRow } from '../../../ingest/track/rows-of.js';

/** Rows of one entity by source. */
export type Rows = Readonly<Record<TrackedRow['source'], readonly TrackedRow[]>>;

import type { Feature } from '../../../domain/feature.js';
import type { SegmentModel } from '../../../domain/segment.js';
import type { LivePlan } from '../../../featurize/live.js';
import { measuresOf } from '../../../featurize/formula.js';
import type { TrackedColumn } from '../../../ingest/track/rows-of.js';
import { fingerprint } from '../../../util/fingerprint.js';
import type { Ahead } from './ahead.js';

/** A segmentation that was found in the journal's events, with all it takes to place somebody by their rows: plain data, `live.json` in the folder of its run. */
export interface FoundModel {
  /** Of its content. */
  readonly id: string;
  readonly model: Pick<SegmentModel, 'algorithm' | 'params' | 'encoder'>;
  /** In order of their number in the model, with their lasting ids. */
  readonly segments: readonly { readonly id: string; readonly name: string }[];
  readonly features: readonly Feature[];
  readonly plan: LivePlan;
  /** What rows carry beside their own columns. */
  readonly columns: readonly TrackedColumn[];
  /** What somebody is expected to do next; absent where nobody asked. */
  readonly ahead?: readonly Ahead[];
}

/** What a run found, made fit to be asked live; columns that no feature reads are left out. */
export function foundModel({ model: { algorithm, params, encoder }, segments, features, plan, columns, ahead = [] }: Omit<FoundModel, 'id'>): FoundModel {
  const read = new Set([plan, ...ahead.map((one) => one.plan)].flatMap((one) => one.features).flatMap(({ formula }) => measuresOf(formula)).flatMap(({ attribute }) => (attribute ? [attribute.column] : [])));
  const body = { model: { algorithm, params, encoder }, segments: segments.map(({ id, name }) => ({ id, name })), features, plan, columns: columns.filter(({ column }) => read.has(column)), ...(ahead.length > 0 && { ahead }) };
  return { id: fingerprint(JSON.stringify(body)), ...body };
}

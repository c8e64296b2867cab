import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Assignment, SegmentModel, SegmentStability } from '../domain/segment.js';

/** Everything there is to explain: the features, the segments made of them, and the words for what they are about. */
export interface Subject {
  readonly table: FeatureTable;
  readonly matrix: FeatureMatrix;
  readonly model: SegmentModel;
  readonly assignment: Assignment;
  /** One per segment; may be empty where stability was not measured. */
  readonly stability: readonly SegmentStability[];
  readonly entityWord: { readonly one: string; readonly many: string };
  /** ISO code or symbol; absent = money is shown as plain numbers. */
  readonly currency?: string;
}

/** How many segments the subject has: what the model says, or the highest label. */
export function segmentCount({ model, assignment }: Pick<Subject, 'model' | 'assignment'>): number {
  const k = Number(model.params['k']);
  if (Number.isInteger(k) && k > 0) return k;
  let most = 0;
  for (const label of assignment.labels) if (label > most) most = label;
  return most + 1;
}

/** Rows per segment, exact. */
export function segmentSizes(labels: Int32Array, k: number): Int32Array {
  const sizes = new Int32Array(k);
  for (let i = 0; i < labels.length; i++) sizes[labels[i]]++;
  return sizes;
}

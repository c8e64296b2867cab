import type { FeatureTable } from '../domain/feature.js';
import type { Forms } from '../domain/forms.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Assignment, SegmentModel, SegmentStability } from '../domain/segment.js';

/** Where the segments' members lie in encoded space. */
export interface Middles {
  /** k × d row-major: the model's own centres or the means of the members, see `centres`. */
  readonly centres: Float64Array;
  /** Median distance of the members to their centre, per segment; NaN where there are none. */
  readonly usual: Float64Array;
}

/** Everything there is to explain: the features, the segments made of them, and the words for what they are about. */
export interface Subject {
  readonly table: FeatureTable;
  readonly matrix: FeatureMatrix;
  readonly model: SegmentModel;
  readonly assignment: Assignment;
  /** The model as quadratic forms, where it can be said so: distances, reasons and moves are then the model's own. */
  readonly forms?: Forms;
  /** What the model says of encoded rows: checks a move where there are neither forms nor centres. */
  readonly assign?: (x: Pick<FeatureMatrix, 'rows' | 'd' | 'stride' | 'data'>) => Assignment;
  /** The middles of the segments, where they were measured before; else they are, of all rows. */
  readonly middles?: Middles;
  /** One per segment; may be empty where stability was not measured. */
  readonly stability: readonly SegmentStability[];
  readonly entityWord: { readonly one: string; readonly many: string };
  /** ISO code or symbol; absent = money is shown as plain numbers. */
  readonly currency?: string;
}

/** How many segments the subject has, possibly none: what the model says, or the labels where they know of more. */
export function segmentCount({ model, assignment }: Pick<Subject, 'model' | 'assignment'>): number {
  let most = -1;
  for (const label of assignment.labels) if (label > most) most = label;
  const k = Number(model.params['k']);
  return Number.isInteger(k) && k > most ? k : most + 1;
}

/** Rows per segment, exact. Outliers (label −1) are in none. */
export function segmentSizes(labels: Int32Array, k: number): Int32Array {
  const sizes = new Int32Array(k);
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) sizes[labels[i]]++;
  return sizes;
}

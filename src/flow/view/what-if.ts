import type { WhatIf } from '../../domain/answer.js';
import type { Context } from '../../context.js';
import type { FeatureMatrix } from '../../domain/matrix.js';
import { levels } from '../../explain/levels.js';
import type { Kernel } from '../../kernel/kernel.js';
import { algorithmNamed } from '../../segment/catalog.js';
import type { CentreParams } from '../../segment/nearest.js';
import { gather, sampleRows } from '../../segment/sample.js';
import { silhouetteOf, total } from '../../segment/score.js';
import { adjustedRandOf, contingency } from '../../util/agreement.js';
import { gatherInts } from '../../util/gather.js';
import { withKernel } from '../session.js';
import { type Held, remembered } from './held.js';
import { namingRows, requireGroups } from './levels.js';
import { type Whole, wholeOf } from './whole.js';

/** Rows that silhouettes are measured on: as many as when the number of segments was chosen. */
const silhouetteRows = 1500;

/** The number that is asked for where nobody says which: six, or five where the run has six. */
export function usualNumber({ report, rows }: Pick<Whole, 'report' | 'rows'>): number {
  return Math.min(report.segments.length === 6 ? 5 : 6, rows);
}

/** What another number is remembered under. */
export const whatIfKey = (k: number): string => `what if ${k}`;

/** Everyone in k segments (the usual number by default) by k-means, as `discover` slices a continuum; where the run has so many, its own. Kept once computed. @throws `config/invalid` */
export function whatIf(held: Held, k = usualNumber(held)): Promise<WhatIf> {
  requireGroups(held, k);
  return remembered(held, whatIfKey(k), (context) => withKernel(context, (kernel) => whatIfOf(wholeOf(held), k, context, kernel)));
}

/** Everyone in k segments. @throws `run/aborted` */
export async function whatIfOf(whole: Whole, k: number, context: Context, kernel: Kernel): Promise<WhatIf> {
  const { report, segment, subject, standIns: { rows, matrix } } = whole;
  const ours = k === report.segments.length;
  const labels = ours ? Int32Array.from(segment) : await slices(whole, k, context, kernel);
  const table = contingency(Int32Array.from(segment, (label) => label + 1), labels.map((label) => label + 1));
  const flows = Array.from(table.table, (entities, at) => ({ from: Math.floor(at / table.columns) - 1, to: (at % table.columns) - 1, entities }))
    .filter(({ entities }) => entities > 0)
    .sort((a, b) => b.entities - a.entities || a.from - b.from || a.to - b.to);
  const strength = report.choice.candidates.find((tried) => tried.k === k)?.predictionStrength;
  return {
    k, segments: ours ? own(whole) : levels(subject, [labels], context, namingRows)[0], agreement: adjustedRandOf(table),
    silhouette: silhouetteOn(matrix, gatherInts(labels, rows), k, context, kernel), ...(strength !== undefined && { predictionStrength: strength }), flows,
  };
}

/** The run's segments as its report tells them. */
function own({ report: { segments }, rows }: Whole): WhatIf['segments'] {
  return segments.map(({ segment, name, narrative, entities }) => ({ segment, name, narrative, entities, share: entities / rows, shareOfParent: entities / rows }));
}

/** Centres from those who stand for everyone; each goes to its nearest. */
async function slices(whole: Whole, k: number, context: Context, kernel: Kernel): Promise<Int32Array> {
  const { matrix } = whole.standIns;
  const kmeans = algorithmNamed('kmeans');
  const adopted = kernel.adopt(matrix);
  try {
    const params = await kmeans.fit(adopted.points, kmeans.options.parse({ k }), context, kernel);
    return matrix.rows === whole.rows ? kmeans.assign(params, matrix).labels : whole.nearest(params as CentreParams, context, kernel);
  } finally {
    adopted.release();
  }
}

/** Mean over a sample of those in a segment. */
function silhouetteOn(matrix: FeatureMatrix, labels: Int32Array, k: number, context: Context, kernel: Kernel): number {
  const rows = sampleRows(matrix.rows, silhouetteRows, context.rng('silhouette')).filter((row) => labels[row] >= 0);
  if (rows.length === 0) return 0;
  const sample = gather(matrix, rows, kernel);
  try {
    const few = gatherInts(labels, rows);
    const [sums] = kernel.distanceSums(sample, [few], k);
    return total(silhouetteOf(sums, few, k)) / rows.length;
  } finally {
    kernel.free(sample);
  }
}

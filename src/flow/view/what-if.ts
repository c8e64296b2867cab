import type { WhatIf } from '../../domain/answer.js';
import type { Context } from '../../context.js';
import { levels } from '../../explain/levels.js';
import { segmentSizes, type Subject } from '../../explain/subject.js';
import type { Kernel } from '../../kernel/kernel.js';
import { algorithmNamed } from '../../segment/catalog.js';
import { gather, sampleRows } from '../../segment/sample.js';
import { silhouetteOf, total } from '../../segment/score.js';
import { adjustedRandOf, contingency } from '../../util/agreement.js';
import { gatherInts } from '../../util/gather.js';
import { withKernel } from '../session.js';
import { type Held, remembered } from './held.js';
import { requireGroups } from './levels.js';
import { subjectOf } from './subject.js';

/** Rows that silhouettes are measured on: as many as when the number of segments was chosen. */
const silhouetteRows = 1500;

/** Everyone in k segments by k-means, as `discover` slices a continuum; where the run has so many, its own. Kept once computed. @throws `config/invalid` */
export function whatIf(held: Held, k: number): Promise<WhatIf> {
  requireGroups(held, k);
  return remembered(held, `what if ${k}`, (context) => withKernel(context, (kernel) => parted(held, k, context, kernel)));
}

async function parted(held: Held, k: number, context: Context, kernel: Kernel): Promise<WhatIf> {
  const { report, rows, segment } = held;
  const subject = subjectOf(held);
  const { matrix } = subject;
  const ours = k === report.segments.length;
  const labels = ours ? subject.assignment.labels : await slices(subject, k, context, kernel);
  const table = contingency(Int32Array.from(segment, (label) => label + 1), labels.map((label) => label + 1));
  const flows = Array.from(table.table, (entities, at) => ({ from: Math.floor(at / table.columns) - 1, to: (at % table.columns) - 1, entities }))
    .filter(({ entities }) => entities > 0)
    .sort((a, b) => b.entities - a.entities || a.from - b.from || a.to - b.to);
  const strength = report.choice.candidates.find((tried) => tried.k === k)?.predictionStrength;
  return {
    k, segments: ours ? own(held) : levels(subject, [labels], context)[0], agreement: adjustedRandOf(table), silhouette: silhouetteOn(matrix, labels, k, context, kernel),
    ...(strength !== undefined && { predictionStrength: strength }), flows,
  };

  function own({ report: { segments } }: Held): WhatIf['segments'] {
    const sizes = segmentSizes(labels, k);
    return segments.map(({ name, narrative }, s) => ({ segment: s, name, narrative, entities: sizes[s], share: sizes[s] / rows, shareOfParent: sizes[s] / rows }));
  }
}

async function slices({ matrix }: Subject, k: number, context: Context, kernel: Kernel): Promise<Int32Array> {
  const kmeans = algorithmNamed('kmeans');
  const held = kernel.adopt(matrix);
  try {
    return kmeans.assign(await kmeans.fit(held.points, kmeans.options.parse({ k }), context, kernel), matrix).labels;
  } finally {
    held.release();
  }
}

/** Mean over a sample of those in a segment. */
function silhouetteOn(matrix: Subject['matrix'], labels: Int32Array, k: number, context: Context, kernel: Kernel): number {
  const rows = sampleRows(matrix.rows, silhouetteRows, context.rng('silhouette')).filter((row) => labels[row] >= 0);
  if (rows.length === 0) return 0;
  const sample = gather(matrix, rows, kernel);
  try {
    const own = gatherInts(labels, rows);
    const [sums] = kernel.distanceSums(sample, [own], k);
    return total(silhouetteOf(sums, own, k)) / rows.length;
  } finally {
    kernel.free(sample);
  }
}

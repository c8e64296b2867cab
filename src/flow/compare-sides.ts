import type { Context } from '../context.js';
import type { Comparison } from '../domain/comparison.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Report } from '../domain/report.js';
import { ShoalError } from '../errors.js';
import { rowsOf } from '../segment/batches.js';
import { compare } from '../segment/compare.js';
import { withKernel } from './session.js';

/** A run to be compared, under the name it is told by. */
export interface Side {
  readonly report: Report;
  readonly labels: ArrayLike<number>;
  readonly name: string;
}

/** The run through whose features both are seen. */
export interface FirstSide extends Side {
  readonly matrix: FeatureMatrix;
  /** What everyone spent; undefined where the data has no such feature. */
  spend(): Float64Array | undefined;
}

/** Two runs over the entities they have in common; `there`: the second one's row of each of the first one's, −1 where it has none. @throws `segment/nothing-in-common` */
export async function compareSides(a: FirstSide, b: Side, there: ArrayLike<number>, context: Context): Promise<Comparison> {
  const rows = Int32Array.from({ length: there.length }, (_, row) => row).filter((row) => there[row] >= 0);
  if (rows.length < 2) throw new ShoalError('segment/nothing-in-common', { a: a.name, b: b.name });
  const side = ({ report, labels, name }: Side, row: (i: number) => number) => ({
    name, k: report.segments.length, labels: rows.map((i) => labels[row(i)]), segmentNames: report.segments.map((segment) => segment.name),
    stability: report.segments.map((segment) => segment.stability), ...(report.tree && { fidelity: report.tree.fidelity }),
  });
  const spend = a.spend();
  const titles = new Map(a.report.features.map(({ name, title }) => [name, title]));
  const options = {
    value: spend && Float64Array.from(rows, (i) => spend[i]), word: a.report.entityWord,
    features: a.matrix.encoder.features.map(({ name }) => titles.get(name) ?? name),
  };
  return withKernel(context, (kernel) => compare(rowsOf(a.matrix, rows), side(a, (i) => i), side(b, (i) => there[i]), options, context, kernel));
}

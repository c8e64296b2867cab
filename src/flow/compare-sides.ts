import type { Context } from '../context.js';
import type { Comparison } from '../domain/comparison.js';
import type { Report } from '../domain/report.js';
import { ShoalError } from '../errors.js';
import type { Points } from '../kernel/kernel.js';
import { compare } from '../segment/compare.js';
import { gather } from '../util/gather.js';
import { withKernel } from './session.js';

/** A run to be compared, under the name it is told by. */
export interface Side {
  readonly report: Report;
  readonly labels: ArrayLike<number>;
  readonly name: string;
}

/** The run through whose features both are seen. */
export interface FirstSide extends Side {
  /** Names of the columns of `points`. */
  readonly features: readonly string[];
  /** Encoded rows of those in both runs; or of some of them, `sample` being their positions in `rows`. */
  points(rows: Int32Array): { readonly points: Points; readonly sample?: Int32Array };
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
  const { points, sample } = a.points(rows);
  const titles = new Map(a.report.features.map(({ name, title }) => [name, title]));
  const options = { value: spend && gather(spend, rows), word: a.report.entityWord, features: a.features.map((name) => titles.get(name) ?? name), sample };
  return withKernel(context, (kernel) => compare(points, side(a, (i) => i), side(b, (i) => there[i]), options, context, kernel));
}

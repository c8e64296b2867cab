import type { Comparison } from '../../domain/comparison.js';
import { compareSides } from '../compare-sides.js';
import { columnOf, type Held, matrixOf } from './held.js';
import { matched } from './ids.js';

/** Two runs side by side, over the entities they have in common. @throws `segment/nothing-in-common` */
export async function versus(a: Held, b: Held, [nameA, nameB]: readonly [string, string]): Promise<Comparison> {
  const spend = () => (a.features.some(({ name }) => name === 'spend') ? columnOf(a, 'spend') : undefined);
  const first = { report: a.report, labels: a.segment, name: nameA, matrix: matrixOf(a), spend };
  return compareSides(first, { report: b.report, labels: b.segment, name: nameB }, matched(a.ids, b.ids), a.context);
}

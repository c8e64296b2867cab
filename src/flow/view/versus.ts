import type { Comparison } from '../../domain/comparison.js';
import { gatherInts } from '../../util/gather.js';
import { compareSides } from '../compare-sides.js';
import { columnOf, type Held } from './held.js';
import { matched } from './ids.js';
import { matrixOf, standInsAmong } from './rows.js';

/** Two runs side by side, over the entities they have in common; of many, features are looked at in a sample, counts are of all. @throws `segment/nothing-in-common` */
export async function versus(a: Held, b: Held, [nameA, nameB]: readonly [string, string]): Promise<Comparison> {
  const first = {
    report: a.report, labels: a.segment, name: nameA, features: a.model.encoder.features.map(({ name }) => name),
    points(rows: Int32Array) {
      const sample = standInsAmong(rows.length, a);
      return { points: matrixOf(a, gatherInts(rows, sample)), ...(sample.length < rows.length && { sample }) };
    },
    spend: () => (a.features.some(({ name }) => name === 'spend') ? columnOf(a, 'spend') : undefined),
  };
  return compareSides(first, { report: b.report, labels: b.segment, name: nameB }, matched(a.ids, b.ids), a.context);
}

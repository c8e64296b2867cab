import type { SegmentTree } from '../../domain/tree.js';
import { thresholdTree } from '../../explain/threshold-tree.js';
import { type Held, remembered } from './held.js';
import { someone } from './subject.js';

/** All segments as yes/no questions, with at most so many leaves; the report's own where none are asked for. Kept once computed. Undefined where nobody is in a segment. */
export async function tree(held: Held, leaves?: number): Promise<SegmentTree | undefined> {
  if (leaves === undefined) return held.report.tree;
  return remembered(held, `tree ${leaves}`, async () => thresholdTree(someone(held), { rng: held.rng }, { leaves }));
}

import type { Group, OverlapAnswer } from '../../domain/answer.js';
import { and, countRows } from '../../segment/rules/bits.js';
import { bitsOf, nameOf } from './groups.js';
import type { Held } from './held.js';

/** How far groups share members. O(groups² × rows / 32). @throws `explain/unknown-segment`, `explain/unknown-tier` */
export function overlap(held: Held, groups: readonly Group[]): OverlapAnswer {
  const bits = groups.map((group) => bitsOf(held, group));
  const sizes = bits.map(countRows);
  const both = bits.map((a, i) => bits.map((b, j) => (j < i ? 0 : j === i ? sizes[i] : countRows(and(a, b)))));
  both.forEach((row, i) => row.forEach((_, j) => { if (j < i) row[j] = both[j][i]; }));
  const jaccard = both.map((row, i) => row.map((shared, j) => shared / (sizes[i] + sizes[j] - shared || 1)));
  return { names: groups.map((group) => nameOf(held, group)), sizes, both, jaccard };
}

import type { Change } from '../../../src/domain/live.js';

/** How many were in a segment before each of its changes, oldest first, and how many are now: worked out backwards from those who are in it now. */
export function growthOf(members: number, changes: readonly Pick<Change, 'direction'>[]): number[] {
  const sizes = [members];
  for (const { direction } of [...changes].reverse()) sizes.push(sizes[sizes.length - 1] - (direction === 'entered' ? 1 : -1));
  return sizes.reverse();
}

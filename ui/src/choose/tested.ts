import type { Choice } from '../../../src/domain/choice.js';

/**
 * The number of groups whose gates are reported: for proven segments the one the second gate was shown at (every group has a
 * neighbour, so the highest label tells), for a convenience partition the number delivered.
 */
export function testedGroups(choice: Choice): number {
  return choice.verdict === 'segments' ? pairedGroups(choice) : choice.k;
}

/** How many groups the reported pairs are among. */
export function pairedGroups(choice: Choice): number {
  return choice.pairs.length > 0 ? Math.max(...choice.pairs.flatMap(({ a, b }) => [a, b])) + 1 : choice.largestStableK;
}

/** How many groups are proven, whatever was asked for and is shown: 1 = none. */
export const provenIn = (choice: Choice): number => (choice.verdict === 'segments' ? choice.k : (choice.asked?.proven ?? 1));

import type { Context } from '../../context.js';
import type { Kernel } from '../../kernel/kernel.js';
import { levelsKey, levelsOf, usualLevels } from './levels.js';
import { usualNumber, whatIfKey, whatIfOf } from './what-if.js';
import type { Whole } from './whole.js';

/** The answers that pages of the workspace show of every run at first sight, by their keys: levels, and another number of segments. */
export async function usualAnswers(whole: Whole, context: Context, kernel: Kernel): Promise<Record<string, unknown>> {
  const [ks, k] = [usualLevels(whole), usualNumber(whole)];
  return { [levelsKey(ks)]: await levelsOf(whole, ks, context, kernel), [whatIfKey(k)]: await whatIfOf(whole, k, context, kernel) };
}

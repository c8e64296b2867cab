import type { Context } from '../../context.js';
import type { LevelsAnswer, WhatIf } from '../../domain/answer.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Held } from './held.js';
import { levelsKey, levelsOf, usualLevels } from './levels.js';
import { usualNumber, whatIfKey, whatIfOf } from './what-if.js';
import type { Whole } from './whole.js';

/** The answers that pages of the workspace show of every run at first sight, by their keys: levels, and another number of segments. */
export async function usualAnswers(whole: Whole, context: Context, kernel: Kernel): Promise<Record<string, unknown>> {
  const [ks, k] = [usualLevels(whole), usualNumber(whole)];
  return { [levelsKey(ks)]: await levelsOf(whole, ks, context, kernel), [whatIfKey(k)]: await whatIfOf(whole, k, context, kernel) };
}

/** Those of them that need not be worked out. */
export async function usual(held: Held): Promise<{ readonly whatIf?: WhatIf; readonly levels?: LevelsAnswer }> {
  const [levels, whatIf] = await Promise.all([levelsKey(usualLevels(held)), whatIfKey(usualNumber(held))].map((key) => held.answers.get(key)));
  return { ...(levels !== undefined && { levels: levels as LevelsAnswer }), ...(whatIf !== undefined && { whatIf: whatIf as WhatIf }) };
}

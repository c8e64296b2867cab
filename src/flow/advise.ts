import type { Context } from '../context.js';
import type { Advice, AdviceGoal } from '../domain/advice.js';
import { advise } from '../segment/advise.js';
import { choose } from '../segment/choose.js';
import type { DiscoverInput } from './config.js';
import { withMatrix } from './segment.js';

export interface AdviseInput extends DiscoverInput {
  readonly goal?: AdviceGoal;
  /** Whether to test for structure on held-out rows first (a few seconds more); true by default. */
  readonly test?: boolean;
}

/** What to do with these files, before they are segmented. @throws what reading them throws, `run/aborted` */
export async function adviseOn(files: readonly string[], { goal, test = true, ...options }: AdviseInput, context: Context): Promise<Advice> {
  return withMatrix(files, options, context, async ({ ingested, table, matrix, settings: { maxK }, kernel, context: own }) => {
    const entityWord = ingested.entity.word;
    const choice = test ? (await choose(matrix, { maxK, entityWord }, own, kernel)).choice : undefined;
    return advise(table, matrix, { goal, choice, entityWord }, own, kernel);
  });
}

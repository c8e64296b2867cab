import type { Context } from '../../context.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type ChosenModel, chooseModel } from '../../predict/auto.js';
import type { LearningRows } from '../../predict/labelled.js';

/**
 * Fits and calibrates the predictor of that name, or ('auto') the one that does best: on later instants where the rows are of several (`lead` is how long after one its answers are
 * known, ms), else on other entities.
 */
export async function learn({ examples, answers, entities, cuts }: LearningRows, predictor: string, lead: number, context: Context, kernel: Kernel): Promise<ChosenModel> {
  const rolling = cuts && new Set(cuts).size > 1 && predictor === 'auto' ? { times: cuts, lead } : {};
  const asked = predictor === 'auto' ? {} : predictor === 'naive' ? { candidates: [] } : { predictor };
  // Of instants that are past nobody asks any more; of a label, rows that were learnt from are predicted too.
  return chooseModel(examples, answers, { groups: entities, ...rolling, ...asked, outOfFold: cuts === undefined }, context, kernel);
}

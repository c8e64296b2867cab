import type { Context } from '../../context.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type ChosenModel, chooseModel } from '../../predict/auto.js';
import type { LearningRows } from '../../predict/labelled.js';

/** Fits and calibrates the predictor of that name, or ('auto') the one that does best on held-out folds: later ones where rows have times, else of other entities. */
export async function learn({ examples, answers, entities, cuts }: LearningRows, predictor: string, lead: number, context: Context, kernel: Kernel): Promise<ChosenModel> {
  const asked = predictor === 'auto' ? {} : predictor === 'naive' ? { candidates: [] } : { predictor };
  const several = cuts && new Set(cuts).size > 1;
  return chooseModel(examples, answers, { groups: entities, ...(several && { times: cuts, lead }), ...asked }, context, kernel);
}

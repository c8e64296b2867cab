import type { Context } from '../../context.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type ChosenModel, type ChooseOptions, chooseModel } from '../../predict/auto.js';
import type { LearningRows } from '../../predict/labelled.js';

/**
 * Fits and calibrates the predictor of that name, or ('auto') the one that does best: on later instants where the rows are of several (`lead` is how long after one its answers are
 * known, ms), else on other entities.
 */
export async function learn({ examples, answers, entities, cuts }: LearningRows, predictor: string, lead: number, context: Context, kernel: Kernel): Promise<ChosenModel> {
  const asked: ChooseOptions = predictor === 'auto' ? {} : predictor === 'naive' ? { candidates: [] } : { predictor };
  const choose = (more: ChooseOptions) => chooseModel(examples, answers, { groups: entities, ...more }, context, kernel);
  if (predictor !== 'auto' || !cuts || new Set(cuts).size < 2) return choose(asked);
  const chosen = await choose({ times: cuts, lead });
  if (chosen.predictor === 'naive') return chosen;
  // Calibrated on other entities of all instants, not on the last instant alone: how one period differed from the one before says little of the next.
  const calibrated = await choose({ candidates: [{ predictor: chosen.predictor, options: chosen.options as Record<string, unknown> }] });
  return { ...calibrated, candidates: chosen.candidates, compared: chosen.compared };
}

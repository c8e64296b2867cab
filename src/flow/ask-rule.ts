import { createContext, type Context } from '../context.js';
import { noRows } from '../segment/rules/bits.js';
import { openRules, type RuleAnswer } from '../segment/rules/evaluate.js';
import { parseRule } from '../segment/rules/parse.js';
import { openView } from './view/view.js';

/** A rule asked of a run: everything in plain data, the sample by id. */
export interface AskedRule extends Omit<RuleAnswer, 'bits' | 'sample'> {
  readonly sample: readonly string[];
}

/**
 * How many of a run are in a rule, what each of its conditions does, whom it overlaps, and how it reads in words and as SQL.
 *
 * @param folder a folder that `discover` wrote with `workspace`
 * @param given the rule as JSON (see docs/rules.md)
 * @throws `explain/no-run`, `rules/…`
 */
export async function askRule(folder: string, given: unknown, context: Context = createContext()): Promise<AskedRule> {
  const rule = parseRule(given);
  const view = await openView(folder, context);
  try {
    const { bits: _, sample, ...answer } = await openRules(await view.ground()).evaluate(rule, { sample: 5 }, context);
    const shown = noRows(answer.of);
    for (const row of sample) shown[row >>> 5] |= 1 << (row & 31);
    const { rows } = await view.page({ of: { kind: 'rows', name: 'sample', bits: shown }, limit: 5 });
    return { ...answer, sample: rows.map(({ entity }) => entity) };
  } finally {
    await view.close();
  }
}

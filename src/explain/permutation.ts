import type { Context } from '../context.js';
import { checkAborted } from '../context.js';
import type { Examples } from '../domain/examples.js';
import type { Ask } from './ask.js';

export interface PermutationImportance {
  readonly input: string;
  /** How much worse predictions get, in the loss's own unit, when the input is shuffled among the rows: the mean over the shuffles … */
  readonly value: number;
  /** … and the standard error of it; an importance less than two of them is none. */
  readonly error: number;
}

/**
 * Idea: Breiman 2001; an input matters as much as predictions suffer when its values are dealt out anew. On rows that the model has not learnt from; of two
 * inputs that say the same, neither seems to matter. `loss` of the predictions of all rows, the lower the better. Cost: inputs × repeats questions of all rows. The largest first;
 * the same seed gives the same bits. @throws `run/aborted`
 */
export function permutationImportance(ask: Ask, x: Examples, loss: (predicted: Float64Array) => number, context: Pick<Context, 'rng' | 'signal'>, repeats = 5): PermutationImportance[] {
  const usual = loss(ask(x));
  const found = x.inputs.map(({ name }, j) => {
    const rng = context.rng(`permutation/${name}`);
    const worse = Array.from({ length: repeats }, () => {
      checkAborted(context);
      const column = x.columns[j].slice();
      for (let i = column.length - 1; i > 0; i--) {
        const k = rng.int(i + 1);
        [column[i], column[k]] = [column[k], column[i]];
      }
      return loss(ask({ ...x, columns: x.columns.map((own, at) => (at === j ? column : own)) })) - usual;
    });
    const value = worse.reduce((sum, one) => sum + one, 0) / repeats;
    const spread = worse.reduce((sum, one) => sum + (one - value) ** 2, 0) / Math.max(1, repeats - 1);
    return { input: name, value, error: Math.sqrt(spread / repeats) };
  });
  return found.sort((a, b) => b.value - a.value || (a.input < b.input ? -1 : 1));
}

import { checkAborted, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { expectedPurchases } from './expect.js';
import { fitPurchases, type PurchaseFit } from './fit.js';
import { distinctHistories, type Histories } from './histories.js';
import type { PurchaseModel, Values } from './purchase-model.js';

/**
 * Parameters refitted to histories that the fitted model itself draws, of people of the same ages (parametric bootstrap; Efron & Tibshirani 1993, 6.5): how far they could have been
 * otherwise. Draws whose fit finds nothing are left out.
 * @param most people who are simulated; where there are more, the spread is lessened by the square root of their share, as it is for the mean of so many
 */
export function bootstrap(model: PurchaseModel, fit: Pick<PurchaseFit, 'parameters'>, histories: Histories, draws: number, context: Context, most = 20_000): readonly (readonly number[])[] {
  const distinct = distinctHistories(histories);
  const rng = context.rng('bootstrap');
  const people = Math.min(most, Math.round(distinct.entities));
  const age = agesOf(distinct, people);
  const shrink = Math.sqrt(people / distinct.entities);
  const [repeats, last] = [new Float64Array(people), new Float64Array(people)];
  const found: number[][] = [];
  for (let draw = 0; draw < draws; draw++) {
    checkAborted(context);
    for (let i = 0; i < people; i++) {
      const one = model.draw(fit.parameters, age[i], rng);
      repeats[i] = one.repeats;
      last[i] = one.last;
    }
    try {
      const { parameters } = fitPurchases(model, { rows: people, repeats, last, age }, context, fit.parameters);
      found.push(parameters.map((v, i) => fit.parameters[i] * Math.pow(v / fit.parameters[i], shrink)));
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code === 'run/aborted') throw error;
    }
  }
  return found;
}

/** So many ages, each as often as its share, in order. */
function agesOf({ rows, age, weights, entities }: ReturnType<typeof distinctHistories>, people: number): Float64Array {
  const ages = new Float64Array(people);
  let [row, until] = [0, weights[0]];
  for (let i = 0; i < people; i++) {
    const at = ((i + 0.5) * entities) / people;
    while (row < rows - 1 && until < at) until += weights[++row];
    ages[i] = age[row];
  }
  return ages;
}

/** The interval in which the purchases expected of one with this history lie in the share `level` of bootstrapped parameters: how sure the expectation is, not how far the one may stray from it. */
export function expectationInterval(model: PurchaseModel, draws: readonly Values[], repeats: number, last: number, age: number, t: number, level = 0.95): readonly [number, number] {
  const told = Float64Array.from(draws, (p) => expectedPurchases(model, p, repeats, last, age, t)).sort();
  return [quantile(told, (1 - level) / 2), quantile(told, (1 + level) / 2)];
}

/** Of sorted values, between two of them in a straight line. */
export function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}

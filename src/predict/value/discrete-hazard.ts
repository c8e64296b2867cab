// Discrete-time hazard: the probability to end within each period of those who are there at its beginning, learnt by any predictor of two answers from one row per person and period
// (Allison 1982; Singer & Willett 1993). So the risk may change over time in any way, and columns may act differently early and late. Cost: that of the predictor on all these rows.
import type { Context } from '../../context.js';
import type { Examples } from '../../domain/examples.js';
import { ShoalError } from '../../errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { AnyPredictor } from '../predictor.js';
import { requireLifetimes, type Lifetimes } from './lifetimes.js';

/** The column that is added: how many periods it had been there before. */
export const periodInput = { name: 'period', title: 'Periods so far' } as const;

export interface HazardFit {
  readonly params: unknown;
  /** Length of a period, in the unit of the lifetimes. */
  readonly length: number;
  /** Periods that ends are known of. */
  readonly periods: number;
}

/** More rows of persons and periods than this are not made: take longer periods, or a sample. */
const mostRows = 5_000_000;

/**
 * @param length of a period: in it one is there or ends
 * @throws `predict/bad-lifetime`, `predict/no-ends`, `predict/too-many-periods`, and what the predictor throws
 */
export async function fitHazard(predictor: AnyPredictor, x: Examples, lifetimes: Lifetimes, length: number, options: unknown, context: Context, kernel: Kernel): Promise<HazardFit> {
  requireLifetimes(lifetimes);
  // An end in the period (k length, (k + 1) length] is seen in period k; one who is still running has come through whole periods only.
  const seen = Float64Array.from({ length: x.rows }, (_, i) => (lifetimes.ended[i] ? Math.max(1, Math.ceil(lifetimes.duration[i] / length)) : Math.floor(lifetimes.duration[i] / length)));
  const rows = seen.reduce((a, b) => a + b, 0);
  if (rows > mostRows) throw new ShoalError('predict/too-many-periods', { rows, most: mostRows });
  const person = new Int32Array(rows);
  const period = new Float64Array(rows);
  const values = new Float64Array(rows);
  for (let i = 0, row = 0; i < x.rows; i++) {
    for (let k = 0; k < seen[i]; k++, row++) {
      person[row] = i;
      period[row] = k;
      values[row] = lifetimes.ended[i] && k === seen[i] - 1 ? 1 : 0;
    }
  }
  const columns = x.columns.map((column) => Float64Array.from(person, (i) => column[i]));
  const examples: Examples = { rows, inputs: [...x.inputs, periodInput], columns: [...columns, period] };
  const params = await predictor.fit(examples, { task: 'binary', values, classes: ['stays', 'ends'] }, options, context, kernel);
  return { params, length, periods: seen.reduce((most, k) => Math.max(most, k), 0) };
}

/** Per row the probabilities to be there after 1, 2, … `ahead` periods more, given `age` so far (rows × ahead). Beyond the periods that ends are known of, the last one's risk goes on. */
export function survivalAhead(predictor: AnyPredictor, { params, length, periods }: HazardFit, x: Examples, age: Float64Array, ahead: number): Float64Array {
  const survival = new Float64Array(x.rows * ahead);
  const there = new Float64Array(x.rows).fill(1);
  const inputs = [...x.inputs, periodInput];
  for (let k = 0; k < ahead; k++) {
    const period = age.map((t) => Math.min(periods - 1, Math.floor(t / length) + k));
    const hazard = predictor.predict(params, { rows: x.rows, inputs, columns: [...x.columns, period] });
    for (let i = 0; i < x.rows; i++) survival[i * ahead + k] = there[i] *= 1 - hazard[i];
  }
  return survival;
}

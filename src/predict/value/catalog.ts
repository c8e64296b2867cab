import { ShoalError } from '../../errors.js';
import { closest } from '../../util/closest.js';
import { bgBb } from './bg-bb.js';
import { bgNbd } from './bg-nbd.js';
import { mbgNbd } from './mbg-nbd.js';
import { nbd } from './nbd.js';
import { paretoNbd } from './pareto-nbd.js';
import type { PurchaseModel } from './purchase-model.js';

/** Every purchase model, by name. */
export const purchaseModels: Readonly<Record<string, PurchaseModel>> = {
  'bg-nbd': bgNbd, 'mbg-nbd': mbgNbd, 'pareto-nbd': paretoNbd, nbd, 'bg-bb': bgBb,
};

/** @throws `predict/unknown-predictor` */
export function purchaseModelNamed(name: string): PurchaseModel {
  const known = Object.keys(purchaseModels);
  if (!Object.hasOwn(purchaseModels, name)) throw new ShoalError('predict/unknown-predictor', { name, known: known.join(', '), suggestion: closest(name, known) });
  return purchaseModels[name];
}

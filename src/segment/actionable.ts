import type { ActionableSize } from '../domain/seams.js';
import { normalQuantile } from '../util/normal-quantile.js';

export type ActionableOptions = Partial<Omit<ActionableSize, 'members'>>;

/** What is assumed where nothing is said: a tenth more on a rate of 10 %, half left alone, found in 80 of 100 tries, seen in 5 of 100 where it is not. */
export const actionableDefaults: Omit<ActionableSize, 'members'> = { baseRate: 0.1, uplift: 0.1, control: 0.5, power: 0.8, error: 0.05 };

/**
 * How many members a segment needs so that a relative rise of a base rate can be seen when some are left alone: the two-sided test of two shares
 * (Fleiss, Levin & Paik 2003, without continuity correction; as R's `power.prop.test` for halves). Infinity where there is nothing to see.
 */
export function actionableSize(options: ActionableOptions = {}): ActionableSize {
  const asked = { ...actionableDefaults, ...options };
  const { baseRate, uplift, control, power, error } = asked;
  const raised = Math.min(1, baseRate * (1 + uplift));
  const treated = 1 - control;
  const mean = control * baseRate + treated * raised;
  const chance = normalQuantile(1 - error / 2) * Math.sqrt(mean * (1 - mean) * (1 / control + 1 / treated));
  const effect = normalQuantile(power) * Math.sqrt((raised * (1 - raised)) / treated + (baseRate * (1 - baseRate)) / control);
  return { ...asked, members: Math.ceil(((chance + effect) / (raised - baseRate)) ** 2) };
}

/** The least relative rise that so many members can show; Infinity where they cannot show even a rate of 100 %. */
export function visibleUplift(members: number, options: Omit<ActionableOptions, 'uplift'> = {}): number {
  const { baseRate } = { ...actionableDefaults, ...options };
  const enough = (uplift: number) => actionableSize({ ...options, uplift }).members <= members;
  let [low, high] = [0, 1 / baseRate - 1];
  if (!enough(high)) return Infinity;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

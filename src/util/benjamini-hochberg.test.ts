import { expect, it } from 'vitest';
import { benjaminiHochberg } from './benjamini-hochberg.js';

it('agrees with p.adjust(c(.01,.04,.03,.005), "BH") in R', () => {
  expect([...benjaminiHochberg([0.01, 0.04, 0.03, 0.005])]).toEqual([0.02, 0.04, 0.04, 0.02]);
});

it('leaves out what was not tested', () => {
  expect([...benjaminiHochberg([0.01, Number.NaN, 0.02])]).toEqual([0.02, Number.NaN, 0.02]);
});

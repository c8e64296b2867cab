import { expect, it } from 'vitest';
import { wilson } from './wilson.js';

it('agrees with scipy.stats.binomtest(k, n).proportion_ci(method="wilson")', () => {
  // scipy 1.17.1: binomtest(15, 100) and binomtest(0, 10)
  expect(wilson(15, 100)[0]).toBeCloseTo(0.09305985283656634, 9);
  expect(wilson(15, 100)[1]).toBeCloseTo(0.23283559590832367, 9);
  expect(wilson(0, 10)[0]).toBe(0);
  expect(wilson(0, 10)[1]).toBeCloseTo(0.27753279986288926, 9);
});

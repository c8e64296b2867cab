import { expect, it } from 'vitest';
import { normalTail } from './normal-tail.js';

it('agrees with scipy.stats.norm.sf', () => {
  expect(normalTail(1.959963984540054)).toBeCloseTo(0.025, 8);
  expect(normalTail(0)).toBeCloseTo(0.5, 7);
  expect(normalTail(-1)).toBeCloseTo(0.8413447460685429, 6);
  expect(normalTail(6) / 9.865876450376946e-10).toBeCloseTo(1, 6);
});

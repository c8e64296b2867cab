import { expect, it } from 'vitest';
import { pearson } from './pearson.js';

it('is 1 along a line, −1 against it, 0 where nothing varies, and as worked by hand between', () => {
  expect(pearson([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 14);
  expect(pearson([1, 2, 3], [5, 3, 1])).toBeCloseTo(-1, 14);
  expect(pearson([1, 2, 3], [4, 4, 4])).toBe(0);
  // Deviations −1 0 1 and −1 1 0: 1 / 2.
  expect(pearson([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 14);
  expect(pearson([1e9, 1e9 + 1, 1e9 + 2], [1, 3, 2])).toBeCloseTo(0.5, 6);
});

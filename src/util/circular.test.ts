import { expect, it } from 'vitest';
import { circularMean, circularPeak } from './circular.js';

it('means hours across midnight', () => {
  expect(circularMean([23, 1], 24).mean % 24).toBeCloseTo(0, 9);
  expect(circularMean([22, 23], 24).mean).toBeCloseTo(22.5, 9);
  expect(circularMean([0, 12], 24).concentration).toBeCloseTo(0, 9);
});

it('finds the peak in a window that wraps, and its share', () => {
  const counts = new Array(48).fill(0);
  counts[47] = 10;
  counts[0] = 10;
  counts[1] = 10;
  counts[20] = 12;
  expect(circularPeak(counts, 2)).toEqual({ bin: 0, share: 30 / 42 });
});

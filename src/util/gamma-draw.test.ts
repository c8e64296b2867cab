import { expect, it } from 'vitest';
import { drawBeta, drawGamma } from './gamma-draw.js';
import { createRng } from './rng.js';

const moments = (draw: () => number, n = 200_000) => {
  const values = Float64Array.from({ length: n }, draw);
  const mean = values.reduce((a, b) => a + b) / n;
  return [mean, values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n];
};

it.each([0.05, 0.243, 1, 7.5, 400])('gamma draws of shape %d have its mean and variance', (shape) => {
  const rng = createRng(3, 'gamma');
  const [mean, variance] = moments(() => drawGamma(shape, rng));
  expect(Math.abs(mean / shape - 1)).toBeLessThan(5 / Math.sqrt(200_000 * shape));
  expect(Math.abs(variance / shape - 1)).toBeLessThan(0.15);
});

it('beta draws have their mean and variance', () => {
  const rng = createRng(4, 'beta');
  const [mean, variance] = moments(() => drawBeta(0.793, 2.426, rng));
  expect(mean).toBeCloseTo(0.793 / 3.219, 2);
  expect(variance).toBeCloseTo((0.793 * 2.426) / (3.219 ** 2 * 4.219), 2);
});

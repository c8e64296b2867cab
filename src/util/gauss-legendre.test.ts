import { describe, expect, it } from 'vitest';
import { gaussLegendre } from './gauss-legendre.js';

describe('Gauss–Legendre points', () => {
  it.each([1, 2, 3, 4, 6, 10, 16, 33])('integrate powers up to 2 × %i − 1 over (0, 1)', (n) => {
    const { points, weights } = gaussLegendre(n);
    for (let power = 0; power < 2 * n; power++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += weights[i] * points[i] ** power;
      expect(Math.abs(sum - 1 / (power + 1))).toBeLessThan(4e-15);
    }
  });

  it('are those of the book for three', () => {
    const { points, weights } = gaussLegendre(3);
    expect(Array.from(points)).toEqual([(1 - Math.sqrt(0.6)) / 2, 0.5, (1 + Math.sqrt(0.6)) / 2].map((x) => expect.closeTo(x, 15)));
    expect(Array.from(weights)).toEqual([5 / 18, 4 / 9, 5 / 18].map((x) => expect.closeTo(x, 15)));
  });
});

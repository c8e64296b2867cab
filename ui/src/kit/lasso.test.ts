import { describe, expect, it } from 'vitest';
import { countInside, isInside, type Polygon, simplified } from './lasso.js';
import { pointsOf } from './points.js';

const star: Polygon = [[0, 3], [1.8, -2.4], [-2.9, 0.9], [2.9, 0.9], [-1.8, -2.4]];

describe('what lies inside a drawn region', () => {
  it('is by turns inside and outside where the line crosses itself', () => {
    expect(isInside(star, 0, 2)).toBe(true);
    expect(isInside(star, 0, 0)).toBe(false);
    expect(isInside(star, 0, -3)).toBe(false);
  });

  it('is counted as by asking for each point', () => {
    const at = Array.from({ length: 5000 }, (_, i) => [((i * 7919) % 1000) / 125 - 4, ((i * 104729) % 997) / 125 - 4]);
    const points = pointsOf(at.map((p) => p[0]), at.map((p) => p[1]));
    const round: Polygon = Array.from({ length: 90 }, (_, i) => [2 * Math.cos(i / 14), 2 * Math.sin(i / 14) * (i % 3 ? 1 : 0.4)]);
    for (const polygon of [star, round, [...star].reverse()]) {
      const plain = at.filter(([x, y]) => evenOdd(polygon, x, y)).length;
      expect(plain).toBeGreaterThan(100);
      expect(countInside(points, polygon, () => true)).toBe(plain);
    }
    const even = at.filter(([x, y], i) => i % 2 === 0 && evenOdd(star, x, y)).length;
    expect(countInside(points, star, (i) => points.order[i] % 2 === 0)).toBe(even);
  });

  it('is counted right where cells are many, edges level or upright, and points far outside the grid', () => {
    const at = Array.from({ length: 40_000 }, (_, i) => (i % 500 === 0 ? [40 + i, -30 - i] : [((i * 7919) % 10007) / 1250 - 4, ((i * 104729) % 9973) / 1250 - 4]));
    const points = pointsOf(at.map((p) => p[0]), at.map((p) => p[1]));
    const box: Polygon = [[-1, -1], [2.5, -1], [2.5, 1.75], [-1, 1.75]];
    const wide: Polygon = [[-100, 0.5], [90_000, 0.5], [90_000, -90_000], [-100, -90_000]];
    const thin: Polygon = [[-4, -4], [4, 4], [4, 4.001], [-4, -3.999]];
    for (const polygon of [box, wide, thin, star]) expect(countInside(points, polygon, () => true)).toBe(at.filter(([x, y]) => evenOdd(polygon, x, y)).length);
  });

  it('is nothing without three corners or without height', () => {
    const points = pointsOf([0, 1, 2], [0, 0, 0]);
    expect(countInside(points, [[0, 0], [2, 0]], () => true)).toBe(0);
    expect(countInside(points, [[0, 0], [1, 0], [2, 0]], () => true)).toBe(0);
  });
});

it('drops corners that the line does not need, and keeps to a largest number', () => {
  const straight: Polygon = Array.from({ length: 50 }, (_, i) => [i, i % 2 ? 0.2 : 0]);
  expect(simplified(straight, 0.5)).toEqual([[0, 0], [49, 0.2]]);
  const wild: Polygon = Array.from({ length: 3000 }, (_, i) => [i, (i * 7919) % 100]);
  expect(simplified(wild, 0.5).length).toBeLessThanOrEqual(200);
});

/** The textbook test (W. R. Franklin, PNPOLY). */
function evenOdd(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

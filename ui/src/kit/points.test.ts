import { describe, expect, it } from 'vitest';
import { countIn, nearest, pixel, pointsOf, projection, unpixel, windowOf } from './points.js';
import { HOME } from './view.js';

const size = { width: 400, height: 300 };
const square = () => {
  const at = Array.from({ length: 400 }, (_, i) => [i % 20, Math.floor(i / 20)]);
  return pointsOf(at.map((p) => p[0]), at.map((p) => p[1]));
};

describe('points sorted into cells', () => {
  it('keeps every point once, knows where it came from, and counts those in a window', () => {
    const points = square();
    expect([...points.order].sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, i) => i));
    for (const i of [0, 57, 399]) expect(points.u[i] * points.x.span + points.x.low).toBeCloseTo(points.order[i] % 20, 4);
    expect(countIn(points, windowOf(points, projection(HOME, size), 0, 0, 400, 300))).toBe(400);
    expect(countIn(points, windowOf(points, projection(HOME, size), 0, 0, 100, 100))).toBeLessThan(200);
  });

  it('lets one far outlier lie outside instead of squeezing the rest, and still finds it', () => {
    const points = pointsOf([...Array.from({ length: 999 }, (_, i) => i), 1e6], Array.from({ length: 1000 }, (_, i) => i % 31));
    const far = points.order.indexOf(999);
    expect(points.u[far]).toBeGreaterThan(900);
    const [px, py] = pixel(points.u[far], points.v[far], HOME, size);
    expect(points.order[nearest(points, HOME, size, px, py, () => true)]).toBe(999);
  });

  it('leaves out what has no place, and survives equal values and none at all', () => {
    expect([...pointsOf([1, Number.NaN, 2, 3], [1, 1, Number.POSITIVE_INFINITY, 2]).order]).toEqual([0, 3]);
    expect([...pointsOf([3, 3], [4, 4]).u]).toEqual([0, 0]);
    expect(pointsOf([], []).n).toBe(0);
  });
});

it('finds the nearest point that is shown, within reach', () => {
  const points = square();
  const [px, py] = pixel(5 / points.x.span - points.x.low / points.x.span, 7 / points.y.span - points.y.low / points.y.span, HOME, size);
  const found = nearest(points, HOME, size, px + 2, py - 2, () => true);
  expect(points.order[found]).toBe(7 * 20 + 5);
  expect(points.order[nearest(points, HOME, size, px, py, (i) => points.order[i] !== 145)]).not.toBe(145);
  expect(nearest(points, HOME, size, -500, py, () => true)).toBe(-1);
});

it('gives back the map coordinates of a pixel', () => {
  const points = square();
  const view = { k: 3, tx: -120, ty: 44 };
  const [x, y] = unpixel(points, ...pixel(0.25, 0.75, view, size), view, size);
  expect((x - points.x.low) / points.x.span).toBeCloseTo(0.25, 9);
  expect((y - points.y.low) / points.y.span).toBeCloseTo(0.75, 9);
});

import { describe, expect, it } from 'vitest';
import { pixel } from './points.js';
import { HOME, medianOf, panBy, spread, spreadOf, zoomAt } from './view.js';

const size = { width: 400, height: 300 };

describe('the view of a plane', () => {
  it('keeps the point under the pointer where it is while zooming', () => {
    const before = pixel(0.5, 0.5, HOME, size);
    const after = pixel(0.5, 0.5, zoomAt(HOME, 3, before[0], before[1], size), size);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });

  it('puts high values at the top', () => {
    expect(pixel(0, 1, HOME, size)).toEqual([28, 28]);
    expect(pixel(1, 0, HOME, size)).toEqual([372, 272]);
  });

  it('never lets the plane out of sight', () => {
    expect(panBy(HOME, 1e6, -1e6, size)).toEqual({ k: 1, tx: 280, ty: -210 });
    expect(zoomAt(HOME, 1e6, 0, 0, size).k).toBe(40);
  });
});

it('takes the median, and measures the reach of the middle half', () => {
  expect(medianOf([9, 1, 5])).toBe(5);
  expect(medianOf([])).toBe(0.5);
  expect(spreadOf([0, 10, 20, 30, 40, 50, 60, 70])).toBe(40);
  expect(spreadOf([])).toBe(0);
});

it('moves overlapping labels apart and leaves the others', () => {
  const moved = spread([{ x: 10, y: 10, width: 50 }, { x: 20, y: 15, width: 50 }, { x: 200, y: 12, width: 50 }], 20);
  expect(moved.map((l) => l.y)).toEqual([10, 12, 30]);
});

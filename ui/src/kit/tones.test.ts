import { describe, expect, it } from 'vitest';
import { pointsOf } from './points.js';
import { binTable, packed, segmentTable, tonesOf } from './tones.js';

const points = pointsOf([3, 1, 2, Number.NaN], [0, 0, 0, 0]);
const byPlace = (tone: Uint16Array) => [...points.order].map((place, at) => [place, tone[at]]).sort((a, b) => a[0] - b[0]).map(([, t]) => t);

describe('the tone of a point', () => {
  it('is its segment, or none', () => {
    expect(byPlace(tonesOf(points, [0, 4, -1, 0]))).toEqual([2, 6, 1]);
  });

  it('is its bin, missing, or nothing where its segment is hidden', () => {
    expect(byPlace(tonesOf(points, [0, 255, 7, 3], 255, [0, 0, 1, 0], new Set([1])))).toEqual([2, 1, 0]);
  });
});

describe('the colours of tones', () => {
  it('leave out hidden segments, outliers among them', () => {
    const table = segmentTable(3, new Set([1, -1]), 'light');
    expect(table.length).toBe(5);
    expect([...table].map((colour) => colour !== 0)).toEqual([false, false, true, false, true]);
  });

  it('run from low to high, with one for what is missing', () => {
    const table = binTable(4, 'dark');
    expect(table.length).toBe(6);
    expect(new Set(table).size).toBe(6);
  });

  it('are packed as a canvas has them', () => {
    expect(packed('#12ab7f') >>> 0).toBe(0xff7fab12);
  });
});

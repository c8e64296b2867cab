import fc from 'fast-check';
import { expect, it } from 'vitest';
import { candidates, coarse } from './near.js';

it('misses nobody among the nearest, and looks closely at few', () => {
  const cell = fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(0, 1, -1e-9));
  fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.array(cell, { minLength: 5, maxLength: 200 }), (d, count, values) => {
    const stride = d + 1;
    const rows = Math.floor(values.length / stride);
    fc.pre(rows > 1);
    const data = Float32Array.from(values);
    const point = data.slice(0, d);
    const distance = (row: number) => Math.sqrt(Array.from(point, (x, j) => (data[row * stride + j] - x) ** 2).reduce((a, b) => a + b, 0));
    const last = Array.from({ length: rows - 1 }, (_, i) => distance(i + 1)).sort((a, b) => a - b)[Math.min(count, rows - 1) - 1];
    const found = candidates(coarse({ rows, d, stride, data }), point, count, 0);
    for (let row = 1; row < rows; row++) if (distance(row) <= last) expect(found).toContain(row);
    expect(found).not.toContain(0);
  }));
  const many = Float32Array.from({ length: 30_000 }, (_, i) => Math.sin(i * 12.9898) * 10);
  expect(candidates(coarse({ rows: 10_000, d: 3, stride: 3, data: many }), many.slice(0, 3), 8, 0).length).toBeLessThan(100);
});

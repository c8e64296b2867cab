import { expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { association, correlation } from './association.js';

it("is nearly 1 when a flag is the segment, nearly 0 when it is drawn by lot", () => {
  const labels = Int32Array.from({ length: 4000 }, (_, i) => i % 2);
  const rng = createRng(1);
  expect(association(Float64Array.from(labels), labels, 2, true).value).toBeCloseTo(1, 2);
  expect(association(Float64Array.from(labels, () => (rng.next() < 0.5 ? 1 : 0)), labels, 2, true).value).toBeLessThan(0.05);
});

it("agrees with Cramér's V by hand for a large two by two table", () => {
  // 600/400 against 400/600: chi²/n = 0.04, V = 0.2
  const labels = Int32Array.from({ length: 200_000 }, (_, i) => i % 2);
  const values = Float64Array.from(labels, (s, i) => (((i >> 1) % 10) < (s ? 4 : 6) ? 1 : 0));
  expect(association(values, labels, 2, true).value).toBeCloseTo(0.2, 3);
});

it('gives eta² as the share of variance between segments', () => {
  const labels = Int32Array.from({ length: 10_000 }, (_, i) => i % 2);
  const values = Float64Array.from(labels, (s, i) => s * 2 + ((i >> 1) % 2 ? 1 : -1)); // between 1, within 1
  expect(association(values, labels, 2, false).value).toBeCloseTo(0.5, 3);
});

it('correlates', () => {
  expect(correlation(Float64Array.of(1, 2, 3, Number.NaN), Float64Array.of(2, 4, 6, 0))).toBeCloseTo(1, 12);
  expect(correlation(Float64Array.of(1, 1, 1), Float64Array.of(2, 4, 6))).toBe(0);
});

import { expect, it } from 'vitest';
import { createRng } from './rng.js';
import { stratifiedSample } from './stratified-sample.js';

const labels = Int32Array.from({ length: 10_000 }, (_, i) => (i % 100 === 0 ? 1 : 0));

it('takes everything when it fits', () => {
  const sample = stratifiedSample(labels, 2, 10_000, 50, createRng(1));
  expect(sample.rows.length).toBe(10_000);
  expect(new Set(sample.weights)).toEqual(new Set([1]));
});

it('keeps enough of a small stratum and weighs each back to its size', () => {
  const { rows, weights } = stratifiedSample(labels, 2, 1000, 50, createRng(1));
  const weighed = [0, 0];
  const counted = [0, 0];
  rows.forEach((row, i) => {
    weighed[labels[row]] += weights[i];
    counted[labels[row]]++;
  });
  expect(counted).toEqual([990, 50]);
  expect(weighed[0]).toBeCloseTo(9900, 6);
  expect(weighed[1]).toBeCloseTo(100, 6);
  expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
});

it('gives the same rows for the same seed', () => {
  const one = stratifiedSample(labels, 2, 500, 20, createRng(3));
  const two = stratifiedSample(labels, 2, 500, 20, createRng(3));
  expect([...one.rows]).toEqual([...two.rows]);
});

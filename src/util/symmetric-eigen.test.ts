import { expect, it } from 'vitest';
import { createRng } from './rng.js';
import { symmetricEigen } from './symmetric-eigen.js';

it('solves a two by two by hand: [[2,1],[1,2]] has 3 and 1', () => {
  const { values, vectors } = symmetricEigen(Float64Array.from([2, 1, 1, 2]), 2);
  expect(values[0]).toBeCloseTo(3, 12);
  expect(values[1]).toBeCloseTo(1, 12);
  expect(vectors[0]).toBeCloseTo(Math.SQRT1_2, 12);
  expect(vectors[1]).toBeCloseTo(Math.SQRT1_2, 12);
});

it('satisfies A v = λ v and vᵀ v = 1 on a random matrix', () => {
  const n = 30;
  const rng = createRng(5);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = rng.normal();
  const { values, vectors } = symmetricEigen(a, n);
  for (let r = 0; r < n; r++) {
    const v = vectors.subarray(r * n, r * n + n);
    expect(v.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 10);
    for (let i = 0; i < n; i++) {
      let av = 0;
      for (let j = 0; j < n; j++) av += a[i * n + j] * v[j];
      expect(av).toBeCloseTo(values[r] * v[i], 9);
    }
  }
});

it('keeps vectors at right angles where values repeat, and takes zeros, a diagonal and a single number', () => {
  const n = 60;
  // Blocks of ones: values 6 (ten times) and 0 (fifty times).
  const blocks = Float64Array.from({ length: n * n }, (_, v) => Number(Math.floor(v / n / 6) === Math.floor((v % n) / 6)));
  const { values, vectors } = symmetricEigen(blocks, n);
  values.forEach((value, r) => expect(value).toBeCloseTo(r < 10 ? 6 : 0, 12));
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      let dot = 0;
      for (let i = 0; i < n; i++) dot += vectors[a * n + i] * vectors[b * n + i];
      expect(Math.abs(dot - Number(a === b))).toBeLessThan(1e-12);
    }
  }
  expect(Array.from(symmetricEigen(new Float64Array(9), 3).values)).toEqual([0, 0, 0]);
  expect(symmetricEigen(Float64Array.of(2, 0, 0, 5), 2)).toEqual({ values: Float64Array.of(5, 2), vectors: Float64Array.of(0, 1, 1, 0) });
  expect(symmetricEigen(Float64Array.of(-3), 1)).toEqual({ values: Float64Array.of(-3), vectors: Float64Array.of(1) });
});

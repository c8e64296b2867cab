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

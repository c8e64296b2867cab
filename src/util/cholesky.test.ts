import { describe, expect, it } from 'vitest';
import { cholesky, invertLower } from './cholesky.js';

describe('Cholesky', () => {
  // Worked by hand: [[4,2,6],[2,10,0],[6,0,19]] = L Lᵀ with L = [[2,0,0],[1,3,0],[3,-1,3]].
  const matrix = Float64Array.of(4, 2, 6, 2, 10, 0, 6, 0, 19);

  it('gives the lower factor', () => {
    expect(Array.from(cholesky(matrix, 3)!)).toEqual([2, 0, 0, 1, 3, 0, 3, -1, 3]);
  });

  it('inverts the factor', () => {
    const inverse = invertLower(Float64Array.of(2, 0, 0, 1, 3, 0, 3, -1, 3), 3);
    [1 / 2, 0, 0, -1 / 6, 1 / 3, 0, -5 / 9, 1 / 9, 1 / 3].forEach((value, v) => expect(inverse[v]).toBeCloseTo(value, 14));
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 4), 2)).toBeUndefined();
    expect(cholesky(Float64Array.of(1, 3, 3, 4), 2)).toBeUndefined();
    expect(cholesky(Float64Array.of(Number.NaN), 1)).toBeUndefined();
  });
});

/** The lower triangular L with L Lᵀ = the symmetric n × n matrix (row-major), or undefined where the matrix is not positive definite. O(n³). */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let l = 0; l < j; l++) sum -= lower[i * n + l] * lower[j * n + l];
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j];
      else if (sum > 0 && sum < Infinity) lower[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** The inverse of a lower triangular n × n matrix with no zero on its diagonal: lower triangular again. O(n³). */
export function invertLower(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    inverse[c * n + c] = 1 / lower[c * n + c];
    for (let i = c + 1; i < n; i++) {
      let sum = 0;
      for (let l = c; l < i; l++) sum -= lower[i * n + l] * inverse[l * n + c];
      inverse[i * n + c] = sum / lower[i * n + i];
    }
  }
  return inverse;
}

/** x with L Lᵀ x = `right`, by substitution forth and back. O(n²). */
export function solveLower(lower: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < i; l++) x[i] -= lower[i * n + l] * x[l];
    x[i] /= lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let l = i + 1; l < n; l++) x[i] -= lower[l * n + i] * x[l];
    x[i] /= lower[i * n + i];
  }
  return x;
}

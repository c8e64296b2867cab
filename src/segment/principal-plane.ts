import type { Points } from '../kernel/kernel.js';
import { meanOf } from './batches.js';

/** The two directions in which the rows vary most (2 × d, unit length, largest part positive) and the standard deviation along each. */
export interface PrincipalPlane {
  readonly directions: Float64Array;
  readonly deviations: readonly [number, number];
}

const rounds = 100;

/** By power iteration on the covariance, which is close enough to lay something out along. O(rows d² + 100 d²). */
export function principalPlane(x: Points): PrincipalPlane {
  const { d } = x;
  const covariance = covarianceOf(x);
  const directions = new Float64Array(2 * d);
  const deviations: [number, number] = [0, 0];
  for (let axis = 0; axis < Math.min(2, d); axis++) {
    const { direction, value } = strongest(covariance, d);
    directions.set(direction, axis * d);
    deviations[axis] = Math.sqrt(value);
    for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) covariance[a * d + b] -= value * direction[a] * direction[b];
  }
  return { directions, deviations };
}

function covarianceOf(x: Points): Float64Array {
  const { rows, d, stride, data } = x;
  const mean = meanOf(x);
  const covariance = new Float64Array(d * d);
  const row = new Float64Array(d);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < d; j++) row[j] = data[i * stride + j] - mean[j];
    for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) covariance[a * d + b] += row[a] * row[b];
  }
  for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) covariance[b * d + a] = covariance[a * d + b] /= rows;
  return covariance;
}

/** Starts from the column of the feature that varies most, so that it is never at right angles to the answer by chance of a draw. */
function strongest(matrix: Float64Array, d: number): { direction: Float64Array; value: number } {
  let widest = 0;
  for (let j = 1; j < d; j++) if (matrix[j * d + j] > matrix[widest * d + widest]) widest = j;
  let direction = unit(matrix.slice(widest * d, (widest + 1) * d));
  let value = 0;
  for (let round = 0; round < rounds; round++) {
    const next = Float64Array.from({ length: d }, (_, a) => {
      let sum = 0;
      for (let b = 0; b < d; b++) sum += matrix[a * d + b] * direction[b];
      return sum;
    });
    value = Math.hypot(...next);
    direction = unit(next);
  }
  let largest = 0;
  for (let j = 1; j < d; j++) if (Math.abs(direction[j]) > Math.abs(direction[largest])) largest = j;
  return { direction: direction[largest] < 0 ? direction.map((part) => -part) : direction, value };
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((part) => part / length) : vector;
}

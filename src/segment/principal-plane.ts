import type { Context } from '../context.js';
import type { Points } from '../kernel/kernel.js';
import { covariance } from './covariance.js';

/** The two directions in which the rows vary most (2 × d, unit length, largest part positive) and the standard deviation along each. */
export interface PrincipalPlane {
  readonly directions: Float64Array;
  readonly deviations: readonly [number, number];
}

const rounds = 100;

/** By power iteration on the covariance, which is close enough to lay something out along. O(rows d² + 100 d²). */
export async function principalPlane(x: Points, context: Pick<Context, 'signal'>): Promise<PrincipalPlane> {
  const { d } = x;
  const { matrix } = await covariance(x, context);
  const directions = new Float64Array(2 * d);
  const deviations: [number, number] = [0, 0];
  for (let axis = 0; axis < Math.min(2, d); axis++) {
    const { direction, value } = strongest(matrix, d);
    directions.set(direction, axis * d);
    deviations[axis] = Math.sqrt(value);
    for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) matrix[a * d + b] -= value * direction[a] * direction[b];
  }
  return { directions, deviations };
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

import { ShoalError } from '../errors.js';
import type { Points } from './kernel.js';

/** Numbers whose squares are still numbers. */
const squarable = 1e150;

/** @throws `segment/not-finite` at the first NaN, infinity, or number beyond ±`largest` (too large to square) */
export function requireFinite({ rows, d, stride, data }: Points, largest = squarable): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < d; j++) {
      const value = data[i * stride + j];
      if (!(Math.abs(value) <= largest)) throw new ShoalError('segment/not-finite', { value, row: i, feature: j });
    }
  }
}

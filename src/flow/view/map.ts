import type { MapPoints } from '../../domain/answer.js';
import type { Held } from './held.js';

/** Everyone on the axes of the report's map. */
export function mapPoints({ file, rows, segment }: Held): MapPoints {
  const [x, y] = ['x', 'y'].map((axis) => file.read(axis) as Float32Array);
  return { rows, x, y, segment: segment.slice(), bounds: { x: boundsOf(x), y: boundsOf(y) }, method: file.meta.method };
}

function boundsOf(values: Float32Array): readonly [number, number] {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

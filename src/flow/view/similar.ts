import type { EntityAnswer } from '../../domain/answer.js';
import type { Held } from './held.js';
import { candidates, type Coarse } from './near.js';
import { matrixOf } from './rows.js';

/** The rows nearest to one, given its encoded row, in the space the segments were made in; nearest first, equal ones in the order of everyone. */
export function similar(held: Held, row: number, point: ArrayLike<number>, count = 8): EntityAnswer['similar'] {
  const rows = Int32Array.from(candidates(coarseOf(held), point, count, row));
  const { d, stride, data } = matrixOf(held, rows);
  const found = Array.from(rows, (other, i) => {
    let square = 0;
    for (let j = 0; j < d; j++) square += (data[i * stride + j] - point[j]) ** 2;
    return { row: other, distance: Math.sqrt(square) };
  });
  return found.sort((a, b) => a.distance - b.distance || a.row - b.row).slice(0, count)
    .map(({ row: other, distance }) => ({ row: other, entity: held.ids.text(other), segment: held.segment[other], distance }));
}

function coarseOf({ cache, file }: Held): Coarse {
  return cache.get('coarse', () => ({ bytes: file.read('near') as Uint8Array, low: file.read('near low') as Float64Array, step: file.read('near step') as Float64Array }), ({ bytes }) => bytes.byteLength);
}

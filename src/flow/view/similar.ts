import type { EntityAnswer } from '../../domain/answer.js';
import { type Held, matrixOf } from './held.js';

/** The rows nearest to one in the space the segments were made in, nearest first, equal ones in the order of everyone. One pass over all rows. */
export function similar(held: Held, row: number, count = 8): EntityAnswer['similar'] {
  const { rows, d, stride, data } = matrixOf(held);
  const own = data.slice(row * stride, row * stride + d);
  const near = new Int32Array(count).fill(-1);
  const squares = new Float64Array(count).fill(Infinity);
  for (let i = 0, at = 0; i < rows; i++, at += stride) {
    if (i === row) continue;
    const limit = squares[count - 1];
    let square = 0;
    for (let j = 0; j < d && square < limit; j++) square += (data[at + j] - own[j]) ** 2;
    if (square >= limit) continue;
    let place = count - 1;
    for (; place > 0 && squares[place - 1] > square; place--) {
      squares[place] = squares[place - 1];
      near[place] = near[place - 1];
    }
    squares[place] = square;
    near[place] = i;
  }
  return Array.from(near).flatMap((other, i) => (other < 0 ? [] : [{ row: other, entity: held.ids.text(other), segment: held.segment[other], distance: Math.sqrt(squares[i]) }]));
}

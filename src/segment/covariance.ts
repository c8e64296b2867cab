import { breath, type Context } from '../context.js';
import type { Points } from '../kernel/kernel.js';
import { meanOf } from './batches.js';

/** Rows whose products are summed at a time: their columns fit in the processor's cache. */
const blockRows = 256;
/** Multiplications between two breaths. */
const stretch = 1e8;

/** Mean of every column and the covariance between all (d × d, divided by the number of rows), in double precision. O(rows d² / 2). @throws `run/aborted` */
export async function covariance(x: Points, context: Pick<Context, 'signal'>): Promise<{ mean: Float64Array; matrix: Float64Array }> {
  const { rows, d } = x;
  const mean = meanOf(x);
  const matrix = new Float64Array(d * d);
  const columns = new Float64Array(d * blockRows);
  let since = 0;
  for (let start = 0; start < rows; start += blockRows) {
    if ((since += blockRows * d * d) > stretch) {
      await breath(context);
      since = 0;
    }
    addBlock(x, start, Math.min(blockRows, rows - start), mean, columns, matrix);
  }
  for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) matrix[b * d + a] = matrix[a * d + b] /= rows;
  return { mean, matrix };
}

/** Adds the products of some rows to the lower half of the matrix. */
function addBlock({ d, stride, data }: Points, start: number, count: number, mean: Float64Array, columns: Float64Array, matrix: Float64Array): void {
  for (let r = 0; r < count; r++) for (let j = 0; j < d; j++) columns[j * blockRows + r] = data[(start + r) * stride + j] - mean[j];
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) {
      let s0 = 0, s1 = 0, r = 0;
      const [p, q] = [a * blockRows, b * blockRows];
      for (; r + 2 <= count; r += 2) {
        s0 += columns[p + r] * columns[q + r];
        s1 += columns[p + r + 1] * columns[q + r + 1];
      }
      if (r < count) s0 += columns[p + r] * columns[q + r];
      matrix[a * d + b] += s0 + s1;
    }
  }
}

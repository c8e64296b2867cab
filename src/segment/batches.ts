import { breath, type Context } from '../context.js';
import type { Centres, Kernel, Points, Sums } from '../kernel/kernel.js';

/** Rows copied into the kernel at a time: little memory, and stopping is prompt. */
const batchRows = 32_768;

/** What a pass in batches gives: sums and counts per centre, and the sum of distances of all rows to their centre. */
export interface BatchSums extends Sums {
  readonly distance: number;
}

/** Mean of every feature. */
export function meanOf({ rows, d, stride, data }: Points): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) mean[j] += data[i * stride + j];
  return mean.map((sum) => sum / rows);
}

/**
 * Nearest centre of every row, batch by batch. Rows are moved by −`origin` on their way into the kernel, because single precision would hide small
 * differences of large numbers; centres and sums are relative to it too.
 * @throws `run/aborted`
 */
export async function assignInBatches(
  x: Points, origin: Float64Array, centres: Centres, context: Context, kernel: Kernel, labels?: Int32Array,
): Promise<BatchSums> {
  const { rows, d } = x;
  const sums = new Float64Array(centres.k * d);
  const counts = new Float64Array(centres.k);
  let distance = 0;
  for (let start = 0; start < rows; start += batchRows) {
    await breath(context);
    const own = moved(x, origin, start, Math.min(rows, start + batchRows), kernel);
    const nearest = new Int32Array(own.rows);
    try {
      const found = kernel.assign(own, centres, nearest);
      for (let v = 0; v < sums.length; v++) sums[v] += found.sums[v];
      for (let c = 0; c < counts.length; c++) counts[c] += found.counts[c];
      distance += kernel.spread(own, centres, nearest).distances.reduce((a, b) => a + b, 0);
    } finally {
      kernel.free(own);
    }
    labels?.set(nearest, start);
  }
  return { sums, counts, distance };
}

/** Rows [from, to) minus `origin`, in kernel memory. */
export function moved(x: Points, origin: Float64Array, from: number, to: number, kernel: Kernel): Points {
  const own = kernel.allocate(to - from, x.d);
  for (let i = from; i < to; i++) {
    for (let j = 0; j < x.d; j++) own.data[(i - from) * own.stride + j] = x.data[i * x.stride + j] - origin[j];
  }
  return own;
}

/** The given rows, as ordinary points. */
export function rowsOf(x: Points, rows: Int32Array): Points {
  const data = x.data instanceof Float64Array ? new Float64Array(rows.length * x.d) : new Float32Array(rows.length * x.d);
  for (let r = 0; r < rows.length; r++) data.set(x.data.subarray(rows[r] * x.stride, rows[r] * x.stride + x.d), r * x.d);
  return { rows: rows.length, d: x.d, stride: x.d, data };
}

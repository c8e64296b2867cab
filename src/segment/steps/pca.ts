// Principal components (Pearson 1901; Hotelling 1933): the directions in which rows vary most, by the eigenvectors of their covariance. Before clustering it
// lets features that say the same count once and drops what hardly varies. Exact, O(rows d² + d³). Not where a segment differs only in a direction of little spread.
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { symmetricEigen } from '../../util/symmetric-eigen.js';
import { covariance } from '../covariance.js';
import { requireFinite } from '../../kernel/finite.js';
import { defineStep } from '../step.js';

const options = z.strictObject({
  components: z.int().min(1).max(1000).optional().describe('Components to keep; by default the fewest that hold `share` of the variance'),
  share: z.number().min(0.01).max(1).default(0.9).describe('Share of the variance that the components hold together, where their number is not given'),
});

export type PcaOptions = z.output<typeof options>;

export interface PcaParams {
  readonly d: number;
  /** Components kept. */
  readonly p: number;
  readonly mean: readonly number[];
  /** p × d: unit directions, most variance first, the largest part of each positive. */
  readonly factor: readonly number[];
  /** Variance along each (divided by rows − 1), and in all directions together. */
  readonly variances: readonly number[];
  readonly variance: number;
}

export const pca = defineStep({
  name: 'pca',
  title: 'Principal components',
  options,
  fit: fitPca,
  apply: scores,
  projection: ({ mean, factor }) => ({ mean, factor }),
});

/** At most as many components as features; at least one. @throws `segment/not-finite`, `run/aborted` */
export async function fitPca(x: Points, { components, share }: PcaOptions, context: Pick<Context, 'signal'>): Promise<PcaParams> {
  requireFinite(x);
  const { d, rows } = x;
  const { mean, matrix } = await covariance(x, context);
  const { values, vectors } = symmetricEigen(matrix, d);
  // Rounding can leave a variance of nothing slightly below it.
  const variances = Array.from(values, (value) => (Math.max(0, value) * rows) / Math.max(1, rows - 1));
  const variance = variances.reduce((a, b) => a + b, 0);
  const p = Math.min(d, components ?? fewest(variances, share * variance));
  return { d, p, mean: Array.from(mean), factor: Array.from(vectors.subarray(0, p * d)), variances: variances.slice(0, p), variance };
}

/** How many of the leading values are needed to reach a sum. */
export function fewest(values: readonly number[], sum: number): number {
  let reached = 0;
  // What is missing by rounding alone asks for no further component.
  const index = values.findIndex((value) => (reached += value) >= sum * (1 - 1e-12));
  return index < 0 ? values.length : index + 1;
}

function scores({ d, p, mean, factor }: PcaParams, x: Points): Points {
  const data = new Float64Array(x.rows * p);
  const row = new Float64Array(d);
  const directions = Float64Array.from(factor);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < d; j++) row[j] = x.data[i * x.stride + j] - mean[j];
    for (let c = 0; c < p; c++) {
      let sum = 0;
      for (let j = 0, at = c * d; j < d; j++, at++) sum += directions[at] * row[j];
      data[i * p + c] = sum;
    }
  }
  return { rows: x.rows, d: p, stride: p, data };
}

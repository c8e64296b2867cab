import type { Context } from '../context.js';
import type { Points } from '../kernel/kernel.js';
import { formatPercent } from '../util/format-value.js';
import { normalTail } from '../util/normal-tail.js';
import { rowsOf } from './batches.js';
import { sampleRows, shuffled } from './sample.js';
import { autoencoder, fitAutoencoder, reconstruct } from './steps/autoencoder.js';
import { fitPca, pca } from './steps/pca.js';

/** What to do to rows before segments are looked for, and the figures that say so. */
export interface StepChoice {
  readonly step: 'none' | 'pca' | 'autoencoder';
  /** Numbers that stand for a row after the step. */
  readonly width: number;
  /** In words. */
  readonly reason: string;
  /** Shares of the variance of held-out rows that are lost through `width` numbers, and the one-sided p of the paired difference; absent where none was tried. */
  readonly lost?: { readonly pca: number; readonly autoencoder: number; readonly p: number };
}

/** An autoencoder must lose this much less than components do, relatively … */
const margin = 0.05;
/** … and by a paired test over held-out rows with at most this p. */
const level = 0.01;
/** Components are taken where they lose no more than this. */
const bearable = 0.1;
const rowsUsed = 10_000;
const fewestRows = 100;

/**
 * Compares principal components and an autoencoder of the same width on rows that neither was fitted on. The autoencoder is chosen only where it gives them back
 * better by a margin of 5 % with p < .01; else components, where they lose at most a tenth of the variance; else nothing is done to the rows.
 * @throws `segment/not-finite`, `run/aborted`
 */
export async function chooseStep(x: Points, { width = Math.min(8, x.d >> 1) }: { width?: number }, context: Context): Promise<StepChoice> {
  if (x.d < 4 || width >= x.d || width < 1) return { step: 'none', width: x.d, reason: `With ${x.d} features there is nothing to narrow.` };
  if (x.rows < fewestRows) return { step: 'none', width: x.d, reason: `${x.rows} rows are too few to tell whether a step helps; ${fewestRows} are needed.` };
  const rng = context.rng('choose step');
  const order = shuffled(sampleRows(x.rows, rowsUsed, rng), rng);
  const cut = Math.floor(0.7 * order.length);
  const [train, held] = [rowsOf(x, order.slice(0, cut)), rowsOf(x, order.slice(cut))];
  const components = await fitPca(train, pca.options.parse({ components: width }), context);
  const scores = pca.apply(components, held);
  const byComponents = errors(held, (i, j) => {
    let value = components.mean[j];
    for (let c = 0; c < width; c++) value += scores.data[i * width + c] * components.factor[c * x.d + j];
    return value;
  });
  const back = reconstruct(await fitAutoencoder(train, autoencoder.options.parse({ width }), context), held);
  const byNetwork = errors(held, (i, j) => back.data[i * x.d + j]);
  const total = sum(errors(held, (_, j) => components.mean[j]));
  if (total === 0) return { step: 'none', width: x.d, reason: 'Nothing varies.' };
  const lost = { pca: sum(byComponents) / total, autoencoder: sum(byNetwork) / total, p: pairedTail(byComponents.map((error, i) => error - byNetwork[i])) };
  const figures = `Through ${width} numbers, principal components lose ${formatPercent(lost.pca)} of the variance of held-out rows, an autoencoder ${formatPercent(lost.autoencoder)}`;
  if (lost.autoencoder <= (1 - margin) * lost.pca && lost.p < level) return { step: 'autoencoder', width, lost, reason: `${figures}: it is used, being better by more than chance.` };
  if (lost.pca <= bearable) return { step: 'pca', width, lost, reason: `${figures}: components are used.` };
  return { step: 'none', width: x.d, lost, reason: `${figures}: too much, so the features are used as they are.` };
}

/** Squared error of every row. */
function errors({ rows, d, stride, data }: Points, given: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let square = 0;
    for (let j = 0; j < d; j++) square += (data[i * stride + j] - given(i, j)) ** 2;
    return square;
  });
}

/** Chance of a mean difference at least so large were there none: the normal approximation to the paired t-test. */
function pairedTail(differences: Float64Array): number {
  const n = differences.length;
  const mean = sum(differences) / n;
  const variance = differences.reduce((squares, value) => squares + (value - mean) ** 2, 0) / (n - 1);
  return variance > 0 ? normalTail(mean / Math.sqrt(variance / n)) : mean > 0 ? 0 : 1;
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

// The step that the rows themselves ask for: principal components, an autoencoder, or none, as choose-step.ts finds on held-out rows.
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { chooseStep, type StepChoice } from '../choose-step.js';
import { requireFinite } from '../../kernel/finite.js';
import { defineStep, type Projection } from '../step.js';
import { autoencoder, fitAutoencoder, type AutoencoderParams } from './autoencoder.js';
import { fitPca, pca, type PcaParams } from './pca.js';

const options = z.strictObject({
  width: z.int().min(1).max(64).optional().describe('Numbers that stand for a row after the step; by default 8, or half the features where there are fewer than 16'),
});

/** What was chosen and why, and the parameters of that step. */
export interface AutoParams {
  readonly choice: StepChoice;
  readonly d: number;
  readonly pca?: PcaParams;
  readonly autoencoder?: AutoencoderParams;
}

export const auto = defineStep({
  name: 'auto',
  title: 'Step chosen on held-out rows',
  options,
  fit: fitAuto,
  apply: applyAuto,
  projection: projectionOf,
});

/** @throws `segment/not-finite`, `run/aborted` */
export async function fitAuto(x: Points, { width }: z.output<typeof options>, context: Context): Promise<AutoParams> {
  requireFinite(x);
  const choice = await chooseStep(x, { width }, context);
  context.log(choice.reason);
  const { d } = x;
  if (choice.step === 'pca') return { choice, d, pca: await fitPca(x, pca.options.parse({ components: choice.width }), context) };
  if (choice.step === 'autoencoder') return { choice, d, autoencoder: await fitAutoencoder(x, autoencoder.options.parse({ width: choice.width }), context) };
  return { choice, d };
}

function applyAuto(params: AutoParams, x: Points): Points {
  if (params.pca) return pca.apply(params.pca, x);
  return params.autoencoder ? autoencoder.apply(params.autoencoder, x) : x;
}

function projectionOf({ d, pca: components, autoencoder: network }: AutoParams): Projection | undefined {
  if (network) return undefined;
  if (components) return components;
  return { mean: new Array<number>(d).fill(0), factor: Array.from({ length: d * d }, (_, v) => Number(v % (d + 1) === 0)) };
}

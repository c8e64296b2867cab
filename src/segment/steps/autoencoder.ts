// Autoencoder (Rumelhart, Hinton & Williams 1986; Hinton & Salakhutdinov 2006): a small network that must give rows back through a narrow middle, whose numbers then
// stand for the row. It follows bent surfaces where principal components need many straight directions. Adam in small batches, ended early by
// rows held out. O(passes × rows × weights). Worth it only where it gives held-out rows back better than components of the same number: see choose-step.ts.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { meanOf, rowsOf } from '../batches.js';
import { requireFinite } from '../../kernel/finite.js';
import { backward, createAdam, drawWeights, forward, room, weightCount, type Shape } from '../network.js';
import { sampleRows, shuffled } from '../sample.js';
import { defineStep } from '../step.js';

const options = z.strictObject({
  width: z.int().min(1).max(64).optional().describe('Numbers in the middle; by default 8, or half the features where there are fewer than 16'),
  hidden: z.int().min(1).max(256).optional().describe('Nodes between rows and middle; by default four times the middle, 8 to 64'),
  epochs: z.int().min(1).max(10_000).default(200).describe('Passes at most; it ends before when held-out rows come back no better'),
  sampleRows: z.int().min(20).max(1_000_000).default(10_000).describe('Above this many rows, it learns from a random sample of so many'),
});

export type AutoencoderOptions = z.output<typeof options>;

export interface AutoencoderParams {
  readonly d: number;
  /** Layer sizes, d to d; the middle one is the code. */
  readonly sizes: readonly number[];
  /** Rows are (z − mean) / scale; one scale for all features, so that errors count as they do for principal components. */
  readonly mean: readonly number[];
  readonly scale: number;
  readonly weights: readonly number[];
}

const batch = 32;
const rate = 2e-3;
/** Passes without a result on held-out rows better by half a percent, after which it ends. */
const patience = 10;
const better = 0.995;
/** Multiplications between two breaths. */
const stretch = 2e7;

export const autoencoder = defineStep({
  name: 'autoencoder',
  title: 'Autoencoder',
  options,
  fit: fitAutoencoder,
  apply: (params, x) => through(params, x, (params.sizes.length - 1) / 2),
});

/** Learns from nine rows in ten and keeps the weights that gave the tenth back best. @throws `segment/not-finite`, `run/aborted` */
export async function fitAutoencoder(x: Points, { width, hidden, epochs, sampleRows: most }: AutoencoderOptions, context: Context): Promise<AutoencoderParams> {
  requireFinite(x);
  const rng = context.rng('autoencoder');
  const { d } = x;
  const middle = Math.min(d, width ?? Math.min(8, Math.max(1, d >> 1)));
  const between = hidden ?? Math.min(64, Math.max(8, 4 * middle));
  const shape = shapeOf([d, between, middle, between, d]);
  const order = shuffled(sampleRows(x.rows, most, rng), rng);
  const held = Math.floor(order.length / 10);
  const { mean, scale } = frameOf(rowsOf(x, order.slice(held)));
  const rows = standard(rowsOf(x, order), mean, scale);
  const weights = drawWeights(shape, rng);
  let best = { weights: weights.slice(), error: Infinity };
  let since = 0;
  const step = createAdam(weights.length, rate);
  for (let epoch = 0; epoch < epochs && epoch - since <= patience; epoch++) {
    const turn = shuffled(Int32Array.from({ length: order.length - held }, (_, i) => held + i), rng);
    const learned = await pass(shape, weights, rows, turn, step, context);
    // With too few rows to hold any out, those learned from must do.
    const error = held > 0 ? errorOf(shape, weights, rows, held) : learned;
    if (error < best.error * better) since = epoch;
    if (error < best.error) best = { weights: weights.slice(), error };
    context.progress({ stage: 'segment', note: 'autoencoder', done: (epoch + 1) / epochs });
  }
  return { d, sizes: shape.sizes, mean: Array.from(mean), scale, weights: Array.from(best.weights) };
}

/** What the network gives back for each row. */
export function reconstruct(params: AutoencoderParams, x: Points): Points {
  const back = through(params, x, params.sizes.length - 1);
  const data = Float64Array.from(back.data, (value, v) => value * params.scale + params.mean[v % params.d]);
  return { ...back, data };
}

/** tanh between, none in the middle and at the end. */
function shapeOf(sizes: readonly number[]): Shape {
  return { sizes, linear: [false, true, false, true] };
}

/** Every row after so many layers. */
function through({ d, sizes, mean, scale, weights }: AutoencoderParams, x: Points, layers: number): Points {
  const shape = shapeOf(sizes);
  const all = Float64Array.from(weights);
  const signals = room(shape);
  const width = sizes[layers];
  const data = new Float64Array(x.rows * width);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < d; j++) signals[0][j] = (x.data[i * x.stride + j] - mean[j]) / scale;
    forward(shape, all, signals, layers);
    data.set(signals[layers], i * width);
  }
  return { rows: x.rows, d: width, stride: width, data };
}

function frameOf(x: Points): { mean: Float64Array; scale: number } {
  const mean = meanOf(x);
  let squares = 0;
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.d; j++) squares += (x.data[i * x.stride + j] - mean[j]) ** 2;
  return { mean, scale: Math.sqrt(squares / (x.rows * x.d)) || 1 };
}

function standard(x: Points, mean: Float64Array, scale: number): Points {
  return { ...x, data: Float64Array.from(x.data, (value, v) => (value - mean[v % x.d]) / scale) };
}

/** One pass over the rows in turn; returns the mean squared error met on the way. */
async function pass(
  shape: Shape, weights: Float64Array, x: Points, turn: Int32Array, step: (weights: Float64Array, gradient: Float64Array) => void, context: Context,
): Promise<number> {
  const signals = room(shape);
  const deltas = room(shape);
  const gradient = new Float64Array(weightCount(shape));
  let error = 0;
  let since = Infinity;
  for (let from = 0; from < turn.length; from += batch) {
    if (since > stretch) {
      await breath(context);
      since = 0;
    }
    const rows = turn.subarray(from, from + batch);
    gradient.fill(0);
    for (const i of rows) {
      signals[0].set((x.data as Float64Array).subarray(i * x.d, (i + 1) * x.d));
      forward(shape, weights, signals);
      error += backward(shape, weights, signals, signals[0], deltas, gradient);
    }
    for (let w = 0; w < gradient.length; w++) gradient[w] /= rows.length;
    step(weights, gradient);
    since += 4 * rows.length * weights.length;
  }
  return error / turn.length;
}

/** Mean squared error of the first rows. */
function errorOf(shape: Shape, weights: Float64Array, x: Points, rows: number): number {
  const signals = room(shape);
  const last = signals[signals.length - 1];
  let error = 0;
  for (let i = 0; i < rows; i++) {
    signals[0].set((x.data as Float64Array).subarray(i * x.d, (i + 1) * x.d));
    forward(shape, weights, signals);
    for (let j = 0; j < x.d; j++) error += (last[j] - signals[0][j]) ** 2;
  }
  return error / rows;
}

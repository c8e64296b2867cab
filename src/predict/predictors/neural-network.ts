// Idea: one or two layers of rectified sums between the inputs and the answer, fitted by Adam (Kingma & Ba 2015) on small batches, stopped when held-out rows are predicted
// no better. O(epochs × rows × (inputs + width) × width). Not for small tables, and seldom better than boosted trees on any; here for smooth interactions.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import { type Examples, outputsOf } from '../../domain/examples.js';
import { applyLink, type Link } from '../../domain/forest.js';
import { type Design, type DesignRows, designRows, fitDesign } from '../design.js';
import { folds } from '../folds.js';
import { mean } from '../metrics.js';
import { definePredictor } from '../predictor.js';

export interface NetworkParams {
  readonly design: Design;
  /** Numbers per layer: columns of the design, hidden ones, outputs. */
  readonly sizes: readonly number[];
  /** Per layer to × from weights, then `to` biases. */
  readonly layers: readonly Float64Array[];
  readonly link: Link;
  /** A number is centre + unit × output. */
  readonly centre: number;
  readonly unit: number;
  /** Epochs that the weights are of. */
  readonly epochs: number;
}

export const neuralNetwork = definePredictor({
  name: 'neural-network',
  title: 'Neural network',
  options: z.strictObject({
    width: z.int().min(1).max(512).default(32).describe('Units per hidden layer.'),
    layers: z.int().min(1).max(2).default(1).describe('Hidden layers.'),
    learningRate: z.number().min(1e-5).max(1).default(0.005).describe('Step of Adam.'),
    penalty: z.number().min(0).max(10).default(0.001).describe('How much weights are pulled towards 0 at each step.'),
    batch: z.int().min(1).max(10_000).default(64).describe('Rows per step.'),
    epochs: z.int().min(1).max(10_000).default(100).describe('Passes over the rows at most.'),
    patience: z.int().min(1).max(1000).default(8).describe('Stop after so many passes in which held-out rows were predicted no better.'),
    even: z.boolean().default(true).describe('Take the logarithm of skewed numbers and pull in what lies far beyond all others.'),
  }),
  traits: { tasks: ['binary', 'multiclass', 'regression'], complexity: 6 },
  fit: async (x, y, options, context): Promise<NetworkParams> => {
    const design = fitDesign(x, y.weights, { even: options.even });
    const rows = designRows(design, x);
    const link = y.task === 'regression' ? 'identity' : y.task === 'binary' ? 'logistic' : 'softmax';
    const centre = link === 'identity' ? mean(x.rows, (i) => y.values[i], y.weights) : 0;
    const unit = link === 'identity' ? Math.sqrt(mean(x.rows, (i) => (y.values[i] - centre) ** 2, y.weights)) || 1 : 1;
    const outputs = outputsOf(y);
    const sizes = [rows.columns, ...Array.from({ length: options.layers }, () => options.width), outputs];
    const targets = link === 'identity' ? y.values.map((value) => (value - centre) / unit) : y.values;
    const [held] = x.rows >= leastToHoldOut ? folds(y, { count: 7 }, context.rng('held-out')) : [];
    const { layers, epochs } = await train({ rows, targets, weights: y.weights, link, sizes, train: held?.train ?? Int32Array.from(targets.keys()), held: held?.test }, options, context);
    return { design, sizes, layers, link, centre, unit, epochs };
  },
  predict: ({ design, sizes, layers, link, centre, unit }: NetworkParams, x: Examples) => {
    const rows = designRows(design, x);
    const network = new Network(sizes, layers);
    const outputs = sizes[sizes.length - 1];
    const sums = new Float64Array(x.rows * outputs);
    for (let i = 0; i < x.rows; i++) sums.set(network.forward(rows, i), i * outputs);
    return link === 'identity' ? sums.map((sum) => centre + unit * sum) : applyLink(link, sums, outputs);
  },
});

/** Below this there is too little to hold any out: all epochs are run. */
const leastToHoldOut = 100;

interface Training {
  readonly rows: DesignRows;
  readonly targets: Float64Array;
  readonly weights?: Float64Array;
  readonly link: Link;
  readonly sizes: readonly number[];
  readonly train: Int32Array;
  readonly held?: Int32Array;
}

/** Layers of sums, all but the last rectified; activations are kept for the way back. */
export class Network {
  readonly sizes: readonly number[];
  readonly layers: readonly Float64Array[];
  readonly #values: Float64Array[];
  readonly #errors: Float64Array[];

  constructor(sizes: readonly number[], layers: readonly Float64Array[]) {
    this.sizes = sizes;
    this.layers = layers;
    this.#values = sizes.slice(1).map((size) => new Float64Array(size));
    this.#errors = sizes.slice(1).map((size) => new Float64Array(size));
  }

  /** Outputs before the link; valid until the next call. */
  forward({ columns, numbers, dense, slots, codes }: DesignRows, row: number): Float64Array {
    const last = this.layers.length - 1;
    this.layers.forEach((weights, l) => {
      const [from, to] = [this.sizes[l], this.sizes[l + 1]];
      const out = this.#values[l];
      const into = l > 0 ? this.#values[l - 1] : out;
      for (let u = 0; u < to; u++) {
        let sum = weights[to * from + u];
        if (l > 0) for (let v = 0; v < from; v++) sum += weights[u * from + v] * into[v];
        else {
          for (let j = 0, at = row * numbers; j < numbers; j++, at++) sum += weights[u * columns + j] * dense[at];
          for (let s = row * slots; s < (row + 1) * slots; s++) if (codes[s] >= 0) sum += weights[u * columns + codes[s]];
        }
        out[u] = l < last && sum < 0 ? 0 : sum;
      }
    });
    return this.#values[last];
  }

  /** Adds the slopes of the row that was last sent forward, from those of its outputs. */
  backward({ columns, numbers, dense, slots, codes }: DesignRows, row: number, slopes: Float64Array, gradients: readonly Float64Array[]): void {
    const last = this.layers.length - 1;
    this.#errors[last].set(slopes);
    for (let l = last; l >= 0; l--) {
      const [from, to] = [this.sizes[l], this.sizes[l + 1]];
      const [weights, gradient, error] = [this.layers[l], gradients[l], this.#errors[l]];
      const before = l > 0 ? this.#errors[l - 1].fill(0) : error;
      for (let u = 0; u < to; u++) {
        const e = error[u];
        if (e === 0) continue;
        gradient[to * from + u] += e;
        if (l > 0) {
          const into = this.#values[l - 1];
          for (let v = 0; v < from; v++) {
            if (into[v] === 0) continue;
            gradient[u * from + v] += e * into[v];
            before[v] += e * weights[u * from + v];
          }
        } else {
          for (let j = 0, at = row * numbers; j < numbers; j++, at++) gradient[u * columns + j] += e * dense[at];
          for (let s = row * slots; s < (row + 1) * slots; s++) if (codes[s] >= 0) gradient[u * columns + codes[s]] += e;
        }
      }
    }
  }
}

interface TrainOptions {
  readonly learningRate: number;
  readonly penalty: number;
  readonly batch: number;
  readonly epochs: number;
  readonly patience: number;
}

async function train(problem: Training, { learningRate, penalty, batch, epochs, patience }: TrainOptions, context: Context): Promise<{ layers: readonly Float64Array[]; epochs: number }> {
  const { rows, sizes, held } = problem;
  const rng = context.rng('weights');
  // Variance 2 / inputs keeps rectified sums of one size through the layers (He et al. 2015); of the columns but some are not 0.
  const layers = sizes.slice(1).map((to, l) => {
    const from = sizes[l];
    const deviation = Math.sqrt(2 / Math.max(1, l === 0 ? rows.numbers + rows.slots : from)) * (l === sizes.length - 2 ? 0.1 : 1);
    return Float64Array.from({ length: to * from + to }, (_, w) => (w < to * from ? deviation * rng.normal() : 0));
  });
  const network = new Network(sizes, layers);
  const gradients = layers.map((layer) => new Float64Array(layer.length));
  const moments = layers.map((layer) => ({ first: new Float64Array(layer.length), second: new Float64Array(layer.length) }));
  const order = problem.train.slice();
  const shuffling = context.rng('order');
  const slopes = new Float64Array(sizes[sizes.length - 1]);
  let [best, bestLoss, waited, step] = [{ layers: layers.map((layer) => layer.slice()), epochs: 0 }, Infinity, 0, 0];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let k = order.length - 1; k > 0; k--) {
      const other = shuffling.int(k + 1);
      [order[k], order[other]] = [order[other], order[k]];
    }
    for (let start = 0; start < order.length; start += batch) {
      if (step % 64 === 0) await breath(context);
      const end = Math.min(order.length, start + batch);
      for (const gradient of gradients) gradient.fill(0);
      let weight = 0;
      for (let r = start; r < end; r++) {
        weight += slopesAt(problem, order[r], network.forward(rows, order[r]), slopes);
        network.backward(rows, order[r], slopes, gradients);
      }
      step++;
      adam(layers, gradients, moments, sizes, { scale: 1 / weight, learningRate, penalty, step });
    }
    if (!held) {
      best = { layers, epochs: epoch };
      continue;
    }
    const loss = lossOn(problem, held, network);
    if (loss < bestLoss - 1e-7) [best, bestLoss, waited] = [{ layers: layers.map((layer) => layer.slice()), epochs: epoch }, loss, 0];
    else if (++waited >= patience) break;
  }
  return best;
}

/** Derivatives of the row's loss by its outputs into `slopes`; gives its weight. */
function slopesAt({ targets, weights, link }: Training, row: number, sums: Float64Array, slopes: Float64Array): number {
  const w = weights ? weights[row] : 1;
  slopes.set(sums);
  applyLink(link, slopes, slopes.length);
  if (link === 'softmax') slopes[targets[row]] -= 1;
  else slopes[0] -= targets[row];
  for (let o = 0; o < slopes.length; o++) slopes[o] *= w;
  return w;
}

function adam(layers: readonly Float64Array[], gradients: readonly Float64Array[], moments: readonly { first: Float64Array; second: Float64Array }[], sizes: readonly number[], { scale, learningRate, penalty, step }: { scale: number; learningRate: number; penalty: number; step: number }): void {
  const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
  layers.forEach((layer, l) => {
    const { first, second } = moments[l];
    const gradient = gradients[l];
    const biases = sizes[l] * sizes[l + 1];
    for (let w = 0; w < layer.length; w++) {
      const g = gradient[w] * scale;
      first[w] += 0.1 * (g - first[w]);
      second[w] += 0.001 * (g * g - second[w]);
      layer[w] -= rate * (first[w] / (Math.sqrt(second[w]) + 1e-8)) + (w < biases ? learningRate * penalty * layer[w] : 0);
    }
  });
}

/** Mean squared error or log loss. */
function lossOn({ rows, targets, weights, link }: Training, held: Int32Array, network: Network): number {
  return mean(held.length, (r) => {
    const sums = Float64Array.from(network.forward(rows, held[r]));
    const target = targets[held[r]];
    if (link === 'identity') return (sums[0] - target) ** 2;
    applyLink(link, sums, sums.length);
    return -Math.log(Math.max(1e-15, link === 'softmax' ? sums[target] : target > 0.5 ? sums[0] : 1 - sums[0]));
  }, weights && Float64Array.from(held, (i) => weights[i]));
}

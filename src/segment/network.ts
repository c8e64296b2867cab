// A plain feed-forward network: dense layers, tanh between them, and its gradient by back-propagation. Double precision, one thread.
import type { Rng } from '../util/rng.js';

/** Layer sizes, first the input; `linear` says of each later layer whether it has no tanh. */
export interface Shape {
  readonly sizes: readonly number[];
  readonly linear: readonly boolean[];
}

/** How many weights there are: per layer, outputs × inputs, then a bias per output. */
export function weightCount({ sizes }: Shape): number {
  return sizes.slice(1).reduce((sum, size, l) => sum + size * (sizes[l] + 1), 0);
}

/** Weights drawn so that signals keep their size through the layers (Glorot & Bengio 2010); biases 0. */
export function drawWeights({ sizes }: Shape, rng: Rng): Float64Array {
  const weights: number[] = [];
  for (let l = 1; l < sizes.length; l++) {
    const spread = Math.sqrt(2 / (sizes[l - 1] + sizes[l]));
    for (let w = 0; w < sizes[l] * sizes[l - 1]; w++) weights.push(spread * rng.normal());
    for (let o = 0; o < sizes[l]; o++) weights.push(0);
  }
  return Float64Array.from(weights);
}

/** Room for the signals of one row in every layer. */
export function room({ sizes }: Shape): Float64Array[] {
  return sizes.map((size) => new Float64Array(size));
}

/** Sends signals[0] through the first `layers` layers. */
export function forward({ sizes, linear }: Shape, weights: Float64Array, signals: readonly Float64Array[], layers = sizes.length - 1): void {
  for (let l = 1, at = 0; l <= layers; l++) {
    const [inputs, outputs] = [sizes[l - 1], sizes[l]];
    const [from, into] = [signals[l - 1], signals[l]];
    const biases = at + outputs * inputs;
    for (let o = 0; o < outputs; o++) {
      let sum = weights[biases + o];
      for (let i = 0; i < inputs; i++, at++) sum += weights[at] * from[i];
      into[o] = linear[l - 1] ? sum : Math.tanh(sum);
    }
    at = biases + outputs;
  }
}

/**
 * After `forward`: adds the gradient of ½ Σ (output − target)² to `gradient`, and returns Σ (output − target)². `deltas` is scratch like `signals`.
 */
export function backward(
  { sizes, linear }: Shape, weights: Float64Array, signals: readonly Float64Array[], target: Float64Array, deltas: readonly Float64Array[], gradient: Float64Array,
): number {
  const last = sizes.length - 1;
  let square = 0;
  for (let o = 0; o < sizes[last]; o++) {
    const off = signals[last][o] - target[o];
    deltas[last][o] = off;
    square += off * off;
  }
  for (let l = last, end = weights.length; l >= 1; l--) {
    const [inputs, outputs] = [sizes[l - 1], sizes[l]];
    const [own, below, from] = [deltas[l], deltas[l - 1].fill(0), signals[l - 1]];
    const biases = end - outputs;
    let at = biases - outputs * inputs;
    end = at;
    for (let o = 0; o < outputs; o++) {
      const delta = linear[l - 1] ? own[o] : own[o] * (1 - signals[l][o] ** 2);
      gradient[biases + o] += delta;
      for (let i = 0; i < inputs; i++, at++) {
        gradient[at] += delta * from[i];
        below[i] += delta * weights[at];
      }
    }
  }
  return square;
}

/** Adam (Kingma & Ba 2015), with its usual constants. Moves the weights against the gradient. */
export function createAdam(count: number, rate: number): (weights: Float64Array, gradient: Float64Array) => void {
  const [decay, decaySquares] = [0.9, 0.999];
  const mean = new Float64Array(count);
  const square = new Float64Array(count);
  let step = 0;
  return (weights, gradient) => {
    step++;
    const pace = (rate * Math.sqrt(1 - decaySquares ** step)) / (1 - decay ** step);
    for (let w = 0; w < count; w++) {
      mean[w] += (1 - decay) * (gradient[w] - mean[w]);
      square[w] += (1 - decaySquares) * (gradient[w] * gradient[w] - square[w]);
      weights[w] -= (pace * mean[w]) / (Math.sqrt(square[w]) + 1e-8);
    }
  };
}

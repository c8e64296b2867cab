import { expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { backward, createAdam, drawWeights, forward, room, weightCount, type Shape } from './network.js';

const shape: Shape = { sizes: [5, 4, 2, 4, 5], linear: [false, true, false, true] };

it('by hand: one tanh node', () => {
  const own: Shape = { sizes: [2, 1], linear: [false] };
  const signals = room(own);
  signals[0].set([3, -1]);
  const weights = Float64Array.of(0.1, 0.2, 0.3);
  forward(own, weights, signals);
  const output = Math.tanh(0.3 - 0.2 + 0.3);
  expect(signals[1][0]).toBeCloseTo(output, 15);
  const gradient = new Float64Array(3);
  expect(backward(own, weights, signals, Float64Array.of(1), room(own), gradient)).toBeCloseTo((output - 1) ** 2, 15);
  const delta = (output - 1) * (1 - output ** 2);
  [3 * delta, -delta, delta].forEach((value, w) => expect(gradient[w]).toBeCloseTo(value, 15));
});

it('the gradient is that of finite differences', () => {
  const rng = createRng(3);
  const weights = drawWeights(shape, rng).map((weight) => weight + 0.1 * rng.normal());
  const rows = Array.from({ length: 6 }, () => Float64Array.from({ length: 5 }, () => rng.normal()));
  const signals = room(shape);
  const loss = (at: Float64Array) => rows.reduce((sum, row) => {
    signals[0].set(row);
    forward(shape, at, signals);
    return sum + row.reduce((square, value, j) => square + (signals[4][j] - value) ** 2, 0) / 2;
  }, 0);
  const gradient = new Float64Array(weightCount(shape));
  for (const row of rows) {
    signals[0].set(row);
    forward(shape, weights, signals);
    backward(shape, weights, signals, row, room(shape), gradient);
  }
  expect(gradient.length).toBe(weights.length);
  gradient.forEach((value, w) => {
    const [up, down] = [1e-5, -1e-5].map((by) => loss(weights.map((weight, v) => (v === w ? weight + by : weight))));
    const difference = (up - down) / 2e-5;
    expect(Math.abs(value - difference) / Math.max(1e-3, Math.abs(value), Math.abs(difference))).toBeLessThan(1e-4);
  });
});

it("Adam's first step is its rate along the sign of the gradient", () => {
  const weights = Float64Array.of(1, 1, 1);
  createAdam(3, 0.01)(weights, Float64Array.of(5, -0.2, 0));
  [0.99, 1.01, 1].forEach((value, w) => expect(weights[w]).toBeCloseTo(value, 7));
});

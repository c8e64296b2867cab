import type { Points } from '../kernel/kernel.js';
import { createRng, type Rng } from '../util/rng.js';

/** Data without any segments: one continuous cloud each, of the kinds that make methods see segments. */
export const nullFamilies: Readonly<Record<string, (rows: number, seed: number) => Points>> = {
  'round normal cloud, 50 features': (rows, seed) => cloud(rows, 50, seed, (rng) => () => rng.normal()),
  'evenly filled cube, 10 features': (rows, seed) => cloud(rows, 10, seed, (rng) => () => rng.next()),
  'heavy tails (Student t, 3 degrees), 10 features': (rows, seed) => cloud(rows, 10, seed, (rng) => () => studentT(rng)),
  'stretched normal cloud, 10 features': (rows, seed) => cloud(rows, 10, seed, (rng) => (j) => rng.normal() * 10 * 0.6 ** j),
  'recency, frequency, money on a log scale': (rows, seed) => standardised(rfm(rows, seed, (value) => Math.log(value))),
  'recency, frequency, money as they are': (rows, seed) => standardised(rfm(rows, seed, (value) => value)),
};

/** Normal groups of equal size and spread 1, in random places about `apart` from each other. */
export function blobs(rows: number, d: number, groups: number, apart: number, seed: number): Points & { readonly truth: Int32Array } {
  const rng = createRng(seed, 'blobs');
  const centres = Array.from({ length: groups * d }, () => (rng.normal() * apart) / Math.sqrt(2 * d));
  const truth = Int32Array.from({ length: rows }, () => rng.int(groups));
  const data = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) data[i * d + j] = centres[truth[i] * d + j] + rng.normal();
  return { rows, d, stride: d, data, truth };
}

function cloud(rows: number, d: number, seed: number, drawing: (rng: Rng) => (j: number) => number): Points {
  const draw = drawing(createRng(seed, 'cloud'));
  return { rows, d, stride: d, data: Float32Array.from({ length: rows * d }, (_, v) => draw(v % d)) };
}

function studentT(rng: Rng): number {
  let chi = 0;
  for (let f = 0; f < 3; f++) chi += rng.normal() ** 2;
  return rng.normal() / Math.sqrt(chi / 3);
}

/** Customers as they usually are: log-normal, the busy ones recent and spending more. */
function rfm(rows: number, seed: number, scale: (value: number) => number): Points {
  const rng = createRng(seed, 'rfm');
  const data = new Float32Array(rows * 3);
  for (let i = 0; i < rows; i++) {
    const busy = rng.normal();
    data[i * 3] = scale(Math.exp(3.5 - 0.4 * busy + 0.9 * rng.normal()));
    data[i * 3 + 1] = scale(Math.exp(1 + 0.9 * busy));
    data[i * 3 + 2] = scale(Math.exp(4 + 0.56 * busy + 0.56 * rng.normal()));
  }
  return { rows, d: 3, stride: 3, data };
}

function standardised(points: Points): Points {
  const { rows, d, data } = points;
  for (let j = 0; j < d; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) sum += data[i * d + j];
    for (let i = 0; i < rows; i++) squares += (data[i * d + j] - sum / rows) ** 2;
    for (let i = 0; i < rows; i++) data[i * d + j] = (data[i * d + j] - sum / rows) / Math.sqrt(squares / rows);
  }
  return points;
}

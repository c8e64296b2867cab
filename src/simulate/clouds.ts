// Point clouds about which the truth is known: without any segments, and with planted ones. For tests and benchmarks of the judgement in segment/.
import type { Rng } from '../util/rng.js';

/** Rows × d numbers, row by row, and the group of each row (all 0 where there are none). */
export interface Cloud {
  readonly rows: number;
  readonly d: number;
  readonly stride: number;
  readonly data: Float32Array;
  readonly truth: Int32Array;
}

/** One row of a cloud without segments. Made once per cloud: it may draw the cloud's own shape first. */
type Drawing = (d: number, rng: Rng) => (row: Float64Array) => void;

/** Kinds of clouds without segments that make methods see some. */
export const nullFamilies: Readonly<Record<string, Drawing>> = {
  'round normal cloud': (_, rng) => (row) => each(row, () => rng.normal()),
  'evenly filled cube': (_, rng) => (row) => each(row, () => rng.next()),
  'heavy tails (Student t, 3 degrees)': (_, rng) => (row) => each(row, () => rng.normal() / Math.sqrt((rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2) / 3)),
  'stretched normal cloud': (_, rng) => (row) => each(row, (j) => rng.normal() * 10 * 0.6 ** j),
  'customers on a log scale': (d, rng) => customers(d, rng, (value) => value),
  'customers as they are': (d, rng) => customers(d, rng, Math.exp),
};

/** A cloud of one of `nullFamilies`, each feature at mean 0 and deviation 1 but for the stretched one, whose shape is the point. */
export function nullCloud(family: string, rows: number, d: number, rng: Rng): Cloud {
  const draw = nullFamilies[family](d, rng);
  const data = new Float32Array(rows * d);
  const row = new Float64Array(d);
  for (let i = 0; i < rows; i++) {
    draw(row);
    data.set(row, i * d);
  }
  if (!family.startsWith('stretched')) standardise(data, rows, d);
  return { rows, d, stride: d, data, truth: new Int32Array(rows) };
}

export interface PlantedOptions {
  readonly rows: number;
  readonly d: number;
  readonly k: number;
  /** Distance of the two nearest centres, in standard deviations of the widest group. */
  readonly apart: number;
  /** Largest over smallest group, in expectation; sizes grow geometrically. */
  readonly unequal: number;
  /** Widest over narrowest group; spreads are drawn between. */
  readonly spread: number;
}

/** Round normal groups in random places. */
export function plantedCloud({ rows, d, k, apart, unequal, spread }: PlantedOptions, rng: Rng): Cloud {
  const centres = Float64Array.from({ length: k * d }, () => rng.normal());
  const scale = apart / nearestPair(centres, k, d);
  const spreads = Float64Array.from({ length: k }, () => 1 / spread + (1 - 1 / spread) * rng.next());
  const weights = Float64Array.from({ length: k }, (_, c) => unequal ** (k > 1 ? c / (k - 1) : 0));
  const all = weights.reduce((a, b) => a + b, 0);
  const truth = Int32Array.from({ length: rows }, () => {
    let left = rng.next() * all;
    let c = 0;
    while (c < k - 1 && (left -= weights[c]) > 0) c++;
    return c;
  });
  const data = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) data[i * d + j] = centres[truth[i] * d + j] * scale + spreads[truth[i]] * rng.normal();
  return { rows, d, stride: d, data, truth };
}

const rowCounts = [500, 1000, 2000, 5000, 20_000];
const widths = [2, 3, 5, 10, 20, 50];

/**
 * Sets on which the judgement is tried, the same ones on every run: without segments, every family with every number of rows and of features; with planted ones,
 * 2 to 12 groups, the nearest two 5, 6 or 8 standard deviations of the wider apart, alike or up to 3 times as large and 1.5 times as wide as others, and at
 * least 200 rows per group on average.
 */
export function truthPlan(sets: number): { readonly nothing: { readonly family: string; readonly rows: number; readonly d: number }; readonly planted: PlantedOptions }[] {
  const families = Object.keys(nullFamilies);
  return Array.from({ length: sets }, (_, i) => {
    const k = 2 + (i % 11);
    return {
      nothing: { family: families[i % 6], rows: rowCounts[Math.floor(i / 6) % 5], d: widths[(Math.floor(i / 30) + i) % 6] },
      planted: {
        k, d: widths[i % 6], rows: Math.max(rowCounts[i % 5], 200 * k),
        apart: [5, 6, 8][Math.floor(i / 6) % 3], unequal: [1, 3][Math.floor(i / 2) % 2], spread: [1, 1.5][Math.floor(i / 3) % 2],
      },
    };
  });
}

function each(row: Float64Array, value: (j: number) => number): void {
  for (let j = 0; j < row.length; j++) row[j] = value(j);
}

/** Log-normal behaviour driven by how busy each customer is; every third feature (recency, intervals) falls with it. */
function customers(d: number, rng: Rng, scale: (value: number) => number): (row: Float64Array) => void {
  const own = Float64Array.from({ length: d }, () => 0.4 + 0.5 * rng.next());
  return (row) => {
    const busy = rng.normal();
    each(row, (j) => scale((j % 3 === 0 ? -0.4 : 0.8) * busy + own[j] * rng.normal()));
  };
}

function nearestPair(centres: Float64Array, k: number, d: number): number {
  let least = Infinity;
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      let square = 0;
      for (let j = 0; j < d; j++) square += (centres[a * d + j] - centres[b * d + j]) ** 2;
      least = Math.min(least, square);
    }
  }
  return Math.sqrt(least);
}

function standardise(data: Float32Array, rows: number, d: number): void {
  for (let j = 0; j < d; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += data[i * d + j];
    const mean = sum / rows;
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += (data[i * d + j] - mean) ** 2;
    for (let i = 0; i < rows; i++) data[i * d + j] = (data[i * d + j] - mean) / Math.sqrt(squares / rows);
  }
}

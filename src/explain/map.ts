import type { Context } from '../context.js';
import type { Report } from '../domain/report.js';
import { gatherInts } from '../util/gather.js';
import { normalTail } from '../util/normal-tail.js';
import { stratifiedSample } from '../util/stratified-sample.js';
import { symmetricEigen } from '../util/symmetric-eigen.js';
import { segmentCount, type Subject } from './subject.js';

const mostPoints = 4_000;

/** One axis of the map: an encoded row z lies at (z · weights − mean) × scale. */
export interface MapAxis {
  readonly weights: Float64Array;
  readonly mean: number;
  readonly scale: number;
}

/** The axes of the map (two; fewer where there are fewer features), and the sample of rows they were made from. */
export interface MapAxes {
  readonly axes: readonly MapAxis[];
  readonly sample: Int32Array;
  readonly method: string;
}

/**
 * The two directions that part the segments most: Fisher's linear discriminants of the encoded features
 * (Sw regularised by 1 % of its mean variance), each pair of segments weighted by
 * how much of it is still mixed up (approximate pairwise accuracy; Loog, Duin & Haeb-Umbach 2001), so that a far segment does not claim a whole axis. With two segments the second direction is the main variation left beside the first;
 * with one, both are principal components. Axes have unit variance; the largest loading of each is positive.
 */
export function mapAxes(subject: Pick<Subject, 'matrix' | 'model' | 'assignment'>, context: Pick<Context, 'rng'>): MapAxes {
  const { matrix, assignment } = subject;
  const k = segmentCount(subject);
  const { d, stride, data } = matrix;
  const { rows, weights } = stratifiedSample(assignment.labels, k, mostPoints, 40, context.rng('explain/map'));
  const labels = gatherInts(assignment.labels, rows);
  const points = new Float64Array(rows.length * d);
  for (let i = 0; i < rows.length; i++) for (let j = 0; j < d; j++) points[i * d + j] = data[rows[i] * stride + j];
  const scatter = scatters(points, labels, weights, d, k);
  const present = scatter.mass.filter((m) => m > 0).length;
  const first = present > 1 ? discriminants(scatter, d, Math.min(2, present - 1)) : [];
  const axes = first.length < 2 ? [...first, ...components(scatter.total, d, first, 2 - first.length)] : first;
  return {
    axes: axes.map((axis) => standardised(points, weights, axis, d)),
    sample: rows,
    method: present > 2 ? 'linear discriminants' : present === 2 ? 'linear discriminant and principal component' : 'principal components',
  };
}

/** A sample of entities on the axes of the map, to three decimals. */
export function map(subject: Subject, context: Pick<Context, 'rng'>, { axes, sample, method }: MapAxes = mapAxes(subject, context)): Report['map'] {
  const { matrix, table, assignment } = subject;
  const [x, y] = [0, 1].map((a) => Array.from(sample, (row) => (axes[a] ? Math.round(positionOn(axes[a], matrix, row) * 1000) / 1000 + 0 : 0)));
  return { x, y, segment: [...gatherInts(assignment.labels, sample)], entity: Array.from(sample, (row) => table.entities[row]), method };
}

/** Where a row lies on an axis. */
export function positionOn({ weights, mean, scale }: MapAxis, { d, stride, data }: Pick<Subject['matrix'], 'd' | 'stride' | 'data'>, row: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += data[row * stride + j] * weights[j];
  return (sum - mean) * scale;
}

/** Everyone on the axes: a number per row for each of the two. */
export function placesOn({ axes }: MapAxes, matrix: Subject['matrix']): { readonly x: Float32Array; readonly y: Float32Array } {
  const [x, y] = [0, 1].map((a) => {
    const places = new Float32Array(matrix.rows);
    if (axes[a]) for (let row = 0; row < matrix.rows; row++) places[row] = positionOn(axes[a], matrix, row);
    return places;
  });
  return { x, y };
}

interface Scatter {
  readonly mass: Float64Array;
  readonly within: Float64Array;
  readonly means: Float64Array;
  readonly total: Float64Array;
}

function scatters(points: Float64Array, labels: Int32Array, weights: Float64Array, d: number, k: number): Scatter {
  const n = labels.length;
  const mass = new Float64Array(k), means = new Float64Array(k * d), grand = new Float64Array(d);
  let totalMass = 0;
  for (let i = 0; i < n; i++) {
    if (labels[i] < 0) continue; // outliers are shown, and decide nothing
    mass[labels[i]] += weights[i];
    totalMass += weights[i];
    for (let j = 0; j < d; j++) {
      means[labels[i] * d + j] += weights[i] * points[i * d + j];
      grand[j] += weights[i] * points[i * d + j];
    }
  }
  for (let s = 0; s < k; s++) for (let j = 0; j < d; j++) means[s * d + j] /= mass[s] || 1;
  for (let j = 0; j < d; j++) grand[j] /= totalMass || 1;
  const within = new Float64Array(d * d), between = new Float64Array(d * d), off = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    if (labels[i] < 0) continue;
    const w = weights[i] / totalMass;
    for (let j = 0; j < d; j++) off[j] = points[i * d + j] - means[labels[i] * d + j];
    for (let a = 0; a < d; a++) {
      const wa = w * off[a];
      if (wa !== 0) for (let b = 0; b <= a; b++) within[a * d + b] += wa * off[b];
    }
  }
  for (let s = 0; s < k; s++) {
    for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) between[a * d + b] += (mass[s] / totalMass) * (means[s * d + a] - grand[a]) * (means[s * d + b] - grand[b]);
  }
  for (const matrix of [within, between]) for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) matrix[b * d + a] = matrix[a * d + b];
  return { mass, means, within, total: within.map((x, i) => x + between[i]) };
}

/** The leading directions of the weighted scatter between pairs of segments, where the scatter within is round: L⁻¹, eigenvectors, carried back by L⁻ᵀ. */
function discriminants({ within, means, mass }: Scatter, d: number, count: number): Float64Array[] {
  let trace = 0;
  for (let j = 0; j < d; j++) trace += within[j * d + j];
  const ridge = 0.01 * (trace / d) || 1e-9;
  const l = within.slice();
  for (let i = 0; i < d; i++) {
    l[i * d + i] += ridge;
    for (let j = 0; j <= i; j++) {
      let sum = l[i * d + j];
      for (let c = 0; c < j; c++) sum -= l[i * d + c] * l[j * d + c];
      l[i * d + j] = i === j ? Math.sqrt(Math.max(sum, ridge * 1e-6)) : sum / l[j * d + j];
    }
  }
  const present = Array.from(mass.keys()).filter((s) => mass[s] > 0);
  const k = present.length;
  const whitened = present.map((s) => {
    const y = means.slice(s * d, s * d + d); // L y = mean
    for (let i = 0; i < d; i++) {
      for (let c = 0; c < i; c++) y[i] -= l[i * d + c] * y[c];
      y[i] /= l[i * d + i];
    }
    return y;
  });
  const root = squareRoot(pairWeights(whitened, present.map((s) => mass[s])), k);
  const pulled = whitened.map((_, i) => { // root × whitened means: k rows whose spread is the weighted scatter between pairs
    const row = new Float64Array(d);
    for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) row[j] += root[i * k + c] * whitened[c][j];
    return row;
  });
  const gram = Float64Array.from({ length: k * k }, (_, at) => dot(pulled[Math.floor(at / k)], pulled[at % k]));
  const { vectors } = symmetricEigen(gram, k);
  return Array.from({ length: count }, (_, r) => {
    const axis = new Float64Array(d); // Lᵀ a = v, v = pulledᵀ u
    for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) axis[j] += vectors[r * k + c] * pulled[c][j];
    for (let i = d - 1; i >= 0; i--) {
      for (let c = i + 1; c < d; c++) axis[i] -= l[c * d + i] * axis[c];
      axis[i] /= l[i * d + i];
    }
    return axis;
  });
}

/** Laplacian of the weights between pairs of (whitened) means Δ apart: both masses × erf(Δ/2√2) / 2Δ². */
function pairWeights(means: readonly Float64Array[], mass: readonly number[]): Float64Array {
  const k = means.length;
  const laplacian = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      const squared = means[i].reduce((sum, x, c) => sum + (x - means[j][c]) ** 2, 0);
      const weight = squared > 1e-12 ? (mass[i] * mass[j] * (1 - 2 * normalTail(Math.sqrt(squared) / 2))) / (2 * squared) : 0;
      laplacian[i * k + j] = laplacian[j * k + i] = -weight;
      laplacian[i * k + i] += weight;
      laplacian[j * k + j] += weight;
    }
  }
  return laplacian;
}

/** The symmetric square root of a positive semi-definite k × k matrix. */
function squareRoot(matrix: Float64Array, k: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, k);
  const root = new Float64Array(k * k);
  for (let r = 0; r < k; r++) {
    const scale = Math.sqrt(Math.max(0, values[r]));
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) root[i * k + j] += scale * vectors[r * k + i] * vectors[r * k + j];
  }
  return root;
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** Main directions of what is left after taking out `without` (unit or not). */
function components(total: Float64Array, d: number, without: readonly Float64Array[], count: number): Float64Array[] {
  const left = total.slice();
  for (const axis of without) {
    // Deflation keeps the projection on `axis` uncorrelated with what is left: Σ − Σaaᵀ Σ / aᵀΣa.
    const image = new Float64Array(d);
    let variance = 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) image[i] += left[i * d + j] * axis[j];
      variance += image[i] * axis[i];
    }
    if (variance > 0) for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) left[i * d + j] -= (image[i] * image[j]) / variance;
  }
  const { vectors } = symmetricEigen(left, d);
  return Array.from({ length: Math.min(count, d) }, (_, r) => vectors.slice(r * d, r * d + d));
}

/** The axis on which the points have mean 0 and variance 1, its largest loading made positive. */
function standardised(points: Float64Array, weights: Float64Array, axis: Float64Array, d: number): MapAxis {
  const n = weights.length;
  const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-12 ? x : best), 0);
  const projected = new Float64Array(n);
  let mean = 0, squares = 0, mass = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) projected[i] += points[i * d + j] * axis[j];
    mean += weights[i] * projected[i];
    mass += weights[i];
  }
  mean /= mass;
  for (let i = 0; i < n; i++) squares += weights[i] * (projected[i] - mean) ** 2;
  return { weights: axis, mean, scale: (largest < 0 ? -1 : 1) / (Math.sqrt(squares / mass) || 1) };
}

import type { Context } from '../context.js';
import type { Report } from '../domain/report.js';
import { stratifiedSample } from '../util/stratified-sample.js';
import { symmetricEigen } from '../util/symmetric-eigen.js';
import { segmentCount, type Subject } from './subject.js';

const mostPoints = 4_000;

/**
 * A sample of entities on the two directions that part the segments most: Fisher's linear discriminants of the encoded features
 * (Sw regularised by 1 % of its mean variance). With two segments the second direction is the main variation left beside the first;
 * with one, both are principal components. Axes have unit variance; the largest loading of each is positive.
 */
export function map(subject: Subject, context: Pick<Context, 'rng'>): Report['map'] {
  const { matrix, table, assignment } = subject;
  const k = segmentCount(subject);
  const { d, stride, data } = matrix;
  const { rows, weights } = stratifiedSample(assignment.labels, k, mostPoints, 40, context.rng('explain/map'));
  const labels = new Int32Array(rows.length);
  const points = new Float64Array(rows.length * d);
  for (let i = 0; i < rows.length; i++) {
    labels[i] = assignment.labels[rows[i]];
    for (let j = 0; j < d; j++) points[i * d + j] = data[rows[i] * stride + j];
  }
  const scatter = scatters(points, labels, weights, d, k);
  const present = scatter.mass.filter((m) => m > 0).length;
  const first = present > 1 ? discriminants(scatter, d, Math.min(2, present - 1)) : [];
  const axes = first.length < 2 ? [...first, ...components(scatter.total, d, first, 2 - first.length)] : first;
  const [x, y] = axes.map((axis) => standardised(points, weights, axis, d));
  return {
    x: x ?? [...rows].map(() => 0),
    y: y ?? [...rows].map(() => 0),
    segment: [...labels],
    entity: Array.from(rows, (row) => table.entities[row]),
    method: present > 2 ? 'linear discriminants' : present === 2 ? 'linear discriminant and principal component' : 'principal components',
  };
}

interface Scatter {
  readonly mass: Float64Array;
  readonly within: Float64Array;
  readonly between: Float64Array;
  readonly total: Float64Array;
}

function scatters(points: Float64Array, labels: Int32Array, weights: Float64Array, d: number, k: number): Scatter {
  const n = labels.length;
  const mass = new Float64Array(k), means = new Float64Array(k * d), grand = new Float64Array(d);
  let totalMass = 0;
  for (let i = 0; i < n; i++) {
    mass[labels[i]] += weights[i];
    totalMass += weights[i];
    for (let j = 0; j < d; j++) {
      means[labels[i] * d + j] += weights[i] * points[i * d + j];
      grand[j] += weights[i] * points[i * d + j];
    }
  }
  for (let s = 0; s < k; s++) for (let j = 0; j < d; j++) means[s * d + j] /= mass[s] || 1;
  for (let j = 0; j < d; j++) grand[j] /= totalMass;
  const within = new Float64Array(d * d), between = new Float64Array(d * d), off = new Float64Array(d);
  for (let i = 0; i < n; i++) {
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
  return { mass, within, between, total: within.map((x, i) => x + between[i]) };
}

/** Solves Sb a = λ Sw a by the Cholesky factor of Sw: the eigenvectors of L⁻¹ Sb L⁻ᵀ, carried back. */
function discriminants({ within, between }: Scatter, d: number, count: number): Float64Array[] {
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
  const half = new Float64Array(d * d); // L⁻¹ Sb
  for (let column = 0; column < d; column++) {
    for (let i = 0; i < d; i++) {
      let sum = between[i * d + column];
      for (let c = 0; c < i; c++) sum -= l[i * d + c] * half[c * d + column];
      half[i * d + column] = sum / l[i * d + i];
    }
  }
  const whitened = new Float64Array(d * d); // (L⁻¹ Sb) L⁻ᵀ, row by row
  for (let row = 0; row < d; row++) {
    for (let i = 0; i < d; i++) {
      let sum = half[row * d + i];
      for (let c = 0; c < i; c++) sum -= l[i * d + c] * whitened[row * d + c];
      whitened[row * d + i] = sum / l[i * d + i];
    }
  }
  const { vectors } = symmetricEigen(whitened, d);
  return Array.from({ length: count }, (_, r) => {
    const axis = vectors.slice(r * d, r * d + d); // Lᵀ a = v
    for (let i = d - 1; i >= 0; i--) {
      for (let c = i + 1; c < d; c++) axis[i] -= l[c * d + i] * axis[c];
      axis[i] /= l[i * d + i];
    }
    return axis;
  });
}

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

/** Projections with mean 0 and variance 1, three decimals, the axis's largest loading made positive. */
function standardised(points: Float64Array, weights: Float64Array, axis: Float64Array, d: number): number[] {
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
  const scale = (largest < 0 ? -1 : 1) / (Math.sqrt(squares / mass) || 1);
  return Array.from(projected, (x) => Math.round((x - mean) * scale * 1000) / 1000 + 0);
}

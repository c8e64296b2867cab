import type { Middles, Subject } from './subject.js';

/**
 * The segments' centres in encoded space, k × d row-major: the model's own where it has just one for each, else the means of the assigned rows
 * (exact, all rows; outliers are in none).
 */
export function centres({ model, matrix, assignment, middles }: Pick<Subject, 'model' | 'matrix' | 'assignment' | 'middles'>, k: number): Float64Array {
  if (middles) return middles.centres;
  const { rows, d, stride, data } = matrix;
  const { centroids, d: own } = model.params;
  if (isNumbers(centroids) && own === d && centroids.length === k * d) return Float64Array.from(centroids);
  const sums = new Float64Array(k * d);
  const sizes = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    const s = assignment.labels[i];
    if (s < 0) continue;
    sizes[s]++;
    for (let j = 0; j < d; j++) sums[s * d + j] += data[i * stride + j];
  }
  for (let s = 0; s < k; s++) for (let j = 0; j < d; j++) sums[s * d + j] /= Math.max(1, sizes[s]);
  return sums;
}

/** Members of one segment that are looked at for the usual distance, evenly taken. */
const mostMembers = 2000;

/** The centres, and how far a member usually is from its own: the median over at most 2,000 members each. One pass over the labels. */
export function middlesOf(subject: Pick<Subject, 'model' | 'matrix' | 'assignment'>, k: number): Middles {
  const { matrix: { d, stride, data }, assignment: { labels } } = subject;
  const values = centres(subject, k);
  const sizes = new Int32Array(k);
  for (const label of labels) if (label >= 0) sizes[label]++;
  const steps = sizes.map((size) => Math.max(1, Math.floor(size / mostMembers)));
  const distances: number[][] = Array.from({ length: k }, () => []);
  const seen = new Int32Array(k);
  for (let i = 0; i < labels.length; i++) {
    const s = labels[i];
    if (s >= 0 && seen[s]++ % steps[s] === 0) distances[s].push(distanceTo(values, s * d, data, i * stride, d));
  }
  return { centres: values, usual: Float64Array.from(distances, (list) => Float64Array.from(list).sort()[list.length >> 1] ?? Number.NaN) };
}

/** Euclidean distance between two rows of d numbers, from a position in each list. */
export function distanceTo(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (a[atA + j] - b[atB + j]) ** 2;
  return Math.sqrt(sum);
}

export const isNumbers = (x: unknown): x is ArrayLike<number> => (Array.isArray(x) && x.every((v) => typeof v === 'number')) || x instanceof Float64Array || x instanceof Float32Array;

/** Squared distance between two centres. */
export function centreDistance(all: Float64Array, d: number, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (all[a * d + j] - all[b * d + j]) ** 2;
  return sum;
}

/** The segment whose centre is nearest to that of `segment`; undefined when there is only one. */
export function nearestSegment(all: Float64Array, k: number, segment: number): number | undefined {
  const d = all.length / k;
  let best: number | undefined;
  for (let s = 0; s < k; s++) if (s !== segment && (best === undefined || centreDistance(all, d, segment, s) < centreDistance(all, d, segment, best))) best = s;
  return best;
}

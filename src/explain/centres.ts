import type { Subject } from './subject.js';

/**
 * The segments' centres in encoded space, k × d row-major: the model's own where it has them, else the means of the assigned rows
 * (exact, all rows).
 */
export function centres({ model, matrix, assignment }: Pick<Subject, 'model' | 'matrix' | 'assignment'>, k: number): Float64Array {
  const { rows, d, stride, data } = matrix;
  const own = model.params['centroids'];
  if (isNumbers(own) && own.length === k * d) return Float64Array.from(own);
  const sums = new Float64Array(k * d);
  const sizes = new Float64Array(k);
  for (let i = 0; i < rows; i++) {
    const s = assignment.labels[i];
    sizes[s]++;
    for (let j = 0; j < d; j++) sums[s * d + j] += data[i * stride + j];
  }
  for (let s = 0; s < k; s++) for (let j = 0; j < d; j++) sums[s * d + j] /= Math.max(1, sizes[s]);
  return sums;
}

/** Every centre of the model and the segment each belongs to: a long or wide segment has several. Means of the segments where the model has none. */
export function modelCentres(subject: Pick<Subject, 'model' | 'matrix' | 'assignment'>, k: number): { readonly values: Float64Array; readonly segments: readonly number[] } {
  const { centroids, groups } = subject.model.params;
  if (!isNumbers(centroids)) return { values: centres(subject, k), segments: Array.from({ length: k }, (_, s) => s) };
  const count = centroids.length / subject.matrix.d;
  return { values: Float64Array.from(centroids), segments: isNumbers(groups) ? Array.from(groups) : Array.from({ length: count }, (_, s) => s) };
}

/** The centre of each segment that is nearest to the point `z`, k × d: what decides about this point. */
export function centresNear({ values, segments }: ReturnType<typeof modelCentres>, z: Float64Array, k: number): Float64Array {
  const d = z.length;
  const near = new Float64Array(k * d);
  const least = new Float64Array(k).fill(Infinity);
  segments.forEach((segment, c) => {
    const distance = distanceTo(values, c, z);
    if (distance >= least[segment]) return;
    least[segment] = distance;
    near.set(values.subarray(c * d, (c + 1) * d), segment * d);
  });
  return near;
}

/** The segment that the model gives a point: that of the nearest of all its centres. */
export function segmentOf({ values, segments }: ReturnType<typeof modelCentres>, z: Float64Array): number {
  let best = 0;
  for (let c = 1; c < segments.length; c++) if (distanceTo(values, c, z) < distanceTo(values, best, z)) best = c;
  return segments[best];
}

function distanceTo(values: Float64Array, c: number, z: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < z.length; j++) sum += (z[j] - values[c * z.length + j]) ** 2;
  return sum;
}

const isNumbers = (x: unknown): x is ArrayLike<number> => (Array.isArray(x) && x.every((v) => typeof v === 'number')) || x instanceof Float64Array || x instanceof Float32Array;

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

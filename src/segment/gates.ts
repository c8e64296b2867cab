// The two gates of `choose`: can a partition be found again on rows it has not seen, and is there a trough between its neighbours?
import type { PairDip } from '../domain/choice.js';
import type { Centres, Kernel, Points } from '../kernel/kernel.js';
import { contingency } from '../util/agreement.js';
import { dip, dipP } from '../util/dip.js';

/** Below this prediction strength a partition is not found again (Tibshirani & Walther 2005; 0.8–0.9 in fpc). */
export const strengthThreshold = 0.8;
/** Two neighbours are apart when a dip like theirs has less than this probability in one group. */
export const dipThreshold = 0.001;

/**
 * Two neighbours must differ in at least about this many features: what rests on one or two (has consented, complained this month) is a rule that
 * anyone can write down, and a flag has two modes without any segments. No bar below ten features.
 */
export const leastBreadth = (d: number): number => Math.min(8, Math.max(1, d / 10));

/**
 * Prediction strength (Tibshirani & Walther 2005): of the pairs of rows that share a label in `own` (a clustering of these rows), the share that also
 * share one in `predicted` (labels given by centres fitted elsewhere); for the worst label of `own`. Labels of one row count as 0.
 */
export function predictionStrength(own: Int32Array, predicted: Int32Array): number {
  const { rows, columns, table, rowSums } = contingency(own, predicted);
  let worst = 1;
  for (let r = 0; r < rows; r++) {
    let together = 0;
    for (let c = 0; c < columns; c++) together += table[r * columns + c] * (table[r * columns + c] - 1);
    worst = Math.min(worst, rowSums[r] > 1 ? together / (rowSums[r] * (rowSums[r] - 1)) : 0);
  }
  return worst;
}

/** Rows, and centres fitted on other rows. */
export interface HeldOut {
  readonly points: Points;
  readonly centres: Centres;
}

/**
 * Dip tests between neighbouring centres on rows that took no part in placing them: the rows of both, in their natural proportions, are projected on the
 * line between the two centres. Neighbours are those with no third centre inside the sphere between them (Gabriel). Where `mirror`, the same rows and
 * centres with the halves exchanged, has the same centres in its own way, its projections are pooled with the others.
 */
export function pairDips(first: HeldOut, mirror: HeldOut, kernel: Kernel): PairDip[] {
  const match = matching(first.centres, mirror.centres);
  const sides = [{ ...first, members: membersOf(first, kernel), of: (c: number) => c }];
  if (match) sides.push({ ...mirror, members: membersOf(mirror, kernel), of: (c) => match[c] });
  return neighbours(first.centres).map(([a, b]) => {
    const projected = Float64Array.from(sides.flatMap((side) => projections(side, side.members, side.of(a), side.of(b)))).sort();
    const value = dip(projected);
    const p = dipP(value, projected.length);
    const breadth = breadthOf(first.centres, a, b);
    return { a, b, dip: value, p, breadth, separated: p < dipThreshold && breadth >= leastBreadth(first.centres.d) };
  });
}

/** (Σ t²)² / Σ t⁴ of the differences t between two centres: d when all features differ alike, 1 when one alone does. */
export function breadthOf({ d, values }: Centres, a: number, b: number): number {
  let squares = 0;
  let fourths = 0;
  for (let j = 0; j < d; j++) {
    const square = (values[a * d + j] - values[b * d + j]) ** 2;
    squares += square;
    fourths += square * square;
  }
  return fourths === 0 ? 0 : (squares * squares) / fourths;
}

/** For each centre of `a` the nearest of `b`; undefined where two have the same nearest. */
function matching(a: Centres, b: Centres): number[] | undefined {
  const nearest = Array.from({ length: a.k }, (_, c) => {
    let best = 0;
    for (let o = 1; o < b.k; o++) if (squaredDistance(a, c, b, o) < squaredDistance(a, c, b, best)) best = o;
    return best;
  });
  return new Set(nearest).size === a.k ? nearest : undefined;
}

function membersOf({ points, centres }: HeldOut, kernel: Kernel): number[][] {
  const labels = new Int32Array(points.rows);
  kernel.assign(points, centres, labels);
  const members: number[][] = Array.from({ length: centres.k }, () => []);
  labels.forEach((label, i) => members[label].push(i));
  return members;
}

/** Where rows of centres a and b lie between them: −½ at a, ½ at b. */
function projections({ points, centres: { d, values } }: HeldOut, members: readonly number[][], a: number, b: number): number[] {
  const axis = Float64Array.from({ length: d }, (_, j) => values[b * d + j] - values[a * d + j]);
  const middle = axis.reduce((sum, t, j) => sum + (t * (values[b * d + j] + values[a * d + j])) / 2, 0);
  const length = axis.reduce((sum, t) => sum + t * t, 0);
  return [...members[a], ...members[b]].map((i) => (along(points, i, axis) - middle) / length);
}

/** Group of each centre once neighbours that are not separated are joined; groups are numbered in the order of their first centre. */
export function joined(k: number, pairs: readonly PairDip[]): number[] {
  const group = Array.from({ length: k }, (_, c) => c);
  for (const { a, b, separated } of pairs) {
    if (separated) continue;
    const [keep, drop] = [Math.min(group[a], group[b]), Math.max(group[a], group[b])];
    for (let c = 0; c < k; c++) if (group[c] === drop) group[c] = keep;
  }
  const order = [...new Set(group)];
  return group.map((g) => order.indexOf(g));
}

function neighbours(centres: Centres): [number, number][] {
  const { k } = centres;
  const square = (a: number, b: number) => squaredDistance(centres, a, centres, b);
  const pairs: [number, number][] = [];
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const between = square(a, b);
      let free = true;
      for (let c = 0; c < k && free; c++) free = c === a || c === b || square(a, c) + square(b, c) >= between;
      if (free) pairs.push([a, b]);
    }
  }
  return pairs;
}

function squaredDistance(from: Centres, a: number, to: Centres, b: number): number {
  const { d } = from;
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (from.values[a * d + j] - to.values[b * d + j]) ** 2;
  return sum;
}

function along({ d, stride, data }: Points, i: number, axis: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += data[i * stride + j] * axis[j];
  return sum;
}

// DBSCAN: rows with at least `minSamples` rows within `eps` are core; core rows within `eps` of each other are one segment, other rows belong to the
// segment of the nearest core row within `eps`, the rest are outliers (Ester, Kriegel, Sander & Xu 1996; Schubert et al. 2017). Any shape, one density.
// On a kd-tree with early counts and union-find: about O(n log n + pairs within eps); above some 15 features the boxes prune little and it is a scan
// in blocks, O(n² d). Not where densities differ: use HDBSCAN*.
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import type { Points } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { breath } from '../breath.js';
import { KdTree, squareDistance } from '../kd-tree.js';
import { largestFirst, memberMeans, nearestOther } from '../members.js';
import { emptyAssignment } from '../nearest.js';
import { UnionFind } from '../union-find.js';

const options = z.strictObject({
  eps: z.number().positive().default(0.5).describe('Rows within this distance are neighbours'),
  minSamples: z.int().min(1).default(5).describe('Neighbours (oneself counted) that make a row core'),
});

export type DbscanOptions = z.output<typeof options>;

/** The core rows with the segment of each: plain data. */
export interface DbscanParams {
  /** Number of segments, possibly 0. */
  readonly k: number;
  readonly d: number;
  readonly eps: number;
  /** Core rows × d. */
  readonly cores: readonly number[];
  readonly groups: readonly number[];
  /** Mean of each segment's core rows, k × d. */
  readonly means: readonly number[];
}

export interface DbscanFit {
  readonly params: DbscanParams;
  /** Segment of each row, −1 for outliers. */
  readonly labels: Int32Array;
  /** Whether each row is core. */
  readonly core: Uint8Array;
}

export const dbscan = defineAlgorithm({
  name: 'dbscan',
  title: 'DBSCAN',
  options,
  traits: { soft: false, outliers: true, online: false },
  fit: async (x, chosen, context): Promise<DbscanParams> => (await fitDbscan(x, chosen, context)).params,
  assign: assignToCores,
});

/** Fits and keeps labels and core rows. Segments come largest first. @throws `segment/not-finite`, `run/aborted` */
export async function fitDbscan(x: Points, { eps, minSamples }: DbscanOptions, context: Context): Promise<DbscanFit> {
  const boxes = new KdTree(x);
  const within = eps * eps;
  const isCore = await corePositions(boxes, within, minSamples, context);
  const sets = await connected(boxes, isCore, within, context);
  const labels = new Int32Array(x.rows).fill(-1);
  const core = new Uint8Array(x.rows);
  const numbers = new Map<number, number>();
  for (let p = 0; p < boxes.n; p++) {
    if (isCore[p] === 0) continue;
    const set = sets.find(p);
    if (!numbers.has(set)) numbers.set(set, numbers.size);
    labels[boxes.rows[p]] = numbers.get(set)!;
    core[boxes.rows[p]] = 1;
  }
  const unordered = describe(x, labels, core, numbers.size, eps);
  await adopt(unordered, x, labels, core, context);
  const order = largestFirst(labels, unordered.k);
  return { params: describe(x, labels, core, order.length, eps), labels, core };
}

/**
 * The segment of the nearest core row within eps, else −1: outlier. `strength` is 1 − distance / eps: 1 at a core row, 0 at the edge and for outliers;
 * `second` the other segment with the nearest mean of core rows (of all segments for an outlier; the own where there is only one; −1 where there are none).
 */
export function assignToCores(params: DbscanParams, x: Points): Assignment {
  const { k, d, eps, groups, means } = params;
  const into = emptyAssignment(x.rows);
  const boxes = new KdTree({ rows: groups.length, d, stride: d, data: Float64Array.from(params.cores) });
  // Rows that lie together are asked about together, so that the boxes they need are in the cache.
  const asked = new KdTree(x);
  const square = new Float64Array(1);
  const position = new Int32Array(1);
  for (let p = 0; p < asked.n; p++) {
    const i = asked.rows[p];
    const found = boxes.nearest(asked.data, p * d, 1, square, position, 0, eps * eps) > 0;
    into.labels[i] = found ? groups[boxes.rows[position[0]]] : -1;
    into.strength[i] = found ? 1 - Math.sqrt(square[0]) / eps : 0;
    into.second[i] = nearestOther(means, k, x, i, into.labels[i]);
  }
  return into;
}

async function corePositions(boxes: KdTree, within: number, minSamples: number, context: Context): Promise<Uint8Array> {
  const { n, d, data } = boxes;
  const isCore = new Uint8Array(n);
  for (let p = 0; p < n; p++) {
    if (p % 512 === 0) await breath(context);
    if (boxes.countWithin(data, p * d, within, minSamples) >= minSamples) isCore[p] = 1;
  }
  return isCore;
}

/** Joins core positions within reach of each other; each pair is looked at once, and only where the two are not joined already. */
async function connected(boxes: KdTree, isCore: Uint8Array, within: number, context: Context): Promise<UnionFind> {
  const { n, d, data, start, end } = boxes;
  const sets = new UnionFind(n);
  let p = 0;
  let own = 0;
  const join = (leaf: number) => {
    for (let q = Math.max(start[leaf], p + 1); q < end[leaf]; q++) {
      if (isCore[q] === 0 || sets.find(q) === own) continue;
      if (squareDistance(data, q * d, data, p * d, d, within) > within) continue;
      sets.union(p, q);
      own = sets.find(p);
    }
  };
  for (; p < n; p++) {
    if (p % 512 === 0) {
      await breath(context);
      if (p % 8192 === 0) context.progress({ stage: 'segment', note: 'joining rows', done: p / n });
    }
    if (isCore[p] === 0) continue;
    own = sets.find(p);
    boxes.leavesWithin(data, p * d, within, p + 1, join);
  }
  return sets;
}

function describe(x: Points, labels: Int32Array, core: Uint8Array, k: number, eps: number): DbscanParams {
  const cores: number[] = [];
  const groups: number[] = [];
  for (let i = 0; i < x.rows; i++) {
    if (core[i] === 0) continue;
    groups.push(labels[i]);
    for (let j = 0; j < x.d; j++) cores.push(x.data[i * x.stride + j]);
  }
  const coreLabels = labels.map((label, i) => (core[i] === 1 ? label : -1));
  return { k, d: x.d, eps, cores, groups, means: Array.from(memberMeans(x, coreLabels, k)) };
}

/** Gives the rows that are not core the segments that `assign` would, so that both always agree. */
async function adopt(params: DbscanParams, x: Points, labels: Int32Array, core: Uint8Array, context: Context): Promise<void> {
  const rows = Int32Array.from(core.keys()).filter((i) => core[i] === 0);
  const data = new Float64Array(rows.length * x.d);
  rows.forEach((row, r) => data.set(x.data.subarray(row * x.stride, row * x.stride + x.d), r * x.d));
  await breath(context);
  assignToCores(params, { rows: rows.length, d: x.d, stride: x.d, data }).labels.forEach((label, r) => (labels[rows[r]] = label));
}

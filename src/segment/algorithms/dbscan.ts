// DBSCAN: rows with at least `minSamples` rows within `eps` are core; core rows within `eps` of each other are one segment, other rows belong to the
// segment of the nearest core row within `eps`, the rest are outliers (Ester, Kriegel, Sander & Xu 1996; Schubert et al. 2017). Any shape, one density.
// On a kd-tree with early counts and union-find: about O(n log n + pairs within eps); above some 15 features the boxes prune little and it is a scan
// in blocks, O(n² d). Not where densities differ: use HDBSCAN*.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { inPlace, treeOver } from '../../kernel/kd-tree.js';
import type { Kernel, Points, Search } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import type { Forms } from '../../domain/forms.js';
import { largestFirst, memberMeans, nearestOther } from '../members.js';
import { emptyAssignment } from '../nearest.js';
import { UnionFind } from '../union-find.js';

const options = z.strictObject({
  eps: z.number().min(1e-150).max(1e150).default(0.5).describe('Rows within this distance are neighbours'),
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
  fit: async (x, chosen, context, kernel): Promise<DbscanParams> => (await fitDbscan(x, chosen, context, kernel)).params,
  presets: usualReach,
  forRows: (chosen, rows, of): DbscanOptions => ({ ...chosen, minSamples: Math.max(2, Math.round((chosen.minSamples * rows.length) / of)) }),
  assign: assignToCores,
  forms: coreForms,
});

/** Rows whose neighbours are looked at. */
const asked = 1000;

/** Radius within which nine of ten rows have `minSamples` others: the k-distance of Ester et al., cut at a quantile instead of by eye, of rows all over the tree. */
function usualReach(x: Points, kernel: Kernel): Pick<DbscanOptions, 'eps' | 'minSamples'> {
  const minSamples = 10;
  const k = Math.min(x.rows, minSamples);
  const search = kernel.search(x);
  const squares = new Float64Array(k);
  const positions = new Int32Array(k);
  try {
    const farthest = Float64Array.from({ length: Math.min(asked, x.rows) }, (_, i) => {
      search.nearest(Math.floor((i * x.rows) / Math.min(asked, x.rows)), 1, k, Infinity, false, squares, positions);
      return squares[k - 1];
    }).sort();
    return { eps: Math.max(1e-9, Math.sqrt(farthest[Math.floor(0.9 * (farthest.length - 1))])), minSamples };
  } finally {
    search.release();
  }
}

/** More core rows than this are no formula any more. */
const mostForms = 500;

/** The core rows, as places within `eps` of which a row is in their segment. */
function coreForms({ k, d, eps, cores, groups }: DbscanParams): Forms | undefined {
  if (groups.length === 0 || groups.length > mostForms) return undefined;
  const forms = groups.map((segment, c) => ({ segment, offset: 0, centre: cores.slice(c * d, (c + 1) * d) }));
  return { d, k, forms, strength: 'reach', limit: eps * eps };
}

/** Fits and keeps labels and core rows. Segments come largest first. @throws `segment/not-finite`, `run/aborted` */
export async function fitDbscan(x: Points, { eps, minSamples }: DbscanOptions, context: Context, kernel: Kernel): Promise<DbscanFit> {
  const search = kernel.search(x);
  const { n, rows } = search;
  let sets: UnionFind;
  let isCore: Uint8Array;
  try {
    ({ sets, isCore } = await connected(search, eps * eps, minSamples, context));
  } finally {
    search.release();
  }
  const labels = new Int32Array(x.rows).fill(-1);
  const core = new Uint8Array(x.rows);
  const numbers = new Map<number, number>();
  for (let p = 0; p < n; p++) {
    if (isCore[p] === 0) continue;
    const set = sets.find(p);
    if (!numbers.has(set)) numbers.set(set, numbers.size);
    labels[rows[p]] = numbers.get(set)!;
    core[rows[p]] = 1;
  }
  const unordered = describe(x, labels, core, numbers.size, eps);
  await adopt(unordered, x, labels, core, context);
  const order = largestFirst(labels, unordered.k);
  const { d } = x;
  const groups = Array.from(labels).filter((_, i) => core[i] === 1);
  const means = order.flatMap((old) => unordered.means.slice(old * d, (old + 1) * d));
  return { params: { ...unordered, groups, means }, labels, core };
}

/**
 * The segment of the nearest core row within eps, else −1: outlier. `strength` is 1 − distance / eps: 1 at a core row, 0 at the edge and for outliers;
 * `second` the other segment with the nearest mean of core rows (of all segments for an outlier; the own where there is only one; −1 where there are none).
 */
export function assignToCores(params: DbscanParams, x: Points): Assignment {
  const { k, d, eps, groups, means } = params;
  const into = emptyAssignment(x.rows);
  const boxes = treeOver(params.cores, d);
  const square = new Float64Array(1);
  const position = new Int32Array(1);
  inPlace(x, (i, from) => {
    const found = boxes.nearest(from, 0, 1, square, position, 0, eps * eps) > 0;
    into.labels[i] = found ? groups[boxes.rows[position[0]]] : -1;
    into.strength[i] = found ? 1 - Math.sqrt(square[0]) / eps : 0;
    into.second[i] = nearestOther(means, k, x, i, into.labels[i]);
  });
  return into;
}

/**
 * The core positions and their sets. Every position looks for `minSamples` positions within reach, whichever; core ones join those of them that are
 * core too. What that leaves apart, core positions with one of another set within reach join, until nobody finds one.
 */
async function connected(search: Search, within: number, minSamples: number, context: Context): Promise<{ sets: UnionFind; isCore: Uint8Array }> {
  const { n } = search;
  const isCore = new Uint8Array(n);
  const sets = new UnionFind(n);
  const found = new Int32Array(n * minSamples);
  const squares = new Float64Array(batch * minSamples);
  for (let from = 0; from < n; from += batch) {
    const count = Math.min(batch, n - from);
    const own = found.subarray(from * minSamples, (from + count) * minSamples);
    search.nearest(from, count, minSamples, within, true, squares.subarray(0, count * minSamples), own);
    for (let i = 0; i < count; i++) isCore[from + i] = own[(i + 1) * minSamples - 1] >= 0 ? 1 : 0;
    await breath(context);
    context.progress({ stage: 'segment', note: 'counting neighbours', done: from / n });
  }
  for (let p = 0; p < n; p++) {
    if (isCore[p] === 0) continue;
    for (let i = p * minSamples; i < (p + 1) * minSamples; i++) if (isCore[found[i]] === 1) sets.union(p, found[i]);
  }
  const components = new Int32Array(n);
  // With `within` as everybody's core distance, the first position found within reach ends a search.
  search.setCores(new Float64Array(n).fill(within));
  let open = Int32Array.from(isCore.keys()).filter((p) => isCore[p] === 1);
  while (open.length > 0) {
    for (let p = 0; p < n; p++) components[p] = isCore[p] === 1 ? sets.find(p) : -1;
    search.setComponents(components);
    const still: number[] = [];
    for (let from = 0; from < open.length; from += batch) {
      const queries = open.subarray(from, from + batch);
      const positions = new Int32Array(queries.length);
      search.foreign(queries, new Float64Array(queries.length).fill(justAbove(within)), false, squares, positions);
      queries.forEach((p, i) => {
        if (positions[i] < 0) return;
        sets.union(p, positions[i]);
        still.push(p);
      });
      await breath(context);
    }
    context.progress({ stage: 'segment', note: 'joining rows', done: 1 - still.length / n });
    open = Int32Array.from(still);
  }
  return { sets, isCore };
}

const batch = 2048;

/** The next larger number. */
function justAbove(value: number): number {
  const bits = new BigUint64Array(Float64Array.of(value).buffer);
  bits[0]++;
  return new Float64Array(bits.buffer)[0];
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
  await breath(context);
  assignToCores(params, rowsOf(x, rows)).labels.forEach((label, r) => (labels[rows[r]] = label));
}

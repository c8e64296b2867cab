// Self-organising map (Kohonen 1982), trained in batches: a sheet of nodes is laid over the data so that neighbouring nodes stand for like rows. Each
// pass puts every row at its nearest node and moves every node to the mean of all rows, weighted by how near their nodes are on the grid; the reach of
// that weight shrinks. Nothing depends on the order of the rows. Starts on the plane of the two principal components. Segments are the nodes, or, with
// k, nodes joined by Ward's method. Cost O(rows × nodes × d) per pass. For maps and gradual transitions; where only k groups are wanted k-means is
// simpler.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import type { Centres, Kernel, Points, Sums } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { assignInBatches, meanOf, moved, rowsOf } from '../batches.js';
import { requireFinite } from '../../kernel/finite.js';
import { cut } from '../dendrogram.js';
import { linkage } from '../linkage.js';
import { fewCentreForms, type CentreParams } from '../nearest.js';
import { principalPlane, type PrincipalPlane } from '../principal-plane.js';
import { sampleRows } from '../sample.js';
import { adjacent, neighboursOf, placesOf, smoothed, type Grid, type GridKind } from '../som-grid.js';
import { assignNearest } from './kmeans.js';

const side = z.int().min(1).max(60);
const options = z.strictObject({
  k: z.int().min(1).max(500).optional().describe('Number of segments the nodes are joined into; absent, each node is a segment'),
  grid: z.enum(['hexagonal', 'rectangular']).default('hexagonal').describe('Whether a node has six neighbours or eight'),
  width: side.optional().describe('Nodes across; by default about 5 √rows nodes in all, as long as the data is'),
  height: side.optional().describe('Nodes down'),
  epochs: z.int().min(1).max(1000).default(30).describe('Passes while the reach shrinks'),
  reach: z.number().min(0.1).max(5).default(0.7).describe('Reach at the end, in nodes: less follows the rows closer, more keeps the sheet smoother'),
  sampleRows: z.int().min(100).default(50_000).describe('Above this many rows, the reach shrinks on a random sample of so many'),
});

export type SomOptions = z.output<typeof options>;

/** Nodes as centres, row by row of the grid; with k, `groups` joins them. */
export interface SomParams extends CentreParams {
  readonly grid: GridKind;
  readonly width: number;
  readonly height: number;
  /** Rows at each node. */
  readonly hits: readonly number[];
  /** Mean distance of each node to its neighbours on the grid (U-matrix): high along the borders between groups. */
  readonly neighbourDistances: readonly number[];
  /** Mean distance of a row to its node. */
  readonly quantizationError: number;
  /** Share of rows whose two nearest nodes are no neighbours (of a sample of up to 5,000 rows): how torn the sheet is. */
  readonly topographicError: number;
}

/** Passes over all rows after a sample. */
const passes = 3;
/** Multiplications per call of the kernel, so that stopping is prompt. */
const workPerCall = 500_000_000;
/** Rows whose two nearest nodes are looked at for the topographic error. */
const errorRows = ({ k, d }: Centres) => Math.max(1_000, Math.min(5_000, Math.floor(2e7 / (k * d))));

export const som = defineAlgorithm({
  name: 'som',
  title: 'Self-organising map',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: fitSom,
  assign: assignNearest,
  forms: fewCentreForms,
});

/** Where fewer nodes than k have rows, there are as many segments as such nodes. @throws `segment/bad-k`, `segment/not-finite`, `run/aborted` */
export async function fitSom(x: Points, chosen: SomOptions, context: Context, kernel: Kernel): Promise<SomParams> {
  if (chosen.k !== undefined && chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  requireFinite(x);
  const rng = context.rng('som');
  const origin = meanOf(x);
  const sample = x.rows <= chosen.sampleRows ? x : rowsOf(x, sampleRows(x.rows, chosen.sampleRows, rng));
  const plane = await principalPlane(rowsOf(sample, sampleRows(sample.rows, 5_000, rng)), context);
  const grid = gridFor(x.rows, plane.deviations, chosen);
  const places = placesOf(grid);
  let nodes = laidOut(places, plane, x.d);
  const widest = Math.max(chosen.reach, Math.max(grid.width, grid.height) / 2);
  const held = hold(sample, origin, nodes.k, kernel);
  try {
    for (let epoch = 0; epoch < chosen.epochs; epoch++) {
      const reach = widest * (chosen.reach / widest) ** (epoch / Math.max(1, chosen.epochs - 1));
      nodes = batchStep(nodes, await assignHeld(held, nodes, context, kernel), grid, reach);
      context.progress({ stage: 'segment', note: 'self-organising map', done: (epoch + 1) / (chosen.epochs + 1) });
    }
  } finally {
    held.forEach((points) => kernel.free(points));
  }
  if (sample !== x) for (let pass = 0; pass < passes; pass++) nodes = batchStep(nodes, await assignInBatches(x, origin, nodes, context, kernel), grid, chosen.reach);
  const { counts, distance } = await assignInBatches(x, origin, nodes, context, kernel);
  const centroids = Array.from(nodes.values, (value, v) => value + origin[v % x.d]);
  return {
    ...(await segmentsOf(nodes, counts, chosen.k, context, kernel)), d: x.d, centroids, ...grid, hits: Array.from(counts),
    neighbourDistances: neighbourDistances(nodes, grid),
    quantizationError: distance / x.rows,
    topographicError: topographicError(rowsOf(x, sampleRows(x.rows, errorRows(nodes), rng)), centroids, grid),
  };
}

/**
 * One batch step: node j becomes Σ influence(j, b) × (sum of the rows at b) / Σ influence(j, b) × (rows at b), with the influence exp(−distance² / (2 reach²))
 * of their distance on the grid. A node that no row reaches stays.
 */
export function batchStep({ k, d, values }: Centres, { sums, counts }: Sums, grid: Grid, reach: number): Centres {
  const totals = smoothed(grid, reach, sums, d);
  const weights = smoothed(grid, reach, counts, 1);
  return { k, d, values: values.map((value, v) => (weights[Math.floor(v / d)] > 0 ? totals[v] / weights[Math.floor(v / d)] : value)) };
}

/** The rows in the kernel's memory, moved by −`origin`, in parts that one call assigns in a fraction of a second. */
function hold(x: Points, origin: Float64Array, nodes: number, kernel: Kernel): Points[] {
  const part = Math.max(2_048, Math.floor(workPerCall / (nodes * x.d)));
  return Array.from({ length: Math.ceil(x.rows / part) }, (_, p) => moved(x, origin, p * part, Math.min(x.rows, (p + 1) * part), kernel));
}

async function assignHeld(held: readonly Points[], nodes: Centres, context: Context, kernel: Kernel): Promise<Sums> {
  const sums = new Float64Array(nodes.k * nodes.d);
  const counts = new Float64Array(nodes.k);
  for (const points of held) {
    await breath(context);
    const found = kernel.assign(points, nodes);
    for (let v = 0; v < sums.length; v++) sums[v] += found.sums[v];
    for (let node = 0; node < counts.length; node++) counts[node] += found.counts[node];
  }
  return { sums, counts };
}

/** About 5 √rows nodes (Vesanto), at most one per row, in the proportions of the two principal components. */
function gridFor(rows: number, [first, second]: readonly number[], { grid, width, height }: SomOptions): Grid {
  const nodes = Math.max(1, Math.min(rows, 400, Math.round(5 * Math.sqrt(rows))));
  const ratio = second > 0 ? Math.min(4, first / second) : first > 0 ? 4 : 1;
  const across = width ?? Math.max(1, Math.min(60, Math.round(height === undefined ? Math.sqrt(nodes * ratio) : nodes / height)));
  return { grid, width: across, height: height ?? Math.max(1, Math.min(60, Math.round(nodes / across))) };
}

/** Nodes spread over two standard deviations to each side along the principal plane, relative to the origin. */
function laidOut(places: Float64Array, { directions, deviations }: PrincipalPlane, d: number): Centres {
  const k = places.length / 2;
  const values = new Float64Array(k * d);
  for (let axis = 0; axis < 2; axis++) {
    const along = Array.from({ length: k }, (_, node) => places[2 * node + axis]);
    const most = Math.max(...along);
    for (let node = 0; node < k; node++) {
      const at = most > 0 ? 4 * (along[node] / most - 0.5) * deviations[axis] : 0;
      for (let j = 0; j < d; j++) values[node * d + j] += at * directions[axis * d + j];
    }
  }
  return { k, d, values };
}

/** Ward's groups of the nodes that have rows, largest first; a node without rows goes with the nearest that has some. */
async function segmentsOf(nodes: Centres, counts: Float64Array, k: number | undefined, context: Context, kernel: Kernel): Promise<{ k: number; groups?: number[] }> {
  if (k === undefined) return { k: nodes.k };
  const { d, values } = nodes;
  const used = Array.from(counts, (_, node) => node).filter((node) => counts[node] > 0);
  const segments = Math.min(k, used.length);
  const own = Float64Array.from(used.flatMap((node) => Array.from(values.subarray(node * d, (node + 1) * d))));
  const weights = Float64Array.from(used, (node) => counts[node]);
  const found = cut(await linkage(own, d, weights, 'ward', context, kernel), segments);
  const near = assignNearest({ k: used.length, d, centroids: Array.from(own) }, { rows: nodes.k, d, stride: d, data: values }).labels;
  return { k: segments, groups: Array.from(near, (n) => found[n]) };
}

function neighbourDistances({ k, d, values }: Centres, grid: Grid): number[] {
  return Array.from({ length: k }, (_, a) => {
    const neighbours = neighboursOf(grid, a);
    let sum = 0;
    for (const b of neighbours) {
      let square = 0;
      for (let j = 0; j < d; j++) square += (values[a * d + j] - values[b * d + j]) ** 2;
      sum += Math.sqrt(square);
    }
    return neighbours.length > 0 ? sum / neighbours.length : 0;
  });
}

function topographicError(x: Points, centroids: readonly number[], grid: Grid): number {
  const nodes = Float64Array.from(centroids);
  if (nodes.length < 2 * x.d) return 0;
  let torn = 0;
  for (let i = 0; i < x.rows; i++) {
    const [first, second] = nearestTwo(x, i, nodes);
    if (!adjacent(grid, first, second)) torn++;
  }
  return torn / x.rows;
}

/** The two nodes nearest to a row; sums that are too great already are left off. */
function nearestTwo({ d, stride, data }: Points, i: number, nodes: Float64Array): readonly [number, number] {
  let [first, second] = [0, 0];
  let [least, next] = [Infinity, Infinity];
  for (let node = 0, at = 0; at < nodes.length; node++, at += d) {
    let square = 0;
    for (let j = 0; j < d && square < next; j++) square += (data[i * stride + j] - nodes[at + j]) ** 2;
    if (square >= next) continue;
    if (square < least) {
      second = first;
      next = least;
      first = node;
      least = square;
    } else {
      second = node;
      next = square;
    }
  }
  return [first, second];
}

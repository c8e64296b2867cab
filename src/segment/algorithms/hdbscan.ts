// HDBSCAN*: segments are the groups that stay together over the widest range of densities; rows in thin regions are outliers (Campello, Moulavi &
// Sander 2013; McInnes, Healy & Astels 2017). Finds any shape and differing densities, and how many segments there are. Core distances and Borůvka's
// spanning tree on a kd-tree: exact, about O(n log² n) up to some 15 features; beyond that boxes rule little out and cost nears O(n² d). Where that is
// too much (see `neighbours`), a graph of near neighbours stands for all distances, by NN-descent: about O(n^1.2 d), and approximate (`params.approximate`).
// Not for segments that overlap or that must cover everybody.
import { z } from 'zod';
import type { Context } from '../../context.js';
import type { Assignment } from '../../domain/segment.js';
import { compact, inPlace, treeOver } from '../../kernel/kd-tree.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import { defineAlgorithm } from '../algorithm.js';
import { condense, densest, labelRows, outlierScores, selectGroups } from '../condensed-tree.js';
import { largestFirst, memberMeans, nearestOther } from '../members.js';
import { emptyAssignment } from '../nearest.js';
import { nearNeighbours, type Neighbours, neighbours, type SpanningTree, spanningTree } from '../spanning-tree.js';

const options = z.strictObject({
  minClusterSize: z.int().min(2).default(5).describe('Fewest rows that make a segment'),
  minSamples: z.int().min(1).optional().describe('Rows nearby (oneself counted) that make a place dense; more give more outliers. By default minClusterSize'),
  selection: z.enum(['eom', 'leaf']).default('eom').describe('eom: the most persistent segments; leaf: the smallest, most uniform ones'),
  epsilon: z.number().min(0).default(0).describe('Segments are not split below this distance'),
  neighbours: z.enum(['auto', 'exact', 'approximate']).default('auto')
    .describe('exact: every distance counts; approximate: rows may miss some of their nearest; auto: approximate only above 15 features, for very many rows'),
  allowSingle: z.boolean().default(false).describe('Whether everything may be one segment'),
});

export type HdbscanOptions = z.output<typeof options>;

/** The fitted rows with what is known about each: plain data. Distances, not densities, so that all numbers are finite. */
export interface HdbscanParams {
  /** Number of segments, possibly 0. */
  readonly k: number;
  readonly d: number;
  readonly minSamples: number;
  /** Where the neighbours were found by NN-descent, which may miss some. */
  readonly approximate?: true;
  /** Fitted rows × d. */
  readonly points: readonly number[];
  /** Core distance of each fitted row, the distance below which it leaves its group, and its segment (−1: outlier). */
  readonly cores: readonly number[];
  readonly departures: readonly number[];
  readonly segments: readonly number[];
  /** Per segment: the distance above which it is joined with others (null: never), that of its densest moment, and its mean (k × d). */
  readonly births: readonly (number | null)[];
  readonly peaks: readonly number[];
  readonly means: readonly number[];
}

export interface HdbscanFit {
  readonly params: HdbscanParams;
  /** −1 for outliers. */
  readonly labels: Int32Array;
  /** Membership strength: density at which the row leaves over the segment's greatest density, 0–1; 0 for outliers. */
  readonly strength: Float32Array;
  /** GLOSH, 0–1: how much thinner it is around the row than in the densest place of its group. */
  readonly outlierScores: Float64Array;
  /** Total weight of the spanning tree. */
  readonly treeWeight: number;
}

export const hdbscan = defineAlgorithm({
  name: 'hdbscan',
  title: 'HDBSCAN*',
  options,
  traits: { soft: true, outliers: true, online: false },
  fit: async (x, chosen, context, kernel): Promise<HdbscanParams> => (await fitHdbscan(x, chosen, context, kernel)).params,
  // A segment of less than a hundredth of the rows is seldom worth a name; few neighbours are enough to say what is dense.
  presets: ({ rows }) => ({ minClusterSize: Math.max(5, Math.round(rows / 100)), minSamples: 10 }),
  forRows: (chosen, rows, of): HdbscanOptions => {
    // Handfuls stay as they are: below five, chance decides what is dense.
    const fewer = (count: number) => Math.max(Math.min(count, 5), Math.round((count * rows.length) / of));
    return { ...chosen, minClusterSize: fewer(chosen.minClusterSize), minSamples: fewer(chosen.minSamples ?? chosen.minClusterSize) };
  },
  assign: assignDense,
});

/** Rows² × features above which `auto` is approximate: 64,000 × 50, or 100,000 × 20. */
const mostExact = 2e11;

/** Fits and keeps labels, strengths and outlier scores. Segments come largest first. @throws `segment/not-finite`, `run/aborted` */
export async function fitHdbscan(x: Points, chosen: HdbscanOptions, context: Context, kernel: Kernel): Promise<HdbscanFit> {
  const minSamples = chosen.minSamples ?? chosen.minClusterSize;
  const approximate = chosen.neighbours === 'approximate' || (chosen.neighbours === 'auto' && x.d > 15 && x.rows ** 2 * x.d > mostExact);
  const search = kernel.search(x);
  const { rows } = search;
  let near: Neighbours;
  let edges: SpanningTree;
  try {
    near = await (approximate ? nearNeighbours : neighbours)(search, minSamples, context);
    edges = await spanningTree(search, near, context);
  } finally {
    search.release();
  }
  const tree = condense(x.rows, edges, chosen.minClusterSize);
  const selected = x.rows < chosen.minClusterSize ? [false] : selectGroups(tree, { ...chosen, method: chosen.selection });
  const found = labelRows(tree, selected, chosen.epsilon);

  const byRow = <T extends Int32Array | Float64Array>(values: T): T => {
    const sorted = values.slice() as T;
    rows.forEach((row, p) => (sorted[row] = values[p]));
    return sorted;
  };
  const labels = byRow(found.labels);
  const departures = byRow(tree.departure);
  const k = found.segments.length;
  const order = largestFirst(labels, k).map((s) => found.segments[s]);
  const peak = densest(tree);
  const params: HdbscanParams = {
    k, d: x.d, minSamples, ...(approximate && { approximate }),
    points: Array.from(compact(x)), cores: Array.from(byRow(near.cores), Math.sqrt), departures: Array.from(departures), segments: Array.from(labels),
    births: order.map((g) => (g === 0 ? null : tree.birth[g])), peaks: order.map((g) => peak[g]), means: Array.from(memberMeans(x, labels, k)),
  };
  const strength = Float32Array.from(labels, (label, i) => (label < 0 ? 0 : strengthAt(departures[i], params.peaks[label])));
  return { params, labels, strength, outlierScores: byRow(outlierScores(tree)), treeWeight: edges.weight.reduce((sum, w) => sum + w, 0) };
}

/**
 * A row joins the segment of the fitted row it reaches first (among its 2 × minSamples nearest), if it does so before that segment joins others;
 * else its label is −1: outlier. `strength` is the membership strength, 0 for outliers; `second` the other segment with the nearest mean (of all
 * segments for an outlier; the own where there is only one; −1 where there are none). Fitted rows get what the fit gave them.
 */
export function assignDense(params: HdbscanParams, x: Points): Assignment {
  const { k, d, minSamples, segments, births, peaks, cores, departures, means } = params;
  const into = emptyAssignment(x.rows);
  const boxes = treeOver(params.points, d);
  const wanted = Math.min(boxes.n, 2 * minSamples);
  const squares = new Float64Array(wanted);
  const positions = new Int32Array(wanted);
  inPlace(x, (i, from) => {
    // A neighbour no farther than the own core distance, and as dense, is as near as any can be: only where there is none are more looked at.
    let count = boxes.nearest(from, 0, Math.min(minSamples, wanted), squares, positions);
    const core = count > 0 ? Math.sqrt(squares[count - 1]) : 0;
    let { through, reach } = firstReached(count, core);
    if (reach > core && wanted > count) {
      count = boxes.nearest(from, 0, wanted, squares, positions);
      ({ through, reach } = firstReached(count, core));
    }
    const segment = through < 0 ? -1 : segments[through];
    const inside = segment >= 0 && reach <= (births[segment] ?? Infinity);
    into.labels[i] = inside ? segment : -1;
    into.strength[i] = inside ? strengthAt(Math.max(reach, departures[through]), peaks[segment]) : 0;
    into.second[i] = nearestOther(means, k, x, i, into.labels[i]);
  });
  return into;

  /** Of the neighbours found, the fitted row that is reached first under mutual reachability. */
  function firstReached(count: number, core: number): { through: number; reach: number } {
    let through = -1;
    let reach = Infinity;
    for (let c = 0; c < count; c++) {
      const row = boxes.rows[positions[c]];
      const distance = Math.max(core, cores[row], Math.sqrt(squares[c]));
      if (distance < reach) {
        reach = distance;
        through = row;
      }
    }
    return { through, reach };
  }
}

function strengthAt(departure: number, peak: number): number {
  return departure <= peak ? 1 : peak / departure;
}

// Communities of the graph of nearest neighbours (Leiden; Traag, Waltman & van Eck 2019): groups of any shape that hold together, found without being told how many.
// Plain modularity cuts such graphs finely; so its communities are joined again, those first that belong together at the highest resolution (Bonald et al. 2018), down to k, or
// to those that stay the same over a clearly wide range of resolutions. Above `exactRows`, on a random sample; every row then goes with the nearest of the few centres
// that stand for each segment. Cost O(rows log rows) in few dimensions. Not for telling whether there is structure: a cloud of noise has communities too.
import { z } from 'zod';
import type { Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { compact } from '../../kernel/kd-tree.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { joinedTo, joinings, steadiest } from '../community-tree.js';
import { distinct } from '../distinct.js';
import { requireFinite } from '../../kernel/finite.js';
import { leiden, numbered, type Numbered } from '../leiden.js';
import { fewCentreForms, type CentreParams } from '../nearest.js';
import { neighbourGraph, type Graph } from '../neighbour-graph.js';
import { inOrder, joinNearest } from '../parts.js';
import { prototypes } from '../prototypes.js';
import { sampleRows } from '../sample.js';
import { assignNearest } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(200).optional().describe('Number of segments the communities are joined into; absent, they tell it themselves'),
  neighbours: z.int().min(1).max(200).default(10).describe('Nearest rows that each row is joined to'),
  resolution: z.number().min(0.001).max(1_000).optional().describe('Without k, the communities of one scale, unjoined: 1 is plain modularity, more gives more and smaller ones; absent, those of the widest range of scales'),
  exactRows: z.int().min(100).max(50_000).default(20_000).describe('Above this many rows, a random sample of so many is segmented'),
  centres: z.int().min(1).max(5_000).default(1_000).describe('Centres that may stand for all segments together, when rows are assigned'),
});

export type CommunityOptions = z.output<typeof options>;

export const community = defineAlgorithm({
  name: 'community',
  title: 'Graph communities',
  options,
  traits: { soft: false, outliers: false, online: false, choosesK: true },
  fit: fitCommunity,
  assign: assignNearest,
  forms: fewCentreForms,
});

/** Where there are fewer different rows than k, there are as many segments as those. @throws `segment/bad-k`, `segment/not-finite`, `run/aborted` */
export async function fitCommunity(x: Points, chosen: CommunityOptions, context: Context, kernel: Kernel): Promise<CentreParams> {
  if (chosen.k !== undefined && chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  requireFinite(x);
  const rng = context.rng('community');
  const sample = x.rows <= chosen.exactRows ? x : rowsOf(x, sampleRows(x.rows, chosen.exactRows, rng));
  const { values, n, place } = distinct(compact(sample), sample.rows, x.d);
  const graph = await neighbourGraph(values, n, x.d, chosen.neighbours, context, kernel);
  const k = chosen.k === undefined ? undefined : Math.min(chosen.k, n);
  const found = await communities(graph, values, x.d, k, chosen, rng, context);
  context.progress({ stage: 'segment', note: 'graph communities', done: 0.9 });
  return prototypes(sample, inOrder(place.map((i) => found.labels[i]), found.count), found.count, Math.max(found.count, chosen.centres), context, kernel);
}

async function communities(graph: Graph, values: Float64Array, d: number, k: number | undefined, { resolution, neighbours }: CommunityOptions, rng: Rng, context: Context): Promise<Numbered> {
  const first = numbered(atLeast(graph, k ?? 1, resolution ?? 1, rng));
  if (k === undefined && resolution !== undefined) return first;
  const done = joinings(graph, first.labels, first.count);
  const parts = first.count - done.length;
  if (k !== undefined) {
    const found = numbered(joinedTo(first.labels, done.slice(0, first.count - Math.max(k, parts))));
    return found.count === k ? found : { labels: await joinNearest(values, d, found.labels, found.count, k, context), count: k };
  }
  const whole = numbered(joinedTo(first.labels, done));
  const groups = Math.max(1, whole.count - strays(whole.labels, whole.count, neighbours));
  const found = numbered(joinedTo(first.labels, done.slice(0, steadiest(done, groups > 1))));
  const left = found.count - (whole.count - groups);
  return { labels: await joinNearest(values, d, found.labels, found.count, left, context), count: left };
}

/** Communities at a resolution, raised until there are enough. */
function atLeast(graph: Graph, k: number, resolution: number, rng: Rng): Int32Array {
  for (let finer = resolution; finer < 1e9; finer *= 2) {
    const labels = leiden(graph, finer, rng);
    if (numbered(labels).count >= k) return labels;
  }
  return Int32Array.from({ length: graph.n }, (_, i) => i);
}

/** Communities of no more rows than each is joined to: too few to be a group. */
function strays(labels: Int32Array, count: number, neighbours: number): number {
  const sizes = new Int32Array(count);
  for (const own of labels) sizes[own]++;
  return sizes.filter((size) => size <= neighbours).length;
}

// Communities of the graph of nearest neighbours, by modularity (Leiden; Traag, Waltman & van Eck 2019): finds by itself how many groups hold together, of any shape, with
// no k. It sees structure at one scale, which `resolution` sets: long or large groups come in several parts, as cells do in single-cell maps, where this is the usual way.
// With k, communities are joined, those whose joining costs the least modularity first. Above `exactRows`, on a random sample. Cost O(rows log rows) in few dimensions.
// Not for telling whether there is structure: a cloud of noise has communities too.
import { z } from 'zod';
import type { Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { compact } from '../../kernel/kd-tree.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { distinct } from '../distinct.js';
import { requireFinite } from '../finite.js';
import { leiden, numbered } from '../leiden.js';
import { centreForms, type CentreParams } from '../nearest.js';
import { neighbourGraph, type Graph } from '../neighbour-graph.js';
import { inOrder, joinNearest } from '../parts.js';
import { prototypes } from '../prototypes.js';
import { sampleRows } from '../sample.js';
import { assignNearest } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(200).optional().describe('Number of segments the communities are joined into; absent, each community is a segment'),
  neighbours: z.int().min(1).max(200).default(15).describe('Nearest rows that each row is joined to'),
  resolution: z.number().min(0.001).max(1_000).default(1).describe('Scale: less gives fewer and larger communities, more gives more and smaller ones'),
  exactRows: z.int().min(100).max(200_000).default(20_000).describe('Above this many rows, a random sample of so many is segmented'),
  centres: z.int().min(1).max(5_000).default(1_000).describe('Centres that may stand for all segments together, when rows are assigned'),
});

export type CommunityOptions = z.output<typeof options>;

export const community = defineAlgorithm({
  name: 'community',
  title: 'Graph communities',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: fitCommunity,
  assign: assignNearest,
  forms: centreForms,
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
  let found = numbered(atLeast(graph, k ?? 1, chosen.resolution, rng));
  if (k !== undefined && found.count > k) {
    const connected = numbered(joinedTo(graph, found.labels, found.count, k));
    found = { labels: await joinNearest(values, x.d, connected.labels, connected.count, k, context), count: k };
  }
  context.progress({ stage: 'segment', note: 'graph communities', done: 0.9 });
  return prototypes(sample, inOrder(place.map((i) => found.labels[i]), found.count), found.count, Math.max(found.count, chosen.centres), context, kernel);
}

/** Communities at a resolution, raised until there are enough. */
function atLeast(graph: Graph, k: number, resolution: number, rng: Rng): Int32Array {
  for (let finer = resolution; finer < 1e9; finer *= 2) {
    const labels = leiden(graph, finer, rng);
    if (numbered(labels).count >= k) return labels;
  }
  return Int32Array.from({ length: graph.n }, (_, i) => i);
}

/** Joins communities that edges join, again and again the two that lose the least modularity, until k are left or no edges are between them. O(communities³). */
function joinedTo({ n, start, to, weight }: Graph, labels: Int32Array, count: number, k: number): Int32Array {
  const between = new Float64Array(count * count);
  const degree = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    for (let e = start[i]; e < start[i + 1]; e++) {
      between[labels[i] * count + labels[to[e]]] += weight[e];
      degree[labels[i]] += weight[e];
    }
  }
  const ends = degree.reduce((a, b) => a + b, 0);
  const own = Int32Array.from({ length: count }, (_, c) => c);
  for (let left = count; left > k; left--) {
    let best: { gain: number; a: number; b: number } | undefined;
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        if (!(between[a * count + b] > 0)) continue;
        const gain = between[a * count + b] - (degree[a] * degree[b]) / ends;
        if (!best || gain > best.gain) best = { gain, a, b };
      }
    }
    if (!best) break;
    const { a, b } = best;
    for (let c = 0; c < count; c++) {
      if (c !== a && c !== b) between[c * count + a] = between[a * count + c] += between[b * count + c];
      between[b * count + c] = between[c * count + b] = 0;
    }
    degree[a] += degree[b];
    for (let c = 0; c < count; c++) if (own[c] === b) own[c] = a;
  }
  return labels.map((label) => own[label]);
}

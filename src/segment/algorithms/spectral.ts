// Spectral clustering (Shi & Malik 2000; Ng, Jordan & Weiss 2002): rows are joined to their nearest neighbours, and the leading eigenvectors of that graph
// place rows that hold together near each other, whatever the shape of their group; k-means does the rest. Finds rings, moons and other long or nested groups
// that k-means cannot. Above `exactRows`, on a random sample; every row then goes with the nearest of the few centres that stand for each segment.
// Cost O(rows log rows) for the graph in few dimensions, O(rows × k²) per hundred or so eigenvector steps. Not for groups that overlap.
import { z } from 'zod';
import { breath, type Context } from '../../context.js';
import { ShoalError } from '../../errors.js';
import { compact } from '../../kernel/kd-tree.js';
import type { Kernel, Points } from '../../kernel/kernel.js';
import type { Rng } from '../../util/rng.js';
import { defineAlgorithm } from '../algorithm.js';
import { rowsOf } from '../batches.js';
import { distinct } from '../distinct.js';
import { requireFinite } from '../../kernel/finite.js';
import { leadingVectors } from '../leading-vectors.js';
import { inOrder, joinNearest } from '../parts.js';
import { fewCentreForms, type CentreParams } from '../nearest.js';
import { components, neighbourGraph, type Graph } from '../neighbour-graph.js';
import { prototypes } from '../prototypes.js';
import { sampleRows } from '../sample.js';
import { assignNearest, fitKMeans, kmeans } from './kmeans.js';

const options = z.strictObject({
  k: z.int().min(1).max(200).default(8).describe('Number of segments'),
  neighbours: z.int().min(1).max(200).default(10).describe('Nearest rows that each row is joined to'),
  exactRows: z.int().min(100).max(50_000).default(10_000).describe('Above this many rows, a random sample of so many is segmented'),
  centres: z.int().min(1).max(5_000).default(1_000).describe('Centres that may stand for all segments together, when rows are assigned'),
});

export type SpectralOptions = z.output<typeof options>;

export const spectral = defineAlgorithm({
  name: 'spectral',
  title: 'Spectral clustering',
  options,
  traits: { soft: false, outliers: false, online: false },
  fit: fitSpectral,
  assign: assignNearest,
  forms: fewCentreForms,
});

/** Where there are fewer different rows than k, there are as many segments as those. @throws `segment/bad-k`, `segment/not-finite`, `run/aborted` */
export async function fitSpectral(x: Points, chosen: SpectralOptions, context: Context, kernel: Kernel): Promise<CentreParams> {
  if (chosen.k > x.rows) throw new ShoalError('segment/bad-k', { k: chosen.k, rows: x.rows });
  requireFinite(x);
  const rng = context.rng('spectral');
  const sample = x.rows <= chosen.exactRows ? x : rowsOf(x, sampleRows(x.rows, chosen.exactRows, rng));
  const { values, n, place } = distinct(compact(sample), sample.rows, x.d);
  const k = Math.min(chosen.k, n);
  const own = k === n ? Int32Array.from({ length: n }, (_, i) => i) : await cut(values, n, x.d, k, chosen.neighbours, rng, context, kernel);
  context.progress({ stage: 'segment', note: 'spectral clustering', done: 0.9 });
  return prototypes(sample, inOrder(place.map((i) => own[i]), k), k, Math.max(k, chosen.centres), context, kernel);
}

/** k groups of different rows. */
async function cut(values: Float64Array, n: number, d: number, k: number, neighbours: number, rng: Rng, context: Context, kernel: Kernel): Promise<Int32Array> {
  const graph = await neighbourGraph(values, n, d, neighbours, context, kernel);
  const { part, count } = components(graph);
  if (count >= k) return joinNearest(values, d, part, count, k, context);
  const embedding = await spectralEmbedding(graph, part, count, k, rng, context);
  return (await fitKMeans(embedding, kmeans.options.parse({ k }), context, kernel)).labels;
}

/**
 * The k leading eigenvectors of D^−½ W D^−½ as n rows of length 1. Those of eigenvalue 1 are known: one per connected part.
 */
export async function spectralEmbedding(graph: Graph, part: Int32Array, parts: number, k: number, rng: Rng, context: Pick<Context, 'signal'>): Promise<Points> {
  const { n, start, to, weight } = graph;
  const root = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let e = start[i]; e < start[i + 1]; e++) root[i] += weight[e];
    root[i] = Math.sqrt(root[i]);
  }
  // A row without edges is a part by itself.
  const scaled = weight.map((w, e) => w / root[to[e]]);
  const product = (from: Float64Array, into: Float64Array) => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let e = start[i]; e < start[i + 1]; e++) sum += scaled[e] * from[to[e]];
      into[i] = root[i] > 0 ? sum / root[i] : from[i];
    }
  };
  const known = Array.from({ length: parts }, (_, p) => {
    const v = Float64Array.from(root, (value, i) => (part[i] === p ? value || 1 : 0));
    const length = Math.hypot(...v.filter((value) => value > 0));
    return v.map((value) => value / length);
  });
  const { vectors } = await leadingVectors(product, n, k, known, rng, () => breath(context));
  const data = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let c = 0; c < k; c++) square += vectors[c][i] ** 2;
    for (let c = 0; c < k; c++) data[i * k + c] = square > 0 ? vectors[c][i] / Math.sqrt(square) : 0;
  }
  return { rows: n, d: k, stride: k, data };
}

// Communities of a graph: groups of nodes with more weight between them than their degrees alone would give (modularity, Newman & Girvan 2004), found by the
// Leiden algorithm (Traag, Waltman & van Eck 2019): nodes move to the best neighbouring community while any gains, communities are refined into parts that hold together, the parts
// become the nodes of a smaller graph, and so on. Near O(edges) in practice.
import type { Rng } from '../util/rng.js';
import type { Graph } from './neighbour-graph.js';
import { shuffled } from './sample.js';

/** A graph whose nodes may stand for many: `loops` is the weight inside each. */
interface Folded extends Graph {
  readonly loops: Float64Array;
  /** Weight of all edge ends at each node, those inside twice. */
  readonly degree: Float64Array;
}

/** Σ over communities of (weight inside / m) − resolution × (degrees / 2m)², where m is the weight of all edges. */
export function modularity(graph: Graph, labels: Int32Array, resolution = 1): number {
  const { n, start, to, weight } = graph;
  const k = labels.reduce((most, own) => Math.max(most, own), -1) + 1;
  const degrees = new Float64Array(k);
  let inside = 0;
  let ends = 0;
  for (let i = 0; i < n; i++) {
    for (let e = start[i]; e < start[i + 1]; e++) {
      degrees[labels[i]] += weight[e];
      ends += weight[e];
      if (labels[to[e]] === labels[i]) inside += weight[e];
    }
  }
  return ends > 0 ? inside / ends - resolution * degrees.reduce((sum, own) => sum + (own / ends) ** 2, 0) : 0;
}

/** Community of every node, numbered from 0. Higher resolution: more and smaller ones. Nodes without edges stay alone. */
export function leiden(graph: Graph, resolution: number, rng: Rng): Int32Array {
  let folded: Folded = { ...graph, loops: new Float64Array(graph.n), degree: degreesOf(graph, new Float64Array(graph.n)) };
  const ends = folded.degree.reduce((a, b) => a + b, 0);
  const pull = ends > 0 ? resolution / ends : 0;
  /** Which folded node every node is in. */
  let at = Int32Array.from({ length: graph.n }, (_, i) => i);
  let labels: Int32Array = Int32Array.from(at);
  for (;;) {
    moveNodes(folded, labels, pull, rng);
    const parts = numbered(refine(folded, labels, pull, rng));
    if (parts.count === folded.n) return numbered(at.map((node) => labels[node])).labels;
    const next = new Int32Array(parts.count);
    labels.forEach((own, node) => { next[parts.labels[node]] = own; });
    at = at.map((node) => parts.labels[node]);
    folded = fold(folded, parts.labels, parts.count);
    labels = numbered(next).labels;
  }
}

/** Moves nodes, those near a move again, to the community that gains most, until none gains. */
function moveNodes({ n, start, to, weight, degree }: Folded, labels: Int32Array, pull: number, rng: Rng): void {
  const degrees = new Float64Array(n);
  for (let i = 0; i < n; i++) degrees[labels[i]] += degree[i];
  const queue = shuffled(Int32Array.from({ length: n }, (_, i) => i), rng);
  const waiting = new Uint8Array(n).fill(1);
  const between = new Float64Array(n);
  for (let head = 0, count = n; count > 0; count--) {
    const i = queue[head];
    head = (head + 1) % n;
    waiting[i] = 0;
    const old = labels[i];
    degrees[old] -= degree[i];
    for (let e = start[i]; e < start[i + 1]; e++) between[labels[to[e]]] += weight[e];
    let best = old;
    let most = between[old] - pull * degree[i] * degrees[old];
    for (let e = start[i]; e < start[i + 1]; e++) {
      const c = labels[to[e]];
      const gain = between[c] - pull * degree[i] * degrees[c];
      if (gain > most + 1e-12) {
        most = gain;
        best = c;
      }
    }
    for (let e = start[i]; e < start[i + 1]; e++) between[labels[to[e]]] = 0;
    labels[i] = best;
    degrees[best] += degree[i];
    if (best === old) continue;
    for (let e = start[i]; e < start[i + 1]; e++) {
      if (labels[to[e]] === best || waiting[to[e]]) continue;
      waiting[to[e]] = 1;
      queue[(head + count - 1) % n] = to[e];
      count++;
    }
  }
}

/** Parts of the communities: nodes that are still alone and well joined to their community go with the part there that gains most. */
function refine({ n, start, to, weight, degree }: Folded, labels: Int32Array, pull: number, rng: Rng): Int32Array {
  const parts = Int32Array.from({ length: n }, (_, i) => i);
  const sizes = new Int32Array(n).fill(1);
  const partDegree = Float64Array.from(degree);
  const whole = new Float64Array(n);
  for (let i = 0; i < n; i++) whole[labels[i]] += degree[i];
  const between = new Float64Array(n);
  for (const i of shuffled(Int32Array.from({ length: n }, (_, i) => i), rng)) {
    if (sizes[parts[i]] > 1) continue;
    let joining = 0;
    for (let e = start[i]; e < start[i + 1]; e++) if (labels[to[e]] === labels[i]) joining += weight[e];
    if (joining < pull * degree[i] * (whole[labels[i]] - degree[i])) continue;
    for (let e = start[i]; e < start[i + 1]; e++) if (labels[to[e]] === labels[i]) between[parts[to[e]]] += weight[e];
    let best = parts[i];
    let most = 0;
    for (let e = start[i]; e < start[i + 1]; e++) {
      if (labels[to[e]] !== labels[i]) continue;
      const part = parts[to[e]];
      const gain = between[part] - pull * degree[i] * partDegree[part];
      if (gain > most + 1e-12) {
        most = gain;
        best = part;
      }
    }
    for (let e = start[i]; e < start[i + 1]; e++) between[parts[to[e]]] = 0;
    if (best === parts[i]) continue;
    sizes[parts[i]]--;
    partDegree[parts[i]] -= degree[i];
    parts[i] = best;
    sizes[best]++;
    partDegree[best] += degree[i];
  }
  return parts;
}

/** One node per part. */
function fold({ n, start, to, weight, loops }: Folded, parts: Int32Array, count: number): Folded {
  const inside = new Float64Array(count);
  const members = Array.from({ length: count }, () => [] as number[]);
  for (let i = 0; i < n; i++) members[parts[i]].push(i);
  const ends: number[] = [];
  const weights: number[] = [];
  const first = new Int32Array(count + 1);
  const between = new Float64Array(count);
  members.forEach((own, part) => {
    const others = new Set<number>();
    for (const i of own) {
      inside[part] += loops[i];
      for (let e = start[i]; e < start[i + 1]; e++) {
        const other = parts[to[e]];
        if (other === part) inside[part] += weight[e] / 2;
        else {
          others.add(other);
          between[other] += weight[e];
        }
      }
    }
    for (const other of others) {
      ends.push(other);
      weights.push(between[other]);
      between[other] = 0;
    }
    first[part + 1] = ends.length;
  });
  const graph = { n: count, start: first, to: Int32Array.from(ends), weight: Float64Array.from(weights) };
  return { ...graph, loops: inside, degree: degreesOf(graph, inside) };
}

function degreesOf({ n, start, weight }: Graph, loops: Float64Array): Float64Array {
  const degree = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    degree[i] = 2 * loops[i];
    for (let e = start[i]; e < start[i + 1]; e++) degree[i] += weight[e];
  }
  return degree;
}

export interface Numbered {
  readonly labels: Int32Array;
  readonly count: number;
}

/** Labels from 0, in the order in which they first occur. */
export function numbered(labels: Int32Array): Numbered {
  const names = new Map<number, number>();
  const own = labels.map((label) => names.get(label) ?? (names.set(label, names.size), names.size - 1));
  return { labels: own, count: names.size };
}

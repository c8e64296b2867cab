// Rows as a graph: each joined to its nearest neighbours, by edges that are strong where two rows are near for where they are.
import { breath, type Context } from '../context.js';
import type { Kernel } from '../kernel/kernel.js';

/** An undirected graph without loops: the edges of node i are those from start[i] to start[i + 1], every edge at both of its ends. */
export interface Graph {
  readonly n: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  /** Above 0. */
  readonly weight: Float64Array;
}

const queriesPerBreath = 2_048;

/**
 * Joins every row to its nearest `neighbours`; an edge of length l weighs exp(−l² / (s t)), where s and t are the distances of its ends to their farthest
 * neighbour, so that dense and sparse regions hold together alike (Zelnik-Manor & Perona 2004). Edges too weak for a number are left out.
 * `values` is n × d and no two rows are equal. O(n log n) in few dimensions, O(n² d) in many. @throws `run/aborted`
 */
export async function neighbourGraph(values: Float64Array, n: number, d: number, neighbours: number, context: Pick<Context, 'signal'>, kernel: Kernel): Promise<Graph> {
  const near = Math.min(neighbours, n - 1);
  const search = kernel.search({ rows: n, d, stride: d, data: values });
  // Lists by position in the tree, each starting with the row itself.
  const list = new Int32Array(n * (near + 1));
  const squares = new Float64Array(n * (near + 1));
  const { rows } = search;
  try {
    for (let p = 0; p < n; p += queriesPerBreath) {
      await breath(context);
      const count = Math.min(queriesPerBreath, n - p);
      const [from, to] = [p * (near + 1), (p + count) * (near + 1)];
      search.nearest(p, count, near + 1, Infinity, false, squares.subarray(from, to), list.subarray(from, to));
    }
  } finally {
    search.release();
  }
  const reach = Float64Array.from({ length: n }, (_, p) => Math.sqrt(squares[p * (near + 1) + near]));
  const from: number[] = [];
  const to: number[] = [];
  const weight: number[] = [];
  for (let p = 0; p < n; p++) {
    for (let e = p * (near + 1); e < (p + 1) * (near + 1); e++) {
      const q = list[e];
      // Where both list each other, the lower one makes the edge.
      if (q === p || (q < p && list.subarray(q * (near + 1), (q + 1) * (near + 1)).includes(p))) continue;
      const w = Math.exp(-squares[e] / (reach[p] * reach[q]));
      if (!(w > 0)) continue;
      from.push(rows[p]);
      to.push(rows[q]);
      weight.push(w);
    }
  }
  return graphOf(n, from, to, weight);
}

/** A graph from its edges, each given once. */
export function graphOf(n: number, from: readonly number[], to: readonly number[], weight: readonly number[]): Graph {
  const start = new Int32Array(n + 1);
  for (let e = 0; e < from.length; e++) {
    start[from[e] + 1]++;
    start[to[e] + 1]++;
  }
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const next = start.slice();
  const graph = { n, start, to: new Int32Array(2 * from.length), weight: new Float64Array(2 * from.length) };
  const put = (i: number, j: number, w: number) => {
    graph.to[next[i]] = j;
    graph.weight[next[i]++] = w;
  };
  for (let e = 0; e < from.length; e++) {
    put(from[e], to[e], weight[e]);
    put(to[e], from[e], weight[e]);
  }
  return graph;
}

/** Which connected part each node is in, numbered in the order of their first nodes. */
export function components({ n, start, to }: Graph): { readonly part: Int32Array; readonly count: number } {
  const part = new Int32Array(n).fill(-1);
  const waiting = new Int32Array(n);
  let count = 0;
  for (let seed = 0; seed < n; seed++) {
    if (part[seed] >= 0) continue;
    let top = 0;
    waiting[top++] = seed;
    part[seed] = count;
    while (top > 0) {
      const i = waiting[--top];
      for (let e = start[i]; e < start[i + 1]; e++) {
        if (part[to[e]] >= 0) continue;
        part[to[e]] = count;
        waiting[top++] = to[e];
      }
    }
    count++;
  }
  return { part, count };
}

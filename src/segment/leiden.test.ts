import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { referenceKernel } from '../kernel/reference.js';
import { createRng, type Rng } from '../util/rng.js';
import { joinedTo, joinings, steadiest } from './community-tree.js';
import { leiden, modularity, numbered } from './leiden.js';
import { components, graphOf, neighbourGraph, type Graph } from './neighbour-graph.js';

// Zachary 1977: 34 members, 78 friendships; each line a member and the later ones he is tied to.
const karate: Graph = graphFrom(34, `0 1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31/1 2 3 7 13 17 19 21 30/2 3 7 8 9 13 27 28 32/3 7 12 13/4 6 10/5 6 10 16/6 16/8 30 32 33/9 33/13 33/14 32 33/15 32 33/18 32 33/19 33/20 32 33/22 32 33/23 25 27 29 32 33/24 25 27 31/25 31/26 29 33/27 33/28 31 33/29 32 33/30 32 33/31 32 33/32 33`);

/** Two triangles, joined by one edge. */
const triangles = graphFrom(6, '0 1 2/1 2/2 3/3 4 5/4 5');

describe('modularity', () => {
  it('by hand: two triangles joined by an edge', () => {
    // 6 of 7 edges inside; half of all edge ends in each: 6/7 − 2 (1/2)² = 5/14.
    expect(modularity(triangles, Int32Array.of(0, 0, 0, 1, 1, 1))).toBeCloseTo(5 / 14, 12);
    expect(modularity(triangles, new Int32Array(6))).toBeCloseTo(0, 12);
    expect(modularity(triangles, Int32Array.of(0, 0, 0, 1, 1, 1), 2)).toBeCloseTo(6 / 7 - 1, 12);
  });
});

describe('Leiden', () => {
  it('finds the best partition of the karate club, as exact methods prove it: 4 communities, modularity .4198', () => {
    expect(karate.to).toHaveLength(156);
    const best = Math.max(...[1, 2, 3].map((seed) => modularity(karate, leiden(karate, 1, createRng(seed)))));
    expect(best).toBeCloseTo(0.4197896, 6);
  });

  it('on small graphs comes near the best of all partitions, and never above', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rng = createRng(seed, 'small');
      const [from, to, weight]: number[][] = [[], [], []];
      for (let a = 0; a < 7; a++) for (let b = a + 1; b < 7; b++) if (rng.next() < 0.45) { from.push(a); to.push(b); weight.push(0.2 + rng.next()); }
      const graph = graphOf(7, from, to, weight);
      const best = Math.max(...partitions(7).map((labels) => modularity(graph, Int32Array.from(labels))));
      const found = modularity(graph, leiden(graph, 1, createRng(seed)));
      expect(found).toBeLessThanOrEqual(best + 1e-12);
      expect(found).toBeGreaterThan(best - 0.03);
    }
  });

  it('has communities that hang together, at any resolution, more at a higher one', async () => {
    const rng = createRng(8, 'cloud');
    const graph = await neighbourGraph(Float64Array.from({ length: 1_200 }, () => rng.normal()), 600, 2, 8, createContext(), referenceKernel());
    const counts = [0.05, 1, 20].map((resolution) => {
      const { labels, count } = numbered(leiden(graph, resolution, createRng(2)));
      for (let c = 0; c < count; c++) expect(components(inside(graph, labels, c)).count - labels.filter((own) => own !== c).length).toBe(1);
      return count;
    });
    expect(counts[0]).toBeLessThan(counts[1]);
    expect(counts[1]).toBeLessThan(counts[2]);
  });

  it('leaves nodes without edges alone, and takes graphs without any', () => {
    expect(Array.from(leiden(graphOf(4, [0], [2], [1]), 1, createRng(1)))).toEqual([0, 1, 0, 2]);
    expect(Array.from(leiden(graphOf(3, [], [], []), 1, createRng(1)))).toEqual([0, 1, 2]);
    expect(leiden(graphOf(0, [], [], []), 1, createRng(1))).toHaveLength(0);
  });
});

describe('joining communities', () => {
  it('by hand: at the resolution at which modularity is indifferent', () => {
    // One edge between, 7 ends on each side of 14: 1 × 14 / (7 × 7).
    const done = joinings(triangles, Int32Array.of(0, 0, 0, 1, 1, 1), 2);
    expect(done).toEqual([{ into: 0, from: 1, resolution: expect.closeTo(2 / 7, 12) }]);
    const [apart, together] = [Int32Array.of(0, 0, 0, 1, 1, 1), new Int32Array(6)].map((labels) => modularity(triangles, labels, 2 / 7));
    expect(apart).toBeCloseTo(together, 12);
  });

  it('goes on from single nodes to one community, at ever lower resolutions', () => {
    const done = joinings(karate, Int32Array.from({ length: 34 }, (_, i) => i), 34);
    expect(done).toHaveLength(33);
    for (let j = 1; j < 33; j++) expect(done[j].resolution).toBeLessThanOrEqual(done[j - 1].resolution * (1 + 1e-12));
    expect(numbered(joinedTo(Int32Array.from({ length: 34 }, (_, i) => i), done.slice(0, 30))).count).toBe(4);
  });

  it('stops before the first clear gap, else before the widest, else at separate parts', () => {
    const at = (separate: boolean, ...resolutions: number[]) => steadiest(resolutions.map((resolution, into) => ({ into, from: 0, resolution })), separate);
    expect(at(false, 0.9, 0.5, 0.06, 0.001)).toBe(2);
    expect(at(false, 0.9, 0.5, 0.2, 0.06)).toBe(3);
    expect(at(false, 0.1, 0.09)).toBe(0);
    expect(at(true, 0.9, 0.5, 0.2, 0.06)).toBe(4);
    expect(at(true, 0.9, 0.5, 0.06)).toBe(2);
    expect(at(false)).toBe(0);
  });

  it('no range is clear on clouds without groups, and one is on groups', async () => {
    const families: Record<string, (rng: Rng, d: number) => number[]> = {
      normal: (rng, d) => Array.from({ length: d }, () => rng.normal()),
      uniform: (rng, d) => Array.from({ length: d }, () => rng.next()),
      stretched: (rng, d) => Array.from({ length: d }, (_, j) => (j === 0 ? 6 : 1) * rng.normal()),
      'heavy-tailed': (rng, d) => { const by = Math.hypot(rng.normal(), rng.normal(), rng.normal()); return Array.from({ length: d }, () => rng.normal() / by); },
      skewed: (rng, d) => { const shared = 0.7 * rng.normal(); return Array.from({ length: d }, () => Math.exp(shared + 0.5 * rng.normal())); },
    };
    const widest = async (draw: (rng: Rng, d: number) => number[], d: number, name: string) => {
      const rng = createRng(1, name);
      const graph = await neighbourGraph(Float64Array.from(Array.from({ length: 500 }, () => draw(rng, d)).flat()), 500, d, 10, createContext(), referenceKernel());
      const { labels, count } = numbered(leiden(graph, 1, rng));
      return joinings(graph, labels, count).reduce(({ above, most }, { resolution }) => ({ above: Math.min(above, resolution), most: Math.max(most, above / resolution) }), { above: 1, most: 0 }).most;
    };
    for (const [name, draw] of Object.entries(families)) for (const d of [2, 3, 8]) expect(await widest(draw, d, `${name} ${d}`), `${name} ${d}`).toBeLessThan(5);
    expect(await widest((rng) => [7 * rng.int(2) + rng.normal(), rng.normal()], 2, 'two')).toBeGreaterThan(5);
  });
});

function graphFrom(n: number, text: string): Graph {
  const edges = text.split('/').flatMap((line) => {
    const [from, ...to] = line.split(' ').map(Number);
    return to.map((other) => [from, other]);
  });
  return graphOf(n, edges.map(([from]) => from), edges.map(([, to]) => to), edges.map(() => 1));
}

/** The graph without the edges that leave a community or lie outside it. */
function inside({ n, start, to }: Graph, labels: Int32Array, community: number): Graph {
  const [from, ends]: number[][] = [[], []];
  for (let i = 0; i < n; i++) for (let e = start[i]; e < start[i + 1]; e++) if (i < to[e] && labels[i] === community && labels[to[e]] === community) { from.push(i); ends.push(to[e]); }
  return graphOf(n, from, ends, from.map(() => 1));
}

/** Every partition of n things. */
function partitions(n: number): number[][] {
  if (n === 0) return [[]];
  return partitions(n - 1).flatMap((labels) => Array.from({ length: Math.max(-1, ...labels) + 2 }, (_, own) => [...labels, own]));
}

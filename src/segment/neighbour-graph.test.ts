import { expect, it } from 'vitest';
import { createContext } from '../context.js';
import { referenceKernel } from '../kernel/reference.js';
import { createRng } from '../util/rng.js';
import { distinct } from './distinct.js';
import { components, neighbourGraph } from './neighbour-graph.js';

const context = createContext();
const kernel = referenceKernel();

it('by hand: four rows on a line, each joined to its nearest', async () => {
  // 0–1 (each other's nearest, length 1), 3 → 1 (2), 10 → 3 (7). Reaches: 1, 1, 2, 7.
  const { start, to, weight } = await neighbourGraph(Float64Array.of(0, 1, 3, 10), 4, 1, 1, context, kernel);
  const edges = Array.from({ length: 4 }, (_, i) => Object.fromEntries(Array.from(to.subarray(start[i], start[i + 1]), (j, e) => [j, weight[start[i] + e]])));
  expect(edges).toEqual([
    { 1: expect.closeTo(Math.exp(-1)) }, { 0: expect.closeTo(Math.exp(-1)), 2: expect.closeTo(Math.exp(-4 / 2)) },
    { 1: expect.closeTo(Math.exp(-2)), 3: expect.closeTo(Math.exp(-49 / 14)) }, { 2: expect.closeTo(Math.exp(-3.5)) },
  ]);
});

it('every edge is there from both ends with one weight, once, and never to itself', async () => {
  const rng = createRng(2, 'graph');
  const { n, start, to, weight } = await neighbourGraph(Float64Array.from({ length: 900 }, () => rng.normal()), 300, 3, 7, context, kernel);
  const seen = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    expect(start[i + 1] - start[i]).toBeGreaterThanOrEqual(7);
    for (let e = start[i]; e < start[i + 1]; e++) {
      expect(seen.has(`${i} ${to[e]}`) || to[e] === i).toBe(false);
      seen.set(`${i} ${to[e]}`, weight[e]);
    }
  }
  for (const [edge, w] of seen) expect(seen.get(edge.split(' ').reverse().join(' '))).toBe(w);
});

it('a row too far for any number stands alone', async () => {
  const { part, count } = components(await neighbourGraph(Float64Array.of(0, 1, 2, 3, 1e9), 5, 1, 2, context, kernel));
  expect([count, ...part]).toEqual([2, 0, 0, 0, 0, 1]);
});

it('tells different rows, in the order they come', () => {
  expect(distinct(Float64Array.of(5, 1, 2, 2, 5, 1, 5, 0), 4, 2)).toEqual({ values: Float64Array.of(5, 1, 2, 2, 5, 0), n: 3, place: Int32Array.of(0, 1, 0, 2) });
});

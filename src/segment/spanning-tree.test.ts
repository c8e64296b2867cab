import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { createRng } from '../util/rng.js';
import { KdTree, squareDistance } from './kd-tree.js';
import { neighbours, spanningTree } from './spanning-tree.js';

const context = createContext({ seed: 3 });

/** Prim's algorithm on all pairs: the weight of the spanning tree under mutual reachability. */
function bruteWeight({ n, d, data }: KdTree, cores: Float64Array): number {
  const away = new Float64Array(n).fill(Infinity);
  const inside = new Uint8Array(n);
  let total = 0;
  for (let at = 0, joined = 1; joined < n; joined++) {
    inside[at] = 1;
    let next = -1;
    for (let q = 0; q < n; q++) {
      if (inside[q]) continue;
      away[q] = Math.min(away[q], Math.max(cores[at], cores[q], squareDistance(data, q * d, data, at * d, d, Infinity)));
      if (next < 0 || away[q] < away[next]) next = q;
    }
    total += Math.sqrt(away[next]);
    at = next;
  }
  return total;
}

describe('spanning tree', () => {
  const cases = [1, 2, 3, 5, 10, 16, 40].flatMap((d) => ['normal', 'clumped', 'grid'].map((kind) => ({ d, kind, rows: d > 10 ? 600 : kind === 'normal' ? 3000 : 1000 })));

  it.each(cases)('weighs what brute force finds: $rows $kind rows, $d features', async ({ d, kind, rows }) => {
    const rng = createRng(d, kind);
    const data = new Float64Array(rows * d);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < d; j++) data[i * d + j] = kind === 'grid' ? rng.int(4) : rng.normal() + (kind === 'clumped' ? 40 * (i % 7 === j % 7 ? 1 : 0) : 0);
    }
    const tree = new KdTree({ rows, d, stride: d, data });
    for (const minSamples of [1, 5, 20]) {
      const near = await neighbours(tree, minSamples, context);
      const { a, b, weight } = await spanningTree(tree, near, context);
      expect(weight).toHaveLength(rows - 1);
      for (let e = 0; e < weight.length; e++) {
        const direct = squareDistance(tree.data, a[e] * d, tree.data, b[e] * d, d, Infinity);
        expect(weight[e]).toBe(Math.sqrt(Math.max(direct, near.cores[a[e]], near.cores[b[e]])));
      }
      const brute = bruteWeight(tree, near.cores);
      expect(Math.abs(weight.reduce((sum, w) => sum + w, 0) - brute)).toBeLessThanOrEqual(1e-9 * Math.max(1, brute));
    }
  });
});
